"""`edit` in an editor: what it is given, what becomes of what it leaves, and what nobody loses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.commands.editing import PLAIN, SECRET, break_seal, changes_nothing, sealed, told, workspace
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal
from tests.waiting import until

LEFT_OUT = "#~ o.yaml, decrypted. These lines are left out.\n"


def test_a_sealed_file_is_edited_on_a_decrypted_copy_in_memory_that_goes_with_all_beside_it(shell: Shell) -> None:
    sealed(shell)
    encrypted = (shell.workspace / "o.yaml").read_text()
    editor = shell.editor(
        'cp "$1" "$HOME/seen"; dirname "$1" > "$HOME/where"; stat -c "%a %n" "$1" . > "$HOME/modes"\n'
        'stat -c %a "$(dirname "$1")" > "$HOME/folder"; cp "$1" "$1~"; cp "$1" "$(dirname "$1")/.o.swp"\n'
        'sed -i "s/svc/other/" "$1"; echo "# mine" >> "$1"'
    )
    done = shell.here("edit", "Orders", environment={"VISUAL": editor, "EDITOR": "false"})
    assert told(done) == (0, "saved Orders: o.yaml\n", "")
    seen = (shell.home / "seen").read_text()
    assert seen.startswith(f"{LEFT_OUT}# kept\nname: Orders\n")
    assert f"password: {SECRET}\n" in seen and "sops" not in seen and "_seal" not in seen
    where = Path((shell.home / "where").read_text().strip())
    assert not where.exists()
    if os.path.isdir("/dev/shm"):
        assert where.parent == Path("/dev/shm")
    assert (shell.home / "folder").read_text() == "700\n" and (shell.home / "modes").read_text().startswith("600 ")
    text = (shell.workspace / "o.yaml").read_text()
    assert "username: other" in text and "# mine" in text and SECRET not in text and "#~" not in text
    # What was not edited kept its bytes, the encrypted value among them.
    line = next(line for line in encrypted.splitlines() if "password:" in line)
    assert line in text.splitlines() and text.startswith("# kept\nname: Orders\n")
    assert told(shell.here("verify")) == (0, "", "")


def test_a_secret_that_was_typed_is_sealed_and_one_that_was_taken_out_is_gone(shell: Shell) -> None:
    sealed(shell)
    editor = shell.editor('sed -i "s/password: .*/token: fresh/" "$1"')
    assert told(shell.here("edit", "Orders", environment={"EDITOR": editor})) == (0, "saved Orders: o.yaml\n", "")
    text = (shell.workspace / "o.yaml").read_text()
    assert "fresh" not in text and "password:" not in text
    assert "  token: fresh\n" in shell.here("show", "Orders", "--reveal").out
    assert told(shell.here("undo")) == (0, "took back the save of Orders: o.yaml as before\n", "")
    assert f"password: {SECRET}\n" in shell.here("show", "Orders", "--reveal").out
    editor = shell.editor('sed -i "/^secrets:/,$ d" "$1"')
    assert shell.here("edit", "Orders", environment={"EDITOR": editor}).code == 0
    assert "sops" not in (shell.workspace / "o.yaml").read_text()


def test_a_closed_editor_without_a_change_saves_nothing(shell: Shell) -> None:
    sealed(shell)
    assert told(changes_nothing(shell, "edit", "Orders", editor="true")) == (0, "", "")
    # To take the notes out alone is none.
    assert told(changes_nothing(shell, "edit", "Orders", editor=shell.editor('sed -i "/^#~/ d" "$1"'))) == (
        0,
        "",
        "",
    )


@pytest.mark.parametrize(
    ("script", "message", "hint"),
    [
        ('echo x > "$1"; exit 3', "failed with exit code 3", "nothing was changed"),
        ('echo x > "$1"; kill -9 $$', "was killed by SIGKILL", "nothing was changed"),
        ('rm "$1"', None, "nothing was changed"),
        ('rm "$1"; mkfifo "$1"', None, "nothing was changed"),
        ('printf "\\\\377" > "$1"', None, "set it to UTF-8; nothing was changed"),
    ],
    ids=["fails", "killed", "removes", "fifo", "latin1"],
)
def test_an_editor_that_fails_changes_nothing(shell: Shell, script: str, message: str | None, hint: str) -> None:
    sealed(shell)
    editor = shell.editor(f'dirname "$1" > "$HOME/where"; {script}')
    done = changes_nothing(shell, "edit", "Orders", editor=editor)
    assert done.code == 2 and done.err.endswith(f"hint: {hint}\n")
    assert message is None or f"error: the editor {editor} {message}\n" in done.err
    assert not Path((shell.home / "where").read_text().strip()).exists()


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("no-such-editor", "the editor no-such-editor cannot be started: No such file or directory"),
        ("'vim", "the editor's command cannot be read: No closing quotation"),
        ("", "no editor is named, and there is no terminal"),
        ("   ", "no editor is named, and there is no terminal"),
    ],
    ids=["missing", "quote", "none", "blank"],
)
def test_an_editor_that_cannot_be_started_is_an_error_with_a_hint(shell: Shell, command: str, error: str) -> None:
    shell.write("o.yaml", PLAIN)
    done = changes_nothing(shell, "edit", "Orders", editor=command)
    assert done.code == 2 and done.err.startswith(f"error: {error}\nhint: ")


def test_the_editor_is_run_without_a_shell(shell: Shell) -> None:
    shell.write("o.yaml", PLAIN)
    editor = f"{shell.editor('exit 0')} ';touch ran' $(touch ran)"
    assert changes_nothing(shell, "edit", "Orders", editor=editor).code == 0
    assert not (shell.home / "ran").exists()


def test_on_a_mistake_the_editor_opens_again_with_the_problems_above_what_was_typed(shell: Shell) -> None:
    sealed(shell)
    editor = shell.editor(
        'if [ -e "$HOME/again" ]; then cp "$1" "$HOME/again"; sed -i "s/ftp:/https:/; s/tgas/tags/" "$1"\n'
        'else touch "$HOME/again"; sed -i "s/https:/ftp:/; s/kept/typed/; s/^auth:/tgas: [a]\\nauth:/" "$1"; fi'
    )
    done = shell.here("edit", "Orders", environment={"EDITOR": editor})
    assert told(done) == (0, "saved Orders: o.yaml\n", "")
    shown = (shell.home / "again").read_text().splitlines()
    assert shown[0] == "#~ Not saved: 2 problems. Close the editor without a change to leave it."
    assert shown[1].startswith("#~ line 6: base_url: ") and shown[5] == "base_url: ftp://orders.example.com"
    assert shown[2] == "#~ line 7: tgas: unknown key tgas; did you mean tags?" and shown[6] == "tgas: [a]"
    assert shown[3] == "# typed"
    text = (shell.workspace / "o.yaml").read_text()
    assert text.startswith("# typed\nname: Orders\n") and "#~" not in text


def test_a_mistake_that_is_left_in_changes_nothing(shell: Shell) -> None:
    shell.write("o.yaml", PLAIN)
    editor = shell.editor('sed -i "s/https:/ftp:/" "$1"')
    done = changes_nothing(shell, "edit", "Orders", editor=editor)
    assert done.code == 2 and done.err.startswith("error: base_url: ") and "; nothing was saved\n" in done.err


def test_an_editor_that_makes_another_mistake_each_time_is_not_run_for_ever(shell: Shell) -> None:
    shell.write("o.yaml", PLAIN)
    editor = shell.editor('echo run >> "$HOME/runs"; echo "wrong: $(wc -l < "$HOME/runs")" >> "$1"')
    done = changes_nothing(shell, "edit", "Orders", editor=editor)
    assert (done.code == 2 and "unknown key wrong" in done.err) or "stands twice" in done.err
    assert len((shell.home / "runs").read_text().splitlines()) == 20


def test_a_file_that_changed_meanwhile_is_left_and_the_edited_one_is_kept_sealed_beside_it(shell: Shell) -> None:
    sealed(shell)
    theirs = (shell.workspace / "o.yaml").read_text() + "# theirs\n"
    (shell.home / "theirs").write_text(theirs)
    editor = shell.editor(f'cp "$HOME/theirs" "{shell.workspace}/o.yaml"; sed -i "s/: hunter.*/: mine/" "$1"')
    done = shell.here("edit", "Orders", environment={"EDITOR": editor})
    assert told(done) == (
        2,
        "",
        "error: o.yaml changed since it was read\n"
        "hint: it is left as it is; your version is kept in o.yaml.edited\n",
    )
    assert (shell.workspace / "o.yaml").read_text() == theirs
    kept = shell.workspace / "o.yaml.edited"
    assert "mine" not in kept.read_text() and kept.stat().st_mode & 0o777 == 0o600
    assert len(shell.here("list", "--json").json()) == 1
    (shell.workspace / "o.yaml").write_bytes(kept.read_bytes())
    assert "password: mine\n" in shell.here("show", "Orders", "--reveal").out


def test_what_is_wrong_already_keeps_nobody_from_an_edit_and_is_told(shell: Shell) -> None:
    shell.write("o.yaml", f"{PLAIN}unknwon: 1\n")
    editor = shell.editor('cp "$1" "$HOME/seen"; echo "description: new" >> "$1"')
    assert shell.here("edit", "Orders", environment={"EDITOR": editor}).code == 0
    assert "#~ line 5: unknwon: unknown key unknwon; " in (shell.home / "seen").read_text()
    assert (shell.workspace / "o.yaml").read_text().endswith("unknwon: 1\ndescription: new\n")


def test_a_broken_file_is_edited_as_it_lies_and_mended(shell: Shell) -> None:
    sealed(shell)
    path = shell.workspace / "o.yaml"
    whole = path.read_text()
    path.write_text(whole.replace("name: Orders", "name: [Orders"))
    editor = shell.editor('cp "$1" "$HOME/seen"; sed -i "s/\\[Orders/Orders/" "$1"')
    done = shell.here("edit", "o.yaml", environment={"EDITOR": editor})
    assert told(done)[:2] == (0, "saved Orders: o.yaml\n")
    assert done.err.startswith("warning: this change cannot be undone: ")
    assert "ENC[" in (shell.home / "seen").read_text()
    assert path.read_text() == whole


def test_a_mended_file_writes_no_new_secret_in_plain_text(shell: Shell) -> None:
    sealed(shell)
    path = shell.workspace / "o.yaml"
    path.write_text(path.read_text().replace("name: Orders", "name: [Orders"))
    editor = shell.editor('sed -i "s/\\[Orders/Orders/; s/^secrets:/secrets:\\n  fresh: in-plain/" "$1"')
    done = changes_nothing(shell, "edit", "o.yaml", editor=editor)
    assert done.code == 3 and "cannot be sealed before its problems are mended" in done.err


def test_a_broken_seal_stays_broken_and_is_said(shell: Shell) -> None:
    sealed(shell)
    break_seal(shell)
    editor = shell.editor('cp "$1" "$HOME/seen"; sed -i "s/svc/other/" "$1"')
    done = shell.here("edit", "Orders", environment={"EDITOR": editor})
    warning = "warning: o.yaml: its seal is broken; look at what it says, then run: integrator-tui seal\n"
    assert told(done) == (0, "saved Orders: o.yaml\n", warning)
    seen = (shell.home / "seen").read_text()
    assert "password: •••\n" in seen and "#~ Its secrets stay closed: " in seen
    assert shell.here("verify").code == 3
    # A value is not typed into such a file.
    done = changes_nothing(shell, "edit", "Orders", editor=shell.editor('sed -i "s/•••/fresh/" "$1"'))
    assert done.code == 3 and done.err.endswith("then run: integrator-tui seal\n")


def test_locked_secrets_stay_and_plain_fields_need_no_key(shell: Shell) -> None:
    sealed(shell)
    shell.key_file.unlink()
    editor = shell.editor('sed -i "s/kept/told/; \\$ a description: new" "$1"')
    assert told(shell.here("edit", "Orders", environment={"EDITOR": editor})) == (0, "saved Orders: o.yaml\n", "")
    assert "description: new" in (shell.workspace / "o.yaml").read_text()
    done = changes_nothing(shell, "edit", "Orders", editor=shell.editor('sed -i "s/svc/other/" "$1"'))
    assert done.code == 3


def test_what_nobody_knows_does_not_stand_for_a_value(shell: Shell) -> None:
    sealed(shell)
    shell.key_file.unlink()
    done = changes_nothing(shell, "edit", "Orders", editor=shell.editor('sed -i "s/password:/token:/" "$1"'))
    assert done.code == 2 and done.err.startswith("error: secrets.token: ••• and encrypted text stand for a value")


def test_the_name_of_another_file_is_a_problem(shell: Shell) -> None:
    shell.write("o.yaml", PLAIN)
    shell.write("p.yaml", PLAIN.replace("Orders", "Purchases"))
    done = changes_nothing(shell, "edit", "Purchases", editor=shell.editor('sed -i "s/Purchases/Orders/" "$1"'))
    assert done.code == 2 and done.err.startswith("error: name: o.yaml has the same name\n")


def test_an_operation_is_opened_at_its_line(shell: Shell) -> None:
    shell.write("o.yaml", f"{PLAIN}operations:\n  - name: First\n    path: /a\n  - name: Second\n    path: /b\n")
    vim = shell.home / "vim"
    vim.write_text('#!/bin/sh\necho "$1" > "$HOME/line"\nsed -n "${1#+}p" "$2" >> "$HOME/line"\n')
    vim.chmod(0o700)
    assert told(changes_nothing(shell, "edit", "Orders", "Second", editor=str(vim))) == (0, "", "")
    assert (shell.home / "line").read_text() == "+7\n  - name: Second\n"
    done = changes_nothing(shell, "edit", "Orders", "Secnd", editor=str(vim))
    assert told(done)[2] == (
        "error: Orders has no operation Secnd\nhint: did you mean Second? there are: First, Second\n"
    )


def test_crlf_and_a_byte_order_mark_stay(shell: Shell) -> None:
    text = f"\ufeff{PLAIN}# end\n".replace("\n", "\r\n").encode()
    (shell.workspace / "o.yaml").write_bytes(text)
    editor = shell.editor('sed -i "s/orders\\.example/other.example/" "$1"')
    assert shell.here("edit", "Orders", environment={"EDITOR": editor}).code == 0
    assert (shell.workspace / "o.yaml").read_bytes() == text.replace(b"orders.example", b"other.example")


def test_a_secret_of_many_lines_comes_back_as_it_was(shell: Shell) -> None:
    sealed(shell)
    value = "-----BEGIN KEY-----\nabc\n-----END KEY-----\n"
    here = workspace(shell)
    from integrator_tui.model.secret import Secret

    here.editor.store_secrets(here.catalog.entry("o.yaml"), {"key": Secret(value)})
    before = (shell.workspace / "o.yaml").read_text()
    editor = shell.editor('cp "$1" "$HOME/seen"; sed -i "s/# kept/# edited/" "$1"')
    assert shell.here("edit", "Orders", environment={"EDITOR": editor}).code == 0
    assert "    -----BEGIN KEY-----\n    abc\n" in (shell.home / "seen").read_text()
    assert (shell.workspace / "o.yaml").read_text() == before.replace("# kept", "# edited")


def test_on_a_terminal_a_changed_file_is_shown_beside_ones_own_and_may_be_written_over(shell: Shell) -> None:
    shell.write("o.yaml", PLAIN)
    editor = shell.editor(
        'cp "$1" "$HOME/seen"; if [ -e "$HOME/again" ]; then sed -i "/^#~/ d" "$1"\n'
        f'else touch "$HOME/again"; echo "test_path: /theirs" >> "{shell.workspace}/o.yaml"\n'
        'echo "test_path: /mine" >> "$1"; fi'
    )
    with Terminal(shell, "edit", "Orders", environment={"EDITOR": editor}) as terminal:
        terminal.expect("saved Orders: o.yaml")
        assert terminal.finish() == 0
    assert "test_path: /theirs | /mine" in (shell.home / "seen").read_text()
    assert (shell.workspace / "o.yaml").read_text() == f"{PLAIN}test_path: /mine\n"


def test_a_killed_command_leaves_no_copy_behind(shell: Shell) -> None:
    sealed(shell)
    editor = shell.editor(
        'dirname "$1" > "$HOME/where.new"; mv "$HOME/where.new" "$HOME/where"; kill -9 $PPID; exec sleep 5 >&- 2>&-'
    )
    shell.run("edit", "Orders", environment={"EDITOR": editor})
    where = Path((shell.home / "where").read_text().strip())
    # The end of a process that is nobody's child here gives no event.
    until(lambda: not where.exists(), "the copy to be removed")
