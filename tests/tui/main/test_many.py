"""Many connections: tests of all that is shown, marks, orders, the table, and what the header says of them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from integrator_tui.model.history import HistoryEntry
from integrator_tui.model.last_result import TrackRecord
from integrator_tui.model.probe import Failure, StageResult
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.main.screen import MainScreen
from tests.tui.driver import LARGE, SMALL, Driver, running
from tests.tui.fake_workspace import PASSED, REFUSED, FakeWorkspace
from tests.tui.samples import BILLING, ORDERS, STOCK, workspace

NOT_MADE = (StageResult("resolve", "skipped", failure=Failure(None, "missing_parameter", "Id is missing")),)


def fleet(count: int) -> FakeWorkspace:
    """A workspace of so many connections, every tenth of which fails."""
    made = FakeWorkspace()
    for number in range(count):
        file = f"{number:04}.yaml"
        made.add(file, STOCK.model_copy(update={"name": f"Stock {number:04}"}))
        if number % 10 == 0:
            made.stages_of[file] = REFUSED
    return made


async def test_the_header_counts_what_wants_looking_at() -> None:
    made = workspace()
    made.add("open.yaml", BILLING, state="unsealed")
    async with running(made, LARGE) as user:
        assert "5 · 1 problem · 1 with plain secrets" in user.lines[0]
        await user.press("slash")
        await user.write("stock")
        assert "1 of 5" in user.lines[0]
        await user.write("zzz")
        assert "0 of 5" in user.lines[0]
        await user.shows("Nothing here matches. Esc shows")
        await user.press("escape")
        assert "5 · 1 problem" in user.lines[0]
        await user.press("slash", *"is:gone")
        await user.shows("means nothing: is: takes failed")


async def test_escape_in_the_filter_keeps_what_is_selected() -> None:
    async with running(workspace(), LARGE) as user:
        await user.press("slash", *"stock", "enter", "escape")
        assert user.sidebar.selected == "prod/stock.yaml"


async def test_test_all_marks_each_row_live_and_says_how_far_it_is() -> None:
    made = workspace()
    made.stages_of["orders.yaml"] = REFUSED
    made.stages_of["prod/billing.yaml"] = NOT_MADE
    made.gate = asyncio.Semaphore(0)
    async with running(made, LARGE) as user:
        await user.press("T")
        await user.shows("testing 0 of 4")
        await user.until(lambda: user.sidebar_row("Stock").rstrip().endswith("…"), "the row that waits")
        made.gate.release()
        made.gate.release()
        await user.shows("testing 2 of 4, 1 failed")
        await user.until(lambda: "✗ auth" in user.sidebar_row("Orders API"), "the failed row")
        assert "failed at authenticate" not in user.text  # another row is selected
        made.gate.release()
        made.gate.release()
        await user.shows("4 · 2 problems · 1 failed")
        await user.until(lambda: "✓ 41ms" in user.sidebar_row("Stock"), "the passed row")
        assert "! parameter" in user.sidebar_row("Billing")
        await user.press("down")
        await user.shows("failed at authenticate")
    assert ("orders.yaml", "failed") in made.kept.tests


async def test_escape_stops_tests_and_leaves_what_they_found() -> None:
    made = workspace()
    made.gate = asyncio.Semaphore(1)
    async with running(made, LARGE) as user:
        await user.press("T")
        await user.shows("testing 1 of 4")
        await user.press("t")
        await user.press("escape", "T")
        await user.shows("testing 0 of 4")
        await user.press("T")
        assert "Tests are running" in user.notices
        await user.press("escape")
        await user.until(lambda: "testing" not in user.lines[0], "the end")
        assert "…" not in user.sidebar_row("Stock")


async def test_a_passphrase_is_asked_for_once_and_without_it_nothing_is_tested() -> None:
    made = workspace()
    made.passphrase = "open"
    async with running(made, LARGE) as user:
        await user.press("T")
        await user.on(PromptScreen)
        await user.press("escape")
        await user.on(MainScreen)
        await user.until(lambda: "testing" not in user.lines[0], "the end")
        assert made.kept.tests == []
        await user.press("T")
        await user.on(PromptScreen)
        await user.write("open\n")
        await user.until(lambda: "4 tested" in user.notices, "the tests")


async def test_more_than_fifty_are_asked_about_first() -> None:
    made = fleet(51)
    async with running(made) as user:
        await user.press("T")
        await user.on(QuestionScreen)
        await user.shows("Test 51 connections")
        await user.press("enter")
        await user.on(MainScreen)
        assert made.kept.tests == []
        await user.press("T")
        await user.on(QuestionScreen)
        await user.press("tab", "enter")
        await user.shows("51 · 6 failed")
    assert len(made.kept.tests) == 51


async def test_what_failed_is_shown_and_tested_again() -> None:
    made = fleet(20)
    async with running(made) as user:
        await user.press("exclamation_mark")
        assert "No test has failed." in user.notices
        await user.press("T")
        await user.shows("20 · 2 failed")
        made.stages_of.pop("0010.yaml")
        await user.press("exclamation_mark")
        await user.shows("1 of 20")
        assert user.sidebar_row("Stock 0000") and not user.sidebar_row("Stock 0010")
        assert "is:failed" in user.text
    assert len(made.kept.tests) == 22


async def test_marked_rows_are_tested_and_deleted_after_one_question() -> None:
    made = workspace()
    async with running(made, LARGE) as user:
        await user.select("prod/billing.yaml")
        await user.press("space", "down", "space")
        assert "2 marked" in user.lines[0]
        assert "●" in user.sidebar_row("Billing") and "●" not in user.sidebar_row("Orders API")
        await user.press("t")
        await user.until(lambda: len(made.kept.tests) == 2, "both tests")
        await user.press("home", "a")
        await user.on(MenuScreen)
        await user.shows("Actions: 2 marked")
        assert "Rename" not in user.text
        await user.press("escape", "x")
        await user.on(QuestionScreen)
        await user.shows("Delete 2 connections")
        assert "Billing" in user.text and "Stock" in user.text
        await user.press("enter")
        await user.on(MainScreen)
        assert len(made.files) == 4
        await user.press("x", "tab", "enter")
        await user.until(lambda: "2 connections deleted." in user.notices, "the word of it")
        await user.until(lambda: "marked" not in user.lines[0], "the marks to go")
    assert set(made.files) == {"broken.yaml", "orders.yaml"}


async def test_all_shown_are_marked_and_escape_clears_the_filter_first() -> None:
    async with running(workspace(), LARGE) as user:
        await user.press("slash", *"prod/", "enter", "A")
        assert "2 marked · 2 of 4" in user.lines[0]
        await user.press("escape")
        assert "2 marked · 4" in user.lines[0]
        await user.press("escape")
        assert "marked" not in user.lines[0]
        await user.press("A", "A")
        assert "marked" not in user.lines[0]


def names(user: Driver) -> list[str]:
    words = ("Half a file", "Orders API", "Billing", "Stock")
    rows = [line[: user.sidebar.region.right] for line in user.lines]
    found = [(at, word) for word in words for at, row in enumerate(rows) if row.startswith(f" {word}")]
    return [word for _, word in sorted(found)]


async def test_orders_put_first_what_wants_looking_at() -> None:
    made = workspace()
    made.stages_of["prod/stock.yaml"] = REFUSED
    soon = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    made.stages_of["prod/billing.yaml"] = (StageResult("tls", "passed", 1.0, {"not_after": soon}), *PASSED[3:])
    async with running(made, LARGE) as user:
        await user.press("T")
        await user.shows("1 failed")
        assert "▾ prod/ (2)" in user.text
        await user.press("O")
        await user.shows("by state")
        assert names(user) == ["Stock", "Half a file", "Billing", "Orders API"]
        assert "▾" not in user.text
        await user.press("O", "O", "O")
        await user.shows("by expiry")
        assert names(user)[0] == "Billing"
        await user.press("O")
        assert "by " not in user.lines[0]


async def test_the_list_is_made_wider_and_narrower() -> None:
    async with running(workspace(), SMALL) as user:
        before = user.sidebar.region.width
        await user.press("greater_than_sign")
        assert user.sidebar.region.width == before + 4
        await user.press(*["less_than_sign"] * 9)
        assert user.sidebar.region.width < before
        assert "cannot be narrower" in user.notices


async def test_the_table_shows_the_same_rows_with_columns() -> None:
    made = workspace()
    made.stages_of["orders.yaml"] = REFUSED
    long_ago = datetime.now(UTC) - timedelta(days=2)
    made.kept.earlier["prod/stock.yaml"] = HistoryEntry(
        *("check", "Stock", "prod/stock.yaml", None, "failed", long_ago, 12.0),
        Failure("connect", "refused", "refused"),
        revision=str(made.files["prod/stock.yaml"].revision.digest)[:16],
    )
    made.kept.records["prod/stock.yaml"] = TrackRecord(long_ago - timedelta(days=1), long_ago)
    async with running(made, SMALL) as user:
        await user.until(lambda: "✗ connect 2d" in user.sidebar_row("Stock"), "what the history says")
        await user.press("V")
        await user.shows("worked")
        stock = user.row("Stock").split()
        assert stock[:3] == ["Stock", "✗", "failed"] and stock[-2:] == ["3d", "2d"]
        await user.press("T")
        await user.until(lambda: "✓ passed" in user.row("Stock"), "the new result")
        assert "200" in user.row("Stock") and {"59m", "60m"} & set(user.row("Stock").split())
        assert "auth" in user.row("Orders API") and "never" in user.row("Orders API")
        await user.press("slash", *"bill", "enter", "e")
        await user.shows("Connection Name")
        await user.press("escape", "escape")
        await user.shows("worked")
        await user.press("q")
        await user.shows("Authentication")
        assert "worked" not in user.text


async def test_a_watch_goes_on_and_rings_once_where_something_changes() -> None:
    made = workspace()
    made.rings = True
    made.gate = asyncio.Semaphore(4)
    async with running(made, SMALL) as user:
        rung: list[int] = []
        user.app.bell = lambda: rung.append(len(made.kept.tests))  # type: ignore[method-assign]
        await user.press("W")
        await user.shows("Seconds")
        await user.press("end", "ctrl+u", "0", "enter")
        await user.shows("1 or more is wanted")
        await user.press("end", "ctrl+u", "1", "enter")
        await user.shows("watching every 1 s")
        assert rung == []
        made.stages_of = dict.fromkeys(made.files, REFUSED)
        for _ in made.files:
            made.gate.release()
        await user.until(lambda: rung, "the bell")
        await user.press("V")
        await user.until(lambda: "watching" not in user.lines[0] and "testing" not in user.lines[0], "its end")
    assert len(rung) == 1


async def test_operations_are_rows_below_their_connection() -> None:
    made = workspace()
    two = ORDERS.model_copy(update={"operations": (*ORDERS.operations, ORDERS.operations[0])})
    made.add("orders.yaml", two)
    async with running(made, LARGE) as user:
        await user.until(lambda: user.sidebar.entries[1].operations, "the operations")
        await user.select("orders.yaml")
        await user.press("right")
        assert [line for line in user.lines if line.startswith("   Open orders")][1:2]
        await user.press("j", "j")
        assert (user.sidebar.selected, user.sidebar.selected_operation) == ("orders.yaml", 1)
        await user.press("e")
        assert "Connection Name" not in user.text, "of an operation's row the operation is edited"
        await user.press("escape")
        await user.on(MainScreen)
        made.add("a.yaml", STOCK)
        await user.press("ctrl+r")
        await user.until(lambda: user.sidebar_row("Stock"), "the new row")
        assert user.sidebar.selected_operation == 1
        await user.press("left")
        assert user.sidebar._cursor.place == ("orders.yaml", None)
        assert not [line for line in user.lines if line.startswith("   Open orders")]


async def test_letters_move_as_in_a_pager_and_say_once_where_a_key_went() -> None:
    made = fleet(60)
    async with running(made, SMALL) as user:
        await user.press("G")
        assert user.sidebar.selected == "0059.yaml"
        await user.press("k", "k")
        assert user.sidebar.selected == "0057.yaml"
        assert user.notices.count("Token is K.") == 1
        await user.press("g", "ctrl+d")
        assert "0005.yaml" < str(user.sidebar.selected) < "0020.yaml"
        await user.press("ctrl+u")
        assert user.sidebar.selected == "0000.yaml"


async def test_help_explains_the_marks() -> None:
    async with running(workspace(), LARGE) as user:
        await user.press("f1")
        await user.press("end")
        await user.shows("Marks")
        await user.shows("a secret stands in plain text in its file")
