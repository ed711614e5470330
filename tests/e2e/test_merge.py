"""Merges and diffs of encrypted files, by real git."""

from __future__ import annotations

import re

import pytest

from integrator_tui.model.entry import Draft
from tests.cli.repository import Repository
from tests.cli.shell import Shell
from tests.cli.test_secrets import sops

FILE = "svc.yaml"
PLAIN = """\
# kept
name: Service
description: first
base_url: https://api.example.com
auth:
  type: basic
  username: demo
tags: [one]
secrets:
  password: first-password
  api_key: first-key
  other: first-other
"""


@pytest.fixture
def repository(shell: Shell) -> Repository:
    """A sealed file on two branches, `main` checked out, the driver set up."""
    made = Repository(shell)
    made.set_up_driver()
    shell.write(FILE, PLAIN)
    workspace = made.workspace()
    workspace.keys.create_identity()
    workspace.seals.reseal(workspace.catalog.entry(FILE))
    made.branches()
    return made


def on_theirs(repository: Repository) -> None:
    repository.git("checkout", "-q", "theirs")


def back(repository: Repository) -> None:
    repository.commit("theirs")
    repository.git("checkout", "-q", "main")


def test_two_secrets_that_stand_side_by_side(repository: Repository) -> None:
    on_theirs(repository)
    repository.set_secrets(FILE, api_key="their-key")
    back(repository)
    repository.set_secrets(FILE, password="our-password")
    before = (repository.root / FILE).read_text().splitlines()
    repository.commit("ours")
    repository.git("merge", "-q", "theirs", "-m", "merged")
    assert repository.secrets(FILE) == {"password": "our-password", "api_key": "their-key", "other": "first-other"}
    assert "their-key" in sops(repository.shell, "-d", str(repository.root / FILE))
    assert repository.shell.run("verify").code == 0
    after = (repository.root / FILE).read_text().splitlines()
    changed = {line.split(":")[0].strip() for line in after if line not in before}
    assert changed <= {"api_key", "lastmodified", "mac"}


def test_a_rotation_there_and_a_secret_here(repository: Repository) -> None:
    on_theirs(repository)
    assert repository.shell.run("keys", "rotate").code == 0
    back(repository)
    repository.set_secrets(FILE, password="our-password")
    repository.commit("ours")
    repository.git("merge", "-q", "theirs", "-m", "merged")
    assert repository.secrets(FILE)["password"] == "our-password"
    assert repository.shell.run("verify").code == 0


def test_names_added_on_both_sides_and_one_removed(repository: Repository) -> None:
    on_theirs(repository)
    repository.set_secrets(FILE, theirs="t")
    back(repository)
    repository.set_secrets(FILE, ours="o")
    workspace = repository.workspace()
    entry = workspace.catalog.entry(FILE)
    assert entry.connection
    kept = tuple(name for name in entry.connection.secrets if name != "other")
    workspace.editor.save(Draft(entry.connection.model_copy(update={"secrets": kept}), FILE, entry.revision))
    repository.commit("ours")
    repository.git("merge", "-q", "theirs", "-m", "merged")
    assert repository.secrets(FILE) == {
        "password": "first-password",
        "api_key": "first-key",
        "ours": "o",
        "theirs": "t",
    }


def test_a_plain_line_here_and_a_secret_there_need_nothing(repository: Repository) -> None:
    on_theirs(repository)
    repository.set_secrets(FILE, api_key="their-key")
    back(repository)
    repository.replace(FILE, "description: first", "description: ours")
    repository.commit("ours")
    repository.shell.key_file.rename(repository.shell.home / "elsewhere")
    repository.git("merge", "-q", "theirs", "-m", "merged")
    (repository.shell.home / "elsewhere").rename(repository.shell.key_file)
    assert repository.secrets(FILE)["api_key"] == "their-key"


def test_one_secret_on_both_sides_is_a_conflict_with_markers(repository: Repository) -> None:
    on_theirs(repository)
    repository.set_secrets(FILE, password="theirs-canary")
    back(repository)
    repository.set_secrets(FILE, password="ours-canary")
    repository.commit("ours")
    done = repository.git("merge", "theirs", code=1)
    text = (repository.root / FILE).read_text()
    assert text.count("<<<<<<< ") >= 1 and text.count(">>>>>>> ") >= 1
    assert "password" in done.err
    assert "canary" not in done.out + done.err + text


def test_a_plain_line_on_both_sides_is_marked_alone(repository: Repository) -> None:
    on_theirs(repository)
    repository.replace(FILE, "description: first", "description: theirs")
    repository.set_secrets(FILE, api_key="their-key")
    back(repository)
    repository.replace(FILE, "description: first", "description: ours")
    repository.set_secrets(FILE, password="our-password")
    repository.commit("ours")
    repository.git("merge", "theirs", code=1)
    text = (repository.root / FILE).read_text()
    assert text.count("<<<<<<< ") == 1
    resolved = re.sub(
        r"<<<<<<< .*?\n(.*?)(\|\|\|\|\|\|\|.*?)?=======\n.*?>>>>>>> .*?\n", r"\1", text, flags=re.DOTALL
    )
    assert "description: ours\n" in resolved
    (repository.root / FILE).write_text(resolved)
    assert repository.shell.run("verify").code == 0
    assert repository.secrets(FILE) == {"password": "our-password", "api_key": "their-key", "other": "first-other"}


