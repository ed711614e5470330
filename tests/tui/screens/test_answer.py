"""The answer of a test, looked at below its stages: the very one that the test got."""

from __future__ import annotations

import json
import stat
import urllib.request
from datetime import datetime
from pathlib import Path

import pytest

from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.answer import KeptAnswer
from integrator_tui.model.connection import BasicAuth, Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.workspace import Workspace
from tests.tui.driver import LARGE, SMALL, Driver, running
from tests.tui.fake_workspace import FakeWorkspace
from tests.tui.screens.test_tokens_and_trust import signed_in

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
PASSWORD = "opensesame-42"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    surroundings = Surroundings(
        tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=tmp_path / "keys.txt"
    )
    return Workspace(tmp_path / "connections", surroundings)


def save(workspace: Workspace, base_url: str, path: str) -> None:
    workspace.editor.save(Draft(Connection(name="Orders", base_url=base_url, test_path=path)))


def save_with_password(workspace: Workspace, base_url: str, path: str) -> None:
    workspace.keys.create_identity()
    auth = BasicAuth(username="svc")
    connection = Connection(name="Orders", base_url=base_url, test_path=path, auth=auth, secrets=("password",))
    workspace.editor.save(Draft(connection, typed={"password": Secret(PASSWORD)}))


async def tried(user: Driver, said: str = "passed in") -> None:
    await user.press("t")
    await user.on(ResultScreen)
    await user.shows(said)


def requests_seen(demo: ThreadedDemoServer) -> int:
    with urllib.request.urlopen(f"{demo.addresses.http}/stats") as answer:
        stats = json.load(answer)
    return int(stats["requests"])


@SIZES
async def test_body_and_headers_are_those_of_the_test_and_nothing_is_sent_for_them(
    workspace: Workspace, demo: ThreadedDemoServer, size: tuple[int, int]
) -> None:
    save(workspace, demo.addresses.http, "/gzip")
    async with running(workspace, size) as user:
        await tried(user)
        before = requests_seen(demo)
        await user.press("b")
        await user.shows('    "status": "ok"')
        assert "respond       passed" in user.text and "36 bytes · JSON" in user.text
        await user.press("h")
        await user.shows("content-encoding: gzip")
        assert "200 OK" in user.text
        await user.press("h")
        await user.shows("passed in")
        await user.press("b", "escape")
        await user.shows("passed in")
        assert requests_seen(demo) == before
        await user.press("escape")
        await user.on(MainScreen)


async def test_a_failure_shows_what_was_said_with_it_under_the_hint(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http, "/status/403")
    async with running(workspace, SMALL) as user:
        await tried(user, "forbidden")
        assert '"status": 403' in user.text
        assert user.text.index("hint") < user.text.index("answer  ") < user.text.index('"status": 403')


