"""What other programs send for a document, and what connections send that were imported from it."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from integrator_tui.engine.engine import Engine
from integrator_tui.engine.target import Target
from integrator_tui.interchange.documents.described import DescribedConnection
from integrator_tui.model.secret import Secret, SecretRef
from tests.engine.peer import Asked, Peer, Talk, reply
from tests.servers.node_packages import installed
from tests.servers.programs import program

_NOT_COMPARED = {
    "accept", "accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent",
    "postman-token", "cache-control",
}  # fmt: skip


class Sent(NamedTuple):
    """A request as it arrived, without what two clients may do each in their own way."""

    method: str
    path: str
    query: object
    headers: Mapping[str, str]
    body: object


async def answered(asked: Asked, talk: Talk) -> bytes:
    return reply(
        200, b'{"access_token": "T0K-en", "data": [{"token": "T0K-en"}]}', "Content-Type: application/json"
    )


def sent(asked: Asked) -> Sent:
    """Return what counts of a request."""
    headers = {name: value for name, value in asked.headers.items() if name not in _NOT_COMPARED}
    path, _, query = asked.path.partition("?")
    kind = headers.get("content-type", "")
    body: object = asked.body
    if kind.startswith("application/x-www-form-urlencoded"):
        body = parse_qsl(asked.body.decode(), keep_blank_values=True)
    elif "json" in kind and asked.body:
        body = _json(asked.body)
    elif boundary := re.search(r"boundary=(\S+)", kind):
        headers["content-type"] = kind.replace(boundary[1], "B")
        body = re.sub(rb"-*%s-*" % re.escape(boundary[1].strip("-")).encode(), b"B", asked.body).strip()
    return Sent(asked.method, unquote(path), parse_qsl(query, keep_blank_values=True), headers, body)


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return body


async def of_program(peer: Peer, script: str, *arguments: str, cwd: Path) -> list[Sent]:
    """Return what a program of npm sends; `script` is a path below its packages, or a script of ours."""
    packages = installed(Path(__file__).parent)
    own = Path(__file__).parent / script
    path = own if own.exists() else packages / "node_modules" / script
    before = len(peer.asked)
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd), "NODE_PATH": str(packages / "node_modules")}
    process = await asyncio.create_subprocess_exec(
        program("node"), str(path), *arguments, cwd=cwd, env=environment,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode(errors="replace")[-4000:]
    return [sent(asked) for asked in peer.asked[before:]]


async def of_ours(
    connections: Sequence[DescribedConnection], peer: Peer, engine: Engine, parameters: Mapping[str, str]
) -> list[Sent]:
    """Return what the operations of imported connections send."""
    before = len(peer.asked)
    for described in connections:
        connection = described.connection

        def reveal(name: SecretRef, known: Mapping[str, Secret] = described.secrets) -> Secret:
            return known[name]

        there = connection.model_copy(update={"operations": ()})
        for operation in connection.operations:
            async with engine.request(Target(there, reveal, parameters, None), operation) as answer:
                async for _ in answer.chunks():
                    pass
    return [sent(asked) for asked in peer.asked[before:]]
