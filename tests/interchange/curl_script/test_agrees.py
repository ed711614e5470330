"""What the exported commands send, run by real shells with a real curl, is what the engine sends."""

from __future__ import annotations

import asyncio
import html
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from integrator_tui.demo.server import CLIENT_KEY_PASSPHRASE, ThreadedDemoServer
from integrator_tui.engine.engine import Engine
from integrator_tui.engine.settings import EngineSettings
from integrator_tui.engine.target import Target
from integrator_tui.interchange.curl_script.script import write
from integrator_tui.interchange.exports.outgoing import FORM_TYPE, ToWrite
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
    Options,
    Part,
    RawBearerTokenAuth,
    RawBody,
    Request,
    TokenConnection,
)
from integrator_tui.model.secret import Secret, SecretRef
from tests.engine.peer import Asked, Peer, Talk, reply
from tests.interchange.test_curl_lines import Sent, sent
from tests.servers.programs import program

HARD = "a b\"c\\d'e$f`g`&h=i+j%k/l?m#n;o<p>\n\té€😀{x}[y]"
ONE_LINE = HARD.replace("\n", " ")
PARAMETERS = {
    "text": HARD,
    "line": ONE_LINE,
    "path": "x/../y z",
    "empty": "",
    "none": "",
    "id": "1 2/3",
    "some": "yes",
}
SECRETS = {
    "password": "p:ä\"ss\\ 'w$rd",
    "token": "t0k.en-1",
    "api_key": 'k&y=1 "x"',
    "client_secret": "s+c r%t&",
    "Other": 'o"ther',
}


def make(name: str, **fields: object) -> Operation:
    return Operation.model_validate({"name": name, "method": "POST", "path": "/p", **fields})


OPERATIONS = (
    make("get", method="GET", path="/a b/{{id}}/{{{id}}}", params=(("q", "{{text}}"), ("r", "x {{line}}"))),
    make("optional", method="GET", params=(("e", "{{empty}}"), ("f", "{{some}}"), ("g", "{{none}}{{some}}"))),
    make("first", method="GET", path="/q", params=(("f", "{{some}}"), ("g", "x"), ("e", "{{empty}}"))),
    make("kept", method="GET", params=(("e", "{{empty}}"), ("f", "")), include_empty_params=True),
    make("query in the path", method="GET", path="/p?x={{text}}&y={{{text}}}", params=(("z", "1"),)),
    make("section in the path", method="GET", path="/p{{#some}}/s {{some}}{{/some}}{{^some}}/none{{/some}}?a=1"),
    make("json", body=RawBody(raw='{"t": "{{text}}", "n": {{{raw}}}{{#some}}, "s": "{{.}}"{{/some}}}\n')),
    make("not there", body=RawBody(raw="{{^empty}}it's\n\nempty\n{{/empty}}{{#empty}}x{{/empty}}")),
    make("xml", body=RawBody(raw="<a b='{{text}}'>{{{line}}}</a>"), headers=(("Content-Type", "text/xml"),)),
    make("text", body=RawBody(raw="{{text}}|{{{text}}}\n"), headers=(("content-type", "text/plain"),)),
    make("form", body=FormBody(form=(("a b", "x {{text}}"), ("é", "{{{text}}}"), ("e", "")))),
    make("form text", body=RawBody(raw="a={{text}}&b=c"), headers=(("Content-Type", FORM_TYPE),)),
    make("long", body=RawBody(raw="[" + "1, " * 20_000 + "1]")),
    make("nothing"),
    make("put nothing", method="PUT"),
    make("delete", method="DELETE", headers=(("X-A", "1"), ("X-A", "{{line}}"), ("X-E", ""), ("X-V", "{{empty}}"))),
    make("head", method="HEAD", headers=(("X-T", "{{#none}}x{{/none}}"), ("X-U", "{{#some}}<{{some}}>{{/some}}"))),
    make("options", method="OPTIONS", path="/{a}[1-3]"),
    make("parts", body=MultipartBody(multipart=(
        Part(name="a \"b\"", content="x\\{{text}}"),
        Part(name="f", content='"{{text}}" \\;\n', file_name='a "b".txt', content_type="text/plain; charset=utf-8"),
        Part(name="j", content='{"a": "{{text}}"}', content_type="application/json"),
        Part(name="g", content="@x;type=y", file_name="x.bin"),
    ))),
    make("own header", method="GET", headers=(("Authorization", "Mine {{Other}}"),)),
)  # fmt: skip

PARAMETERS["raw"] = "[1]"


async def answered(asked: Asked, talk: Talk) -> bytes:
    if asked.path.startswith("/token"):
        return reply(200, b'{"data": [{"access_token": "fetched-1"}], "access_token": "fetched-2"}')
    if asked.path.startswith("/plain-token"):
        return reply(200, b"fetched-3")
    return reply(200, b"")


