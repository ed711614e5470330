"""Who is asked for a passphrase, how often, and what becomes of a command where none is given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts import passphrase as prompts
from integrator_tui.cli.prompts.passphrase import MAX_ATTEMPTS, Passphrases
from integrator_tui.errors import IntegratorError, NoIdentity, PassphraseNeeded
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace
from tests.identities import protected_identity

RIGHT = "open sesame"


class Person:
    """Somebody at the terminal who gives these answers, then none."""

    def __init__(self, *answers: str) -> None:
        self.asked: list[str] = []
        self._answers: Iterator[str] = iter(answers)

    def __call__(self, question: str) -> Secret | None:
        self.asked.append(question)
        answer = next(self._answers, None)
        return None if answer is None else Secret(answer)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, str]:
    """An identity file behind a passphrase, and a file that is sealed with it."""
    folder = tmp_path_factory.mktemp("made")
    workspace = Workspace(folder / "work", surroundings(folder))
    workspace.root.mkdir()
    protected_identity(workspace, folder / "keys.txt", RIGHT)
    (workspace.root / "a.yaml").write_text("name: A\nbase_url: https://a.example\nsecrets:\n  password: canary\n")
    workspace.seals.reseal(workspace.catalog.entry("a.yaml"))
    return (folder / "keys.txt").read_bytes(), (workspace.root / "a.yaml").read_text()


@pytest.fixture
def workspace(tmp_path: Path, made: tuple[bytes, str]) -> Workspace:
    (tmp_path / "work").mkdir()
    key, text = made
    (tmp_path / "keys.txt").write_bytes(key)
    (tmp_path / "keys.txt").chmod(0o600)
    for name in ("a", "b"):
        (tmp_path / "work" / f"{name}.yaml").write_text(text.replace("name: A", f"name: {name.upper()}"))
    return Workspace(tmp_path / "work", surroundings(tmp_path))


def surroundings(folder: Path) -> Surroundings:
    return Surroundings(folder / "c", folder / "state", folder / "cache", age_keys_file=folder / "keys.txt")


def sits(monkeypatch: pytest.MonkeyPatch, *answers: str) -> Person:
    person = Person(*answers)
    monkeypatch.setattr(prompts, "asked_silently", person)
    return person


def secrets(workspace: Workspace, passphrases: Passphrases, file: str) -> dict[str, Secret]:
    return passphrases.unlocked(lambda: workspace.secrets.of(workspace.catalog.entry(file)))


def test_it_is_asked_for_until_it_is_right_and_never_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = sits(monkeypatch, "wrong", RIGHT)
    passphrases = Passphrases(workspace, Console({}))
    assert workspace.catalog.entries() and workspace.keys.identities() and person.asked == []
    for file in ("a.yaml", "b.yaml"):
        assert set(secrets(workspace, passphrases, file)) == {"password"}
    question = f"Passphrase for {workspace.root.parent / 'keys.txt'}: "
    assert person.asked == [question, f"That passphrase is wrong. {question}"]


def test_whoever_gives_no_answer_is_asked_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    person = sits(monkeypatch)
    passphrases = Passphrases(workspace, Console({}))
    passphrases.ahead(workspace.secrets.require_unlocked, workspace.catalog.entries())
    for file in ("a.yaml", "b.yaml"):
        with pytest.raises(PassphraseNeeded):
            secrets(workspace, passphrases, file)
    assert passphrases.as_far_as_given(lambda locked: workspace.catalog.find("A", locked=locked)).state == "ok"
    assert len(person.asked) == 1


def test_so_many_wrong_ones_are_told_and_taken(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    person = sits(monkeypatch, *["wrong"] * MAX_ATTEMPTS, RIGHT)
    passphrases = Passphrases(workspace, Console({}))
    for _ in range(2):
        with pytest.raises(PassphraseNeeded) as caught:
            secrets(workspace, passphrases, "a.yaml")
        assert caught.value.exit_code == 3
    assert len(person.asked) == MAX_ATTEMPTS
    assert capsys.readouterr().err.count(f"{MAX_ATTEMPTS} wrong passphrases") == 1


def test_nobody_is_asked_where_a_passphrase_would_not_help(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = sits(monkeypatch, RIGHT)
    passphrases = Passphrases(workspace, Console({}))
    assert not passphrases.opened((NoIdentity("no"), IntegratorError("other")))
    with pytest.raises(NoIdentity):
        passphrases.unlocked(lambda: _raise(NoIdentity("no")))
    # Something said so, and nothing waits.
    nobody = Passphrases(Workspace(workspace.root, surroundings(workspace.root)), Console({}))
    assert not nobody.opened((PassphraseNeeded("said"),))
    assert person.asked == []


def test_findings_are_looked_for_again_where_one_was_opened(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = sits(monkeypatch, RIGHT)
    passphrases = Passphrases(workspace, Console({}))
    findings = workspace.seals.verify("a.yaml")
    assert [type(finding) for finding in findings] == [PassphraseNeeded]
    assert passphrases.opened(findings)
    assert workspace.seals.verify("a.yaml") == () and len(person.asked) == 1


def test_two_identity_files_are_each_asked_for(
    workspace: Workspace, made: tuple[bytes, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = surroundings(tmp_path)._replace(age_keys_file=None, age_key_file=tmp_path / "other.txt")
    protected_identity(Workspace(workspace.root, first), tmp_path / "other.txt", "another")
    both = Workspace(workspace.root, surroundings(tmp_path)._replace(age_key_file=tmp_path / "other.txt"))
    person = sits(monkeypatch, "another", RIGHT)
    assert set(secrets(both, Passphrases(both, Console({})), "a.yaml")) == {"password"}
    assert ["other.txt" in person.asked[0], "keys.txt" in person.asked[1]] == [True, True]
    assert len(person.asked) == 2


def test_what_the_key_command_prints_may_be_protected_too(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = surroundings(tmp_path)._replace(
        age_keys_file=None, age_key_command=f"cat {tmp_path / 'keys.txt'}", command_environment={"PATH": "/usr/bin"}
    )
    person = sits(monkeypatch, RIGHT)
    printed = Workspace(workspace.root, given)
    passphrases = Passphrases(printed, Console({}))
    passphrases.ahead(printed.keys.rotation.require_unlocked)
    assert [outcome.error for outcome in printed.keys.rotation.rotate()] == [None, None]
    assert len(person.asked) == 1 and "SOPS_AGE_KEY_CMD" in person.asked[0]


def _raise(error: IntegratorError) -> None:
    raise error
