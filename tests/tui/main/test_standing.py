"""How a connection stands has one owner: list, detail and result say the same, whatever happens to its file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from integrator_tui.model.connection import BasicAuth, Connection
from integrator_tui.model.entry import Draft, Entry, EntryState, Revision
from integrator_tui.model.probe import Failure, ProbeReport, StageResult
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.main.standing import Standing
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.tui.widgets.connections.marks import Mark
from integrator_tui.workspace import Workspace
from tests.tui.driver import LARGE, Driver, running
from tests.tui.fake_workspace import REFUSED
from tests.tui.samples import STOCK, workspace

BROKEN = (
    StageResult("resolve", "skipped", failure=Failure(None, "seal_broken", "the seal does not hold")),
    StageResult("connect", "skipped"),
)


def entry(state: EntryState = "ok", revision: str = "1") -> Entry:
    return Entry("a.yaml", "A", state=state, revision=Revision(revision))


def test_a_version_that_comes_back_has_its_result_again() -> None:
    standing = Standing()
    standing.note_report("a.yaml", Revision("1"), report())
    standing.follow(entry(revision="1"), entry(revision="2"))
    standing.keep([entry(revision="2")])
    assert standing.mark(entry(revision="2")) == "passed"
    standing.keep([entry(revision="1")])
    assert standing.mark(entry(revision="1")) == "passed"
    standing.keep([entry(revision="3")])
    assert standing.report(entry(revision="3")) is None


def report(kind: str = "") -> ProbeReport:
    failure = Failure(None, kind, "why") if kind else None
    made = ProbeReport("A", "a.yaml", None, datetime(2026, 11, 23, tzinfo=UTC), failure=failure)
    return made.finished(1.0)


@pytest.mark.parametrize(
    ("state", "kind", "expected", "mark"),
    [
        ("ok", "", "ok", "passed"),
        ("ok", "refused", "ok", "failed"),
        ("ok", "seal_broken", "seal_broken", "seal_broken"),
        ("ok", "locked", "locked", "locked"),
        ("locked", "", "ok", "passed"),
        ("locked", "refused", "locked", "locked"),
        ("seal_broken", "", "ok", "passed"),
        ("unsealed", "", "unsealed", "unsealed"),
        ("problem", "refused", "problem", "problem"),
    ],
)
def test_state_and_mark_follow_from_the_file_and_its_last_test(
    state: EntryState, kind: str, expected: EntryState, mark: Mark
) -> None:
    standing = Standing()
    standing.note_report("a.yaml", Revision("1"), report(kind))
    assert (standing.state(entry(state)), standing.mark(entry(state))) == (expected, mark)


def test_of_another_version_nothing_is_known() -> None:
    standing = Standing()
    standing.note_report("a.yaml", Revision("1"), report("seal_broken"))
    standing.note_seal("b.yaml", Revision("1"), True)
    assert standing.report(entry(revision="2")) is None
    assert standing.mark(entry(revision="2")) == "ok"
    standing.keep([entry(revision="2")])
    assert standing.report(entry()) is None
    assert standing.mark(entry()._replace(file="b.yaml")) == "ok"
    facts = standing.facts(entry(revision="2"))
    assert (facts.is_current, facts.result and facts.result.cause) == (False, "seal")


async def last_test(user: Driver) -> str:
    await user._painted()
    return next((line for line in user.lines if "Last test" in line), "")


async def test_a_result_goes_with_the_version_of_its_file() -> None:
    made = workspace()
    made.stages = REFUSED
    async with running(made, LARGE) as user:
        await user.select("orders.yaml")
        await user.press("t")
        await user.on(ResultScreen)
        await user.shows("hint")
        await user.press("escape")
        await user.until(lambda: "✗" in user.sidebar_row("Orders API"), "the mark")
        assert "failed at authenticate" in await last_test(user)
        connection = made.files["orders.yaml"].connection
        assert connection is not None
        made.add("orders.yaml", connection.model_copy(update={"description": "changed"}))
        await user.press("ctrl+r")
        await user.shows("changed")
        assert "·" in user.sidebar_row("Orders API")
        assert await last_test(user) == ""


async def test_a_seal_that_a_test_finds_broken_is_marked_and_told() -> None:
    made = workspace()
    made.stages = BROKEN
    async with running(made, LARGE) as user:
        await user.select("orders.yaml")
        await user.press("t")
        await user.on(ResultScreen)
        await user.shows("seal_broken")
        await user.press("escape")
        await user.on(MainScreen)
        await user.until(lambda: "≠" in user.sidebar_row("Orders API"), "the mark")
        await user.shows("This file was changed since")


async def test_a_draft_that_was_tested_and_is_saved_has_its_result() -> None:
    made = workspace()
    async with running(made, LARGE) as user:
        await user.select("orders.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Description", "tested")
        await user.press("f5")
        await user.on(ResultScreen)
        await user.shows("passed in")
        await user.press("escape")
        await user.on(EditScreen)
        await user.press("ctrl+s")
        await user.on(MainScreen)
        await user.until(lambda: "✓" in user.sidebar_row("Orders API"), "the mark")
        assert "passed" in await last_test(user)


@pytest.mark.parametrize(("label", "text"), [("Description", "other"), ("Secrets", "")])
async def test_a_draft_that_was_changed_after_its_test_has_none(label: str, text: str) -> None:
    made = workspace()
    async with running(made, LARGE) as user:
        await user.select("orders.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Description", "tested")
        await user.press("f5")
        await user.on(ResultScreen)
        await user.shows("passed in")
        await user.press("escape")
        await user.on(EditScreen)
        if label == "Secrets":
            await user.go("Secrets")
            await user.press("tab")
            await user.write("typed after the test")
        else:
            await user.fill(label, text)
        await user.press("ctrl+s")
        await user.on(MainScreen)
        await user.until(lambda: user.sidebar.selected == "orders.yaml", "the row")
        assert "·" in user.sidebar_row("Orders API")
        assert await last_test(user) == ""


async def test_an_unchanged_draft_that_was_tested_in_the_form_tells_of_the_file() -> None:
    async with running(workspace(), LARGE) as user:
        await user.select("orders.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.press("f5")
        await user.on(ResultScreen)
        await user.shows("passed in")
        await user.press("escape")
        await user.on(EditScreen)
        await user.press("escape")
        await user.on(MainScreen)
        await user.until(lambda: "✓" in user.sidebar_row("Orders API"), "the mark")


async def test_a_rename_keeps_the_result() -> None:
    made = workspace()
    made.add("prod/stock.yaml", STOCK)
    async with running(made, LARGE) as user:
        await user.select("prod/stock.yaml")
        await user.press("t")
        await user.on(ResultScreen)
        await user.shows("passed in")
        await user.press("escape", "r")
        await user.on(PromptScreen)
        await user.press("end", "ctrl+u")
        await user.write("Warehouse\n")
        await user.until(lambda: "✓" in user.sidebar_row("Warehouse"), "the mark")


async def test_a_changed_file_says_broken_seal_until_it_is_sealed(tmp_path: Path) -> None:
    (tmp_path / "connections").mkdir()
    surroundings = Surroundings(
        tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=tmp_path / "keys.txt"
    )
    made = Workspace(tmp_path / "connections", surroundings)
    made.keys.create_identity()
    auth = BasicAuth(username="u")
    sealed = Connection(name="Basic", base_url="http://127.0.0.1:9", auth=auth, secrets=("password",))
    saved = made.editor.save(Draft(sealed, typed={"password": Secret("stored")}))
    file = made.root / saved.file
    file.write_text(file.read_text().replace("127.0.0.1:9", "127.0.0.1:10"))
    async with running(made, LARGE) as user:
        await user.until(lambda: "≠" in user.sidebar_row("Basic"), "the mark")
        await user.shows("This file was changed since")
        file.write_text(file.read_text().replace("127.0.0.1:10", "127.0.0.1:9"))
        await user.press("ctrl+r")
        await user.until(lambda: "·" in user.sidebar_row("Basic"), "the mark of a whole file")
        await user.until(lambda: "This file was changed since" not in user.text, "the detail of a whole file")
        file.write_text(file.read_text().replace("127.0.0.1:9", "127.0.0.1:11"))
        await user.press("ctrl+r")
        await user.until(lambda: "≠" in user.sidebar_row("Basic"), "the mark")
        await user.press("L")
        await user.on(QuestionScreen)
        await user.press("right", "enter")
        await user.on(MainScreen)
        await user.until(lambda: "·" in user.sidebar_row("Basic"), "the mark of a sealed file")
        await user.until(lambda: "This file was changed since" not in user.text, "the detail of a sealed file")
