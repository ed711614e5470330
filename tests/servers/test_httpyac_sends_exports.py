"""What httpyac sends for an exported .http file is what the connection sends."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote_plus

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.engine.settings import EngineSettings
from integrator_tui.engine.target import Target
from integrator_tui.interchange.exports.outgoing import ToWrite
from integrator_tui.interchange.http_export.writer import write
from integrator_tui.model.connection import (
    ApiKeyAuth,
    AuthMethod,
    BasicAuth,
    Connection,
    FormBody,
    HttpBearerTokenAuth,
    MultipartBody,
    NoAuth,
    OAuth2Auth,
    Operation,
    Part,
    RawBearerTokenAuth,
    RawBody,
    Request,
)
from integrator_tui.model.secret import Secret, SecretRef
from tests.engine.peer import Asked, Peer, Talk, reply
from tests.interchange.test_curl_lines import Sent, sent
from tests.servers.node_packages import installed
from tests.servers.programs import program

VALUES = {
    "id": "17",
    "text": "some-text",
    "none": "",
    "password": "pa$$word",
    "token": "t0k.en-1",
    "api_key": "k3y",
    "client_secret": "s3cret",
    "Other": "o-ther",
}


def make(name: str, **fields: object) -> Operation:
    return Operation.model_validate({"name": name, "method": "POST", "path": "/p", **fields})


OPERATIONS = (
    make("get", method="GET", path="/a b/{{id}}/é%2F", params=(("q", "{{text}}"), ("r", "x & y"), ("s", ""))),
    make("query", method="GET", path="/p?x={{text}}", params=(("z", "1"),)),
    make("json", body=RawBody(raw='{"t": "{{text}}",\n  "n": {{{id}}}}\n')),
    make("xml", body=RawBody(raw="<a>\n<b>{{text}}</b>\n</a>"), headers=(("Content-Type", "text/xml"),)),
    make("text", method="PUT", body=RawBody(raw="a {{text}}"), headers=(("content-type", "text/plain"),)),
    make("form", body=FormBody(form=(("a b", "x {{text}}"), ("é", "1&2"), ("e", "")))),
    make("parts", body=MultipartBody(multipart=(
        Part(name="a", content="x {{text}}"),
        Part(name="f", content="content", file_name="a b.txt", content_type="text/plain"),
    ))),
    make("delete", method="DELETE", headers=(("X-A", "a {{text}}"),)),
    make("own header", method="GET", headers=(("Authorization", "Mine {{Other}}"),)),
)  # fmt: skip

METHODS: dict[str, tuple[AuthMethod, tuple[str, ...]]] = {
    "none": (NoAuth(), ("Other",)),
    "basic": (BasicAuth(username="{{id}}"), ("password", "Other")),
    "basic without a password": (BasicAuth(username="me"), ("Other",)),
    "raw bearer token": (RawBearerTokenAuth(header="X-Key", prefix=""), ("token", "Other")),
    "api key": (ApiKeyAuth(), ("api_key", "Other")),
    "api key in the query": (ApiKeyAuth(name="k", **{"in": "query"}), ("api_key", "Other")),
    "bearer": (
        HttpBearerTokenAuth(
            request=Request(path="/token", body=RawBody(raw='{"s": "{{Other}}"}')),
            token_output="body.data[0]['access_token'] || 'x'",
            expiration_output="60",
            prefix="Token",
        ),
        ("Other",),
    ),
    "oauth2": (OAuth2Auth(client_id="me", scope="a b", params=(("audience", "x"),)), ("client_secret", "Other")),
    "oauth2 with basic": (OAuth2Auth(client_id="me", client_auth="basic_auth"), ("client_secret", "Other")),
}


async def answered(asked: Asked, talk: Talk) -> bytes:
    body = b'{"data": [{"access_token": "fetched-1"}], "access_token": "fetched-2"}'
    return reply(200, body, "Content-Type: application/json")


def compared(asked: Asked) -> Sent:
    """A request, its encoded parts read: there is more than one way to write a character."""
    found = sent(asked)
    headers = {name: value for name, value in found.headers.items() if name != "user-agent"}
    path, _, query = found.path.partition("?")
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    body = found.body
    if isinstance(body, list):
        body = sorted((name, unquote_plus(value)) for name, value in body)
    elif isinstance(body, bytes):
        body = body.replace(b"\r\n", b"\n").strip(b"\n")
    return Sent(found.method, f"{path}?{pairs}", headers, body)


async def of_httpyac(text: str, folder: Path, environment: Mapping[str, str]) -> None:
    (folder / "export.http").write_text(text)
    script = installed(Path(__file__).parent / "senders") / "node_modules/httpyac/bin/httpyac.js"
    process = await asyncio.create_subprocess_exec(
        program("node"), str(script), "send", "export.http", "--all", cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **environment},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode(errors="replace")[-4000:]


@pytest.mark.parametrize("method", METHODS)
async def test_methods_and_operations(method: str, tmp_path: Path) -> None:
    auth, secrets = METHODS[method]

    def reveal(name: SecretRef) -> Secret:
        return Secret(VALUES[name])

    async with Peer(answered) as peer:
        if isinstance(auth, OAuth2Auth):
            auth = auth.model_copy(update={"access_token_url": f"{peer.url}/token"})
        connection = Connection(
            name="It's",
            base_url=f"{peer.url}/v1/?b=1",
            test_path="/health",
            headers=(("X-All", "all"),),
            auth=auth,
            secrets=secrets,
            operations=OPERATIONS,
        )
        exported = write([ToWrite(connection, "o.yaml")])
        assert exported.refused == ()
        assert not any(value in exported.text for name, value in VALUES.items() if name in secrets)
        await of_httpyac(exported.text, tmp_path, {name.upper(): value for name, value in VALUES.items()})
        theirs = [compared(asked) for asked in peer.asked]
        peer.asked.clear()
        engine = Engine(EngineSettings())
        target = Target(connection, reveal, VALUES, None)
        for purpose in (Operation(name="test", method="GET", path="/health"), *OPERATIONS):
            async with engine.request(target, purpose) as answer:
                async for _ in answer.chunks():
                    pass
        await engine.aclose()
        ours = [compared(asked) for asked in peer.asked]
    assert len(theirs) == len(ours)
    for one, other in zip(theirs, ours, strict=True):
        assert one == other
