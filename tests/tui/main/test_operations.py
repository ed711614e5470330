"""Operations of stored connections: run, changed, kept, on the real parts."""

from __future__ import annotations

import json
import urllib.request
from contextlib import nullcontext
from pathlib import Path

import pytest

from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.connection import Connection, Operation, Output, RawBody
from integrator_tui.model.entry import Draft
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.app import IntegratorApp
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.form.operation_screen import OperationScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.expressions.screen import TryExpressionScreen
from integrator_tui.tui.screens.history.screen import HistoryScreen
from integrator_tui.tui.screens.operations.inputs import InputsScreen
from integrator_tui.tui.screens.operations.run import RunScreen
from integrator_tui.tui.screens.operations.transform import TransformScreen
from integrator_tui.tui.screens.preview import PreviewScreen
from integrator_tui.tui.screens.requests.screen import RequestScreen
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.tui.screens.stream import StreamScreen
from integrator_tui.workspace import Workspace
from tests.tui.driver import LARGE, SMALL, Driver, running

ORDERS = Operation(
    name="Open orders",
    method="GET",
    path="/echo/orders/{{Region}}",
    params=(("limit", "{{Limit}}"),),
    outputs=(
        Output(name="Pairs", value="body.query", children=(("Name", "current[0]"), ("Value", "current[1]"))),
        Output(name="Wrong", value="body.nope.deeper"),
    ),
)
PLAIN = Operation(name="Plain", method="GET", path="/status/404", outputs=(Output(name="S", value="statusCode"),))
EVENTS = Operation(name="Events", method="GET", path="/events?count=2", stream_response=True)
LOGIN = Operation(
    name="Login",
    path="/echo",
    body=RawBody(raw='{"user": "{{User}}", "password": "{{Password}}", "n": "{{Note}}"}'),
)
SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_at(tmp_path)


def workspace_at(tmp_path: Path) -> Workspace:
    given = Surroundings(
        tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=tmp_path / "keys.txt"
    )
    return Workspace(tmp_path / "connections", given)


def save(workspace: Workspace, base_url: str, *operations: Operation) -> Path:
    connection = Connection(name="Orders API", base_url=base_url, operations=operations)
    return workspace.root / workspace.editor.save(Draft(connection)).file


def stored(workspace: Workspace) -> tuple[Operation, ...]:
    connection = workspace.catalog.entry("orders-api.yaml").connection
    assert connection is not None
    return connection.operations


def requests_seen(demo: ThreadedDemoServer) -> int:
    with urllib.request.urlopen(f"{demo.addresses.http}/stats") as answer:
        return int(json.load(answer)["requests"])


async def begin(user: Driver, words: str = "Run") -> None:
    """Choose an action of the palette once the connection was read."""
    await user.shows("Operations")
    await user.palette(words)


@SIZES
async def test_an_operation_is_run_with_and_without_its_optional_input(
    workspace: Workspace, demo: ThreadedDemoServer, size: tuple[int, int]
) -> None:
    save(workspace, demo.addresses.http, ORDERS)
    async with running(workspace, size) as user:
        await begin(user)
        await user.on(InputsScreen)
        assert user.text.index("Required") < user.text.index("Region *") < user.text.index("Optional")
        assert "Request Path" in user.row("Region") and "URL Parameters limit" in user.row("Limit")
        await user.press("f5")
        await user.shows("✗ a value is required")
        await user.palette("Run, the rest left empty")
        await user.on(RunScreen)
        await user.shows("answer")
        assert user.lines[1].rstrip().endswith("/echo/orders/")
        await user.press("escape")
        await user.on(InputsScreen)
        await user.write("north")
        await user.press("f5")
        await user.on(RunScreen)
        await user.shows("[]")
        assert "/echo/orders/north" in user.lines[1] and "?" not in user.lines[1]
        assert "✗ the expression threw TypeError" in user.row("Wrong") and "hint" in user.row("body is an object")
        await user.press("escape")
        await user.on(InputsScreen)
        await user.fill("Limit", "7")
        await user.press("ctrl+t")
        await user.on(RunScreen)
        await user.shows('"limit"')
        assert "▾ Pairs" in user.text and '"7"' in user.row("Value") and "?limit=7" in user.lines[1]
        await user.press("b")
        await user.shows('"path": "/echo/orders/north"')
        await user.press("h")
        await user.shows("content-type: application/json")
        await user.press("escape", "y")
        await user.until(lambda: "value copied" in user.notices, "the copy")
        await user.press("P")
        await user.until(lambda: "Pairs copied" in user.notices, "the path")
        await user.press("escape", "escape")
        await user.on(MainScreen)


