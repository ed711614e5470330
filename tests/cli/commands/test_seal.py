"""`seal` and `verify` on a terminal, in a pipeline and after a merge without the driver."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from integrator_tui.vault.age.x25519 import X25519Identity
from tests.cli.repository import Repository
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal

CANARY = "kQ9-canary"
FILE = "svc.yaml"
PLAIN = (
    "name: Service\nbase_url: https://api.example.com\nauth:\n  type: basic\n  username: demo\n"
    f"secrets:\n  password: {CANARY}\n"
)


@pytest.fixture
def sealed(shell: Shell) -> Path:
    path = shell.write(FILE, PLAIN)
    repository = Repository(shell)
    repository.workspace().keys.create_identity()
    repository.seal(FILE)
    return path


def test_what_differs_is_marked_and_a_no_leaves_the_file(shell: Shell, sealed: Path) -> None:
    sealed.write_text(sealed.read_text().replace("api.example.com", "evil.example.com"))
    before = sealed.read_bytes()
    with Terminal(shell, "seal") as terminal:
        terminal.expect("[y/N]")
        assert "* base_url: https://evil.example.com\n" in terminal.shown
        assert "  auth.username: demo\n" in terminal.shown
        terminal.type("n")
        assert terminal.finish() == 0
        assert CANARY not in terminal.shown
    assert sealed.read_bytes() == before
    with Terminal(shell, "seal", "Service") as terminal:
        terminal.expect("[y/N]")
        terminal.type("y")
        assert terminal.finish() == 0
    assert shell.run("verify").code == 0


def test_what_a_file_says_is_shown_with_yes_too(shell: Shell, sealed: Path) -> None:
    sealed.write_text(sealed.read_text().replace("username: demo", "username: o\u202ether"))
    done = shell.run("seal", "--yes", FILE)
    assert (done.code, done.err) == (0, "")
    assert "* auth.username: o" in done.out and "\u202e" not in done.out


@pytest.mark.parametrize("pinned", [True, False])
def test_without_an_identity_nothing_is_sealed_and_none_is_made(shell: Shell, pinned: bool) -> None:
    if pinned:
        recipient = X25519Identity.generate().recipient()
        shell.write(".sops.yaml", f"creation_rules:\n  - age: {recipient}\n")
    file = shell.write(FILE, "name: S\nbase_url: http://127.0.0.1:9\nsecrets:\n  password: canary-1\n")
    before = file.read_bytes()
    done = shell.run("seal", "--yes")
    assert done.code == 3 and "keys init" in done.err
    assert file.read_bytes() == before and not shell.key_file.exists()


@pytest.mark.parametrize("command", ["verify", "seal"])
def test_a_folder_without_connections_is_told(shell: Shell, command: str) -> None:
    done = shell.run(command)
    assert (done.code, done.out) == (0, "")
    assert done.err == f"warning: no connections in {shell.workspace}\n"


def test_one_bad_file_keeps_no_other_from_being_sealed(shell: Shell, sealed: Path) -> None:
    shell.write("a-broken.yaml", "name: [\n")
    shell.write(
        "b-torn.yaml",
        sealed.read_text().replace("password: ENC[AES256_GCM,data:", "password: ENC[AES256_GCM,data:AA"),
    )
    shell.write("z-plain.yaml", PLAIN.replace("Service", "Plain"))
    done = shell.run("seal", "--yes")
    assert done.code == 3
    assert "error: a-broken.yaml: " in done.err and "error: b-torn.yaml: " in done.err
    assert CANARY not in done.err + done.out
    assert CANARY not in (shell.workspace / "z-plain.yaml").read_text()
    verified = shell.run("verify")
    assert verified.code == 3
    assert [line.split(":")[0] for line in verified.out.splitlines()] == ["a-broken.yaml", "b-torn.yaml"]
    assert shell.run("verify", "Plain", FILE).code == 0


def test_an_unpinned_recipient_in_a_file_is_refused_and_named(shell: Shell, sealed: Path) -> None:
    stranger = X25519Identity.generate().recipient()
    text = sealed.read_text()
    own = re.findall("age1[0-9a-z]{58}", text)[0]
    entry = re.findall(r"    - recipient: .*?-----END AGE ENCRYPTED FILE-----\n", text, re.DOTALL)[0]
    sealed.write_text(
        text.replace(entry, entry + entry.replace(own, stranger)).replace("username: demo", "username: x")
    )
    before = sealed.read_bytes()
    done = shell.run("seal", "--yes")
    assert done.code == 3 and stranger in done.err
    assert done.err.splitlines()[-2].startswith("error: ") and done.err.splitlines()[-1].startswith("hint: ")
    assert sealed.read_bytes() == before


def test_seal_ends_the_conflict_that_git_leaves_without_the_driver(shell: Shell, sealed: Path) -> None:
    repository = Repository(shell)
    sealed.write_text(
        PLAIN.replace("secrets:", "tags: [x]\nsecrets:\n  token: one\n  between: two\n  third: three")
    )
    repository.seal(FILE)
    repository.branches()
    repository.git("checkout", "-q", "theirs")
    repository.set_secrets(FILE, token="theirs")
    sealed.write_text(re.sub('lastmodified: "....', 'lastmodified: "2001', sealed.read_text()))
    repository.seal(FILE)
    repository.commit("theirs")
    repository.git("checkout", "-q", "main")
    repository.set_secrets(FILE, third="ours")
    repository.commit("ours")
    repository.git("merge", "theirs", code=1)
    assert sealed.read_text().count("<<<<<<< ") == 1
    verified = shell.run("verify")
    assert verified.code != 0 and verified.out.startswith(f"{FILE}: git left a conflict")
    assert shell.run("seal").code == 2, "it is asked about like any other"
    assert shell.run("seal", "--yes").code == 0
    assert repository.secrets(FILE) == {"password": CANARY, "token": "theirs", "between": "two", "third": "ours"}
    assert shell.run("verify").code == 0


def test_a_pre_commit_hook_stops_plain_text(shell: Shell, sealed: Path) -> None:
    repository = Repository(shell)
    documented = (Path(__file__).parents[3] / "docs/git.md").read_text()
    hook = re.search(r"```sh\n(#!/bin/sh\n.*?)```", documented, re.DOTALL)
    assert hook
    path = shell.workspace / ".git/hooks/pre-commit"
    path.write_text(hook[1].replace("integrator-tui", " ".join(shell.command()), 1))
    path.chmod(0o700)
    shell.environment["PYTHONPATH"] = str(Path(__file__).parents[3])
    repository.commit("sealed")
    shell.write("new.yaml", PLAIN.replace("Service", "New"))
    repository.git("add", "-A")
    done = repository.git("commit", "-q", "-m", "leak", code=1)
    assert "new.yaml: plain text stands below secrets" in done.out + done.err
    assert CANARY not in done.out + done.err


def test_a_file_that_is_moved_copied_or_rolled_back_stays_valid(shell: Shell, sealed: Path) -> None:
    old = sealed.read_text()
    Repository(shell).set_secrets(FILE, password="newer")
    shell.write("copies/svc.yaml", sealed.read_text().replace("name: Service", "name: Copy"))
    sealed.rename(shell.workspace / "moved.yaml")
    assert shell.run("verify").code == 0
    assert shell.run("show", "moved.yaml", "--reveal").out.count("newer") == 1
    shell.write("moved.yaml", old)
    assert shell.run("verify").code == 0
    assert shell.run("show", "moved.yaml", "--reveal").out.count(CANARY) == 1


def test_a_link_is_read_and_sealed_where_it_leads(shell: Shell, sealed: Path) -> None:
    elsewhere = shell.home / "elsewhere.yaml"
    elsewhere.write_text(PLAIN.replace("name: Service", "name: Elsewhere"))
    link = shell.workspace / "link.yaml"
    link.symlink_to(elsewhere)
    assert shell.run("seal", "--yes").code == 0
    assert link.is_symlink()
    assert CANARY not in elsewhere.read_text()
    assert shell.run("verify").code == 0


def recipients(path: Path) -> set[str]:
    return set(re.findall("recipient: (age1[0-9a-z]+)", path.read_text()))


def test_the_recipients_are_those_that_sops_chooses(shell: Shell, sealed: Path, stranger: str) -> None:
    (own,) = recipients(sealed)
    rules = (
        f"creation_rules:\n  - path_regex: ^work/[[:alpha:]]+/\n    age: {own},{stranger}\n"
        f"  - path_regex: ^work/\\w+.yaml$\n    age: {own}\n"
    )
    (shell.home / ".sops.yaml").write_text(rules)
    for file in ("prod/c.yaml", "żółw.yaml", "d.yaml"):
        shell.write(file, PLAIN.replace("Service", file))
    asked = shell.run("seal", "--yes")
    assert asked.code == 3 and f"{shell.home / '.sops.yaml'} names somebody who is new" in asked.err
    (shell.home / ".local/state/integrator-tui/recipients.json").unlink()
    done = shell.run("seal", "--yes")
    assert done.code == 2
    assert done.err.startswith(f"recipients are those of {shell.home / '.sops.yaml'}, which is for more than this")
    assert f"error: żółw.yaml: {shell.home / '.sops.yaml'}: no creation rule is for work/żółw.yaml\n" in done.err
    assert recipients(shell.workspace / "prod/c.yaml") == {own, stranger}
    assert recipients(shell.workspace / "d.yaml") == {own}
    assert CANARY in (shell.workspace / "żółw.yaml").read_text()
    shell.write("prod/.sops.yaml", "creation_rules: []\n")
    shown = shell.run("keys", "list")
    assert f"{shell.workspace / 'prod/.sops.yaml'} is not read" in shown.err
    assert f"recipient  {stranger}  {shell.home / '.sops.yaml'}\n" in shown.out
    assert "no creation rule is for work/żółw.yaml" in shown.err


def test_what_is_no_file_in_the_place_of_the_rules_is_named(shell: Shell, sealed: Path) -> None:
    os.mkfifo(shell.workspace / ".sops.yaml")
    shell.write("new.yaml", PLAIN.replace("Service", "New"))
    done = shell.run("seal", "--yes")
    assert done.code == 2
    assert f"error: new.yaml: {shell.workspace / '.sops.yaml'}: not a regular file\n" in done.err
    assert "hint: sops looks for its rules there" in done.err
    assert shell.run("verify", FILE).code == 0, "what is sealed is read all the same"


def test_white_space_at_an_end_is_a_warning_and_no_failure(shell: Shell, sealed: Path) -> None:
    shell.write("b.yaml", "name: B\nbase_url: http://127.0.0.1:9\nsecrets:\n  password: |\n    canary-b\n")
    done = shell.run("seal", "--yes", "B")
    assert done.code == 0
    assert done.err.startswith("warning: b.yaml: the secret password ") and done.err.count("\n") == 1
