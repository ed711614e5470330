"""Secrets in the user's editor, as text and in a field: on no screen, in no file but the copy, which is gone."""

from __future__ import annotations

import os

from tests.canary.canaries import Search
from tests.canary.connections import connection
from tests.canary.interface import Interface, sealed, told_nowhere
from tests.canary.mirror import Mirror
from tests.canary.processes import Watch
from tests.cli.shell import Shell
from tests.e2e.form import go

F4 = "\x1bOS"


def test_what_an_editor_has_is_told_nowhere(shell: Shell, mirror: Mirror, search: Search) -> None:
    sealed(shell, {"O": connection("O", "basic", mirror.url)})
    # The first time a mistake beside the secrets, then none; a field gets a canary from the file of the other.
    shell.environment["EDITOR"] = shell.editor(
        'case "$1" in *.txt) cat "$HOME/../password" > "$1"; exit 0;; esac\n'
        'if [ -e "$HOME/again" ]; then sed -i "/^wrong:/ d; s/^description:.*/description: edited/" "$1"\n'
        'else touch "$HOME/again"; sed -n "s/^  password: //p" "$1" > "$HOME/../password"\n'
        'printf "description: x\\nwrong: y\\n" >> "$1"; fi'
    )
    with Watch(os.getpid()) as watch, Interface(shell, search) as user:
        user.until("password")
        user.press("ctrl+p").until("Palette").type("Edit as text").press("enter")
        user.until("unknown key wrong", "Edit again").settle().look("a mistake in a text with secrets")
        user.press("enter").until("edited").settle().look("what was saved")
        user.press("e").until("Connection Name")
        go(user, "Password")
        user.press(F4).settle(0.5).look("a secret that was edited")
        user.press("ctrl+s").until("New Connection").settle().look("what was saved with it")
        user.press("o").settle(0.5).look("the file in the editor")
        user.quit()
    left = shell.home.parent / "password"
    assert Search().names(left.read_bytes()) == {"password"}, "the editor had it"
    left.unlink()
    told_nowhere(shell, search, watch)