def test_sealed_fields_on_both_sides_wait_for_somebody_to_look(repository: Repository) -> None:
    def change(old: str, new: str) -> None:
        repository.replace(FILE, old, new)
        repository.seal(FILE)

    on_theirs(repository)
    change("username: demo", "username: theirs")
    back(repository)
    change("base_url: https://api.example.com", "base_url: https://ours.example.com")
    repository.commit("ours")
    done = repository.git("merge", "theirs", code=1)
    text = (repository.root / FILE).read_text()
    assert "<<<<<<<" not in text and "username: theirs" in text and "https://ours.example.com" in text
    assert "integrator-tui seal" in done.err
    assert repository.shell.run("verify").code == 3
    assert repository.shell.run("seal", "--yes").code == 0
    assert repository.secrets(FILE)["password"] == "first-password"


def test_one_side_sealed_a_field_the_other_changed_a_secret(repository: Repository) -> None:
    on_theirs(repository)
    repository.replace(FILE, "username: demo", "username: theirs")
    repository.seal(FILE)
    back(repository)
    repository.set_secrets(FILE, password="our-password")
    repository.commit("ours")
    repository.git("merge", "-q", "theirs", "-m", "merged")
    assert repository.secrets(FILE)["password"] == "our-password"
    assert "username: theirs" in (repository.root / FILE).read_text()


def test_a_stranger_of_the_other_branch_is_left_out(repository: Repository, stranger: str) -> None:
    on_theirs(repository)
    assert repository.shell.run("keys", "add", stranger).code == 0
    repository.set_secrets(FILE, api_key="their-key")
    back(repository)
    # The machine forgets what it agreed to on the other branch: it was somebody else's.
    for name in ("recipients.json", "data_keys"):
        (repository.surroundings().state / name).unlink()
    repository.set_secrets(FILE, password="our-password")
    repository.commit("ours")
    repository.git("merge", "-q", "theirs", "-m", "merged")
    text = (repository.root / FILE).read_text()
    assert stranger not in text
    assert repository.secrets(FILE)["api_key"] == "their-key"


def test_a_recipient_removed_here_stays_out(repository: Repository, stranger: str) -> None:
    assert repository.shell.run("keys", "add", stranger).code == 0
    repository.commit("added")
    repository.git("branch", "-f", "theirs")
    on_theirs(repository)
    repository.set_secrets(FILE, api_key="their-key")
    back(repository)
    assert repository.shell.run("keys", "remove", stranger).code == 0
    repository.commit("ours")
    repository.git("merge", "-q", "theirs", "-m", "merged")
    assert stranger not in (repository.root / FILE).read_text()
    assert repository.secrets(FILE)["api_key"] == "their-key"


def test_without_an_identity_the_conflict_is_gits(repository: Repository) -> None:
    on_theirs(repository)
    repository.set_secrets(FILE, api_key="their-key")
    back(repository)
    repository.set_secrets(FILE, password="our-password")
    repository.commit("ours")
    repository.shell.key_file.rename(repository.shell.home / "elsewhere")
    repository.git("merge", "theirs", code=1)
    assert "<<<<<<< " in (repository.root / FILE).read_text()


def test_a_file_whose_name_begins_with_a_dash(repository: Repository) -> None:
    (repository.root / FILE).rename(repository.root / "-n.yaml")
    repository.commit("renamed")
    repository.git("branch", "-f", "theirs")
    on_theirs(repository)
    repository.set_secrets("-n.yaml", api_key="their-key")
    back(repository)
    repository.set_secrets("-n.yaml", password="our-password")
    repository.commit("ours")
    repository.git("merge", "-q", "theirs", "-m", "merged")
    assert repository.secrets("-n.yaml") == {
        "password": "our-password",
        "api_key": "their-key",
        "other": "first-other",
    }


def crossed(repository: Repository, ours: str, theirs: str) -> None:
    """Change the password on both branches and merge each into the other, to what is given."""
    on_theirs(repository)
    repository.set_secrets(FILE, password="theirs")
    repository.commit("theirs")
    repository.git("branch", "theirs-first")
    repository.git("checkout", "-q", "main")
    repository.set_secrets(FILE, password="ours")
    repository.commit("ours")
    repository.git("branch", "ours-first")
    for branch, other, password in (("main", "theirs-first", ours), ("theirs", "ours-first", theirs)):
        repository.git("checkout", "-q", branch)
        before = (repository.root / FILE).read_bytes()
        repository.git("merge", other, code=1)
        (repository.root / FILE).write_bytes(before)
        repository.set_secrets(FILE, password=password)
        repository.commit("merged")
    repository.git("checkout", "-q", "main")


