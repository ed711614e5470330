"""`keys`: recipients over a whole workspace, held against the real sops with the keys of both people."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from integrator_tui.vault.age.x25519 import X25519Identity
from tests.cli.repository import Repository
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal
from tests.vault.sops_file import sops_binary

CANARY = "kQ9-canary"


@dataclass(frozen=True)
class Team:
    """A workspace of two sealed files, and somebody else with an identity of their own."""

    shell: Shell
    own: str
    other: str
    other_key: Path

    def text(self, file: str) -> str:
        return (self.shell.workspace / file).read_text()

    def other_reads(self, file: str) -> bool:
        """Return whether the other person opens a file with sops."""
        return self._opens(file, self.other_key)

    def own_reads(self, file: str) -> bool:
        return self._opens(file, self.shell.key_file)

    def _opens(self, file: str, key: Path) -> bool:
        done = subprocess.run(
            [sops_binary(), "--disable-version-check", "-d", str(self.shell.workspace / file)],
            env={"PATH": os.environ["PATH"], "HOME": str(key.parent), "SOPS_AGE_KEY_FILE": str(key)},
            capture_output=True,
            text=True,
        )
        return done.returncode == 0 and CANARY in done.stdout

    def seal(self, *files: str) -> None:
        workspace = Repository(self.shell).workspace()
        for file in files:
            workspace.seals.reseal(workspace.catalog.entry(file))

    def encrypt_for_other(self, file: str) -> None:
        """Let the other person into a file as sops does, behind the back of `.sops.yaml`."""
        subprocess.run(
            [sops_binary(), "--disable-version-check", "rotate", "-i", "--add-age", self.other, file],
            env={"PATH": os.environ["PATH"], "SOPS_AGE_KEY_FILE": str(self.shell.key_file)},
            cwd=self.shell.workspace,
            check=True,
            capture_output=True,
        )


def write(shell: Shell, file: str, secret: str = "password") -> None:
    shell.write(file, f"name: {file}\nbase_url: https://api.example.com\nsecrets:\n  {secret}: {CANARY}-{secret}\n")


@pytest.fixture
def team(shell: Shell, tmp_path: Path) -> Team:
    identity = X25519Identity.generate()
    other_key = tmp_path / "other.txt"
    other_key.write_text(identity.text() + "\n")
    other_key.chmod(0o600)
    own = Repository(shell).workspace().keys.create_identity().recipient
    made = Team(shell, own, identity.recipient(), other_key)
    write(shell, "a.yaml")
    write(shell, "prod/b.yaml", "token")
    made.seal("a.yaml", "prod/b.yaml")
    shell.write("plain.yaml", "name: Plain\nbase_url: https://api.example.com\n")
    return made


def test_add_pins_and_lets_in(team: Team) -> None:
    values = [line for line in team.text("a.yaml").splitlines() if "ENC[" in line]
    assert not team.other_reads("a.yaml")
    done = team.shell.run("keys", "add", team.other)
    assert (done.code, done.out) == (0, ""), done.err
    rules = team.text(".sops.yaml")
    assert rules == (
        "creation_rules:\n  - encrypted_regex: ^secrets$\n    mac_only_encrypted: true\n    age:\n"
        f"      - {team.own}\n      - {team.other}\nstores:\n  yaml:\n    indent: 2\n"
    )
    for file in ("a.yaml", "prod/b.yaml"):
        assert team.other_reads(file) and team.own_reads(file)
    assert all(line in team.text("a.yaml") for line in values), "no value is encrypted anew"
    assert "sops" not in team.text("plain.yaml")
    before = {file: team.text(file) for file in (".sops.yaml", "a.yaml", "prod/b.yaml")}
    assert team.shell.run("keys", "add", team.other).code == 0
    assert before == {file: team.text(file) for file in before}, "a repetition changes nothing"
    assert team.shell.run("verify").code == 0


def test_sops_encrypts_a_new_file_by_the_rule_that_was_made(team: Team) -> None:
    assert team.shell.run("keys", "add", team.other).code == 0
    write(team.shell, "new.yaml")
    subprocess.run(
        [sops_binary(), "--disable-version-check", "encrypt", "-i", "new.yaml"],
        env={"PATH": os.environ["PATH"], "HOME": str(team.shell.home)},
        cwd=team.shell.workspace,
        check=True,
        capture_output=True,
    )
    assert team.other_reads("new.yaml")
    assert "base_url: https://api.example.com" in team.text("new.yaml")


def test_add_keeps_the_rest_of_sops_yaml(team: Team) -> None:
    rules = (
        f"# whose\ncreation_rules:\n  # prod\n  - path_regex: ^prod/   # kept\n    age: {team.own}\n"
        f"  - age: {team.own}\n"
    )
    team.shell.write(".sops.yaml", rules)
    assert team.shell.run("keys", "add", team.other).code == 0
    assert team.text(".sops.yaml") == rules.replace(team.own, f"{team.own},{team.other}")


def test_remove_renews_data_keys_and_lists_what_was_read(team: Team) -> None:
    assert team.shell.run("keys", "add", team.other).code == 0
    before = [line for line in team.text("a.yaml").splitlines() if "ENC[" in line]
    done = team.shell.run("keys", "remove", team.other)
    assert done.code == 0, done.err
    assert done.out == "a.yaml: password\nprod/b.yaml: token\n"
    for file in (".sops.yaml", "a.yaml", "prod/b.yaml"):
        assert team.other not in team.text(file)
    assert not any(line in team.text("a.yaml") for line in before), "every value stands under a new data key"
    assert team.own_reads("a.yaml") and not team.other_reads("a.yaml")
    assert team.shell.run("verify").code == 0
    after = {file: team.text(file) for file in (".sops.yaml", "a.yaml", "prod/b.yaml")}
    again = team.shell.run("keys", "remove", team.other)
    assert (again.code, again.out) == (2, "")
    assert again.err.startswith(f"error: {team.other} is no recipient here") and "is it mistyped?" in again.err
    assert after == {file: team.text(file) for file in after}


def test_an_interrupted_removal_lists_all_when_it_is_repeated(team: Team) -> None:
    assert team.shell.run("keys", "add", team.other).code == 0
    workspace = Repository(team.shell).workspace()
    workspace.keys.rotation.leaving(team.other)
    outcomes = workspace.keys.rotation.remove(team.other)
    assert next(outcomes).file == "a.yaml"
    assert team.other not in team.text("a.yaml") and team.other in team.text("prod/b.yaml")
    done = team.shell.run("keys", "remove", team.other)
    assert (done.code, done.out) == (0, "a.yaml: password\nprod/b.yaml: token\n")


def test_comments_that_sops_encrypted_are_not_lost_with_the_old_data_key(team: Team) -> None:
    file = team.shell.workspace / "a.yaml"
    sops = [sops_binary(), "--disable-version-check"]
    environment = {"PATH": os.environ["PATH"], "SOPS_AGE_KEY_FILE": str(team.shell.key_file)}
    file.write_text(team.text("a.yaml").replace("secrets:\n", "secrets:\n  # who rotates it: żółć\n", 1))
    subprocess.run([*sops, "set", file, '["secrets"]["extra"]', '"x"'], env=environment, check=True)
    assert "#ENC[" in team.text("a.yaml") and "żółć" not in team.text("a.yaml")
    file.write_text(team.text("a.yaml").replace("name: ", "description: |\n  #ENC[kept]\nname: ", 1))
    assert team.shell.run("keys", "rotate").code == 0
    done = subprocess.run([*sops, "-d", file], env=environment, capture_output=True, text=True, check=True)
    assert "# who rotates it: żółć\n" in done.stdout and "  #ENC[kept]\n" in done.stdout
    assert "unencrypted comment" not in done.stderr


def test_list_names_the_recipient_that_is_encrypted_for(shell: Shell) -> None:
    first, second = sorted((X25519Identity.generate() for _ in range(2)), key=lambda made: made.recipient())
    # The order of the sources counts, and not that of the alphabet.
    environment = {"SOPS_AGE_KEY": f"{second.text()}\n{first.text()}"}
    listed = shell.run("keys", "list", environment=environment).out
    assert f"recipient  {second.recipient()}  nobody is pinned" in listed
    write(shell, "a.yaml")
    assert shell.run("seal", "--yes", environment=environment).code == 0
    assert f"recipient: {second.recipient()}" in (shell.workspace / "a.yaml").read_text()


def test_nobody_removes_the_last_who_reads(team: Team) -> None:
    before = team.text("a.yaml")
    done = team.shell.run("keys", "remove", team.own)
    assert done.code == 2 and done.err.count("\n") == 2
    assert team.text("a.yaml") == before


def test_rotate_gives_new_data_keys(team: Team) -> None:
    before = {line for line in team.text("a.yaml").splitlines() if "ENC[" in line}
    done = team.shell.run("keys", "rotate")
    assert (done.code, done.out) == (0, "")
    assert not before & set(team.text("a.yaml").splitlines())
    assert team.own_reads("a.yaml")
    assert team.shell.run("verify").code == 0


def test_a_file_with_an_unpinned_recipient_is_left_and_named(team: Team) -> None:
    team.encrypt_for_other("a.yaml")
    before = team.text("a.yaml")
    other = team.text("prod/b.yaml")
    done = team.shell.run("keys", "rotate")
    assert done.code == 3
    assert "a.yaml" in done.err and team.other in done.err
    assert team.text("a.yaml") == before
    assert team.text("prod/b.yaml") != other, "the others are rotated"
    listed = team.shell.run("keys", "list")
    assert listed.code == 0
    assert f"unpinned   {team.other}  a.yaml\n" in listed.out
    removed = team.shell.run("keys", "remove", team.other)
    assert (removed.code, removed.out) == (0, "a.yaml: password\n")
    assert not team.other_reads("a.yaml") and team.own_reads("a.yaml")


def test_files_that_cannot_be_changed_are_named_and_the_others_done(team: Team) -> None:
    torn = team.text("a.yaml").replace('lastmodified: "20', 'lastmodified: "19')
    team.shell.write("a.yaml", torn)
    write(team.shell, "c.yaml")
    done = team.shell.run("keys", "add", team.other)
    assert done.code == 3
    assert "a.yaml is left as it was" in done.err and "c.yaml is left as it was" in done.err
    assert CANARY not in done.err
    assert team.text("a.yaml") == torn
    assert team.other_reads("prod/b.yaml")


@pytest.mark.parametrize("command", [["seal", "--yes"], ["keys", "rotate"], ["keys", "add", "OTHER"]])
def test_who_is_new_in_sops_yaml_is_refused_without_a_terminal(team: Team, command: list[str]) -> None:
    stranger = X25519Identity.generate().recipient()
    team.shell.write(".sops.yaml", f"creation_rules:\n  - age: {team.own},{stranger}\n")
    write(team.shell, "new.yaml")
    before = {file: team.text(file) for file in ("a.yaml", "new.yaml", ".sops.yaml")}
    done = team.shell.run(*[team.other if word == "OTHER" else word for word in command])
    assert done.code == 3
    assert stranger in done.err
    assert done.err.count("\n") % 2 == 0
    assert before == {file: team.text(file) for file in before}


@pytest.mark.parametrize("memory", ["damaged", "not to be kept"])
def test_a_memory_that_is_lost_lets_nobody_in_unsaid(team: Team, memory: str) -> None:
    state = team.shell.home / ".local/state/integrator-tui"
    team.shell.run("keys", "rotate")
    if memory == "damaged":
        (state / "recipients.json").write_text("")
    else:
        shutil.rmtree(state)
        state.write_text("")
    team.shell.write(".sops.yaml", f"creation_rules:\n  - age: {team.own},{team.other}\n")
    write(team.shell, "new.yaml")
    before = {file: team.text(file) for file in ("a.yaml", "new.yaml")}
    for command in (["keys", "rotate"], ["seal", "--yes"]):
        done = team.shell.run(*command)
        assert done.code == 3 and team.other in done.err and str(state) in done.err
    assert before == {file: team.text(file) for file in before}
    assert team.shell.run("keys", "add", team.other).code == 3, "new.yaml is not sealed yet"
    assert team.other_reads("a.yaml")


def test_the_first_use_on_a_machine_says_who_is_believed(team: Team) -> None:
    shutil.rmtree(team.shell.home / ".local/state/integrator-tui")
    team.shell.write(".sops.yaml", f"creation_rules:\n  - age: {team.own},{team.other}\n")
    first, second = team.shell.run("keys", "rotate"), team.shell.run("keys", "rotate")
    assert (first.code, second.code, second.err) == (0, 0, "")
    assert first.err.startswith("warning: first use of this workspace here") and team.other in first.err
    assert team.own not in first.err


def test_naming_somebody_agrees_to_them(team: Team) -> None:
    team.shell.write(".sops.yaml", f"creation_rules:\n  - age: {team.own},{team.other}\n")
    assert team.shell.run("keys", "rotate").code == 3
    assert team.shell.run("keys", "add", team.other).code == 0
    assert team.shell.run("keys", "rotate").code == 0
    assert team.other_reads("a.yaml")


def test_yes_does_not_answer_for_a_new_recipient(team: Team) -> None:
    team.shell.write(".sops.yaml", f"creation_rules:\n  - age: {team.own},{team.other}\n")
    write(team.shell, "new.yaml")
    with Terminal(team.shell, "seal", "--yes") as terminal:
        terminal.expect(team.other)
        terminal.expect("[y/N]")
        terminal.type("n")
        assert terminal.finish() == 3
    assert CANARY in team.text("new.yaml")
    with Terminal(team.shell, "seal", "--yes") as terminal:
        terminal.expect("[y/N]")
        terminal.type("y")
        assert terminal.finish() == 0
    assert team.other_reads("new.yaml")


def test_an_unpinned_recipient_is_asked_about_and_pinned(team: Team) -> None:
    team.encrypt_for_other("a.yaml")
    with Terminal(team.shell, "keys", "rotate") as terminal:
        terminal.expect(team.other)
        terminal.expect("[y/N]")
        terminal.type("y")
        assert terminal.finish() == 0
        assert "of 3" in terminal.shown, "a progress bar"
    assert team.other in team.text(".sops.yaml")
    assert team.other_reads("a.yaml") and team.other_reads("prod/b.yaml")


def test_the_bar_needs_a_terminal_that_shows_it(team: Team) -> None:
    with Terminal(team.shell, "keys", "rotate", environment={"NO_COLOR": "1"}) as terminal:
        assert terminal.finish() == 0
        assert "\x1b" not in terminal.shown


def test_what_is_no_recipient_is_refused(team: Team) -> None:
    identity = X25519Identity.generate().text()
    for text in (identity, identity.lower(), "ssh-ed25519 AAAA", "age1xyz", ""):
        done = team.shell.run("keys", "add", text)
        assert done.code == 2, text
        assert done.err.startswith("error: ") and done.err.count("\n") == 2
        assert identity[20:40] not in done.err and identity.lower()[20:40] not in done.err
    assert not (team.shell.workspace / ".sops.yaml").exists()


def test_removing_who_is_no_recipient_says_so(team: Team) -> None:
    stranger = X25519Identity.generate().recipient()
    done = team.shell.run("keys", "remove", stranger)
    assert f"{stranger} is no recipient here" in done.err


def test_list_names_identities_recipients_and_problems(team: Team) -> None:
    done = team.shell.run("keys", "list")
    assert done.out == f"identity   {team.own}  {team.shell.key_file}\nrecipient  {team.own}  nobody is pinned\n"
    team.shell.key_file.chmod(0o644)
    done = team.shell.run("keys", "list")
    assert done.code == 0 and "chmod 600" in done.err
    team.shell.key_file.chmod(0o600)
    team.shell.write(".sops.yaml", f"creation_rules:\n  - age: {team.own},{team.other}\n")
    assert f"new        {team.other}  .sops.yaml\n" in team.shell.run("keys", "list").out


def test_a_removed_recipient_who_comes_back_is_new(team: Team) -> None:
    assert team.shell.run("keys", "add", team.other).code == 0
    before = team.text(".sops.yaml")
    assert team.shell.run("keys", "remove", team.other).code == 0
    team.shell.write(".sops.yaml", before)
    assert team.shell.run("keys", "rotate").code == 3


def test_recipients_are_remembered_for_each_workspace_in_files_of_our_own(team: Team) -> None:
    assert team.shell.run("keys", "add", team.other).code == 0
    path = team.shell.home / ".local/state/integrator-tui/recipients.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text()) == {str(team.shell.workspace): [team.own, team.other]}
