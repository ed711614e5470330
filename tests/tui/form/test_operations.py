"""Operations in the form of a connection, and the form of one of them."""

from __future__ import annotations

from integrator_tui.model.connection import Connection, Operation, Output
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.form.operation_screen import OperationScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from tests.tui.driver import LARGE, Driver, running
from tests.tui.fake_workspace import FakeWorkspace

IDS = Output(name="Ids", value="body.items", children=(("Id", "current.id"),))
OPEN = Operation(
    name="Open orders", method="GET", path="/orders", outputs=(IDS, Output(name="S", value="statusCode"))
)
CLOSE = Operation(name="Close order", path="/orders/{{Id}}/close")
LABELS = [
    *("Operation Name", "Description", "API Documentation Link", "Method", "Request Path", "URL Parameters"),
    *("Headers", "Body", "Body Type", "Outputs", "Include Empty Parameters", "Follow Redirect", "Stream Response"),
]


def made(*operations: Operation) -> FakeWorkspace:
    workspace = FakeWorkspace()
    workspace.add("a.yaml", Connection(name="Orders API", base_url="https://a.example", operations=operations))
    return workspace


def stored(workspace: FakeWorkspace) -> tuple[Operation, ...]:
    connection = workspace.files["a.yaml"].connection
    assert connection is not None
    return connection.operations


async def at_the_list(user: Driver) -> EditScreen:
    await user.press("e")
    form = await user.on(EditScreen)
    await user.go("Operations")
    return form


async def test_an_operation_is_described_from_the_keyboard_and_written_with_its_connection() -> None:
    workspace = made()
    async with running(workspace) as user:
        await at_the_list(user)
        assert "n New operation" in user.row("Operations")
        await user.press("n")
        await user.on(OperationScreen)
        assert "Create Operation" in user.text
        await user.write("Open orders")
        await user.choose("Method", "GET")
        await user.fill("Request Path", "/orders")
        await user.go("URL Parameters")
        await user.write("limit")
        await user.press("tab")
        await user.write("{{Limit}}")
        await user.go("Outputs")
        for text in ("Ids", "body.items", "Id", "current.id"):
            await user.write(text)
            if text == "current.id":
                await user.press("f9")
            await user.press("tab")
        await user.write("S")
        await user.press("tab")
        await user.write("statusCode")
        await user.press("ctrl+s")
        await user.on(EditScreen)
        assert user.focused_label == "Operations" and stored(workspace) == ()
        assert "Open orders" in user.row("Operations") and "unsaved" in user.lines[0]
        await user.press("ctrl+s")
        await user.on(MainScreen)
    assert stored(workspace) == (OPEN.model_copy(update={"params": (("limit", "{{Limit}}"),)}),)


async def test_the_rows_of_an_operation_in_their_order() -> None:
    async with running(made(OPEN)) as user:
        await at_the_list(user)
        await user.press("enter")
        await user.on(OperationScreen)
        seen = [user.focused_label]
        while seen[-1] != LABELS[-1]:
            await user.press("tab")
            if user.focused_label != seen[-1]:
                seen.append(user.focused_label)
        assert seen == LABELS
        assert "Update Operation" in user.text


async def test_a_child_is_one_of_its_own_again_and_the_first_row_says_why_it_is_none() -> None:
    async with running(made(OPEN)) as user:
        await at_the_list(user)
        await user.press("e")
        screen = await user.on(OperationScreen)
        await user.go("Outputs")
        await user.press("f9")
        await user.until(lambda: "no row above" in user.notices, "why not")
        await user.press("tab", "tab", "f9")
        outputs = screen.operation.outputs
        assert [output.name for output in outputs] == ["Ids", "Id", "S"] and outputs[0].children == ()
        await user.press("tab", "tab", "f9", "shift+tab", "shift+tab", "f9")
        assert [output.name for output in screen.operation.outputs] == ["Ids"]
        assert [name for name, _ in screen.operation.outputs[0].children] == ["Id", "S"]
        # Where the parent goes, the first of its children is an output.
        await user.go("Operation Name")
        await user.go("Outputs")
        await user.press("f8")
        assert [(output.name, len(output.children)) for output in screen.operation.outputs] == [("Id", 1)]


