"""A streamed token answer on the stream's screen: before the answer, as it comes, and without a value."""

from __future__ import annotations

from pathlib import Path

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.screens.stream import StreamScreen
from integrator_tui.workspace import Workspace
from tests.tui.driver import SMALL, running

FILE = """\
name: Events
base_url: {url}
test_path: /bearer/events?count=2
auth:
  type: http_bearer_token
  request:
    path: /token/event
    body: {{form: {{client_id: demo-client, client_secret: demo-secret}}}}
    stream_response: true
  token_output: body.access_token
  expiration_output: body.expires_in
options:
  stream_response: true
"""


async def test_the_token_answer_is_shown_masked_before_the_events(
    tmp_path: Path, demo: ThreadedDemoServer, room: Room
) -> None:
    root = tmp_path / "connections"
    root.mkdir()
    (root / "events.yaml").write_text(FILE.format(url=f"{demo.addresses.http}{room.prefix}"))
    workspace = Workspace(root, Surroundings(tmp_path / "config", tmp_path / "state", tmp_path / "cache"))
    async with running(workspace, SMALL) as user:
        await user.select("events.yaml")
        await user.press("s")
        await user.on(StreamScreen)
        await user.shows("closed: the server ended the stream")
        (token,) = room.issued
        shown = user.text
        parts = (
            " token 200 OK  text/event-stream  http",
            '"access_token": "•••"',
            " 200 OK  text/event-stream",
            '{"order":',
        )
        places = [shown.rfind(part) for part in parts[:3]] + [shown.find(parts[3])]
        assert -1 not in places and places == sorted(places), shown
        assert token.token not in shown
        assert "closed · 2 events" in shown
