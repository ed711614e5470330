"""A curl command that is pasted, or asked for, fills the form of a new connection."""

from __future__ import annotations

from textual.events import Paste

from integrator_tui.model.connection import Connection, FormBody, RawBearerTokenAuth
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.dialogs.text_prompt import TextPromptScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from tests.tui.driver import SMALL, Driver, running
from tests.tui.fake_workspace import FakeWorkspace

POST = (
    "curl -X POST 'https://api.example.com/v1/orders?api_key=k3y-v4lue' \\\r"
    "  -H 'Authorization: Bearer t0ken-v4lue' -H 'X-Trace: tr4ce-v4lue' \\\r  -d a=b0dy-v4lue"
)
GET = "curl https://api.example.com/v1/health?x=1"


async def paste(user: Driver, text: str) -> None:
    user.app.key_order.put(Paste(text))
    await user.app.key_order.drained()
    await user._painted()


async def test_a_paste_is_offered_without_a_value_and_enter_fills_the_form() -> None:
    workspace = FakeWorkspace()
    async with running(workspace, SMALL) as user:
        await user.on(MainScreen)
        await paste(user, POST)
        await user.on(QuestionScreen)
        for shown in ("POST", "https://api.example.com", "Authorization", "X-Trace"):
            assert shown in user.text
        assert "v4lue" not in user.text
        await user.press("enter")
        form = await user.on(EditScreen)
        draft = form.draft
        assert isinstance(draft.connection.auth, RawBearerTokenAuth)
        assert [operation.name for operation in draft.connection.operations] == ["POST /v1/orders"]
        assert draft.connection.operations[0].body == FormBody(form=(("a", "b0dy-v4lue"),))
        assert {name: secret.reveal() for name, secret in draft.typed.items()} == {
            "token": "t0ken-v4lue",
            "api_key": "k3y-v4lue",
        }
        assert form.unsaved


async def test_a_plain_get_is_the_test_path() -> None:
    async with running(FakeWorkspace(), SMALL) as user:
        await user.on(MainScreen)
        await paste(user, f"$ {GET}\r")
        await user.on(QuestionScreen)
        await user.press("enter")
        form = await user.on(EditScreen)
        assert form.draft.connection.test_path == "/v1/health?x=1"
        assert form.draft.connection.operations == ()


async def test_esc_takes_nothing_and_other_text_is_not_offered() -> None:
    async with running(FakeWorkspace(), SMALL) as user:
        await user.on(MainScreen)
        await paste(user, "curly braces")
        assert isinstance(user.app.screen, MainScreen)
        await paste(user, GET)
        await user.on(QuestionScreen)
        await user.press("escape")
        await user.on(MainScreen)


async def test_new_connection_asks_for_a_command_until_there_is_one() -> None:
    async with running(FakeWorkspace(), SMALL) as user:
        await user.on(MainScreen)
        await user.press("n", "down", "enter")
        await user.on(TextPromptScreen)
        await paste(user, "wget https://api.example.com/and/more")
        await user.press("enter")
        await user.shows("there is no curl command")
        await user.press("ctrl+home")
        await paste(user, GET.replace("curl", "curl -s") + " ; ")
        await user.press("enter")
        await user.on(QuestionScreen)
        await user.press("enter")
        form = await user.on(EditScreen)
        assert form.draft.connection.base_url == "https://api.example.com"


async def test_a_paste_into_base_url_of_a_new_connection_is_offered() -> None:
    async with running(FakeWorkspace(), SMALL) as user:
        await user.on(MainScreen)
        await user.press("n", "enter")
        await user.on(EditScreen)
        await user.go("Base URL")
        await paste(user, POST)
        await user.on(QuestionScreen)
        await user.press("enter")
        await user.until(
            lambda: isinstance(user.app.screen, EditScreen) and user.app.screen.draft.connection.operations,
            "the form of the command",
        )


async def test_a_field_of_a_connection_that_exists_takes_what_is_pasted() -> None:
    workspace = FakeWorkspace()
    workspace.add("a.yaml", Connection(name="A", base_url="https://a.example"))
    async with running(workspace, SMALL) as user:
        await user.on(MainScreen)
        await user.press("e")
        form = await user.on(EditScreen)
        await user.go("Base URL")
        await paste(user, GET)
        assert isinstance(user.app.screen, EditScreen)
        assert "curl" in form.draft.connection.base_url


async def test_a_command_that_cannot_be_used_says_why() -> None:
    async with running(FakeWorkspace(), SMALL) as user:
        await user.on(MainScreen)
        await paste(user, 'curl "https://$HOST/x"')
        await user.until(lambda: "host is not known: HOST" in user.notices, "a notice")