async def test_a_copy_an_order_and_a_deletion() -> None:
    workspace = made(OPEN, CLOSE)
    async with running(workspace) as user:
        await at_the_list(user)
        await user.press("d")
        await user.on(OperationScreen)
        assert "Open orders copy" in user.lines[0]
        await user.press("ctrl+s")
        form = await user.on(EditScreen)

        def names() -> list[str]:
            return [operation.name for operation in form.draft.connection.operations]

        assert names() == ["Open orders", "Open orders copy", "Close order"]
        await user.press("J")
        assert names() == ["Open orders", "Close order", "Open orders copy"]
        await user.press("K", "K", "K")
        assert names() == ["Open orders copy", "Open orders", "Close order"]
        await user.press("down", "x")
        await user.on(QuestionScreen)
        assert "Delete operation Open orders of Orders API" in user.text
        await user.press("enter")
        await user.on(EditScreen)
        assert len(names()) == 3, "Cancel is the first answer"
        await user.press("delete", "tab", "enter")
        await user.on(EditScreen)
        assert names() == ["Open orders copy", "Close order"]
        await user.press("ctrl+s")
        await user.on(MainScreen)
    assert [operation.name for operation in stored(workspace)] == ["Open orders copy", "Close order"]


async def test_the_list_is_walked_and_left_at_its_ends() -> None:
    async with running(made(OPEN, CLOSE)) as user:
        await at_the_list(user)
        await user.press("down", "down")
        assert user.focused_label == "", "the buttons are below"
        await user.press("up", "up", "up")
        assert user.focused_label == "Test: Stream Response"


async def test_problems_stand_at_the_operation_that_has_them() -> None:
    bad = CLOSE.model_copy(update={"path": "https://evil.example/x"})
    workspace = made(OPEN, bad, OPEN.model_copy(update={"path": "/other"}))
    async with running(workspace, LARGE) as user:
        await at_the_list(user)
        assert "✗ Close order" in user.text and "! Open orders" in user.text
        assert "absolute URL" not in user.text
        await user.press("down")
        await user.shows("a path cannot be an absolute URL")
        await user.press("enter")
        await user.on(OperationScreen)
        row = next(at for at, line in enumerate(user.lines) if "Request Path" in line)
        assert "✗ a path cannot be" in user.lines[row + 1] and "1 problem to mend" in user.text
        await user.press("ctrl+s")
        await user.until(lambda: "mending" in user.notices, "the refusal")
        assert user.focused_label == "Request Path"
        await user.press("end", "ctrl+u")
        await user.write("/x")
        await user.press("ctrl+s")
        await user.on(EditScreen)
        await user.press("down", "enter")
        await user.on(OperationScreen)
        await user.shows("another operation has this name")
        await user.press("escape")
        await user.on(EditScreen)
        # A name that two have is a warning, and is saved.
        await user.press("ctrl+s")
        await user.on(MainScreen)
    assert [operation.path for operation in stored(workspace)] == ["/orders", "/x", "/other"]


async def test_what_is_typed_in_an_operation_is_asked_about_before_it_goes() -> None:
    workspace = made(OPEN)
    async with running(workspace) as user:
        await at_the_list(user)
        await user.press("enter")
        await user.on(OperationScreen)
        await user.press("escape")
        await user.on(EditScreen)
        await user.press("enter")
        await user.on(OperationScreen)
        await user.write("X")
        assert "unsaved" in user.lines[0]
        await user.press("escape")
        await user.on(QuestionScreen)
        await user.press("escape")
        await user.on(OperationScreen)
        await user.press("ctrl+q")
        await user.on(QuestionScreen)
        await user.press("escape")
        await user.on(OperationScreen)
        await user.press("escape", "tab", "enter")
        form = await user.on(EditScreen)
        assert form.draft.connection.operations == (OPEN,) and not form.unsaved
        await user.press("n")
        await user.on(OperationScreen)
        await user.press("escape")
        await user.on(EditScreen)
        assert form.draft.connection.operations == (OPEN,)
        await user.press("escape")
        await user.on(MainScreen)


async def test_the_palette_of_the_form_offers_what_the_list_does() -> None:
    async with running(made(OPEN)) as user:
        await user.press("e")
        await user.on(EditScreen)
        await user.palette("Duplicate operation")
        await user.on(OperationScreen)
        await user.press("escape", "tab", "enter")
        await user.on(EditScreen)
        await user.palette("Delete operation")
        await user.on(QuestionScreen)
        await user.press("tab", "enter")
        form = await user.on(EditScreen)
        assert form.draft.connection.operations == ()
        await user.press("ctrl+p")
        await user.write("Edit operation")
        await user.shows("nothing here has this name")
