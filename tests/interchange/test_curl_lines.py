"""Every line of `curl_lines.sh` sends what curl itself sends, or the report says what is different.

The lines are run by a real shell with a real curl against a server on loopback; `\\n` in them is a line break.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.engine.settings import EngineSettings
from integrator_tui.engine.target import Target
from integrator_tui.interchange.curl.reader import read
from integrator_tui.interchange.imported import Imported, ImportedConnection
from integrator_tui.model.connection import Operation
from integrator_tui.model.secret import Secret, SecretRef
from tests.engine.peer import Asked, Peer, Talk, reply
from tests.servers.programs import program

LINES = [
    line.replace("\\n", "\n").replace("\\\n\n", "\\\n").replace("https://", "http://")
    if "$'" not in line
    else line.replace("https://", "http://")
    for line in (Path(__file__).parent / "curl_lines.sh").read_text().splitlines()
]

FILES = {
    "notes.txt": b"first line\nsecond & last",
    "payload.json": b'{"from": "file"}',
    "photo.png": b"PNG not really",
    "cookies.txt": b"",
}
VARIABLES = {"TOKEN": "t0k-en", "USER_ID": "42", "SINCE": "2026-01-02"}
_NOT_COMPARED = {"accept-encoding", "connection", "content-length", "expect", "transfer-encoding"}

DIFFERENT = {
    "--request-target": "--request-target cannot be said here",
    "--path-as-is": "--path-as-is is left out",
    "--digest": "--digest cannot be said here",
    "PURGE": "PURGE is no method that can be sent here",
    "-X post": "written POST",
    "'Accept:'": "Accept is sent all the same",
    "'Content-Type:'": "application/json",
    "-A ''": "User-Agent is sent all the same",
    "{{name}}": "is a template here",
    "$(date": "not run: the parameter date",
    "-u user http": "the password is not known",
    "Accept-Encoding": "Accept-Encoding is left out",
    "Content-Length": "Content-Length is left out",
    "cookies.txt": "the parameter cookie",
    "--upload-file": "application/octet-stream",
    "ftp:": "ftp is not http or https",
    "--aws-sigv4": "--aws-sigv4 cannot be said here",
    "-Q ": "-Q cannot be said here",
    "--wrong": "curl has no option --wrong",
    "user:pw -H 'Authorization": "wins over user name",
}
"""What a line holds that is sent otherwise, and what the report says of it."""


class Sent(NamedTuple):
    """A request as it arrived, without what two clients may do each in their own way."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: object


def sent(asked: Asked) -> Sent:
    headers = {name: value for name, value in asked.headers.items() if name not in _NOT_COMPARED}
    headers["host"] = headers["host"].partition(":")[0].lower()
    if re.match("curl/|integrator-tui/", headers.get("user-agent", "")):
        del headers["user-agent"]
    body: object = asked.body
    kind = headers.get("content-type", "")
    if kind == "application/x-www-form-urlencoded" and b"=" in asked.body:
        body = parse_qsl(asked.body.decode(), keep_blank_values=True)
    if boundary := re.search(r"boundary=(\S+)", kind):
        headers["content-type"] = kind.replace(boundary[1], "B")
        body = asked.body.replace(boundary[1].encode(), b"B").replace(b"--B", b"B").lstrip(b"-")
        body = re.sub(rb"-*B", b"B", body) if isinstance(body, bytes) else body
    # What RFC 3986 allows in no query is encoded by ours, and sent as it stands by curl.
    path = re.sub(r'[][{}"|^]', lambda match: f"%{ord(match[0]):02X}", asked.path)
    return Sent(asked.method, path, headers, body)


async def answered(asked: Asked, talk: Talk) -> bytes:
    return reply(200, b"")


async def of_curl(line: str, peer: Peer, folder: Path) -> list[Sent]:
    """What curl itself sends for a line."""
    before = len(peer.asked)
    there = f"--connect-to ::127.0.0.1:{peer.port}"
    start = f"curl() {{ command {program('curl')} -q -s --noproxy '*' -m 5 {there} \"$@\"; }}\n"
    script = start + line.replace("--next", f"--next {there}")
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", script, cwd=folder, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **VARIABLES},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    await process.wait()
    return [sent(asked) for asked in peer.asked[before:]]


async def of_ours(imported: Imported, peer: Peer, engine: Engine, folder: Path) -> list[Sent]:
    """What the imported connections send, in the order of the document as far as there is one connection."""
    before = len(peer.asked)
    for read_connection in imported.connections:
        await _run(read_connection, peer, engine)
    return [sent(asked) for asked in peer.asked[before:]]


async def _run(found: ImportedConnection, peer: Peer, engine: Engine) -> None:
    connection = found.connection
    host = re.sub(r"^https?://", "", connection.base_url).partition(":")[0]
    parameters = (
        {name: data.decode() for name, data in FILES.items()}
        | VARIABLES
        | dict.fromkeys(("token", "api_key"), VARIABLES["TOKEN"])
    )
    parameters |= {"date": "1", "cookie": "c", "name": "x"}

    def reveal(name: SecretRef) -> Secret:
        return found.secrets[name]

    operations = connection.operations or (
        Operation(
            name="test", method="GET", path=connection.test_path, stream_response=connection.options.stream_response
        ),
    )
    for operation in operations:
        if all(name.lower() != "host" for name, _ in (*operation.headers, *connection.headers)):
            operation = operation.model_copy(update={"headers": (*operation.headers, ("Host", host))})
        there = connection.model_copy(update={"base_url": peer.url, "operations": ()})
        async with engine.request(Target(there, reveal, parameters, None), operation) as answer:
            async for _ in answer.chunks():
                pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("curl")
    for name, data in FILES.items():
        (made / name).write_bytes(data)
    return made


def test_there_are_a_hundred_lines() -> None:
    assert len(LINES) >= 100


@pytest.mark.parametrize("line", LINES)
async def test_the_import_sends_what_curl_sends(line: str, folder: Path) -> None:
    engine = Engine(EngineSettings())
    try:
        async with Peer(answered) as peer:
            imported = read(line)
            report = "\n".join(remark.text for remark in imported.remarks)
            told = next((words for mark, words in DIFFERENT.items() if mark in line), None)
            if told is not None:
                assert told in report
                return
            theirs = await of_curl(line, peer, folder)
            ours = await of_ours(imported, peer, engine, folder)
            assert theirs, "curl sent nothing"
            assert sorted(ours, key=str) == sorted(theirs, key=str), report
    finally:
        await engine.aclose()


def test_no_value_of_a_secret_stands_in_plain() -> None:
    for line in LINES:
        imported = read(line)
        shown = "".join(repr(found.connection) for found in imported.connections) + repr(imported.remarks)
        for found in imported.connections:
            for name, secret in found.secrets.items():
                value = secret.reveal()
                assert len(value) < 4 or value not in shown, (line, name)
