"""Files that somebody else changed while the interface was open, or that git left half merged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from integrator_tui.model.connection import BasicAuth, Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.workspace import Workspace
from tests.tui.driver import SMALL, running

FILE = "basic.yaml"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with one sealed file."""
    (tmp_path / "connections").mkdir()
    surroundings = Surroundings(
        tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=tmp_path / "keys.txt"
    )
    made = Workspace(tmp_path / "connections", surroundings)
    made.keys.create_identity()
    connection = Connection(
        name="Basic", base_url="https://x.example.com", auth=BasicAuth(username="u"), secrets=("password",)
    )
    made.editor.save(Draft(connection, typed={"password": Secret("stored")}))
    return made


async def test_who_takes_the_files_version_edits_and_saves_that(workspace: Workspace) -> None:
    file = workspace.root / FILE
    async with running(workspace, SMALL) as user:
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Description", "typed here")
        file.write_text(file.read_text().replace("name: Basic", "name: Renamed\ndescription: on disk"))
        await user.press("ctrl+s")
        await user.on(QuestionScreen)
        await user.press("right", "right", "enter")
        await user.on(EditScreen)
        await user.shows("on disk")
        assert "typed here" not in user.text
        await user.fill("Test Path", "/health")
        await user.press("ctrl+s")
        await user.on(MainScreen)
        await user.until(lambda: user.sidebar.selected == FILE, "the saved row")
        await user.shows("Renamed")
    saved = workspace.catalog.entry(FILE)
    assert saved.connection is not None
    assert (saved.name, saved.connection.description, saved.connection.test_path) == (
        "Renamed",
        "on disk",
        "/health",
    )
    assert workspace.seals.verify(saved.file) == ()


async def test_who_takes_the_files_version_and_leaves_sees_it_in_the_list(workspace: Workspace) -> None:
    file = workspace.root / FILE
    async with running(workspace, SMALL) as user:
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Description", "typed here")
        file.write_text(file.read_text().replace("name: Basic", "name: Renamed"))
        before = file.read_bytes()
        await user.press("ctrl+s")
        await user.on(QuestionScreen)
        await user.press("right", "right", "enter")
        await user.on(EditScreen)
        await user.shows("Renamed")
        await user.press("escape")
        await user.on(MainScreen)  # nothing is unsaved, so nothing is asked
        await user.until(lambda: [entry.name for entry in user.sidebar.entries] == ["Renamed"], "the file's name")
    assert file.read_bytes() == before


async def test_an_edit_of_a_file_that_was_removed_can_be_saved(workspace: Workspace) -> None:
    file = workspace.root / FILE
    async with running(workspace, SMALL) as user:
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Description", "typed here")
        file.unlink()
        await user.press("ctrl+s")
        await user.on(QuestionScreen)
        await user.shows("was removed")
        await user.press("right", "enter")
        await user.until(lambda: "with it the secrets password" in user.notices, "what is lost")
        assert not file.exists()
        await user.on(EditScreen)
        await user.fill("Password", "typed again")
        await user.press("ctrl+s")
        await user.on(QuestionScreen)
        await user.press("right", "enter")
        await user.on(MainScreen)
    saved = workspace.catalog.entry(FILE)
    assert saved.connection is not None and saved.connection.description == "typed here"
    assert (
        workspace.secrets.reveal(Draft(saved.connection, FILE, saved.revision), "password").reveal()
        == "typed again"
    )


async def test_who_deletes_a_file_that_changed_sees_it_first(workspace: Workspace) -> None:
    file = workspace.root / FILE
    async with running(workspace, SMALL) as user:
        file.write_text(file.read_text().replace("name: Basic", "name: Basic\ndescription: on disk"))
        await user.press("x", "right", "enter")
        await user.until(lambda: "changed since it was read" in user.notices, "why it stays")
        await user.shows("on disk")
        assert file.exists()
        await user.press("x", "right", "enter")
        await user.until(lambda: not file.exists(), "the file to go")


def conflicted(workspace: Workspace) -> None:
    """Leave in the file what git leaves where two branches changed different secrets."""
    file = workspace.root / FILE
    text = file.read_text()
    match = re.search(r"  lastmodified: .*\n  mac: .*\n", text)
    assert match is not None
    theirs = match[0].replace('lastmodified: "2', 'lastmodified: "1')
    file.write_text(text.replace(match[0], f"<<<<<<< HEAD\n{match[0]}=======\n{theirs}>>>>>>> theirs\n"))


async def test_gits_conflict_in_the_mac_is_told_and_sealed_away(workspace: Workspace) -> None:
    conflicted(workspace)
    async with running(workspace, SMALL) as user:
        await user.until(lambda: user.sidebar.entries and user.sidebar.entries[0].state == "problem", "the row")
        await user.select(FILE)
        await user.shows("git left a conflict in")
        await user.press("L")
        await user.on(QuestionScreen)
        await user.shows("https://x.example.com")
        await user.press("right", "enter")
        await user.on(MainScreen)
        await user.until(lambda: user.sidebar.entries[0].state == "ok", "the mended row")
        await user.shows("https://x.example.com")
    entry = workspace.catalog.entry(FILE)
    assert workspace.seals.verify(entry.file) == ()
    assert workspace.secrets.of(entry) == {"password": Secret("stored")}


async def test_a_mac_of_another_version_is_sealed_away_where_every_value_opens(workspace: Workspace) -> None:
    file = workspace.root / FILE
    file.write_text(re.sub('lastmodified: "2', 'lastmodified: "1', file.read_text()))
    async with running(workspace, SMALL) as user:
        await user.select(FILE)
        await user.press("L")
        await user.on(QuestionScreen)
        await user.press("right", "enter")
        await user.on(MainScreen)
        await user.until(lambda: "is sealed" in user.notices, "the word that it is sealed")
    assert workspace.seals.verify(FILE) == ()


async def test_a_value_that_does_not_open_is_not_sealed_over(workspace: Workspace) -> None:
    file = workspace.root / FILE
    file.write_text(file.read_text().replace("password: ENC[AES256_GCM,data:", "password: ENC[AES256_GCM,data:AA"))
    conflicted(workspace)
    before = file.read_bytes()
    async with running(workspace, SMALL) as user:
        await user.select(FILE)
        await user.press("L")
        await user.on(QuestionScreen)
        await user.press("right", "enter")
        await user.on(MainScreen)
        await user.until(lambda: "password" in user.notices, "the value that does not open")
    assert file.read_bytes() == before
