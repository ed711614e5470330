"""A passphrase is asked for on the terminal, by that word, and never read from standard input."""

from __future__ import annotations

import pytest

from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.vault.age.x25519 import X25519Identity
from integrator_tui.workspace import Workspace
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal
from tests.identities import protected_identity

PASSPHRASE = "correct horse canary"
FILE = "svc.yaml"


PLAIN = "name: S\nbase_url: http://127.0.0.1:9\nsecrets:\n  password: canary-1\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, str]:
    """An identity file behind a passphrase, and a connection file that is sealed with it."""
    folder = tmp_path_factory.mktemp("protected")
    surroundings = Surroundings(folder, folder / "state", folder, age_keys_file=folder / "keys.txt")
    workspace = Workspace(folder / "work", surroundings)
    protected_identity(workspace, folder / "keys.txt", PASSPHRASE)
    workspace.root.mkdir()
    (workspace.root / FILE).write_text(PLAIN)
    workspace.seals.reseal(workspace.catalog.entry(FILE))
    return (folder / "keys.txt").read_bytes(), (workspace.root / FILE).read_text()


@pytest.fixture
def protected(shell: Shell, made: tuple[bytes, str]) -> Shell:
    """A shell whose identity is behind a passphrase, and a file that is sealed with it."""
    shell.key_file.parent.mkdir(parents=True)
    shell.key_file.write_bytes(made[0])
    shell.key_file.chmod(0o600)
    shell.write(FILE, made[1])
    return shell


def test_an_identity_is_made_and_used_behind_a_passphrase(shell: Shell) -> None:
    with Terminal(shell, "keys", "init", "--passphrase") as terminal:
        terminal.expect("New passphrase: ")
        terminal.type(PASSPHRASE)
        terminal.expect("again: ")
        terminal.type(PASSPHRASE)
        assert terminal.finish() == 0
        assert "age1" in terminal.shown and PASSPHRASE not in terminal.shown
    assert shell.key_file.stat().st_mode & 0o777 == 0o600
    assert shell.key_file.read_bytes().startswith(b"-----BEGIN AGE ENCRYPTED FILE-----")
    shell.write(FILE, PLAIN)
    with Terminal(shell, "seal", "--yes") as terminal:
        terminal.expect("assphrase")
        terminal.type(PASSPHRASE)
        assert terminal.finish() == 0
        assert "sealed svc.yaml" in terminal.shown and PASSPHRASE not in terminal.shown


def test_reveal_asks_once_and_standard_input_is_not_read(protected: Shell) -> None:
    with Terminal(protected, "show", "S", "--reveal", stdin=f"{PASSPHRASE}\n") as terminal:
        terminal.expect("assphrase")
        terminal.type("wrong")
        terminal.expect("wrong. Passphrase")
        terminal.type(PASSPHRASE)
        assert terminal.finish() == 0
        assert "canary-1" in terminal.shown and terminal.shown.count("assphrase") == 0


def test_check_asks_once_before_its_probes(protected: Shell) -> None:
    for number in range(4):
        text = (protected.workspace / FILE).read_text()
        protected.write(f"copy{number}.yaml", text.replace("name: S", f"name: Copy {number}"))
    with Terminal(protected, "check", "--all", "--timeout", "5", "--format", "json") as terminal:
        terminal.expect("assphrase for")
        terminal.type(PASSPHRASE)
        assert terminal.finish() == 1
        assert "assphrase for" not in terminal.shown and "locked" not in terminal.shown


def test_five_wrong_ones_end_it(protected: Shell) -> None:
    with Terminal(protected, "verify") as terminal:
        for _ in range(5):
            terminal.expect("assphrase for")
            terminal.type("wrong")
        assert terminal.finish() == 3
        assert "canary" not in terminal.shown


def test_whoever_gives_no_answer_is_not_asked_for_every_file(protected: Shell) -> None:
    text = (protected.workspace / FILE).read_text()
    protected.write("second.yaml", text.replace("name: S", "name: Second"))
    with Terminal(protected, "verify") as terminal:
        terminal.expect("assphrase for")
        terminal.type("\x04")
        assert terminal.finish() == 3
        assert "second.yaml" in terminal.shown and "assphrase for" not in terminal.shown


def test_without_a_terminal_it_is_locked(protected: Shell) -> None:
    for command in (["show", "S", "--reveal"], ["verify"], ["check", "S"], ["keys", "rotate"], ["keys", "init"]):
        done = protected.run(*command, stdin=f"{PASSPHRASE}\n")
        assert done.code == 3, (command, done)
    assert "passphrase" in protected.run("show", "S", "--reveal").err


@pytest.mark.parametrize("pinned", [True, False])
def test_a_removal_asks_for_it_before_it_says_that_nobody_could_read_any_more(
    protected: Shell, pinned: bool
) -> None:
    other = X25519Identity.generate().recipient()
    text = (protected.workspace / FILE).read_text()
    own = text.split("recipient: ")[1].split()[0]
    if pinned:
        protected.write(".sops.yaml", f"creation_rules:\n  - age: {own},{other}\n")
    else:
        entry = f"    - recipient: {other}\n      enc: x\n"
        protected.write(FILE, text.replace("  lastmodified:", f"{entry}  lastmodified:"))
    before = (protected.workspace / FILE).read_bytes()
    refused = protected.run("keys", "remove", other, stdin=f"{PASSPHRASE}\n")
    assert refused.code == 3 and "passphrase" in refused.err
    assert (protected.workspace / FILE).read_bytes() == before
    with Terminal(protected, "keys", "remove", other) as terminal:
        terminal.expect("assphrase for")
        terminal.type(PASSPHRASE)
        assert terminal.finish() == 0, terminal.shown
    assert other not in (protected.workspace / FILE).read_text()


