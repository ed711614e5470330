"""Guards let in who they should; tokens are given out, counted, and die when they must."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from email.message import Message
from urllib.parse import urlencode

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer

Ask = Callable[..., tuple[int, Message, bytes]]

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
GOOD = "client_id=demo-client&client_secret=demo-secret"


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def new_token(ask: Ask, target: str = "/token") -> str:
    status, _, body = ask(target, "POST", GOOD, FORM)
    assert status == 200
    return str(json.loads(body)["access_token"])


def test_basic(ask: Ask) -> None:
    status, _, body = ask("/basic", headers=basic("demo", "demo-password"))
    assert (status, json.loads(body)) == (200, {"status": "ok", "user": "demo"})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("demo", "wrong"),
        basic("other", "demo-password"),
        basic("demo", ""),
        {"Authorization": "Basic !!!"},
        {"Authorization": "Bearer demo-password"},
    ],
)
def test_basic_refuses(ask: Ask, room: Room, headers: dict[str, str]) -> None:
    status, answer, _ = ask("/basic/echo", headers=headers)
    assert status == 401
    assert answer["WWW-Authenticate"].startswith("Basic ")
    assert room.counts.refused == 1


def test_basic_without_a_password(ask: Ask) -> None:
    assert ask("/basic/health?password=", headers=basic("demo", ""))[0] == 200


def test_raw_bearer_in_any_header(ask: Ask) -> None:
    assert ask("/raw", headers=bearer("demo-raw-token"))[0] == 200
    assert ask("/raw?header=X-Key&prefix=Token", headers={"X-Key": "Token demo-raw-token"})[0] == 200
    assert ask("/raw?header=X-Key&prefix=", headers={"X-Key": "demo-raw-token"})[0] == 200
    assert ask("/raw?header=X-Key&prefix=", headers={"X-Key": "Bearer demo-raw-token"})[0] == 401
    assert ask("/raw", headers=bearer("demo-raw-tokem"))[0] == 401


def test_an_issued_token_opens_the_same_room_only(ask: Ask, demo: ThreadedDemoServer) -> None:
    token = new_token(ask)
    assert ask("/bearer", headers=bearer(token))[0] == 200
    assert demo.room("elsewhere").admit(token) is False
    status, answer, _ = ask("/bearer", headers=bearer(token + "x"))
    assert (status, "invalid_token" in answer["WWW-Authenticate"]) == (401, True)


def test_what_follows_a_guard_is_any_other_path(ask: Ask) -> None:
    token = new_token(ask)
    status, _, body = ask("/bearer/echo/deep?x=1", headers=bearer(token))
    assert (status, json.loads(body)["query"]) == (200, [["x", "1"]])
    assert ask("/bearer/status/503", headers=bearer(token))[0] == 503


def test_lives_of_tokens(ask: Ask) -> None:
    dead = new_token(ask, "/token?lifetime=0")
    assert ask("/bearer", headers=bearer(dead))[0] == 401
    once = new_token(ask, "/token?uses=1")
    assert [ask("/bearer", headers=bearer(once))[0] for _ in range(2)] == [200, 401]
    alive = new_token(ask)
    assert json.loads(ask("/revoke")[2]) == {"revoked": 1}
    assert ask("/bearer", headers=bearer(alive))[0] == 401
    assert json.loads(ask("/token?expires_in=7", "POST", GOOD, FORM)[2])["expires_in"] == 7


MULTIPART = (
    '--edge\r\nContent-Disposition: form-data; name="user"\r\n\r\ndemo-client\r\n'
    '--edge\r\nContent-Disposition: form-data; name="password"\r\n\r\ndemo-secret\r\n--edge--\r\n'
)
PLACES = {
    "form": ("", GOOD, FORM),
    "json": (
        "",
        '{"username": "demo-client", "password": "demo-secret"}',
        {"Content-Type": "application/vnd.demo+json"},
    ),
    "multipart": ("", MULTIPART, {"Content-Type": "multipart/form-data; boundary=edge"}),
    "params": (f"?{GOOD}", None, {}),
    "headers": ("", None, {"X-Api-User": "demo-client", "X-Api-Key": "demo-secret"}),
}


@pytest.mark.parametrize("wanted", PLACES)
@pytest.mark.parametrize("sent", PLACES)
def test_credentials_count_in_their_place_only(ask: Ask, wanted: str, sent: str) -> None:
    query, body, headers = PLACES[sent]
    assert ask(f"/token/{wanted}{query}", "POST", body, headers)[0] == (200 if wanted == sent else 401)
    assert ask(f"/token{query}", "POST", body, headers)[0] == 200


def test_wrong_credentials_get_no_token(ask: Ask, room: Room) -> None:
    status, _, body = ask("/token", "POST", GOOD + "x", FORM)
    assert (status, json.loads(body)["error"]) == (401, "invalid_client")
    assert room.issued == []


def test_shapes_of_the_answer(ask: Ask) -> None:
    def answer(shape: str) -> tuple[Message, bytes]:
        status, headers, body = ask(f"/token/{shape}", "POST", GOOD, FORM)
        assert status == 200
        return headers, body

    def value(shape: str) -> dict[str, object]:
        found = json.loads(answer(shape)[1])
        assert isinstance(found, dict)
        return found

    assert value("short")["expires_in"] == 2
    assert value("once")["expires_in"] == 0
    assert value("nested")["meta"] == {"ttl": 3600}
    assert value("text-expiry")["expires_in"] == "3600"
    assert value("bad-expiry")["expires_in"] == "soon"
    assert str(value("date")["expires_at"]).endswith("+00:00")
    assert "access_token" not in value("missing")
    assert value("number")["access_token"] == 42
    assert "\r\n" in str(value("line-break")["access_token"])
    assert str(value("jwt")["id_token"]).count(".") == 2
    assert json.loads(answer("list")[1])[1]["kind"] == "access"
    assert answer("bare")[1].startswith(b"demo-")
    assert answer("header")[0]["X-Auth-Token"].startswith("demo-")


def test_token_endpoints_that_fail(ask: Ask, room: Room) -> None:
    assert ask("/token/error/invalid_client", "POST")[0] == 401
    status, _, body = ask("/token/error/invalid_grant", "POST")
    assert (status, json.loads(body)["error"]) == (400, "invalid_grant")
    assert ask("/token/error/invalid_client?status=400", "POST")[0] == 400
    assert ask("/token/500", "POST")[0] == 500
    assert b"<form>" in ask("/token/not-json", "POST")[2]
    assert ask("/token/empty", "POST")[2] == b""
    with pytest.raises(ValueError, match="Unterminated"):
        json.loads(ask("/token/bad-json", "POST")[2])
    assert len(ask("/token/huge", "POST")[2]) > 2_000_000
    assert ask("/token/slow?ms=1", "POST")[0] == 200
    useless = json.loads(ask("/token/useless", "POST")[2])["access_token"]
    assert not room.admit(useless)
    assert ask("/never", headers=bearer(useless))[0] == 401
    assert ask("/forbidden")[0] == 403


OAUTH = {"grant_type": "client_credentials"}
ODD = ("we%3Aird%2Bid", "p%40ss+w%2Brd%25%26%3D%3A%C3%A9")


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        ({}, basic("demo-header", "demo-header-secret")),
        ({"client_id": "demo-body", "client_secret": "demo-body-secret"}, {}),
        ({}, basic(*ODD)),
        ({}, basic("demo-public", "")),
        ({"client_id": "demo-public"}, {}),
    ],
)
def test_oauth_clients_in_their_own_way(ask: Ask, form: dict[str, str], headers: dict[str, str]) -> None:
    status, answer, body = ask("/oauth/token", "POST", urlencode(OAUTH | form), FORM | headers)
    granted = json.loads(body)
    assert (status, granted["token_type"], answer["Cache-Control"]) == (200, "Bearer", "no-store")
    assert ask("/bearer", headers=bearer(granted["access_token"]))[0] == 200


@pytest.mark.parametrize(
    ("form", "headers", "status", "error"),
    [
        ({}, basic("demo-body", "demo-body-secret"), 401, "invalid_client"),
        ({"client_id": "demo-header", "client_secret": "demo-header-secret"}, {}, 401, "invalid_client"),
        ({}, basic("demo-header", "wrong"), 401, "invalid_client"),
        ({}, basic("we:ird+id", "p@ss w+rd%&=:é"), 401, "invalid_client"),
        ({}, {}, 401, "invalid_client"),
        ({"client_secret": "x"}, basic("demo-header", "demo-header-secret"), 400, "invalid_request"),
        ({"grant_type": "password"}, basic("demo-header", "demo-header-secret"), 400, "unsupported_grant_type"),
        ({"scope": "read launch"}, basic("demo-header", "demo-header-secret"), 400, "invalid_scope"),
    ],
)
def test_oauth_refuses(ask: Ask, form: dict[str, str], headers: dict[str, str], status: int, error: str) -> None:
    answer = ask("/oauth/token", "POST", urlencode(OAUTH | form), FORM | headers)
    assert (answer[0], json.loads(answer[2])["error"]) == (status, error)
    assert (status == 401) == ("WWW-Authenticate" in answer[1])


def test_oauth_requests_that_are_none(ask: Ask) -> None:
    good = FORM | basic("demo-header", "demo-header-secret")
    body = urlencode(OAUTH)
    assert ask("/oauth/token", "GET", headers=good)[0] == 405
    assert ask("/oauth/token", "POST", json.dumps(OAUTH), good | {"Content-Type": "application/json"})[0] == 400
    assert ask("/oauth/token", "POST", body + "&scope=read&scope=write", good)[0] == 400
    assert ask("/oauth/token", "POST", "", good)[0] == 400
    assert ask("/oauth/token?client_id=demo-body", "POST", body, good)[0] == 400


def test_oauth_scope_and_expiry(ask: Ask) -> None:
    good = FORM | basic("demo-header", "demo-header-secret")
    answer = json.loads(ask("/oauth/token", "POST", urlencode({**OAUTH, "scope": "read orders"}), good)[2])
    assert (answer["scope"], answer["expires_in"]) == ("read orders", 3600)
    assert "expires_in" not in json.loads(ask("/oauth/no-expiry", "POST", urlencode(OAUTH), good)[2])
    assert json.loads(ask("/oauth/error/invalid_scope", "POST")[2])["error"] == "invalid_scope"
