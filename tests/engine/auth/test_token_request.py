"""Token requests as sequences, and what their answers are read as."""

from __future__ import annotations

import json
import math
import sys
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from authlib.oauth2.rfc6749.util import extract_basic_authorization

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.auth.token_answer import TokenAnswer
from integrator_tui.engine.auth.token_request import (
    ClientCredentials,
    DescribedRequest,
    Evaluate,
    client_credentials,
)
from integrator_tui.engine.auth.token_value import seconds_to_live
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.request.secret_parts import secret_parts
from integrator_tui.engine.token import Token
from integrator_tui.errors import ExpressionError
from integrator_tui.model.secret import Secret

URL = "https://login.example/token"


def answer(status: int = 200, body: object = "", **headers: str) -> TokenAnswer:
    data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    request = httpx.Request("POST", URL)
    return TokenAnswer(httpx.Response(status, headers=headers, request=request), data)


def ask(wanted: ClientCredentials | DescribedRequest, got: TokenAnswer, *then: Any) -> Token:
    """Run the flow: the answer, then the value (or the error) of each expression."""
    flow = wanted.flow("source", 5.0)
    assert isinstance(next(flow), httpx.Request)
    steps = [got, *then]
    try:
        for step in steps:
            flow.throw(step) if isinstance(step, ExpressionError) else flow.send(step)
    except StopIteration as stop:
        token: Token = stop.value
        return token
    raise AssertionError("the flow did not end")


def fails(wanted: ClientCredentials | DescribedRequest, got: TokenAnswer, *then: Any) -> StageFailed:
    with pytest.raises(StageFailed) as caught:
        ask(wanted, got, *then)
    assert caught.value.hint
    return caught.value


def basic(secret: str | None = "se:cret ü", client_id: str = "my id") -> ClientCredentials:
    return client_credentials(URL, client_id, Secret(secret) if secret is not None else None, "basic_auth", "")


def form(secret: str | None = "s", scope: str = "") -> ClientCredentials:
    return client_credentials(
        URL, "id", Secret(secret) if secret is not None else None, "www_form_urlencoded", scope
    )


DESCRIBED = DescribedRequest(httpx.Request("POST", URL), "body.token", "body.ttl")


def test_basic_auth_encodes_id_and_secret_as_rfc_6749_says() -> None:
    request = basic().request
    assert request.headers["authorization"] == httpx.BasicAuth("my%20id", "se%3Acret%20%C3%BC")._auth_header
    assert request.content == b"grant_type=client_credentials"
    assert "secret" not in request.content.decode()
    assert secret_parts(request).headers == {"authorization"}


@pytest.mark.parametrize("client_id", ["my client", "a:b+c %20/?é", "plain"])
@pytest.mark.parametrize("secret", ["s e+c:r%t&=é", "plain"])
def test_a_server_that_reads_a_plus_as_a_plus_reads_what_was_meant(client_id: str, secret: str) -> None:
    header = basic(secret, client_id).request.headers["authorization"]
    assert extract_basic_authorization({"Authorization": header}) == (client_id, secret)


def test_a_token_request_shows_no_secret() -> None:
    assert "s3cr3t" not in f"{basic('s3cr3t')!r}{form('s3cr3t')!r}"


def test_the_form_holds_id_and_secret() -> None:
    request = form("s&1", "a b").request
    assert request.content == b"grant_type=client_credentials&scope=a+b&client_id=id&client_secret=s%261"
    assert "authorization" not in request.headers
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.headers["accept"] == "application/json"
    assert secret_parts(request).body


def test_further_parameters_stand_behind_and_may_stand_several_times() -> None:
    more = (("audience", "a b"), ("resource", "1"), ("resource", "2"))
    request = client_credentials(URL, "id", None, "www_form_urlencoded", "", more).request
    assert request.content == b"grant_type=client_credentials&client_id=id&audience=a+b&resource=1&resource=2"
    assert not secret_parts(request).body
    assert secret_parts(client_credentials(URL, "id", None, "basic_auth", "", more, holds_secret=True).request).body


def test_without_a_secret_basic_is_empty_and_the_form_leaves_it_out() -> None:
    assert basic(None, "id").request.headers["authorization"] == httpx.BasicAuth("id", "")._auth_header
    assert form(None).request.content == b"grant_type=client_credentials&client_id=id"


