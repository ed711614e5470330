"""Token requests as sequences, and what their answers are read as."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

import pytest

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.auth.token_cache import Token
from integrator_tui.engine.auth.token_request import (
    ClientCredentials,
    DescribedRequest,
    Evaluate,
    TokenAnswer,
    client_credentials,
    seconds_to_live,
)
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.request.secret_parts import secret_parts
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
    assert request.headers["authorization"] == httpx.BasicAuth("my+id", "se%3Acret+%C3%BC")._auth_header
    assert request.content == b"grant_type=client_credentials"
    assert "secret" not in request.content.decode()
    assert secret_parts(request).headers == {"authorization"}


def test_the_form_holds_id_and_secret() -> None:
    request = form("s&1", "a b").request
    assert request.content == b"grant_type=client_credentials&scope=a+b&client_id=id&client_secret=s%261"
    assert "authorization" not in request.headers
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.headers["accept"] == "application/json"
    assert secret_parts(request).body


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


def test_another_token_type_and_a_long_life_are_told() -> None:
    assert "MAC" in ask(form(), answer(200, {"access_token": "t", "token_type": "MAC"})).note
    assert "ten years" in ask(form(), answer(200, {"access_token": "t", "expires_in": 1.8e9})).note


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