async def test_a_401_shows_its_body_too(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    save(workspace, demo.addresses.http, "/status/401")
    async with running(workspace, SMALL) as user:
        await tried(user, "401")
        await user.shows('"status": 401')


async def test_a_refused_token_request_shows_the_structure_of_its_answer(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    workspace.keys.create_identity()
    connection = signed_in(demo.addresses.http, "/token/form", "body.access_token")
    workspace.editor.save(Draft(connection, typed={"client_secret": Secret("wrong-secret")}))
    async with running(workspace, SMALL) as user:
        await tried(user, "authenticate")
        await user.shows("token answer")
        await user.press("b")
        await user.shows("Token answer Body")
        assert '"error": "•••"' in user.text and "invalid_client" not in user.row('"error"')


async def test_a_connection_that_was_not_reached_says_that_there_is_no_answer(workspace: Workspace) -> None:
    save(workspace, "http://127.0.0.1:9", "/x")
    async with running(workspace, SMALL) as user:
        await tried(user, "refused")
        await user.press("b")
        await user.shows("no answer came")
        assert "b Body" not in user.lines[-1]


async def test_hostile_text_is_shown_as_signs(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    save(workspace, demo.addresses.http, "/hostile")
    async with running(workspace, SMALL) as user:
        await tried(user)
        await user.press("b", "x")
        await user.shows("[bold]markup[/oops]")
        await user.press("h")
        await user.shows("x-message: ␛[31mred [bold]")
        assert "\x1b" not in user.text and "\u202e" not in user.text


async def test_search_goes_from_match_to_match_and_back_where_it_began(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http, "/")
    async with running(workspace, SMALL) as user:
        await tried(user)
        await user.press("slash")
        await user.write("SLOW")
        await user.shows("1 of ")
        await user.press("enter", "n")
        await user.shows("2 of ")
        await user.press("N")
        await user.shows("1 of ")
        row = user.row("▌")
        assert "slow" in row.lower()
        await user.press("escape")
        await user.until(lambda: "Search " not in user.lines[-2], "the closed search")
        assert user.row("▌") == row


async def test_motions_folds_and_the_path_of_the_line(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    save(workspace, demo.addresses.http, "/gzip")
    async with running(workspace, SMALL) as user:
        await tried(user)
        await user.press("b", "j", "j", "j", "k", "enter")
        await user.shows('"items": [ … 3 items … ]')
        await user.press("+")
        await user.press("plus", "G", "g", "ctrl+d", "k", "k")
        assert ".items" in user.text
        await user.press("g", "j", "P")
        assert user.app.clipboard == "body.status"
        await user.press("y")
        assert user.app.clipboard.strip() == '"status": "ok",'
        await user.press("y")
        assert user.app.clipboard == '"ok"'
        assert "copied, if your terminal allows" in user.notices
        await user.press("j", "y", "y")
        assert json.loads(user.app.clipboard) == [1, 2, 3]
        await user.press("x", "x")
        await user.shows("00000000  7b 22 73")
        await user.press("escape", "y")
        assert "respond" in user.app.clipboard and "passed in" in user.app.clipboard


async def test_a_filter_is_live_and_goes_again(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    save(workspace, demo.addresses.http, "/gzip")
    async with running(workspace, SMALL) as user:
        await tried(user)
        await user.press("F")
        await user.write("body.items.map(n => n * 7)")
        await user.shows("    21")
        await user.press("enter")
        await user.until(lambda: "Filter " not in user.lines[-2], "the closed filter")
        assert "    21" in user.text
        await user.press("escape")
        await user.shows('"status": "ok"')
        await user.press("F")
        await user.write("body.items")
        await user.shows("▌▾[")
        await user.press("escape")
        await user.shows('"status": "ok"')


async def test_an_expression_that_gives_nothing_stays_to_be_mended(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http, "/gzip")
    async with running(workspace, SMALL) as user:
        await tried(user)
        await user.press("F")
        await user.write("body.items[0] +")
        await user.shows("this is not one JavaScript expression")
        await user.press("enter")
        await user.write(" 41")
        await user.shows("42")
        await user.press("enter")
        await user.until(lambda: "Filter " not in user.lines[-2], "the closed filter")


async def test_enter_before_the_filter_was_tried_waits_for_it(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http, "/status/200")
    async with running(workspace, SMALL) as user:
        await tried(user)
        await user.press("F", *"body.", *"nothing.more", "enter")
        await user.until(lambda: "Filter " in user.lines[-3] and "TypeError" in user.lines[-2], "the reason")
        await user.press("ctrl+u", *"[body.status]", "enter")
        await user.until(lambda: not any(line.startswith("Filter ") for line in user.lines), "the closed filter")
        await user.shows("Body · [body.status]")


async def test_a_filter_stays_over_another_test(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    save(workspace, demo.addresses.http, "/gzip")
    async with running(workspace, SMALL) as user:
        await tried(user)
        await user.press("F")
        await user.write("body.items.length * 111")
        await user.press("enter")
        await user.shows(" 333")
        await user.press("t")
        await user.until(lambda: requests_seen(demo) >= 2, "the second test")
        await user.shows(" 333")


async def test_a_filter_without_an_end_is_told_and_keys_go_on(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http, "/gzip")
    async with running(workspace, SMALL) as user:
        await tried(user)
        await user.press("F")
        await user.write("(() => { for (;;) {} })()")
        await user.shows("ran over its")
        await user.press("escape", "G")
        await user.shows("8/8")


async def test_what_is_saved_is_what_came_for_its_owner_alone(
    workspace: Workspace, demo: ThreadedDemoServer, tmp_path: Path
) -> None:
    save(workspace, demo.addresses.http, "/gzip")
    async with running(workspace, SMALL) as user:
        await tried(user)
        await user.press("b", "S")
        await user.shows("Save to orders-answer-")
        assert ".json" in user.text
        await user.press("end", "ctrl+u")
        await user.write(str(tmp_path / "saved.json"))
        await user.press("enter")
        await user.until(lambda: "36 bytes saved to" in user.notices, "the notice")
        path = tmp_path / "saved.json"
        assert path.read_bytes() == b'{"status": "ok", "items": [1, 2, 3]}'
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        await user.press("S", "end", "ctrl+u")
        await user.write(str(path))
        await user.press("enter")
        await user.shows("exists already")


@pytest.mark.parametrize(("keys", "expected"), [(("enter",), "•••"), (("tab", "enter"), "Basic ")])
async def test_a_known_secret_is_masked_on_the_screen_and_asked_about_before_it_is_saved(
    workspace: Workspace, demo: ThreadedDemoServer, tmp_path: Path, keys: tuple[str, ...], expected: str
) -> None:
    save_with_password(workspace, demo.addresses.http, "/echo")
    path = tmp_path / "saved.json"
    async with running(workspace, SMALL) as user:
        await tried(user)
        await user.press("b", "slash")
        await user.write("authorization")
        await user.shows("•••")
        await user.press("enter")
        assert PASSWORD not in user.text
        await user.press("S", "end", "ctrl+u")
        await user.write(str(path))
        await user.press("enter")
        await user.on(QuestionScreen)
        await user.shows("[ Masked ]  [ As it came ]  [ Cancel ]")
        await user.press(*keys)
        await user.until(path.exists, "the file")
        await user.on(ResultScreen)
    text = path.read_text()
    assert expected in text and ("•••" in text) == (expected == "•••")


async def test_the_report_is_saved_as_text(workspace: Workspace, demo: ThreadedDemoServer, tmp_path: Path) -> None:
    save(workspace, demo.addresses.http, "/gzip")
    async with running(workspace, SMALL) as user:
        await tried(user)
        await user.press("b")
        await user.palette("Save report")
        await user.shows("Save to orders-report-")
        await user.press("end", "ctrl+u")
        await user.write(str(tmp_path / "report.txt"))
        await user.press("enter")
        await user.until((tmp_path / "report.txt").exists, "the file")
        await user.press("j", "G", "ctrl+u", "g")
        await user.shows("passed in")
    text = (tmp_path / "report.txt").read_text()
    assert "✓ respond" in text and "passed in" in text and "/gzip" in text


def kept(body: str, number: int) -> KeptAnswer:
    data = body.encode()
    at = datetime(2026, 12, 1, 1, 2, number)
    return KeptAnswer(number, at, 200, "OK", (), "application/json", data, len(data), "", False, False, "")


async def test_answers_are_compared_by_path() -> None:
    fake = FakeWorkspace(
        answers_to_come=[kept('{"a": 1, "b": [1, 2]}', 2)], answer_before=kept('{"a": 0, "b": [1]}', 1)
    )
    fake.add("orders.yaml", Connection(name="Orders", base_url="https://orders.example.com"))
    async with running(fake, SMALL) as user:
        await tried(user)
        await user.press("D")
        await user.shows("body.a: 0 → 1")
        assert "+ body.b[1]: 2" in user.text and "Compare with the answer of 01:02:01Z · 2 differences" in user.text
        assert "F Filter" not in user.lines[-1] and "w Wrap" in user.lines[-1]
        await user.press("escape")
        await user.shows('"a": 1,')
        await user.press("p")
        await user.shows("pinned")


async def test_a_comparison_leads_back_to_what_it_was_asked_from() -> None:
    fake = FakeWorkspace(answers_to_come=[kept('{"a": 1}', 2)], answer_before=kept('{"a": 0}', 1))
    fake.add("orders.yaml", Connection(name="Orders", base_url="https://orders.example.com"))
    async with running(fake, SMALL) as user:
        await tried(user)
        await user.press("D")
        await user.shows("body.a: 0 → 1")
        await user.press("D", "escape")
        await user.shows("key b: Body")
        await user.press("b", "D")
        await user.shows("body.a: 0 → 1")
        await user.press("escape")
        await user.shows("Body · 8 bytes")


async def test_the_place_in_a_body_and_its_wrapping_outlast_what_is_shown_in_between(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http, "/")
    async with running(workspace, SMALL) as user:
        await tried(user)
        await user.press("b", "w", *["pagedown"] * 4, "j", "j")
        await user.shows(" · wrapped")
        before = user.lines[:-1]
        assert not any(" 1/" in line for line in before)
        await user.press("F", *"'a'+1")
        await user.shows('"a1"')
        await user.press("escape")
        await user.until(lambda: user.lines[:-1] == before, "the body as before")
        await user.press("h")
        await user.shows("Headers · 200 OK")
        await user.press("b")
        await user.until(lambda: user.lines[:-1] == before, "the body as before")


async def test_what_is_wrong_with_a_filter_can_be_read_whole(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http, "/gzip")
    async with running(workspace, SMALL) as user:
        await tried(user)
        await user.press("b", "F")
        await user.write("body.nothing.of.this")
        await user.shows("the expression threw TypeError: cannot read property 'of' of undefined")
        assert "Filter body.nothing.of.this" in user.text
        await user.press("ctrl+u")
        await user.write("body.status")
        await user.until(lambda: user.lines[-2].startswith("Filter body.status"), "no more words about it")


async def test_a_pager_gets_the_lines_and_may_leave_early(tmp_path: Path) -> None:
    from integrator_tui.tui.flows.programs.pager import feed

    path = tmp_path / "paged"
    feed(["tee", str(path)], (f"line {n}" for n in range(3)))
    assert path.read_text() == "line 0\nline 1\nline 2\n"
    long = [f"{n} é\ud800 {'x' * (n % 9000)}" for n in range(2_000)]
    feed(["sh", "-c", f"cat > '{path}'"], iter(long))
    assert path.read_bytes() == "".join(f"{line}\n" for line in long).encode("utf-8", "replace")
    feed(["true"], (f"line {n}" for n in range(1_000_000)))
    with pytest.raises(FileNotFoundError):
        feed(["/no/such/pager"], ())