def test_an_oauth_answer_is_a_token() -> None:
    token = ask(form(), answer(200, {"access_token": "t", "token_type": "bearer", "expires_in": "3600"}))
    assert token.value.reveal() == "t"
    assert (token.lifetime, token.obtained_at, token.source, token.note) == (3600.0, 5.0, "source", "")


def test_without_expires_in_nothing_is_said_of_its_life() -> None:
    assert ask(form(), answer(200, {"access_token": "t"})).lifetime is None
    assert ask(form(), answer(200, {"access_token": "t", "expires_in": None})).lifetime is None


@pytest.mark.parametrize("token_type", [None, "", "Bearer", "bearer", "BEARER", " bearer "])
def test_a_bearer_token_is_taken_however_its_type_is_written(token_type: str | None) -> None:
    assert ask(form(), answer(200, {"access_token": "t", "token_type": token_type})).value.reveal() == "t"


@pytest.mark.parametrize("token_type", ["DPoP", "mac", "pop", "N_A", "bearer2", 1, ["Bearer"]])
def test_a_token_of_another_type_is_not_sent(token_type: object) -> None:
    failed = fails(form(), answer(200, {"access_token": "s3cr3t", "token_type": token_type}))
    assert failed.kind == "token_output_failed"
    assert (token_type if isinstance(token_type, str) else "no text") in failed.message
    assert failed.token is not None
    assert "s3cr3t" not in failed.message + failed.hint


def test_a_scope_that_was_not_granted_is_told() -> None:
    got = {"access_token": "t", "scope": "read"}
    assert "write is missing" in ask(form(scope="read write"), answer(200, got)).note
    assert ask(form(scope="read"), answer(200, got)).note == ""
    assert ask(form(scope="read write"), answer(200, {"access_token": "t"})).note == ""


def test_a_long_life_is_told() -> None:
    token = ask(form(), answer(200, {"access_token": "t", "expires_in": 2e10}))
    assert "ten years" in token.note
    assert token.lifetime == 2e10


@pytest.mark.parametrize(
    ("unit", "seconds"),
    [
        (1, "body.ttl - Date.now() / 1000"),
        (10**3, "(body.ttl - Date.now()) / 1000"),
        (10**6, "body.ttl / 1e6 - Date.now() / 1000"),
        (10**9, "body.ttl / 1e9 - Date.now() / 1000"),
    ],
)
@pytest.mark.parametrize("as_text", [False, True])
def test_a_point_in_time_is_taken_for_one_and_told(unit: int, seconds: str, as_text: bool) -> None:
    moment = (int(time.time()) + 3600) * unit
    token = ask(DESCRIBED, answer(), "t", str(moment) if as_text else moment)
    assert token.lifetime is not None
    assert 3500 < token.lifetime <= 3600
    assert datetime.fromtimestamp(moment / unit, UTC).strftime("%Y-%m-%d %H:%M") in token.note
    assert token.note.endswith(f": {seconds}")
    other = ask(DESCRIBED._replace(expiration_output="body.a + body.b;"), answer(), "t", moment)
    assert "(body.a + body.b)" in other.note
    assert "HTTP Bearer Token" in ask(form(), answer(200, {"access_token": "t", "expires_in": moment})).note


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded; charset=UTF-8", "text/plain", "", "text/html"]
)
@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, "invalid_client", "credentials_rejected"),
        (401, "invalid_client", "credentials_rejected"),
        (200, "invalid_grant", "credentials_rejected"),
        (200, "unauthorized_client", "credentials_rejected"),
        (400, "invalid_scope", "token_request_failed"),
        (200, "temporarily_unavailable", "token_request_failed"),
    ],
)
def test_a_refusal_in_a_form_is_one(content_type: str, status: int, error: str, kind: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    got = answer(status, f"error={error}&error_description=no+such%20client&error_uri=https%3A%2F%2Fh\n", **headers)
    failed = fails(form(), got)
    assert failed.kind == kind
    assert f"{error} (no such client)" in failed.message
    assert failed.detail["error"] == error
    if kind == "credentials_rejected":
        assert fails(DESCRIBED, got, *([None] if status == 200 else [])).kind == kind


@pytest.mark.parametrize("body", ["c2VjcmV0dG9rZW4=", "a=b", "<a href='x?error=1'>", "error=a b", '{"error": 1}'])
def test_text_that_is_no_form_of_an_answer_shows_no_part_of_it(body: str) -> None:
    failed = fails(form(), answer(200, body, **{"Content-Type": "text/plain"}))
    assert failed.kind == "token_output_failed"
    assert "c2Vj" not in failed.message


def test_an_answer_that_nests_too_deeply_is_named_for_that() -> None:
    nested = '{"access_token":' + "[" * 20_000 + "]" * 20_000 + "}"
    assert "nests too deeply" in fails(form(), answer(200, nested)).message
    assert "nests too deeply" in fails(DESCRIBED, answer(200, nested), None).message


def test_a_login_that_redirects_with_a_cookie_is_pointed_to_accept() -> None:
    failed = fails(DESCRIBED, answer(302, "", **{"Set-Cookie": "session=s3cr3t; Path=/", "Location": "/home"}))
    assert failed.kind == "token_request_failed"
    assert "auth.request.accept" in failed.hint
    assert "headers['set-cookie']" in failed.hint
    assert "s3cr3t" not in failed.message + failed.hint
    assert "accept" not in fails(DESCRIBED, answer(302, "", Location="/home")).hint
    assert "accept" not in fails(form(), answer(302, "", **{"Set-Cookie": "a=b"})).hint


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (" ", "Token is blank"),
        ("\t \u00a0", "Token is blank"),
        ("a\ufffdb", "bytes that are no text"),
        ("a\ud800", "bytes that are no text"),
        ("tok\n", "body.token.trim()"),
        ("tok\r\nnext", "body.token.split('\\n')[0]"),
    ],
)
def test_what_no_header_can_hold_as_a_token_is_refused(value: str, says: str) -> None:
    failed = fails(DESCRIBED, answer(), value)
    assert failed.kind == "token_output_failed"
    assert says in f"{failed.message} {failed.hint}"