async def of_script(
    given: ToWrite, folder: Path, environment: Mapping[str, str], shell: str = "sh"
) -> tuple[int, str]:
    """Run the export of a connection; return the exit code and what was said on standard error."""
    assert program("jq") and program("curl")
    exported = write([given])
    assert not exported.refused
    assert not any(value in exported.text for value in environment.values() if len(value) > 4)
    script = folder / "export.sh"
    script.write_text(exported.text)
    home = {"PATH": os.environ["PATH"], "HOME": str(folder), "no_proxy": "*"}
    process = await asyncio.create_subprocess_exec(
        program(shell), str(script), cwd=folder, env={**home, **environment},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    return process.returncode or 0, said.decode()


async def of_ours(connection: Connection, engine: Engine, folder: Path | None = None) -> None:
    def reveal(name: SecretRef) -> Secret:
        return Secret(SECRETS[name])

    target = Target(connection, reveal, PARAMETERS, str(folder) if folder else None)
    for purpose in (Operation(name="test", method="GET", path=connection.test_path), *connection.operations):
        async with engine.request(target, purpose) as answer:
            async for _ in answer.chunks():
                pass


def environment(**more: str) -> dict[str, str]:
    upper = {name.upper(): value for name, value in {**PARAMETERS, **SECRETS}.items()}
    del upper["PATH"]
    return {**upper, **more}


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh"])
async def test_operations(shell: str, tmp_path: Path) -> None:
    async with Peer(answered) as peer:
        connection = Connection(
            name="It's $(touch x)",
            base_url=f"{peer.url}/v 1/?b=1",
            test_path="/health",
            headers=(("X-All", "a {{line}}"),),
            auth=RawBearerTokenAuth(),
            operations=OPERATIONS,
            secrets=("token", "Other"),
        )
        given = ToWrite(connection, "a/o.yaml")
        code, said = await of_script(given, tmp_path, environment(), shell)
        assert (code, said) == (0, "")
        theirs = [sent(asked) for asked in peer.asked]
        peer.asked.clear()
        engine = Engine(EngineSettings())
        await of_ours(connection, engine)
        await engine.aclose()
        ours = [sent(asked) for asked in peer.asked]
    assert len(theirs) == len(OPERATIONS) + 1
    for one, other in zip(ours, theirs, strict=True):
        assert _unescaped(one) == _unescaped(other)
    assert not (tmp_path / "x").exists()


def _unescaped(found: Sent) -> Sent:
    """A request whose XML is read: there is more than one way to write a character."""
    if found.headers.get("content-type") != "text/xml" or not isinstance(found.body, bytes):
        return found
    return found._replace(body=html.unescape(found.body.decode()))


def bearer(**fields: object) -> HttpBearerTokenAuth:
    request = Request(path="/token", body=FormBody(form=(("secret", "{{Other}}"), ("u", "x"))))
    return HttpBearerTokenAuth.model_validate(
        {"request": request, "token_output": "body.data[0]['access_token']", "expiration_output": "60", **fields}
    )


METHODS: dict[str, tuple[AuthMethod, tuple[str, ...]]] = {
    "none": (NoAuth(), ()),
    "basic": (BasicAuth(username="it's {{line}}"), ("password",)),
    "basic without a password": (BasicAuth(username="me"), ()),
    "raw bearer token": (RawBearerTokenAuth(header="X-Key", prefix=""), ("token",)),
    "api key": (ApiKeyAuth(), ("api_key",)),
    "api key in the query": (ApiKeyAuth(name="k y", **{"in": "query"}), ("api_key",)),
    "bearer": (bearer(), ("Other",)),
    "bearer, a header of its own": (
        bearer(header="X-Token", prefix="Key {{line}}", token_output="body.access_token;"), ("Other",)
    ),
    "bearer, plain text": (bearer(request=Request(method="GET", path="/plain-token"), token_output="body"), ()),
    "bearer, json": (bearer(request=Request(path="/token", body=RawBody(raw='{"a": "{{Other}}"}'))), ("Other",)),
    "oauth2": (
        OAuth2Auth(client_id="me & you", scope="a b", params=(("audience", "x y"), ("audience", "z"))),
        ("client_secret",),
    ),
    "oauth2 with basic": (OAuth2Auth(client_id="me & {{line}}", client_auth="basic_auth"), ("client_secret",)),
    "oauth2 without a secret": (OAuth2Auth(client_id="me"), ()),
}  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
async def test_methods(method: str, tmp_path: Path) -> None:
    auth, secrets = METHODS[method]
    async with Peer(answered) as peer:
        if isinstance(auth, OAuth2Auth):
            auth = auth.model_copy(update={"access_token_url": f"{peer.url}/token"})
        if isinstance(auth, BasicAuth) and "{{" in auth.username:
            auth = auth.model_copy(update={"username": "it's {{some}}"})
        if isinstance(auth, HttpBearerTokenAuth) and auth.header == "X-Token":
            auth = auth.model_copy(update={"token_connection": TokenConnection(base_url=f"{peer.url}/")})
        get = Operation(name="get", method="GET", path="/x", params=(("e", "{{empty}}"),))
        connection = Connection(
            name="O", base_url=peer.url, test_path="/h", auth=auth, secrets=secrets, operations=(get,)
        )
        code, said = await of_script(ToWrite(connection, "o.yaml"), tmp_path, environment())
        assert (code, said) == (0, "")
        theirs = [sent(asked) for asked in peer.asked]
        peer.asked.clear()
        engine = Engine(EngineSettings())
        await of_ours(connection, engine)
        await engine.aclose()
        ours = [sent(asked) for asked in peer.asked]

    def in_any_order(found: list[Sent]) -> list[Sent]:
        return [each._replace(body=sorted(each.body)) if isinstance(each.body, list) else each for each in found]

    assert in_any_order(theirs) == in_any_order(ours)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"TOKEN": ""}, "TOKEN"),
        ({"ID": "../../admin"}, "a value would leave its segment of the path"),
        ({"LINE": "a\r\nX-Other: b"}, "a header value is one line"),
        ({"LINE": "a\n"}, "a header value is one line"),
    ],
)
async def test_what_cannot_be_sent_is_not(given: Mapping[str, str], said: str, tmp_path: Path) -> None:
    async with Peer(answered) as peer:
        connection = Connection(
            name="O",
            base_url=peer.url,
            test_path="/x/{{{id}}}",
            headers=(("X-A", "{{line}}"),),
            auth=RawBearerTokenAuth(),
            secrets=("token",),
        )
        code, words = await of_script(ToWrite(connection, "o.yaml"), tmp_path, environment(**given))
        assert code != 0
        assert said in words
        assert peer.asked == []