async def test_values_stand_there_the_next_time(
    workspace: Workspace, demo: ThreadedDemoServer, tmp_path: Path
) -> None:
    save(workspace, demo.addresses.http, LOGIN, ORDERS)
    async with running(workspace) as user:
        await begin(user)
        await user.on(MenuScreen)
        await user.press("enter")
        await user.on(InputsScreen)
        await user.write("me")
        await user.press("tab")
        await user.write("s3cret-word")
        assert "s3cret-word" not in user.text
        await user.press("f2")
        await user.shows("s3cret-word")
        await user.press("tab")
        await user.write("one\ntwo")
        await user.press("f5")
        await user.on(RunScreen)
        await user.shows("this operation has no outputs")
        await user.press("b", "end", "up", "right", "right", "right", "right")
        await user.shows("one\\\\ntwo")
        assert "s3cret-word" not in user.text and "•••" in user.text
        await user.press("escape", "escape", "escape")
        await user.on(MainScreen)
        await user.palette("Operation: Open orders")
        await user.on(InputsScreen)
        await user.write("north")
        await user.press("f5")
        await user.on(RunScreen)
        await user.shows("/echo/orders/north")
        await user.press("escape", "escape")
        await user.on(MainScreen)
        await user.palette("Operation: Login")
        await user.on(InputsScreen)
        assert "me" in user.row("User") and "•••••" in user.row("Password")
    async with running(workspace_at(tmp_path)) as user:
        await begin(user, "Operation: Open orders")
        await user.on(InputsScreen)
        assert "north" in user.row("Region")
        await user.press("escape")
        await user.on(MainScreen)
        await user.palette("Operation: Login")
        await user.on(InputsScreen)
        assert "me" not in user.row("User") and "•" not in user.row("Password")
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(b"s3cret-word" in data for data in kept)


async def test_a_refusal_shows_outputs_and_the_first_lines_of_the_answer(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http, PLAIN)
    async with running(workspace) as user:
        await begin(user, "Operation: Plain")
        await user.until(lambda: "asks for nothing" in user.notices, "that nothing was sent")
        await user.palette("Run")
        await user.on(RunScreen)
        await user.shows("not_found at respond")
        await user.shows('"status": 404')
        assert "404" in user.row("   S ") and "hint" in user.text