def test_an_answer_in_a_form_is_read_where_the_server_says_so() -> None:
    got = answer(200, "access_token=t&expires_in=60", **{"Content-Type": "application/x-www-form-urlencoded"})
    assert ask(form(), got).lifetime == 60.0


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, "invalid_client", "credentials_rejected"),
        (400, "invalid_grant", "credentials_rejected"),
        (400, "unauthorized_client", "credentials_rejected"),
        (401, None, "credentials_rejected"),
        (400, "invalid_scope", "token_request_failed"),
        (400, "unsupported_grant_type", "token_request_failed"),
        (200, "invalid_scope", "token_request_failed"),
        (403, None, "token_request_failed"),
        (404, None, "token_request_failed"),
        (302, None, "token_request_failed"),
        (503, None, "token_request_failed"),
    ],
)
def test_a_refusal_is_told_as_what_the_server_says(status: int, error: str | None, kind: str) -> None:
    said = {"error": error, "error_description": "because"} if error else "<html>"
    failed = fails(form(), answer(status, said))
    assert failed.kind == kind
    assert failed.detail["status"] == status
    assert failed.detail.get("error") == error
    assert str(status) in failed.message
    if error:
        assert f"{error} (because)" in failed.message


def test_a_rejected_client_is_pointed_to_the_other_way_to_prove_itself() -> None:
    assert "www_form_urlencoded" in fails(basic(), answer(401)).hint
    assert "2.3.1" in fails(basic(), answer(401)).hint
    assert "2.3.1" not in fails(basic("plain", "id"), answer(401)).hint
    assert "basic_auth" in fails(form(), answer(400, {"error": "invalid_client"})).hint


@pytest.mark.parametrize(
    "body", ["", "no json", "[1]", "[" * 50000, b"\xff\xfe", {"token": "x"}, {"access_token": ""}]
)
def test_an_answer_without_a_token_is_token_output_failed(body: object) -> None:
    failed = fails(form(), answer(200, body))
    assert failed.kind == "token_output_failed"
    if isinstance(body, dict) and "token" in body:
        assert "token" in failed.message


@pytest.mark.parametrize(
    ("token", "says"),
    [
        (["t"], "access_token is an array"),
        (True, "access_token is a boolean"),
        ("", "access_token is an empty string"),
        ("a\n", "access_token holds a line break"),
    ],
)
def test_an_access_token_that_is_none_is_told_by_its_type(token: object, says: str) -> None:
    failed = fails(form(), answer(200, {"access_token": token}))
    assert failed.kind == "token_output_failed"
    assert failed.message.startswith(says)
    # OAuth 2.0 has no expression that a hint could speak of.
    assert "HTTP Bearer Token" in failed.hint


