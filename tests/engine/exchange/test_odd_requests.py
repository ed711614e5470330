"""What is odd about what is sent is sent, and told beside the result; the method's own secret fills no template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.engine.auth.token_cache import TokenCache
from integrator_tui.engine.dial.dialer import Network
from integrator_tui.engine.engine import Engine
from integrator_tui.engine.exchange.plan import Plan
from integrator_tui.engine.exchange.planner import Planner
from integrator_tui.engine.net.proxy import ProxySettings
from integrator_tui.errors import InvalidFile, MissingParameter
from integrator_tui.model.connection import (
    BasicAuth,
    FormBody,
    HttpBearerTokenAuth,
    MultipartBody,
    OAuth2Auth,
    Operation,
    Part,
    RawBearerTokenAuth,
    RawBody,
    Request,
)
from integrator_tui.model.parameters import Purpose
from tests.engine.probing import check, stage, target

PLANNER = Planner(Network(), TokenCache(), ProxySettings("", "", "", ""))
URL = "http://127.0.0.1:9"


def planned(operation: Operation, known: Mapping[str, str] | None = None, **given: str) -> Plan:
    return PLANNER.plan(target(URL, None, known, given), operation)


def warned(operation: Operation, **given: str) -> list[tuple[str, str, str]]:
    return [(str(w.stage), w.kind, w.message) for w in planned(operation, None, **given).warnings]


JSON_ABOUT = "the body is not JSON after filling in: "


@pytest.mark.parametrize(
    ("raw", "content_type", "at"),
    [
        ('{ {{#A}}"a": 1{{/A}}, }', None, "line 1, column 3"),
        ('{\n  "a": "{{A}}",\n}', "application/json", "line 3, column 1"),
        ('{"a": {{{A}}}}', "application/vnd.api+json; charset=utf-8", "line 1, column 7"),
        ("plain", "Application/JSON", "line 1, column 1"),
        ('{"a": NaN}', None, "line 1, column 7"),
        ('{"a": "{{A}}"}', None, None),
        ('{ "a": 1, }', "text/plain", None),
        ("a={{A}}", "application/x-www-form-urlencoded", None),
        ("", "application/json", None),
    ],
)
def test_a_body_that_is_no_json_is_sent_with_its_place(raw: str, content_type: str | None, at: str | None) -> None:
    headers = (("content-type", content_type),) if content_type else ()
    told = warned(Operation(path="/x", headers=headers, body=RawBody(raw=raw)), A="")
    assert told == ([("respond", "body_not_json", JSON_ABOUT + at)] if at else [])


def test_what_a_template_says_wrongly_is_told_at_its_field() -> None:
    odd = Operation(path="/{{a}}/{{b", params=(("q", "{{=<% %>=}}"),), headers=(("X", "{{/c}}"),))
    assert [message for _, _, message in warned(odd, a="1")] == [
        "path: '{{' at column 8 begins nothing that can be filled in and stays as it stands",
        "params.q: the braces at column 1 set no other delimiters here and stay as they stand",
        "headers.X: {{/c}} at column 1 closes no open section of that name and stays as it stands",
    ]
    assert str(planned(odd, a="1").request.url) == f"{URL}/1/%7B%7Bb?q=%7B%7B%3D%3C%25%20%25%3E%3D%7D%7D"


def test_an_empty_segment_is_told() -> None:
    told = warned(Operation(path="/{{a}}/keys/{{b}}", params=(("path", "{{a}}"),)), a="", b="x")
    assert told == [("respond", "template", "path: the value of a is empty, and so is its path segment")]


async def test_a_check_has_them_in_the_detail_of_their_stage(
    engine: Engine, demo: ThreadedDemoServer, room: Room
) -> None:
    token = HttpBearerTokenAuth(
        request=Request(path="/echo", body=RawBody(raw='{"key": "{{key}}", }')),
        token_output="'abcdefgh'",
        expiration_output="60",
    )
    base = f"{demo.addresses.http}{room.prefix}"
    report = await check(engine, target(base, token, {"key": "s3cr3t-value"}, test_path="/echo/}}x{{"))
    assert report.outcome == "passed"
    told: dict[str, Any] = {
        name: stage(report, name).detail.get("warnings") for name in ("authenticate", "respond")
    }
    assert told["authenticate"] == [
        {"stage": "authenticate", "kind": "body_not_json", "message": f"{JSON_ABOUT}line 1, column 25"}
    ]
    assert [warning["kind"] for warning in told["respond"]] == ["template"]
    assert "s3cr3t" not in repr(report)
    sound = await check(engine, target(base, test_path="/echo"))
    assert all("warnings" not in result.detail for result in sound.stages)


@pytest.mark.parametrize(
    ("auth", "own"),
    [
        (BasicAuth(username="u"), "password"),
        (RawBearerTokenAuth(), "token"),
        (OAuth2Auth(access_token_url="https://login.example/token", client_id="c"), "client_secret"),
    ],
)
def test_the_methods_own_secret_fills_no_template(auth: Any, own: str) -> None:
    places: list[Operation] = [
        Operation(path=f"/{{{{{own}}}}}"),
        Operation(path="/x", headers=(("X-Key", f"{{{{{own}}}}}"),)),
        Operation(path="/x", params=(("q", f"a {{{{{own}}}}}"),)),
        Operation(path="/x", body=RawBody(raw=f'"{{{{{own}}}}}"')),
        Operation(path="/x", body=RawBody(raw=f"{{{{{{{own}}}}}}}")),
        Operation(path="/x", body=FormBody(form=(("a", f"{{{{{own}}}}}"),))),
        Operation(path="/x", body=MultipartBody(multipart=(Part(name="a", content=f"{{{{{own}}}}}"),))),
    ]
    stored = {own: "stored-credential"}
    for place in places:
        with pytest.raises(MissingParameter) as caught:
            PLANNER.plan(target(URL, auth, stored), place)
        assert caught.value.names == (own,) and "fills no template" in caught.value.hint
        sent = PLANNER.plan(target(URL, auth, stored, {own: "typed"}), place).request
        written = str(sent.url).encode() + sent.content + repr(sent.headers.raw).encode()
        assert b"typed" in written and b"stored-credential" not in written
    optional = Operation(path="/x", params=(("q", f"{{{{{own}}}}}"),))
    assert str(PLANNER.plan(target(URL, auth, stored), optional).request.url) == f"{URL}/x"
    # Where the method has no secret of its own, the name is a declared one.
    declared = PLANNER.plan(target(URL, None, stored), places[0]).request
    assert "stored-credential" in str(declared.url)


@pytest.mark.parametrize("purpose", ["test", "token"])
def test_a_token_that_is_missing_or_empty_is_missing(purpose: Purpose) -> None:
    for known, given in (({}, {}), ({"token": ""}, {}), ({}, {"token": ""})):
        with pytest.raises(MissingParameter) as caught:
            PLANNER.plan(target(URL, RawBearerTokenAuth(), known, given), purpose)
        assert caught.value.names == ("token",)


async def test_an_empty_token_is_none_for_scripts_either(engine: Engine) -> None:
    with pytest.raises(MissingParameter):
        await engine.token(target(URL, RawBearerTokenAuth(), {"token": ""}))
    assert (await engine.token(target(URL, RawBearerTokenAuth(), {"token": "t"}))).value.reveal() == "t"


def test_a_bad_operation_stops_itself_alone() -> None:
    good, bad = Operation(name="a", path="/x"), Operation(name="b", path="https://evil.example/x")
    wanted = target(URL, operations=(good, bad))
    assert PLANNER.plan(wanted).request.url == URL
    assert PLANNER.plan(wanted, good).request.url == f"{URL}/x"
    with pytest.raises(InvalidFile):
        PLANNER.plan(wanted, bad)


@pytest.mark.parametrize(
    ("content_type", "raw", "expected"),
    [
        ("application/x-www-form-urlencoded", "a={{v}}&b={{{v}}}", b"a=1+%26%3D%2B%C3%A9&b=1 &=+\xc3\xa9"),
        ("Application/X-WWW-Form-Urlencoded; charset=utf-8", "a={{v}}", b"a=1+%26%3D%2B%C3%A9"),
        ("text/plain", "a={{v}}", b"a=1 &=+\xc3\xa9"),
        ("application/xml", "<a>{{v}}</a>", b"<a>1 &amp;=+\xc3\xa9</a>"),
    ],
)
def test_a_raw_body_is_written_for_its_type(content_type: str, raw: str, expected: bytes) -> None:
    operation = Operation(path="/x", headers=(("Content-Type", content_type),), body=RawBody(raw=raw))
    assert planned(operation, v="1 &=+é").request.content == expected


def test_a_part_is_written_for_the_type_that_it_names() -> None:
    parts = (Part(name="a", content='"{{v}}"', content_type="application/json"), Part(name="b", content="{{v}}"))
    content = planned(Operation(path="/x", body=MultipartBody(multipart=parts)), v='"').request.content
    assert b'\r\n\r\n"\\""\r\n' in content and b'\r\n\r\n"\r\n' in content
