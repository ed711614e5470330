"""`edit`, `new` and what renames, moves, copies and removes, given canaries on standard input and in an editor:
none is told, and none stands anywhere in plain but in the copy that the editor has."""

from __future__ import annotations

import os

from tests.canary.canaries import NAMED, PASSWORD, RAW_TOKEN, Search
from tests.canary.connections import connection
from tests.canary.processes import Watch
from tests.canary.sweep import Sweep, sealed_workspace
from tests.cli.shell import Finished, Shell


def test_no_command_that_changes_a_file_tells_a_canary(shell: Shell, search: Search) -> None:
    sealed_workspace(shell, {"o.yaml": connection("O", "basic", "http://127.0.0.1:9")})
    assert shell.run("seal", "--yes").code == 0
    sweep = Sweep(shell, search)
    # Given in a file of its own, which is gone before anything is searched: a script's text is no secret place.
    values = shell.home.parent / "values"

    def run(*arguments: str, editor: str = "", stdin: str = "") -> Finished:
        environment = {"EDITOR": shell.editor(editor), "VALUES": str(values)} if editor else {}
        done = shell.run(*arguments, stdin=stdin, environment=environment)
        search.at(f"the output of {arguments}", done.out + done.err)
        assert "Traceback" not in done.err
        return done

    values.write_text(f"  named: {RAW_TOKEN}\n")
    # Puts the line of that file in the place of one.
    named = 'sed -i -e "/^  named:/ { r $VALUES" -e "d }" "$1"'
    with Watch(os.getpid()) as watch:
        assert run("edit", "O", "--secret", "password", stdin=f"{PASSWORD}\n").code == 0
        assert run("edit", "O", editor='echo "#" >> "$1"').code == 0
        assert run("edit", "O", editor=named).code == 0
        # A mistake beside a secret is told of without it.
        assert run("edit", "O", editor='sed -i "s~base_url: http~base_url: ftp~" "$1"').code == 2
        assert run("edit", "O", editor='sed -i "s~^  password:~  password: [~" "$1"').code == 2
        theirs = f'echo "# theirs" >> "{shell.workspace}/o.yaml"; echo "# mine" >> "$1"'
        assert run("edit", "O", editor=theirs).code == 2
        assert run("edit", "O", editor='cp "$1" "$1.left"; exit 1').code == 2
        assert run("new", "N", "--set", "base_url=http://127.0.0.1:9", "--secret", "named", stdin=NAMED).code == 0
        made = 'sed -i "s~^base_url:.*~base_url: http://127.0.0.1:9\\nsecrets:\\n  named: x~" "$1"'
        assert run("new", "M", editor=f"{made}; {named}").code == 0
        for arguments in (
            ("rename", "O", "P", "--file"),
            ("move", "P", "team"),
            ("copy", "P", "Q"),
            ("remove", "Q", "--yes"),
            ("undo",),
            ("verify",),
        ):
            assert sweep.run(*arguments).code == 0
        shell.key_file.rename(shell.home / "away")
        assert run("edit", "P", "--set", "base_url=http://127.0.0.1:8").code == 3
        assert run("edit", "P", editor='cp "$1" "$HOME/seen"; echo "#" >> "$1"').code == 0
    values.unlink()
    assert "•••" in (shell.home / "seen").read_text()
    assert list(shell.workspace.glob("*.edited"))
    for seen in (*watch.arguments, *watch.environments):
        search.at("a process", seen)
    search.below(shell.home.parent)
    assert search.found == set()