@pytest.mark.parametrize("status", [302, 405])
def test_a_hint_names_only_fields_that_the_method_has(status: int) -> None:
    assert "Access Token URL" in fails(form(), answer(status)).hint
    assert "of the token request" in fails(DESCRIBED, answer(status)).hint


def test_no_value_of_the_answer_is_in_a_message() -> None:
    for body in ({"refresh_token": "s3cr3t"}, {"access_token": ["s3cr3t"]}):
        failed = fails(form(), answer(200, body))
        assert "s3cr3t" not in failed.message + failed.hint + repr(failed.detail)


def test_a_described_request_is_sent_and_its_outputs_evaluated() -> None:
    flow = DESCRIBED.flow("source", 1.0)
    assert next(flow) is DESCRIBED.request
    got = answer(200, {"token": "t"})
    assert flow.send(got) == Evaluate("body.token", got)
    assert flow.send("t") == Evaluate("body.ttl", got)
    with pytest.raises(StopIteration) as stop:
        flow.send(60)
    assert stop.value.value == Token(Secret("t"), 60.0, 1.0, "source")


def test_an_expression_that_fails_says_which_one() -> None:
    broken = ExpressionError("body has the keys a, b", "look")
    assert fails(DESCRIBED, answer(), broken).kind == "token_output_failed"
    assert fails(DESCRIBED, answer(), "t", broken).kind == "expiration_output_failed"
    assert fails(DESCRIBED, answer(), "t", broken).message == "Expiration: body has the keys a, b"


@pytest.mark.parametrize("value", [None, True, "", [], {}, 1.5, "a\nb", "a\r\nX: y", "tail\n"])
def test_what_is_no_token_is_refused(value: object) -> None:
    failed = fails(DESCRIBED, answer(), value)
    assert failed.kind == "token_output_failed"
    assert "; body is " in failed.message


def test_a_number_can_be_a_token() -> None:
    assert ask(DESCRIBED, answer(), 12345, 60).value.reveal() == "12345"


def test_an_error_in_a_described_answer_is_left_to_the_expressions() -> None:
    assert ask(DESCRIBED, answer(200, {"error": "none"}), "t", 60).lifetime == 60
    assert ask(DESCRIBED, answer(200, {"error": "invalid_client"}), "t", 60).lifetime == 60
    assert fails(DESCRIBED, answer(200, {"error": "none"}), None).kind == "token_output_failed"


@pytest.mark.parametrize("value", [None, ExpressionError("body has the keys error", "look")])
@pytest.mark.parametrize("error", ["invalid_client", "invalid_grant", "unauthorized_client"])
def test_a_described_refusal_without_a_token_is_one_whatever_its_status(error: str, value: object) -> None:
    failed = fails(DESCRIBED, answer(200, {"error": error, "error_description": "because"}), value)
    assert failed.kind == "credentials_rejected"
    assert f"{error} (because)" in failed.message


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (3600, 3600),
        (0, 0),
        (-5, -5),
        (1.5, 1.5),
        ("3600", 3600),
        (" 12.5 ", 12.5),
        ("-1", -1),
        ("1e3", 1000),
        (".5", 0.5),
        (sys.float_info.max, sys.float_info.max),
        (-1e308, -1e308),
        ("1e308", 1e308),
    ],
)
def test_an_expiration_is_a_number_or_a_numeric_string(value: object, seconds: float) -> None:
    assert seconds_to_live(value, "Expiration") == seconds


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        "",
        "soon",
        "1_000",
        "0x10",
        "nan",
        "inf",
        "1e999",
        math.nan,
        math.inf,
        10**400,
        [],
        [60],
        {},
        "2026-01-01T00:00:00Z",
        "٣",
    ],
    ids=repr,
)
def test_anything_else_is_refused_without_its_value(value: object) -> None:
    with pytest.raises(StageFailed) as caught:
        seconds_to_live(value, "Expiration")
    assert caught.value.kind == "expiration_output_failed"
    assert "soon" not in caught.value.message
    assert caught.value.hint
