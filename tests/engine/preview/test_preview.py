"""What is shown of a request is what is sent, to the byte, but for the secrets; and showing it sends nothing."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, unquote_plus

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.engine.preview.stand_ins import StandIns
from integrator_tui.engine.target import Target
from integrator_tui.errors import InvalidFile, MissingParameter
from integrator_tui.model.connection import (
    ApiKeyAuth,
    AuthMethod,
    BasicAuth,
    FormBody,
    HttpBearerTokenAuth,
    MultipartBody,
    NoAuth,
    Operation,
    Part,
    RawBearerTokenAuth,
    RawBody,
    Request,
    TokenConnection,
)
from integrator_tui.model.parameters import Purpose
from integrator_tui.model.preview import RequestPreview
from integrator_tui.model.secret import MASK, Secret, SecretRef
from tests.engine.peer import Asked, Peer, Talk, reply
from tests.engine.probing import oauth, target

SECRETS = {
    "s": "canary/ä \"&'<1",
    "password": "canary-password",
    "token": "canary-token",
    "client_secret": "canary+c",
    "api_key": "canary&k",
}
SPELT = ("canary", base64.b64encode(b"canary")[:6].decode())
TOKEN = "canary-fetched-token"


class Recorder(Peer):
    """A server that keeps the bytes it was sent."""

    def __init__(self) -> None:
        super().__init__(_answer)
        self.sent: list[bytes] = []

    async def _serve(self, reader: asyncio.StreamReader, talk: Talk, connection: int) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            found = re.search(rb"(?i)content-length: (\d+)", head)
            body = await reader.readexactly(int(found[1]) if found else 0)
            self.sent.append(head + body)
            await talk.send(reply(200, f'{{"access_token": "{TOKEN}", "token_type": "Bearer", "expires_in": 60}}'))


async def _answer(asked: Asked, talk: Talk) -> bytes:
    return reply(200)


def fetched(**request: Any) -> HttpBearerTokenAuth:
    return HttpBearerTokenAuth(
        request=Request(path="/token", **request),
        token_output="body.access_token",
        expiration_output="body.expires_in",
        prefix="{{p}}",
    )


def posted(body: Any, **fields: Any) -> Operation:
    return Operation(method="POST", path="/o/{{p}}/{{s}}?x={{s}}", body=body, **fields)


AUTHS: dict[str, tuple[AuthMethod, tuple[str, ...]]] = {
    "none": (NoAuth(), ()),
    "basic": (BasicAuth(username="{{p}}"), ("password",)),
    "basic, no password": (BasicAuth(username="me"), ()),
    "raw bearer": (RawBearerTokenAuth(header="X-Auth", prefix=""), ("token",)),
    "raw bearer, prefix": (RawBearerTokenAuth(prefix="{{p}}"), ("token",)),
    "fetched, form": (
        fetched(body=FormBody(form=(("a", "{{s}}"), ("b", "{{p}} x"))), params=(("q", "{{s}}"),)),
        (),
    ),
    "fetched, raw": (fetched(body=RawBody(raw='{"a": "{{s}}"}'), headers=(("X-S", "{{p}}"),)), ()),
    "fetched, stream": (fetched(method="GET", stream_response=True), ()),
    "oauth2, form": (oauth("BASE/token", scope="a b"), ("client_secret",)),
    "oauth2, basic": (oauth("BASE/token", client_auth="basic_auth"), ("client_secret",)),
    "oauth2, no secret": (oauth("BASE/token"), ()),
    "oauth2, parameters": (oauth("BASE/token", params=(("a", "{{p}}"), ("a", "{{s}}"))), ("client_secret",)),
    "api key": (ApiKeyAuth(name="X-{{p64}}"), ("api_key",)),
    "api key, query": (ApiKeyAuth(name="k {{p}}", **{"in": "query"}), ("api_key",)),
}

PURPOSES: dict[str, Purpose] = {
    "test": "test",
    "form": posted(FormBody(form=(("a", "{{s}}"), ("", ""), ("ü", "{{p}}"), ("e", "")))),
    "json": posted(RawBody(raw='{"a": "{{s}}", "b": "{{p}}"{{#no}}, {{no}}{{/no}}}')),
    "xml": posted(RawBody(raw="<a b='{{s}}'>{{p}}</a>"), headers=(("Content-Type", "text/xml"),)),
    "text": posted(RawBody(raw="{{p}}\n\n{{p}}\n"), headers=(("content-type", "text/plain"),)),
    "multipart": posted(
        MultipartBody(
            multipart=(Part(name="a", content="{{p}}"), Part(name="f", content="x\ny", file_name="{{p}}"))
        )
    ),
    "secret multipart": posted(
        MultipartBody(multipart=(Part(name="a", content="{{s}}"), Part(name="b", content="{{p}}"))),
        headers=(("Content-Type", "multipart/mixed"),),
    ),
    "header lists": Operation(
        method="GET", path="/h", headers=(("X-A", "1"), ("X-A", "{{p}}"), ("X-B", "{{s64}}"), ("Accept", "text/x"))
    ),
    "params": Operation(method="GET", path="p", params=(("a", "{{s}}"), ("b", "{{Limit}}"), ("c", "{{p}} &"))),
    "empty params": Operation(
        method="DELETE", params=(("a", ""), ("b", "{{#no}}x{{/no}}")), include_empty_params=True
    ),
    "stream": Operation(method="GET", stream_response=True),
    "own credentials": Operation(method="GET", headers=(("authorization", "Weird {{s64}}"),)),
}


def connected(base: str, auth: AuthMethod, own: tuple[str, ...], parameters: Mapping[str, str]) -> Target:
    known = {name: SECRETS[name] for name in ("s", *own)} | {"s64": "canary-64"}
    dumped = auth.model_dump()
    if "access_token_url" in dumped:
        auth = auth.model_copy(update={"access_token_url": dumped["access_token_url"].replace("BASE", base)})
    headers = (("X-Shared", "{{p}}"), ("X-Shared", "{{s64}}"), ("X-A", "shared"))
    given = {**parameters, "p64": "Name"}
    return target(f"{base}/v1?k={{{{p}}}}", auth, known, given, test_path="/t/{{s}}", headers=headers)


def shown(engine: Engine, wanted: Target, purpose: Purpose = "test", **more: Any) -> tuple[RequestPreview, ...]:
    """The preview of a target whose secrets nobody may open."""

    def closed(ref: SecretRef) -> Secret:
        raise AssertionError(f"{ref} was opened")

    return engine.preview(wanted._replace(reveal=closed), purpose, StandIns(), **more)


def pattern(preview: RequestPreview) -> re.Pattern[bytes]:
    """What the bytes that are sent look like, with a group for each mask."""
    assert preview.body is not None
    text = "\r\n".join((*preview.head, "", preview.body))
    return re.compile(re.escape(text.encode()).replace(re.escape(MASK.encode()), b"(.+?)"), re.DOTALL)


def plain(masked: bytes) -> set[str]:
    """What may stand for the text of a mask, decoded in every way that one is written."""
    text = masked.decode()
    found = {text, unquote(text), unquote_plus(text)}
    found |= {each.replace('\\"', '"') for each in found}
    for name, character in (
        ("&quot;", '"'),
        ("&apos;", "'"),
        ("&#39;", "'"),
        ("&#34;", '"'),
        ("&lt;", "<"),
        ("&amp;", "&"),
    ):
        found |= {each.replace(name, character) for each in found}
    with_base64 = re.fullmatch(r"[A-Za-z0-9+/]+=*", text)
    if with_base64:
        decoded = base64.b64decode(text).decode("utf-8", "replace")
        found |= {part for each in (decoded, unquote(decoded)) for part in each.split(":")}
    return found


@pytest.mark.parametrize("purpose", PURPOSES.values(), ids=PURPOSES)
@pytest.mark.parametrize("auth", AUTHS.values(), ids=AUTHS)
async def test_what_is_shown_is_what_is_sent(
    engine: Engine, auth: tuple[AuthMethod, tuple[str, ...]], purpose: Purpose
) -> None:
    async with Recorder() as peer:
        wanted = connected(peer.url, *auth, {"p": "pä /ü"} if "prefix" not in str(auth) else {"p": "Prefix"})
        previews = shown(engine, wanted, purpose)
        assert peer.connections == 0
        if isinstance(purpose, Operation):
            async with engine.request(wanted, purpose) as answer:
                await answer.text()
        else:
            report = await engine.check(wanted, "T", None)
            assert report.outcome == "passed", report
        assert len(previews) == len(peer.sent)
        for preview, sent in zip(previews, peer.sent, strict=True):
            match = pattern(preview).fullmatch(sent)
            assert match is not None, f"{preview.text}\n\n{sent.decode()}"
            told = {*SECRETS.values(), TOKEN, "canary-64", "me", "client", ""}
            for masked in match.groups():
                is_length = masked.isdigit()
                is_boundary = re.fullmatch(rb"----[0-9a-f]{32}", masked)
                assert is_length or is_boundary or plain(masked) & told, masked
            assert preview.size is None or preview.size == len(sent.partition(b"\r\n\r\n")[2])
        everything = repr(previews)
        assert not any(spelling in everything for spelling in SPELT), everything


@pytest.mark.parametrize("purpose", PURPOSES.values(), ids=PURPOSES)
async def test_every_header_and_field_says_where_it_came_from(engine: Engine, purpose: Purpose) -> None:
    wanted = connected("http://nowhere.invalid", BasicAuth(username="me"), ("password",), {"p": "P"})
    (preview,) = shown(engine, wanted, purpose)
    listed = [(value.place.removeprefix("header "), value.text) for value in preview.values]
    assert [pair for pair in listed if pair in preview.headers] == list(preview.headers)
    assert all(value.source for value in preview.values)


async def test_where_values_come_from(engine: Engine) -> None:
    operation = Operation(
        name="A",
        method="POST",
        path="/o",
        params=(("l", "{{Limit}}"),),
        body=FormBody(form=(("a", "{{s}} {{p}}"),)),
    )
    wanted = target(
        "http://h.invalid",
        BasicAuth(username="u{{p}}"),
        {"s": "x", "password": "y"},
        {"p": "P"},
        operations=(operation,),
    )
    (preview,) = shown(engine, wanted, operation)
    found = {value.place: (value.text, value.source) for value in preview.values}
    assert preview.kind == "operation"
    assert found["method"] == ("POST", "operations.0.method")
    assert found["base URL"] == ("http://h.invalid", "base_url")
    assert found["path"] == ("/o", "operations.0.path")
    assert "query l" not in found
    assert found["body a"] == (f"{MASK} P", "operations.0.body.form.a, secret s, parameter p")
    assert found["header Authorization"] == (
        f"Basic {MASK}",
        "computed from auth.username, parameter p, secret password",
    )
    assert found["header User-Agent"][1] == "this program"
    assert found["header Content-Length"] == (MASK, "computed from the body")


async def test_a_token_request_elsewhere_comes_first(engine: Engine) -> None:
    auth = fetched(body=RawBody(raw="{{s}}")).model_copy(
        update={"token_connection": TokenConnection(base_url="https://login.invalid/a")}
    )
    token, test = shown(engine, target("http://h.invalid", auth, {"s": "x"}, {"p": "P"}))
    assert (token.kind, token.url, token.body) == ("token", "https://login.invalid/a/token", MASK)
    assert (test.kind, dict(test.headers)["Authorization"]) == ("test", f"P {MASK}")
    alone = shown(engine, target("http://h.invalid", auth, {"s": "x"}, {"p": "P"}), "token")
    assert alone == (token,)


async def test_values_that_stand_for_secrets_are_masked_too(engine: Engine) -> None:
    raw = target("http://h.invalid", RawBearerTokenAuth(), {}, {"token": "canary-given"})
    (preview,) = shown(engine, raw)
    assert dict(preview.headers)["Authorization"] == f"Bearer {MASK}"
    named = target("http://h.invalid/{{api_key}}/{{p}}", None, {}, {"api_key": "canary-key", "p": "P"})
    assert shown(engine, named)[0].url == f"http://h.invalid/{MASK}/P"
    headers = (("Authorization", "Bearer canary-a"), ("Proxy-Authorization", "canary-b"), ("Cookie", "a=canary-c"))
    (preview,) = shown(engine, target("http://h.invalid"), Operation(method="GET", headers=headers))
    assert "canary" not in repr(preview)
    assert dict(preview.headers)["Authorization"] == f"Bearer {MASK}"


async def test_an_absolute_target_and_its_credentials_go_to_a_proxy(engine: Engine) -> None:
    wanted = target(
        "http://h.invalid", None, {"s": "x"}, {}, test_path="/t", proxy="http://me:{{s}}@proxy.invalid:3128"
    )
    (preview,) = shown(engine, wanted)
    assert preview.head[0] == "GET http://h.invalid/t HTTP/1.1"
    assert dict(preview.headers)["Proxy-Authorization"] == f"Basic {MASK}"
    assert preview.notes == ("through the proxy http://proxy.invalid:3128",)


async def test_a_body_that_is_sent_as_it_is(engine: Engine) -> None:
    (preview,) = shown(engine, target("http://h.invalid"), Operation(method="POST"), content=b'{"a": 1}\n')
    assert (preview.body, preview.size) == ('{"a": 1}\n', 9)
    assert dict(preview.headers)["Content-Length"] == "9"
    assert any("not known here" in note for note in preview.notes)
    (preview,) = shown(engine, target("http://h.invalid"), Operation(method="POST"), content=b"\xff\0\1")
    assert (preview.body, preview.size, preview.shown_body) == (None, 3, "(3 bytes that are no text)")


async def test_an_empty_secret_leaves_its_section_out(engine: Engine) -> None:
    wanted = target("http://h.invalid/a{{#s}}/{{s}}{{/s}}", None, {"s": ""})
    previews = engine.preview(wanted, "test", StandIns(empty=("s",)))
    assert previews[0].url == "http://h.invalid/a"


async def test_what_cannot_be_sent_is_told_without_a_secret(engine: Engine) -> None:
    with pytest.raises(MissingParameter):
        shown(engine, target("http://h.invalid/{{a}}"))
    with pytest.raises(MissingParameter):
        shown(engine, target("http://h.invalid", RawBearerTokenAuth()))
    with pytest.raises(InvalidFile) as found:
        shown(engine, target("http://h.invalid", ca_cert="no certificate"))
    assert found.value.kind == "ca_invalid"


async def test_typed_secrets_are_masked_wherever_they_stand(engine: Engine) -> None:
    wanted = target("http://h.invalid/canary-typed", None, {"s": "x"})
    (preview,) = engine.preview(wanted, "test", StandIns(known=("canary-typed",)))
    assert "canary" not in repr(preview)


async def test_what_a_connection_adds_says_its_own_key(engine: Engine) -> None:
    auth = ApiKeyAuth(name="k", **{"in": "query"})
    operation = Operation(name="A", method="GET", headers=(("x-own", "1"),))
    wanted = target(
        "http://h.invalid",
        auth,
        {"api_key": "x", "s": "y"},
        headers=(("X-Own", "2"), ("X-All", "{{s}}")),
        operations=(operation,),
    )
    for purpose, own in ((operation, "operations.0.headers.x-own"), ("test", "headers.X-Own")):
        (preview,) = shown(engine, wanted, purpose)  # type: ignore[arg-type]
        found = {value.place.lower(): (value.text, value.source) for value in preview.values}
        assert found["header x-own"][1] == own
        assert found["header x-all"] == (MASK, "headers.X-All, secret s")
        assert found["query k"] == (MASK, "secret api_key")
        assert preview.url.endswith(f"?k={MASK}")
    (missing,) = shown(engine, target("http://h.invalid", auth, parameters={"api_key": "canary"}))
    assert ("query k", MASK, "parameter api_key") in missing.values
    assert "canary" not in repr(missing)


async def test_further_parameters_of_the_token_request_are_told(engine: Engine) -> None:
    auth = oauth("http://h.invalid/token", params=(("audience", "orders {{s}}"),))
    token, _ = shown(engine, target("http://h.invalid", auth, {"s": "x"}))
    assert ("body audience", f"orders {MASK}", "auth.params.audience, secret s") in token.values
