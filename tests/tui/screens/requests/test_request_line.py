"""The request line: what is written is sent with the connection's authentication, and kept where one says so."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest
from textual.events import Paste

from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.connection import BasicAuth, Connection, FormBody, Output
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.preview import PreviewScreen
from integrator_tui.tui.screens.requests.screen import RequestScreen
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.tui.screens.stream import StreamScreen
from integrator_tui.workspace import Workspace
from tests.tui.driver import LARGE, SMALL, Driver, running

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
PASSWORD = "opensesame-42"
CURL = (
    "curl -X POST 'https://other.example.com/echo?limit=3' -H 'Accept: text/plain'"
    " -H 'X-Api-Key: k3y-v4lue' --json '{\"a\": 1}'"
)


def opened(tmp_path: Path) -> Workspace:
    surroundings = Surroundings(
        tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=tmp_path / "keys.txt"
    )
    return Workspace(tmp_path / "connections", surroundings)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return opened(tmp_path)


def save(workspace: Workspace, base_url: str, *tags: str) -> None:
    workspace.keys.create_identity()
    connection = Connection(
        name="Orders", base_url=base_url, test_path="/health", tags=tags, auth=BasicAuth(username="svc"),
        secrets=("password",),
    )  # fmt: skip
    workspace.editor.save(Draft(connection, typed={"password": Secret(PASSWORD)}))


def stored(workspace: Workspace) -> Connection:
    (entry,) = workspace.catalog.entries()
    assert entry.connection is not None and not workspace.seals.is_broken(entry.file)
    return entry.connection


def requests_seen(demo: ThreadedDemoServer) -> int:
    with urllib.request.urlopen(f"{demo.addresses.http}/stats") as answer:
        return int(json.load(answer)["requests"])


async def begun(user: Driver, path: str = "") -> RequestScreen:
    await user.press("R")
    screen = await user.on(RequestScreen)
    if path:
        await user.fill("Request Path", path)
    return screen


async def paste(user: Driver, text: str) -> None:
    user.app.key_order.put(Paste(text))
    await user.app.key_order.drained()
    await user._painted()


@SIZES
async def test_a_request_is_sent_with_the_authentication_and_shown_as_a_test_is(
    workspace: Workspace, demo: ThreadedDemoServer, size: tuple[int, int]
) -> None:
    save(workspace, demo.addresses.http)
    async with running(workspace, size) as user:
        await begun(user, "/echo?x={{Limit}}")
        assert user.focused_label == "Request Path"
        await user.choose("Method", "PUT")
        await user.fill("Headers", "X-Trace")
        await user.press("tab", *"abc")
        await user.press("f5")
        await user.on(PromptScreen)
        await user.shows("Limit")
        await user.write("5\n")
        await user.press("enter")
        await user.on(ResultScreen)
        await user.shows("passed in")
        for shown in (f"PUT {demo.addresses.http}/echo?x=5", "✓ authenticate", "✓ respond", "answer "):
            assert shown in user.text
        await user.press("b", "slash")
        await user.write("X-Trace\n")
        await user.shows('"X-Trace"')
        await user.press("G")
        await user.shows("Basic •••")
        assert PASSWORD not in user.text
        await user.press("escape", "escape", "escape")
        screen = await user.on(RequestScreen)
        assert screen.line.operation.headers == (("X-Trace", "abc"),)
        # What is written stays for the session.
        await user.press("escape")
        await user.on(MainScreen)
        assert "PUT" in (await begun(user)).form.operation.method


async def test_nothing_is_sent_by_a_preview_and_it_says_where_values_come_from(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http)
    async with running(workspace, SMALL) as user:
        await begun(user, "/echo")
        before = requests_seen(demo)
        await user.press("f3")
        await user.on(PreviewScreen)
        await user.shows("GET /echo HTTP/1.1")
        assert "Authorization: Basic •••" in user.text and "the request line" in user.text
        assert "the command line" not in user.text and requests_seen(demo) == before


async def test_what_is_wrong_is_told_at_its_field_and_nothing_is_sent(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http)
    async with running(workspace, SMALL) as user:
        await begun(user, "https://other.example.com/x")
        await user.press("f5")
        await user.shows("✗")
        await user.on(RequestScreen)
        assert "need mending" in user.notices and user.focused_label == "Request Path"
        await user.fill("Request Path", "/echo")
        await user.press("ctrl+t")
        await user.on(ResultScreen)


async def test_an_unsafe_method_in_production_asks_each_time_and_names_the_tag(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http, "orders", "Prod")
    async with running(workspace, SMALL) as user:
        await begun(user, "/echo")
        await user.choose("Method", "DELETE")
        before = requests_seen(demo)
        await user.press("f5")
        await user.on(QuestionScreen)
        assert "has the tag Prod" in user.text and "DELETE" in user.text
        await user.press("enter")
        await user.on(RequestScreen)
        assert requests_seen(demo) == before
        await user.press("f5")
        await user.on(QuestionScreen)
        await user.press("tab", "enter")
        await user.shows("passed in")
        await user.press("t")
        await user.on(QuestionScreen)
        await user.press("escape")
        await user.on(ResultScreen)
        await user.press("f6")
        await user.on(QuestionScreen)
        await user.press("escape")
        await user.on(ResultScreen)
        assert requests_seen(demo) == before + 1
        await user.press("escape")
        await user.choose("Method", "HEAD")
        await user.press("f5")
        await user.shows("passed in")


async def test_other_tags_can_be_asked_about(
    workspace: Workspace, demo: ThreadedDemoServer, tmp_path: Path
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.yaml").write_text("prod_tags: [live]\n")
    save(workspace, demo.addresses.http, "prod", "live")
    async with running(workspace, SMALL) as user:
        await begun(user, "/echo")
        await user.choose("Method", "POST")
        await user.press("f5")
        await user.on(QuestionScreen)
        assert "has the tag live" in user.text


async def test_a_curl_command_fills_the_line_and_its_secrets_are_never_shown(
    workspace: Workspace, demo: ThreadedDemoServer, tmp_path: Path
) -> None:
    save(workspace, demo.addresses.http)
    async with running(workspace, SMALL) as user:
        await begun(user, "/typed")
        await paste(user, CURL)
        await user.shows("Raw")
        screen = await user.on(RequestScreen)
        assert screen.form.operation.method == "POST" and screen.form.operation.path == "/echo"
        assert f"will be sent to {demo.addresses.http}" in user.notices.replace("\n", " ")
        assert "{{x_api_key}}" in user.text and "v4lue" not in user.text + user.notices
        await user.press("f5")
        await user.shows("passed in")
        await user.press("b")
        await user.shows('"POST"')
        assert "v4lue" not in user.text
        await user.press("escape", "escape")
        # What stood there before can be chosen again.
        await user.press("ctrl+r")
        await user.on(MenuScreen)
        assert "GET /typed" in user.text and "POST /echo?limit=3" in user.text
        await user.press("escape")
        await user.press("ctrl+s")
        await user.on(PromptScreen)
        await user.press("enter")
        await user.on(RequestScreen)
        await user.until(lambda: stored(workspace).operations, "the operation")
        (made,) = stored(workspace).operations
        assert (made.name, made.method, made.path) == ("POST /echo", "POST", "/echo")
        assert set(stored(workspace).secrets) == {"password", "x_api_key"}
        (entry,) = workspace.catalog.entries()
        draft = Draft(stored(workspace), entry.file, entry.revision)
        assert workspace.secrets.reveal(draft, "x_api_key").reveal() == "k3y-v4lue"
        # It is sent on with what is stored now.
        await user.press("f5")
        await user.shows("passed in")
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"k3y-v4lue" in path.read_bytes()]


async def test_a_curl_command_that_cannot_be_read_changes_nothing(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http)
    async with running(workspace, SMALL) as user:
        screen = await begun(user, "/typed")
        await paste(user, "curl --data x")
        await user.until(lambda: "hint" in user.notices, "an error")
        assert screen.form.operation.path == "/typed"


async def test_recent_requests_come_back_in_the_next_session_without_secrets(
    workspace: Workspace, demo: ThreadedDemoServer, tmp_path: Path
) -> None:
    save(workspace, demo.addresses.http)
    async with running(workspace, SMALL) as user:
        await begun(user)
        await user.press("ctrl+r")
        await user.until(lambda: "nothing was sent" in user.notices, "a word why")
        await user.fill("Request Path", f"/echo?status=open&token={PASSWORD}")
        await user.press("f5")
        await user.shows("passed in")
        await user.press("escape")
        await user.press("escape")
        await user.on(MainScreen)
    async with running(opened(tmp_path), SMALL) as user:
        screen = await begun(user)
        await user.press("ctrl+r")
        await user.on(MenuScreen)
        assert "GET /echo?status=open&token=" in user.text and PASSWORD not in user.text
        await user.press("enter")
        await user.on(RequestScreen)
        await user.until(lambda: screen.form.operation.path == "/echo?status=open&token=", "the line")
        assert "/echo?status=open" in user.row("Request Path")


async def test_a_filter_is_kept_as_an_output_of_a_new_operation_and_the_next_one_of_the_same(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http)
    async with running(workspace, SMALL) as user:
        await begun(user, "/echo?a=1")
        await user.press("f5")
        await user.shows("passed in")
        await user.press("F")
        await user.press("ctrl+s")
        await user.until(lambda: "no filter to keep" in user.notices, "a word why")
        await user.write("body.path")
        await user.shows('"/echo"')
        await user.until(lambda: "ctrl+s Keep as output" in user.lines[-1], "the key that keeps it")
        await user.press("enter")
        await user.until(lambda: not user.app.screen.section.is_filtering, "the body")  # type: ignore[attr-defined]
        assert "ctrl+s Keep as output" in user.lines[-1]
        await user.press("ctrl+s")
        await user.on(PromptScreen)
        assert "path" in user.row("Output Name") and "GET /echo" in user.row("Operation Name")
        await user.press("enter")
        await user.fill("Operation Name", "Echo")
        await user.press("enter")
        await user.until(lambda: stored(workspace).operations, "the operation")
        (made,) = stored(workspace).operations
        assert (made.name, made.path, made.outputs) == (
            "Echo",
            "/echo?a=1",
            (Output(name="path", value="body.path"),),
        )
        await user.on(ResultScreen)
        await user.press("ctrl+s")
        await user.on(PromptScreen)
        assert "the operation Echo" in user.text and "Operation Name" not in user.text
        await user.press("enter")
        await user.shows("has an output path already")
        await user.fill("Output Name", "Again")
        await user.press("enter")
        await user.until(lambda: len(stored(workspace).operations[0].outputs) == 2, "the second output")
        await user.on(ResultScreen)
        # The result goes on with the file as it is now.
        await user.press("escape", "escape", "t")
        await user.shows("passed in")
        await user.press("escape", "escape")
        await user.on(MainScreen)
        await user.shows("Echo")


async def test_a_filter_of_a_test_becomes_an_operation_of_its_request(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http)
    async with running(workspace, SMALL) as user:
        await user.press("t")
        await user.on(ResultScreen)
        await user.shows("passed in")
        await user.press("F")
        await user.write("body.status")
        await user.press("ctrl+s")
        await user.on(PromptScreen)
        await user.press("enter", "enter")
        await user.until(lambda: stored(workspace).operations, "the operation")
        (made,) = stored(workspace).operations
        assert (made.method, made.path, made.outputs[0].value) == ("GET", "/health", "body.status")
        await user.on(ResultScreen)
        await user.press("enter", "R")
        await user.on(RequestScreen)
        await user.fill("Request Path", "/echo")
        await user.press("ctrl+s")
        await user.on(PromptScreen)
        await user.press("enter")
        await user.until(lambda: len(stored(workspace).operations) == 2, "the second operation")
        await user.on(RequestScreen)
        await user.press("escape")
        await user.on(ResultScreen)
        before = requests_seen(demo)
        await user.press("escape", "escape", "t")
        await user.until(lambda: requests_seen(demo) == before + 1, "a test of the file as it is")


async def test_a_name_that_is_taken_or_missing_is_asked_for_again(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http)
    async with running(workspace, SMALL) as user:
        await begun(user, "/echo")
        for name, said in (
            ("", "Operation Name is required"),
            ("Echo", ""),
            ("Echo", "is an operation Echo already"),
        ):
            await user.press("ctrl+s")
            await user.on(PromptScreen)
            await user.fill("Operation Name", name)
            await user.press("enter")
            if said:
                await user.shows(said)
                await user.press("escape")
            else:
                await user.until(lambda: "is an operation of" in user.notices, "the operation")
            await user.on(RequestScreen)
        assert [one.name for one in stored(workspace).operations] == ["Echo"]


async def test_a_seal_that_was_broken_stays_so(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    save(workspace, demo.addresses.http)
    (entry,) = workspace.catalog.entries()
    file = workspace.root / entry.file
    file.write_text(file.read_text().replace("/health", "/other"))
    async with running(workspace, SMALL) as user:
        await begun(user, "/echo")
        await user.press("f5")
        await user.shows("seal_broken")
        await user.press("escape")
        await user.press("ctrl+s", "enter")
        await user.on(QuestionScreen)
        assert "The secrets stay closed" in user.text
        await user.press("tab", "enter")
        await user.until(lambda: "is an operation" in user.notices, "the operation")
        assert workspace.seals.is_broken(entry.file)


async def test_a_body_is_sent_by_its_type_and_a_row_can_be_removed(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http)
    async with running(workspace, SMALL) as user:
        screen = await begun(user, "/echo")
        await user.choose("Method", "POST")
        await user.go("Body")
        await user.press(*"a", "tab", *"1", "tab", *"b", "tab", *"2")
        assert screen.form.operation.body == FormBody(form=(("a", "1"), ("b", "2")))
        await user.press("f8")
        assert screen.form.operation.body == FormBody(form=(("a", "1"),))
        await user.go("Request Path")
        await user.press("f8")
        assert "there is none here" in user.notices
        await user.press("f5")
        await user.shows("passed in")
        await user.press("b", "G")
        await user.shows('"a=1"')


async def test_a_stream_goes_to_the_log(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    save(workspace, demo.addresses.http)
    async with running(workspace, SMALL) as user:
        await begun(user, "/events?count=3&ms=1")
        await user.press("f6")
        await user.on(StreamScreen)
        await user.shows("closed")


async def test_e_goes_to_the_hinted_field_of_the_line_or_of_the_form(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http)
    async with running(workspace, SMALL) as user:
        await begun(user, "/status/404")
        await user.press("f5")
        await user.shows("Edit: go to Request Path")
        await user.press("e")
        await user.on(RequestScreen)
        assert user.focused_label == "Request Path"
        await user.fill("Request Path", "/status/401")
        await user.press("f5")
        await user.shows("Edit: go to Username")
        await user.press("e")
        await user.on(EditScreen)
        assert user.focused_label == "Username"


def lose(workspace: Workspace, tmp_path: Path) -> Path:
    """Have what was typed lie as a process leaves it that was killed, and return it."""
    workspace.keep_drafts()
    (draft,) = (tmp_path / "state" / "drafts").rglob("*.draft")
    return draft.rename(draft.with_name("0011223344556677.0-0-0.draft"))


async def test_what_is_typed_survives_the_end_of_its_process(
    workspace: Workspace, demo: ThreadedDemoServer, tmp_path: Path
) -> None:
    save(workspace, demo.addresses.http)
    async with running(workspace) as user:
        await begun(user, "/echo/lost")
        await paste(user, CURL)
        await user.shows("X-Api-Key")
        kept = lose(workspace, tmp_path)
        assert b"k3y-v4lue" not in kept.read_bytes() and b"other.example.com" not in kept.read_bytes()
        await user.press("escape")
        await user.on(MainScreen)
    async with running(opened(tmp_path), SMALL) as user:
        await user.on(QuestionScreen)
        assert "A draft in the request line of Orders" in user.text
        await user.press("enter")
        screen = await user.on(RequestScreen)
        written = screen.form.operation
        assert (written.method, written.path) == ("POST", "/echo")
        assert [secret.reveal() for secret in screen.line.secrets.values()] == ["k3y-v4lue"]
        # Left, it is still what stands in the line of this session.
        await user.press("escape")
        await user.on(MainScreen)
        await begun(user)
        assert user.app.screen.form.operation == written  # type: ignore[attr-defined]
        await user.press("escape")
        await user.on(MainScreen)
        await user.press("ctrl+q")
    # Who leaves wants nothing of it any more.
    assert list((tmp_path / "state" / "drafts").rglob("*.draft")) == []


async def test_without_an_identity_what_may_be_secret_is_left_out_of_the_journal(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.editor.save(Draft(Connection(name="Orders", base_url="https://orders.example.com")))
    async with running(workspace) as user:
        await begun(user, "/orders/7?key=k3y-v4lue")
        await user.go("Headers")
        await user.write("X-Trace")
        await user.press("tab")
        await user.write("tr4ce-v4lue")
        text = lose(workspace, tmp_path).read_text()
        assert "/orders/7" in text and "X-Trace" in text and "v4lue" not in text
    async with running(opened(tmp_path)) as user:
        await user.on(QuestionScreen)
        assert "were left out" in user.text.replace("\n", " ") or "left out" in user.text
        await user.press("enter")
        screen = await user.on(RequestScreen)
        assert screen.form.operation.path == "/orders/7"


async def test_an_empty_line_and_one_that_was_kept_are_not_journalled(
    workspace: Workspace, demo: ThreadedDemoServer, tmp_path: Path
) -> None:
    save(workspace, demo.addresses.http)
    async with running(workspace) as user:
        await begun(user, "/echo/x")
        workspace.keep_drafts()
        assert list((tmp_path / "state" / "drafts").rglob("*.draft"))
        await user.press("end", "ctrl+u")
        workspace.keep_drafts()
        assert list((tmp_path / "state" / "drafts").rglob("*.draft")) == []
        await user.write("/echo/y")
        workspace.keep_drafts()
        assert list((tmp_path / "state" / "drafts").rglob("*.draft"))
        await user.press("ctrl+s")
        await user.on(PromptScreen)
        await user.write("Echo")
        await user.press("enter")
        await user.on(RequestScreen)
        await user.until(lambda: stored(workspace).operations, "the operation")
        await user.until(lambda: not list((tmp_path / "state" / "drafts").rglob("*.draft")), "the end of the draft")