def test_what_needs_no_secret_asks_for_none(protected: Shell) -> None:
    for command in (["list"], ["show", "S"], ["keys", "list"]):
        with Terminal(protected, *command) as terminal:
            assert terminal.finish() == 0
            assert "assphrase for" not in terminal.shown


def test_a_request_asks_once_and_where_there_is_no_token_nobody_is_asked(protected: Shell) -> None:
    with Terminal(protected, "request", "S", "--timeout", "5") as terminal:
        terminal.expect("assphrase for")
        terminal.type(PASSPHRASE)
        assert terminal.finish() == 1
        assert "assphrase for" not in terminal.shown and "locked" not in terminal.shown
    with Terminal(protected, "token", "S") as terminal:
        assert terminal.finish() == 2
        assert "assphrase for" not in terminal.shown


def test_a_request_without_an_answer_is_locked_and_leaves_no_file(protected: Shell) -> None:
    with Terminal(protected, "request", "S", "-o", "out") as terminal:
        terminal.expect("assphrase for")
        terminal.type("\x04")
        assert terminal.finish() == 3
        assert "passphrase" in terminal.shown and "assphrase for" not in terminal.shown
    assert not (protected.home / "out").exists()


def test_a_rotation_asks_once_before_it(protected: Shell) -> None:
    text = (protected.workspace / FILE).read_text()
    protected.write("second.yaml", text.replace("name: S", "name: Second"))
    with Terminal(protected, "keys", "rotate") as terminal:
        terminal.expect("assphrase for")
        assert (protected.workspace / FILE).read_text() == text
        terminal.type(PASSPHRASE)
        assert terminal.finish() == 0
        assert "new data key 2 files" in terminal.shown and "assphrase for" not in terminal.shown
    other = X25519Identity.generate().recipient()
    with Terminal(protected, "keys", "add", other) as terminal:
        terminal.expect("assphrase for")
        terminal.type(PASSPHRASE)
        assert terminal.finish() == 0
        assert "added to 2 files" in terminal.shown and "assphrase for" not in terminal.shown


def test_wrong_ones_leave_a_rotation_undone_and_every_file_named(protected: Shell) -> None:
    before = (protected.workspace / FILE).read_bytes()
    with Terminal(protected, "keys", "rotate") as terminal:
        for _ in range(5):
            terminal.expect("assphrase for")
            terminal.type("wrong")
        assert terminal.finish() == 3
        assert "5 wrong passphrases" in terminal.shown and f"{FILE} is left as it was" in terminal.shown
    assert (protected.workspace / FILE).read_bytes() == before


@pytest.mark.parametrize("given", [True, False])
def test_a_merge_asks_once_or_says_that_it_is_locked(protected: Shell, given: bool) -> None:
    text = (protected.workspace / FILE).read_text()
    surroundings = Surroundings(
        protected.home, protected.home / "state", protected.home, age_keys_file=protected.key_file
    )
    versions = {"base": text}
    for side, change in (("ours", {"password": "canary-2"}), ("theirs", {"token": "canary-3"})):
        protected.write(FILE, text)
        workspace = Workspace(protected.workspace, surroundings)
        workspace.keys.unlock(Secret(PASSPHRASE))
        entry = workspace.catalog.entry(FILE)
        workspace.editor.store_secrets(entry, {name: Secret(value) for name, value in change.items()})
        versions[side] = (protected.workspace / FILE).read_text()
    for name, content in versions.items():
        (protected.home / name).write_text(content)
    with Terminal(protected, "merge", "base", "ours", "theirs", f"work/{FILE}") as terminal:
        terminal.expect("assphrase for")
        terminal.type(PASSPHRASE if given else "\x04")
        assert terminal.finish() == (0 if given else 1), terminal.shown
        assert "assphrase for" not in terminal.shown and "canary" not in terminal.shown
    merged = (protected.home / "ours").read_text()
    assert ("<<<<<<<" in merged) is not given


def test_init_again_keeps_and_tells_the_recipient(protected: Shell) -> None:
    before = protected.key_file.read_bytes()
    with Terminal(protected, "keys", "init", "--passphrase") as terminal:
        terminal.expect("assphrase for")
        terminal.type(PASSPHRASE)
        assert terminal.finish() == 0
        assert "age1" in terminal.shown
    assert protected.key_file.read_bytes() == before


def test_two_that_differ_make_nothing(shell: Shell) -> None:
    with Terminal(shell, "keys", "init", "--passphrase") as terminal:
        terminal.expect("New passphrase: ")
        terminal.type("one")
        terminal.expect("again: ")
        terminal.type("two")
        assert terminal.finish() == 2
    assert not shell.key_file.exists()
    assert shell.run("keys", "init", "--passphrase", stdin="x\nx\n").code == 2
    assert not shell.key_file.exists()