def test_where_branches_crossed_what_one_side_changed_is_no_conflict(repository: Repository) -> None:
    crossed(repository, "the-same", "the-same")
    on_theirs(repository)
    repository.set_secrets(FILE, api_key="their-key")
    back(repository)
    repository.set_secrets(FILE, other="our-other")
    repository.commit("ours again")
    repository.git("merge", "-q", "theirs", "-m", "crossed")
    assert repository.secrets(FILE) == {"password": "the-same", "api_key": "their-key", "other": "our-other"}
    assert repository.shell.run("verify").code == 0


def test_where_branches_crossed_only_what_both_changed_is_reported(repository: Repository) -> None:
    crossed(repository, "one-way", "the-other")
    on_theirs(repository)
    repository.set_secrets(FILE, api_key="their-key")
    back(repository)
    repository.set_secrets(FILE, other="our-other")
    repository.commit("ours again")
    done = repository.git("merge", "theirs", code=1)
    assert "both sides changed the secret password\n" in done.err
    assert "api_key" not in done.err and "other" not in done.err.replace("the-other", "")


def test_a_common_version_that_does_not_open_still_tells_what_changed(repository: Repository) -> None:
    text = (repository.root / FILE).read_text()
    workspace = repository.workspace()
    on_theirs(repository)
    repository.set_secrets(FILE, api_key="their-key")
    theirs = (repository.root / FILE).read_bytes()
    back(repository)
    repository.set_secrets(FILE, password="our-password")
    ours = (repository.root / FILE).read_bytes()
    base = re.sub(r"mac: ENC\[AES256_GCM,data:....", "mac: ENC[AES256_GCM,data:AAAA", text).encode()
    merged = workspace.three_way.merge(FILE, base, ours, theirs)
    assert merged.clean, merged.findings
    (repository.root / FILE).write_bytes(merged.data)
    assert repository.secrets(FILE) == {
        "password": "our-password",
        "api_key": "their-key",
        "other": "first-other",
    }


def test_the_diff_of_one_secret_is_its_line_and_the_mac(repository: Repository) -> None:
    repository.set_secrets(FILE, password="another-password")
    lines = repository.git("diff", "-U0").out.splitlines()
    changed = [line[1:].split(":")[0].strip() for line in lines if re.match(r"[-+](?![-+])", line)]
    assert sorted(changed) == sorted(["password", "lastmodified", "mac"] * 2) or sorted(changed) == sorted(
        ["password", "mac"] * 2
    ), "lastmodified is the same within a second"


def test_the_diff_of_a_sealed_field_adds_the_seal(repository: Repository) -> None:
    repository.replace(FILE, "username: demo", "username: other")
    repository.seal(FILE)
    lines = repository.git("diff", "-U0").out.splitlines()
    changed = {line[1:].split(":")[0].strip() for line in lines if re.match(r"[-+](?![-+])", line)}
    assert changed - {"lastmodified"} == {"username", "_seal", "mac"}


@pytest.fixture
def three(shell: Shell) -> list[str]:
    """Three files that merge without a conflict, BASE OURS THEIRS, ours behind a link and with permissions of its
    own."""
    lines = [f"# {number}\n" for number in range(9)]
    for name, changed in (("base", -1), ("real.yaml", 0), ("theirs", 8)):
        text = "".join("# changed\n" if number == changed else line for number, line in enumerate(lines))
        shell.write(name, text)
    shell.workspace.joinpath("real.yaml").chmod(0o644)
    shell.workspace.joinpath("ours").symlink_to("real.yaml")
    return [f"work/{name}" for name in ("base", "ours", "theirs")]


def test_the_receiving_file_keeps_its_permissions_and_its_link(shell: Shell, three: list[str]) -> None:
    before = sorted(path.name for path in shell.workspace.iterdir())
    assert shell.run("merge", *three).code == 0
    real = shell.workspace / "real.yaml"
    assert real.read_text().count("# changed\n") == 2
    assert real.stat().st_mode & 0o777 == 0o644
    assert (shell.workspace / "ours").is_symlink()
    assert sorted(path.name for path in shell.workspace.iterdir()) == before


def test_a_result_that_cannot_be_written_leaves_the_file_as_it_was(shell: Shell, three: list[str]) -> None:
    before = (shell.workspace / "real.yaml").read_bytes()
    shell.workspace.chmod(0o500)
    done = shell.run("merge", *three, bound_by_modes=True)
    shell.workspace.chmod(0o700)
    assert (done.code, done.out) == (2, "")
    assert "work/ours cannot be written: permission denied" in done.err
    assert "hint: what was there before is there still" in done.err
    assert (shell.workspace / "real.yaml").read_bytes() == before
