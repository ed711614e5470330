"""What a connection adds to its requests, what is asked for because of it, and what is wrong with the new keys."""

from __future__ import annotations

from typing import Any

import pytest

from integrator_tui.model import rules
from integrator_tui.model.connection import (
    ApiKeyAuth,
    BasicAuth,
    Connection,
    FormBody,
    HttpBearerTokenAuth,
    OAuth2Auth,
    Operation,
    Passing,
    Request,
)
from integrator_tui.model.headers import inherited_headers, with_grouped_headers
from integrator_tui.model.parameters import given_in_place, inputs
from integrator_tui.model.statuses import accepts

HEADERS = (("Accept", "a"), ("X-Tag", "{{tag}}"), ("Content-Type", "text/x"), ("authorization", "{{mine}}"))


def problems(**fields: Any) -> dict[str, tuple[str, str]]:
    """The severity and the hint of each field's problem."""
    made = Connection(name="A", base_url="https://a.example", **fields)
    return {found.field: (found.severity, found.hint) for found in rules.problems(made)}


def test_own_headers_the_method_s_and_a_body_s_type_win() -> None:
    made = Connection(headers=HEADERS, auth=BasicAuth(username="u"))
    own = Request(method="POST", headers=(("x-TAG", "own"),), body=FormBody(form=(("a", "1"),)))
    assert inherited_headers(made, own) == (("Accept", "a"),)
    assert inherited_headers(made.model_copy(update={"auth": ApiKeyAuth(name="accept")}), own) == HEADERS[3:]


def test_an_input_of_the_headers_is_asked_for_where_they_are_sent() -> None:
    own = Operation(name="O", method="GET", headers=(("X-Tag", "own"),))
    plain = Operation(name="P", method="GET")
    made = Connection(headers=HEADERS, auth=BasicAuth(username="u"), operations=(own, plain))
    assert inputs(made, own) == ()
    for purpose in ("test", plain):
        (found,) = inputs(made, purpose)
        assert (found.name, found.required, found.where, found.fields) == (
            "tag",
            True,
            ("header",),
            ("headers.X-Tag",),
        )
    assert inputs(made, "token") == ()


def test_the_parameters_of_a_token_request_are_asked_for() -> None:
    made = Connection(auth=OAuth2Auth(params=(("audience", "{{who}}"),)))
    for purpose in ("test", "token"):
        assert [(found.name, found.where) for found in inputs(made, purpose)] == [("who", ("auth",))]


def test_an_api_key_that_is_not_stored_may_be_given() -> None:
    made = Connection(auth=ApiKeyAuth())
    assert given_in_place(made, "test") == "api_key"
    assert given_in_place(made, Operation(headers=(("x-api-KEY", "own"),))) is None
    assert given_in_place(made.model_copy(update={"secrets": ("api_key",)}), "test") is None


def test_what_stands_several_times_is_written_once() -> None:
    pairs = (("a", "1"), ("b", "2"), ("a", "3"))
    grouped = (("a", "1"), ("a", "3"), ("b", "2"))
    made = with_grouped_headers(Connection(headers=pairs, auth=OAuth2Auth(params=pairs)))
    assert made.headers == grouped
    assert made.auth == OAuth2Auth(params=grouped)


@pytest.mark.parametrize(
    ("fields", "field", "severity", "hint"),
    [
        ({"headers": (("a b", "1"),)}, "headers.a b", "error", "letters"),
        ({"headers": (("A", "1\n2"),)}, "headers.A", "error", "one line"),
        (
            {"headers": (("Authorization", "1"),), "auth": BasicAuth(username="u")},
            "headers.Authorization",
            "warning",
            "None",
        ),
        ({"test": Passing(status=())}, "test.status", "error", "2xx"),
        ({"test": Passing(status=("2XX",))}, "test.status.0", "error", "write 2xx"),
        ({"test": Passing(status=("200", "x"))}, "test.status.1", "error", "1xx to 5xx"),
        ({"test": Passing(expect="  ")}, "test.expect", "error", "true"),
        ({"auth": ApiKeyAuth(name="")}, "auth.name", "error", "X-Api-Key"),
        ({"auth": ApiKeyAuth(name="a b")}, "auth.name", "error", "no spaces"),
        ({"auth": ApiKeyAuth(name="a\n", **{"in": "query"})}, "auth.name", "error", "one line"),
        ({"auth": ApiKeyAuth()}, "secrets.api_key", "warning", "--param api_key=…"),
        (
            {"auth": HttpBearerTokenAuth(request=Request(path="/t", accept=("OK",)))},
            "auth.request.accept.0",
            "error",
            "100 to 599",
        ),
        (
            {"auth": HttpBearerTokenAuth(request=Request(path="/t", accept=("3xx",), follow_redirect=True))},
            "auth.request.accept",
            "warning",
            "follow_redirect",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_key(fields: Any, field: str, severity: str, hint: str) -> None:
    found = problems(**fields)
    assert found[field][0] == severity
    assert hint in found[field][1]


@pytest.mark.parametrize(
    ("name", "scope", "client_auth", "wrong"),
    [
        ("grant_type", "", "basic_auth", True),
        ("scope", "a", "basic_auth", True),
        ("scope", "", "basic_auth", False),
        ("client_id", "", "basic_auth", False),
        ("client_id", "", "www_form_urlencoded", True),
        ("audience", "a", "www_form_urlencoded", False),
        ("", "", "basic_auth", True),
    ],
)
def test_what_oauth_sends_by_itself_is_no_parameter(name: str, scope: str, client_auth: Any, wrong: bool) -> None:
    auth = OAuth2Auth(
        access_token_url="https://a.example",
        client_id="c",
        scope=scope,
        client_auth=client_auth,
        params=((name, "1"),),
    )
    found = problems(auth=auth)
    assert (f"auth.params.{name}".rstrip(".") in found) == wrong


def test_codes_and_classes() -> None:
    assert accepts(("2xx",), 204) and accepts(("204", "3xx"), 302)
    assert not accepts(("2xx", "404"), 400) and not accepts((), 200)