async def test_the_operation_that_was_pointed_at_is_run_wherever_it_stands_now(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    path = save(workspace, demo.addresses.http, PLAIN, ORDERS)
    async with running(workspace, LARGE) as user:
        await user.shows("Operations")
        main = await user.on(MainScreen)
        # Somebody changes the order, and then takes it out, after the list was read.
        text = path.read_text()
        first, _, rest = text.partition("  - name: Plain\n")
        plain, _, orders = rest.partition("  - name: Open orders\n")
        path.write_text(f"{first}  - name: Open orders\n{orders}  - name: Plain\n{plain}")
        main.action_operation("orders-api.yaml", 1)
        await user.on(InputsScreen)
        assert "Open orders" in user.lines[0]
        path.write_text(f"{first}  - name: Plain\n{plain}")
        await user.press("escape")
        await user.on(MainScreen)
        main.action_operation_flow("run", 1)
        await user.until(lambda: "does not have this operation any more" in user.notices, "the refusal")


async def test_the_operation_of_the_row_is_run_where_its_file_changed_before_it_was_selected(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    path = save(workspace, demo.addresses.http, PLAIN, ORDERS)
    workspace.editor.save(Draft(Connection(name="A", base_url=demo.addresses.http)))
    async with running(workspace, LARGE, look_every=600) as user:
        main = await user.on(MainScreen)
        await user.until(lambda: main.entry_of(path.name).operations, "the operations of the list")  # type: ignore[union-attr]
        assert user.sidebar.selected != path.name
        text = path.read_text()
        first, _, rest = text.partition("  - name: Plain\n")
        plain, _, orders = rest.partition("  - name: Open orders\n")
        path.write_text(f"{first}  - name: Open orders\n{orders}  - name: Plain\n{plain}")
        main.action_operation(path.name, 1)
        await user.on(InputsScreen)
        assert "Open orders" in user.lines[0]


async def test_a_streaming_operation_goes_to_the_log_pane(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    save(workspace, demo.addresses.http, EVENTS)
    async with running(workspace) as user:
        await begin(user)
        await user.on(StreamScreen)
        assert "Events of Orders API" in user.lines[0]
        await user.shows("order 2")
        await user.shows("closed: the server ended")
        await user.press("escape")
        await user.on(MainScreen)


async def test_outputs_are_changed_over_the_last_answer_and_kept(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    path = save(workspace, demo.addresses.http, PLAIN, ORDERS)
    before = path.read_bytes()
    async with running(workspace, LARGE) as user:
        await begin(user, "Operation: Open orders")
        await user.on(InputsScreen)
        await user.write("north")
        await user.press("f5")
        await user.on(RunScreen)
        await user.shows("✗ 1 output failed")
        seen = requests_seen(demo)
        await user.press("m")
        await user.on(TransformScreen)
        await user.shows("✗ the expression threw")
        # To the expression of the last output.
        await user.press(*["tab"] * 7, "ctrl+u")
        await user.write("body.path")
        await user.shows('"/echo/orders/north"')
        assert "unsaved" in user.lines[0]
        await user.press("escape")
        await user.on(QuestionScreen)
        await user.press("escape", "ctrl+s")
        await user.on(RunScreen)
        await user.shows("✓ passed")
        assert '"/echo/orders/north"' in user.row("Wrong") and requests_seen(demo) == seen
        await user.press("escape")
        await user.on(InputsScreen)
        await user.press("f5")
        await user.on(RunScreen)
        await user.shows("✓ passed")
        await user.press("escape", "escape")
        await user.on(MainScreen)
        assert stored(workspace)[1].outputs[1] == Output(name="Wrong", value="body.path")
        await user.press("u")
        await user.until(lambda: path.read_bytes() == before, "the file as before")


async def test_outputs_that_cannot_be_journalled_while_they_are_changed_are_told(
    workspace: Workspace, demo: ThreadedDemoServer, tmp_path: Path
) -> None:
    save(workspace, demo.addresses.http, PLAIN)
    async with running(workspace) as user:
        await begin(user)
        await user.on(RunScreen)
        await user.shows("404")
        in_the_way = tmp_path / "state/drafts"
        in_the_way.write_text("")
        await user.press("m")
        screen = await user.on(TransformScreen)
        await user.press("x")
        await user.until(lambda: screen._journal.lost, "the write that fails")
        await user.press("y")
        await user.until(lambda: "What is typed is not kept for a lost connection" in user.notices, "the notice")
        in_the_way.unlink()
        await user.press("z")
        await user.until(lambda: screen._journal.is_written, "the draft")
        # What is as it was needs no draft.
        await user.press("ctrl+z")
        await user.until(lambda: not screen.unsaved and not screen._journal.is_written, "no draft")


async def test_operations_are_made_changed_copied_and_deleted_from_the_palette(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    path = save(workspace, demo.addresses.http, PLAIN)
    async with running(workspace) as user:
        await begin(user, "New operation")
        await user.on(OperationScreen)
        await user.write("Second")
        await user.fill("Request Path", "/second")
        await user.press("f3")
        await user.on(PreviewScreen)
        await user.shows("POST /second HTTP/1.1")
        assert "Second of Orders API" in user.lines[0] and "← Request Path" in user.text
        await user.press("escape")
        await user.on(OperationScreen)
        await user.press("ctrl+s")
        await user.on(MainScreen)
        await user.shows("Second")
        await user.palette("Edit operation")
        await user.on(MenuScreen)
        assert "POST /second" in user.row("Second")
        await user.press("down", "enter")
        await user.on(OperationScreen)
        await user.fill("Description", "What it does")
        await user.press("ctrl+s")
        await user.on(MainScreen)
        await user.palette("Duplicate operation")
        await user.on(MenuScreen)
        await user.press("enter")
        await user.on(OperationScreen)
        await user.press("ctrl+s")
        await user.on(MainScreen)
        assert [(each.name, each.description) for each in stored(workspace)] == [
            ("Plain", ""),
            ("Plain copy", ""),
            ("Second", "What it does"),
        ]
        await user.palette("Delete operation")
        await user.on(MenuScreen)
        await user.press("down", "enter")
        await user.on(QuestionScreen)
        assert "Delete operation Plain copy of Orders API" in user.text
        await user.press("tab", "enter")
        await user.on(MainScreen)
        await user.until(lambda: "Second" in user.text and "Plain copy" not in user.text, "the deletion")
        assert len(stored(workspace)) == 2
        await user.press("u")
        await user.until(lambda: len(stored(workspace)) == 3, "the undo")
    assert "Second" in path.read_text()


async def test_a_broken_operation_is_refused_and_the_others_run(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    path = save(workspace, demo.addresses.http, PLAIN, ORDERS)
    path.write_text(path.read_text().replace("/echo/orders/{{Region}}", "https://evil.example/{{Region}}"))
    async with running(workspace, LARGE) as user:
        await user.shows("operation 2 Open orders: Request Path: a path cannot be")
        await begin(user, "Operation: Open orders")
        await user.until(lambda: "Open orders cannot be run: Request Path" in user.notices, "the refusal")
        await user.press("up", "enter")
        await user.on(RunScreen)
        await user.shows("not_found")


async def test_an_operation_that_is_typed_survives_the_end_of_its_process(
    workspace: Workspace, demo: ThreadedDemoServer, tmp_path: Path
) -> None:
    save(workspace, demo.addresses.http, PLAIN)
    async with running(workspace) as user:
        await begin(user, "Edit operation")
        await user.on(OperationScreen)
        await user.fill("Description", "Typed and lost")
        workspace.keep_drafts()
        (draft,) = (tmp_path / "state" / "drafts").rglob("*.draft")
        # As a process leaves it that was killed: its mark is that of nobody who lives.
        draft.rename(draft.with_name("0011223344556677.0-0-0.draft"))
        await user.press("escape", "tab", "enter")
        await user.on(MainScreen)
    async with running(workspace_at(tmp_path)) as user:
        await user.on(QuestionScreen)
        assert "draft of Orders API" in user.text
        await user.press("enter")
        form = await user.on(EditScreen)
        assert form.unsaved and form.draft.connection.operations[0].description == "Typed and lost"
        await user.press("ctrl+s")
        await user.on(MainScreen)
    assert stored(workspace_at(tmp_path))[0].description == "Typed and lost"


async def test_the_filter_of_a_test_becomes_an_output_of_a_new_operation(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    connection = Connection(name="Orders API", base_url=demo.addresses.http, test_path="/echo/items?a=1")
    workspace.editor.save(Draft(connection))
    async with running(workspace) as user:
        await user.press("t")
        await user.on(ResultScreen)
        await user.shows("passed in")
        await user.press("ctrl+s")
        await user.on(ResultScreen)
        await user.press("b", "F")
        await user.write("body.query.map(pair => pair[0])")
        await user.shows("ctrl+s Keep as output")
        await user.press("ctrl+s")
        await user.on(PromptScreen)
        await user.fill("Operation Name", "Names")
        await user.fill("Output Name", "pair")
        await user.press("enter", "enter")
        await user.on(ResultScreen)
        await user.until(lambda: stored(workspace), "the operation")
        made = Operation(
            name="Names",
            method="GET",
            path="/echo/items?a=1",
            outputs=(Output(name="pair", value="body.query.map(pair => pair[0])"),),
        )
        assert stored(workspace) == (made,)
        # And one more of the operation that was run.
        await user.press("escape", "escape", "escape")
        await user.on(MainScreen)
        await begin(user)
        await user.on(RunScreen)
        await user.shows("1 item")
        await user.press("b", "F")
        await user.write("body.method")
        await user.shows("ctrl+s Keep as output")
        await user.press("ctrl+s")
        await user.on(TransformScreen)
        await user.shows('"GET"')
        await user.press("ctrl+s")
        await user.on(RunScreen)
        await user.until(lambda: len(stored(workspace)[0].outputs) == 2, "the output")
        assert stored(workspace)[0].outputs[1] == Output(name="method", value="body.method")


async def test_the_filter_of_a_tested_draft_becomes_an_operation_of_it(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    workspace.editor.save(Draft(Connection(name="Orders API", base_url=demo.addresses.http, test_path="/echo")))
    async with running(workspace) as user:
        await user.press("e")
        form = await user.on(EditScreen)
        await user.press("f5")
        await user.on(ResultScreen)
        await user.shows("passed in")
        await user.press("b", "F")
        await user.write("body.path")
        await user.shows("ctrl+s Keep as output")
        await user.press("ctrl+s")
        await user.on(OperationScreen)
        await user.write("Path")
        await user.press("ctrl+s")
        await user.on(ResultScreen)
        assert [each.name for each in form.draft.connection.operations] == ["Path"]
        assert stored(workspace) == ()


async def test_a_run_in_production_that_may_change_something_asks_each_time(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    made = Operation(name="Remove", method="DELETE", path="/echo", outputs=(Output(name="M", value="body.method"),))
    connection = Connection(name="Orders API", base_url=demo.addresses.http, operations=(made,), tags=("prod",))
    workspace.editor.save(Draft(connection))
    async with running(workspace) as user:
        await begin(user)
        await user.on(QuestionScreen)
        assert "has the tag prod" in user.text
        before = requests_seen(demo)
        await user.press("enter")
        await user.on(MainScreen)
        await begin(user)
        await user.on(QuestionScreen)
        await user.press("tab", "enter")
        await user.on(RunScreen)
        await user.shows('"DELETE"')
        await user.press("t")
        await user.on(QuestionScreen)
        await user.press("escape")
        await user.on(RunScreen)
        assert requests_seen(demo) == before + 1


async def test_an_output_is_tried_on_the_last_answer_and_goes_back_to_its_row(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http, ORDERS)
    async with running(workspace) as user:
        await begin(user, "Edit operation")
        form = await user.on(OperationScreen)
        await user.go("Outputs")
        await user.press("tab", "f7")
        await user.on(TryExpressionScreen)
        await user.shows("there is no answer yet")
        assert "body.query" in user.row("Expression")
        await user.press("end", "ctrl+u", *"body.id", "tab")
        await user.press(*'{"id":7}')
        await user.shows("Result         7")
        await user.press("ctrl+s")
        await user.on(OperationScreen)
        assert form.operation.outputs[0].value == "body.id"
        # A child has an element of its output at hand, and no answer.
        await user.press("tab", "f7")
        await user.until(lambda: "a child is tried with its output" in user.notices, "a word why")


@pytest.mark.parametrize("key", ["e", "d"])
async def test_what_was_begun_on_the_row_of_an_operation_ends_there(
    workspace: Workspace, demo: ThreadedDemoServer, key: str
) -> None:
    save(workspace, demo.addresses.http, ORDERS, PLAIN)
    async with running(workspace, SMALL) as user:
        await user.shows("Operations")
        await user.press("right", "down", key)
        await user.on(OperationScreen)
        await user.fill("Operation Name", "Another")
        await user.press("ctrl+s")
        await user.on(MainScreen)
        await user.until(lambda: "Another" in [each.name for each in stored(workspace)], "the operation")
        await user.until(
            lambda: (
                (number := user.sidebar.selected_operation) is not None
                and stored(workspace)[number].name == "Another"
            ),
            "its row",
        )


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("body.headers.map(h => h[0])", "headers"),
        ("body.items.filter((row) => row.open).length", "items"),
        ("body['access_token']", "access_token"),
        ("JSON.parse(body).a", "a"),
        ("statusCode", ""),
    ],
)
def test_an_output_is_called_what_its_expression_takes_first(expression: str, name: str) -> None:
    from integrator_tui.tui.screens.requests.keeping import suggested_output

    assert suggested_output(expression) == name


@SIZES
async def test_a_run_that_failed_says_when_it_worked_and_leads_to_what_mends_it(
    workspace: Workspace, demo: ThreadedDemoServer, size: tuple[int, int]
) -> None:
    works = Operation(name="Plain", method="GET", path="/status/200")
    path = save(workspace, demo.addresses.http, works)
    async with running(workspace, size) as user:
        await begin(user)
        await user.on(RunScreen)
        await user.shows("✓ passed")
        assert "worked last" not in user.text
        await user.press("escape")
        await user.on(MainScreen)
        path.write_text(path.read_text().replace("/status/200", "/status/404"))
        await user.press("ctrl+r")
        await user.shows("/status/404")
        await begin(user)
        await user.on(RunScreen)
        await user.shows("worked last")
        assert "file" in user.row("worked last") or "file" in user.text.partition("worked last")[2][:160]
        # What is about the request leads to the operation's own form.
        await user.press("e")
        form = await user.on(OperationScreen)
        await user.fill("Request Path", "/status/201")
        await user.press("ctrl+s")
        await user.on(MainScreen)
        assert form.operation.path == "/status/201"
        await user.until(lambda: stored(workspace)[0].path == "/status/201", "the save")


async def test_a_run_leads_to_the_request_line_history_and_the_form_of_the_connection(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    path = save(workspace, demo.addresses.http, ORDERS)
    async with running(workspace, LARGE) as user:
        await begin(user)
        await user.on(InputsScreen)
        await user.write("north")
        await user.press("f5")
        await user.on(RunScreen)
        await user.shows("1 output failed")
        await user.press("K")
        await user.until(lambda: "Token: None fetches no token" in user.notices, "why there is no token")
        await user.press("H")
        await user.on(HistoryScreen)
        await user.press("escape")
        await user.on(RunScreen)
        await user.press("R")
        await user.on(RequestScreen)
        await user.press("escape")
        await user.on(MainScreen)
        # Nobody listens there: what the hint is about is a field of the connection.
        closed = demo.addresses["refused"]
        path.write_text(path.read_text().replace(demo.addresses.http, closed))
        await user.press("ctrl+r")
        await user.shows(closed)
        await begin(user)
        await user.on(InputsScreen)
        await user.press("f5")
        await user.on(RunScreen)
        await user.shows("refused")
        await user.press("e")
        await user.on(EditScreen)
        assert user.focused_label == "Base URL"


async def test_o_opens_the_file_at_the_operation_and_reads_it_again(
    tmp_path: Path, demo: ThreadedDemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "vi"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@" >"$0.args"\nfor file; do :; done\n'
                       'sed -i s,/status/404,/status/200, "$file"\n')  # fmt: skip
    program.chmod(0o700)
    folders = (tmp_path / "config", tmp_path / "state", tmp_path / "cache")
    workspace = Workspace(tmp_path / "connections", Surroundings(*folders, editor=str(program)))
    path = save(workspace, demo.addresses.http, PLAIN)
    line = next(at for at, text in enumerate(path.read_text().splitlines(), 1) if "/status/404" in text)
    monkeypatch.setattr(IntegratorApp, "suspend", lambda app: nullcontext())
    async with running(workspace, SMALL) as user:
        await begin(user)
        await user.on(RunScreen)
        await user.shows("not_found")
        await user.press("o")
        await user.until(lambda: "the file was read again" in user.notices, "the file")
        assert f"+{line}" in Path(f"{program}.args").read_text()
        await user.press("t")
        await user.shows("✓ passed")