async def test_a_token_that_is_refused_is_not_sent(tmp_path: Path) -> None:
    async def refused(asked: Asked, talk: Talk) -> bytes:
        return reply(401, b'{"error": "no"}')

    async with Peer(refused) as peer:
        connection = Connection(name="O", base_url=peer.url, auth=bearer(), secrets=("Other",))
        code, _ = await of_script(ToWrite(connection, "o.yaml"), tmp_path, environment())
        assert code != 0
        assert [asked.path for asked in peer.asked] == ["/token"]


async def test_no_value_stands_in_the_words_of_a_command(tmp_path: Path) -> None:
    """The words of curl are seen by every user of a machine: here it is a program that writes them down."""
    spy = tmp_path / "bin" / "curl"
    spy.parent.mkdir()
    spy.write_text('#!/bin/sh\nprintf "%s\\n" "$@" >>"$HOME/words"\ncat >/dev/null\n')
    spy.chmod(0o755)
    connection = Connection(
        name="O",
        base_url="http://127.0.0.1:9/{{Other}}",
        headers=(("X-A", "{{Other}}"),),
        auth=BasicAuth(username="me"),
        operations=OPERATIONS,
        secrets=("password", "Other"),
    )
    path = f"{spy.parent}:{os.environ['PATH']}"
    await of_script(ToWrite(connection, "o.yaml"), tmp_path, environment(PATH=path))
    words = (tmp_path / "words").read_text()
    assert "--config" in words
    assert not any(value in words for value in (*SECRETS.values(), HARD, ONE_LINE))


async def test_certificates(demo: ThreadedDemoServer, tmp_path: Path) -> None:
    """The server asks for a certificate, and its own is known to nobody but the connection."""
    room = demo.room("curl-script")
    name = "client:encrypted.pem"
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / name).write_bytes(demo.encrypted_client_file.read_bytes())
    connection = Connection(
        name="O",
        base_url=f"{demo.addresses['mtls']}{room.prefix}",
        test_path="/health",
        options=Options(client_cert_file=name),
        secrets=("client_cert_passphrase",),
    )
    pem = demo.ca_file.read_text() + "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
    given = ToWrite(connection, "a/o.yaml", ca_pem=pem)
    passphrase = {"CLIENT_CERT_PASSPHRASE": CLIENT_KEY_PASSPHRASE}
    code, said = await of_script(given, tmp_path, passphrase)
    assert (code, said) == (0, "")
    assert [request.path for request in room.requests] == [f"{room.prefix}/health"]
    assert "PRIVATE KEY" not in write([given]).text
