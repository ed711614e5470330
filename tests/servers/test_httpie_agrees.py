"""What is imported from a session sends what HTTPie sends for it."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.interchange import httpie
from integrator_tui.interchange.documents.source import DocumentReport, SourceDocument
from integrator_tui.model.connection import Operation
from tests.engine.peer import Peer
from tests.servers.programs import program
from tests.servers.senders import answered, of_ours, sent

SESSIONS = [
    ("-a", "me:pw:1", "X-Data:{{x}}", "Cookie:a=c-1;b=2"),
    ("-A", "bearer", "-a", "t-1", "X-Api-Key:k-1"),
    ("Authorization:Token t-1", "X-Data:1"),
]


@pytest.mark.parametrize("session", SESSIONS, ids=["basic", "bearer", "header"])
async def test_a_session_sends_what_httpie_sends(engine: Engine, tmp_path: Path, session: tuple[str, ...]) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "HTTPIE_CONFIG_DIR": str(tmp_path)}

    async def run(*arguments: str) -> None:
        process = await asyncio.create_subprocess_exec(
            program("http"), "--ignore-stdin", "--session=me", *arguments, env=environment, cwd=tmp_path,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()

    async with Peer(answered) as peer:
        options = [each for each in session if not each[0].isupper()]
        items = [each for each in session if each[0].isupper()]
        await run(*options, f"{peer.url}/made", *items)
        await run(f"{peer.url}/again")
        (file,) = (tmp_path / "sessions").rglob("me.json")
        source = SourceDocument("", json.loads(file.read_text()), lambda pointer: 1)
        folder = file.parent.name
        read = httpie.read(source, DocumentReport(), title="me", folder=folder, base_url="")
        again = Operation(name="x", method="GET", path="/again")
        connections = [
            each._replace(connection=each.connection.model_copy(update={"operations": (again,)}))
            for each in read.connections
        ]
        ours = await of_ours(connections, peer, engine, {})
    assert read.connections[0].connection.base_url == peer.url
    assert ours == [sent(peer.asked[1])]
    plain = repr(read.connections[0].connection)
    assert not any(value in plain for value in ("pw:1", "t-1", "k-1", "c-1"))
