"""Authentication as sequences: what a flow asks for, and what it does with the answer."""

from __future__ import annotations

import pytest

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.auth.credentials import (
    Flow,
    Grant,
    HeaderCredentials,
    NoCredentials,
    Step,
    StepResult,
    TokenCredentials,
    WantToken,
    basic,
    with_header,
)
from integrator_tui.engine.request.secret_parts import secret_parts
from integrator_tui.engine.token import Token
from integrator_tui.model.secret import Secret

REQUEST = httpx.Request("GET", "http://host.example/health")
BEARER = TokenCredentials("oauth2", "Authorization", "Bearer")


def play(flow: Flow, *answers: StepResult) -> tuple[list[Step], httpx.Response | None]:
    """Run a flow with these answers; give its steps, and its result where it ended."""
    steps = [next(flow)]
    for answer in answers:
        try:
            steps.append(flow.send(answer))
        except StopIteration as stop:
            result: httpx.Response = stop.value
            return steps, result
    return steps, None


def sent(step: Step) -> httpx.Request:
    assert isinstance(step, httpx.Request)
    return step


def grant(value: str, *, shared: bool) -> Grant:
    return Grant(Token(Secret(value)), shared)


def test_no_method_sends_the_request_as_it_is() -> None:
    steps, result = play(NoCredentials().flow(REQUEST), httpx.Response(401))
    assert steps == [REQUEST]
    assert result is not None
    assert result.status_code == 401


def test_basic_sends_its_header_once_and_a_401_is_the_answer() -> None:
    flow = HeaderCredentials("basic", "Authorization", Secret(basic("u", "p"))).flow(REQUEST)
    steps, result = play(flow, httpx.Response(401))
    assert [sent(step).headers["authorization"] for step in steps] == ["Basic dTpw"]
    assert result is not None
    assert result.status_code == 401


def test_a_token_is_wanted_before_anything_is_sent() -> None:
    steps, result = play(BEARER.flow(REQUEST), grant("t1", shared=False), httpx.Response(200))
    assert steps[0] == WantToken()
    assert sent(steps[1]).headers["authorization"] == "Bearer t1"
    assert len(steps) == 2
    assert result is not None


def test_a_shared_token_that_is_refused_is_replaced_once() -> None:
    old = grant("old", shared=True)
    answers = (old, httpx.Response(401), grant("new", shared=True), httpx.Response(401))
    steps, result = play(BEARER.flow(REQUEST), *answers)
    assert steps[2] == WantToken(refused=old.token)
    assert sent(steps[3]).headers["authorization"] == "Bearer new"
    assert len(steps) == 4
    assert result is not None
    assert result.status_code == 401


def test_a_token_fetched_for_this_request_and_refused_is_the_answer() -> None:
    steps, result = play(BEARER.flow(REQUEST), grant("t1", shared=False), httpx.Response(401))
    assert len(steps) == 2
    assert result is not None


@pytest.mark.parametrize("status", [200, 403, 404, 500])
def test_only_401_asks_for_another_token(status: int) -> None:
    steps, result = play(BEARER.flow(REQUEST), grant("t1", shared=True), httpx.Response(status))
    assert len(steps) == 2
    assert result is not None


def test_the_token_goes_into_the_header_it_is_meant_for() -> None:
    flow = TokenCredentials("http_bearer_token", "X-Api-Key", "").flow(REQUEST)
    steps, _ = play(flow, grant("t1", shared=False))
    assert sent(steps[1]).headers["x-api-key"] == "t1"
    assert "authorization" not in sent(steps[1]).headers


def test_a_header_with_a_secret_is_marked_and_takes_the_place_of_another() -> None:
    request = httpx.Request("GET", "http://host.example/", headers={"X-Key": "plain", "Accept": "*/*"})
    changed = with_header(request, "x-key", "ключ")
    assert changed.headers.get_list("X-Key") == ["ключ"]
    assert secret_parts(changed).headers == {"x-key"}
    assert request.headers["x-key"] == "plain"


def test_basic_is_utf_8_and_keeps_undecodable_bytes() -> None:
    assert basic("Ü", "ß") == "Basic w5w6w58="
    assert basic("u", b"\xff".decode("utf-8", "surrogateescape")) == "Basic dTr/"
