"""The detail view's words: what a file says, but for the user info that somebody may have put into an address."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from integrator_tui.model.connection import (
    ApiKeyAuth,
    AuthMethod,
    Connection,
    HttpBearerTokenAuth,
    NoAuth,
    OAuth2Auth,
    Operation,
    Options,
    Output,
    Passing,
    RawBearerTokenAuth,
    Request,
    TokenConnection,
)
from integrator_tui.model.entry import Entry
from integrator_tui.model.last_result import LastResult
from integrator_tui.model.probe import Failure, ProbeReport
from integrator_tui.model.problem import Problem
from integrator_tui.model.secret import MASK
from integrator_tui.tui.screens.connection_text import describe, describe_operation, last_test

CANARY = "kQ9-canary"
ADDRESS = f"https://user:{CANARY}@api.example.com"


def words(entry: Entry, earlier: LastResult | None = None) -> str:
    groups = describe(entry, earlier=earlier)
    return "\n".join(f"{line.name}: {line.value}" for group in groups for line in group.lines)


def entry(auth: AuthMethod) -> Entry:
    connection = Connection(
        name="A",
        base_url=f"{ADDRESS}/base",
        documentation_link=f"{ADDRESS}/docs",
        auth=auth,
        options=Options(proxy=f"http://{CANARY}@proxy.example.com"),
    )
    return Entry("a.yaml", "A", connection=connection)


def test_no_address_shows_its_user_info() -> None:
    elsewhere = TokenConnection(base_url=ADDRESS)
    bearer = HttpBearerTokenAuth(
        request=Request(path="/token"), token_output="body", expiration_output="1", token_connection=elsewhere
    )
    oauth2 = OAuth2Auth(access_token_url=f"{ADDRESS}/oauth", client_id="c")
    for auth, token_url in ((bearer, "https://api.example.com/token"), (oauth2, "https://api.example.com/oauth")):
        shown = words(entry(auth))
        assert CANARY not in shown
        for path in ("base", "docs"):
            assert f"https://api.example.com/{path}" in shown
        assert "http://proxy.example.com" in shown and token_url in shown


def test_a_token_that_is_not_there_is_said_to_be_missing() -> None:
    without = words(entry(RawBearerTokenAuth()))
    assert "Token Header: Authorization: Bearer\n" in without
    assert "Token: token missing" in without and MASK not in without
    connection = Connection(name="A", auth=RawBearerTokenAuth(), secrets=("token",))
    there = words(Entry("a.yaml", "A", connection=connection))
    assert f"Authorization: Bearer {MASK}" in there and "missing" not in there


def test_a_bad_operation_is_marked() -> None:
    operations = (Operation(name="Good", path="/g"), Operation(name="Bad", path="https://evil.example"))
    connection = Connection(name="A", operations=operations)
    wrong = (
        Problem("operations.1.path", "a path cannot be an absolute URL", line=9),
        Problem("operations.0.name", "odd", severity="warning"),
    )
    shown = words(Entry("a.yaml", "A", connection=connection, problems=wrong))
    assert "POST: Good  /g" in shown
    assert "POST: ! Bad  https://evil.example" in shown


def test_headers_expectations_and_keys_are_told_and_no_credential() -> None:
    connection = Connection(
        name="A",
        headers=(("Accept", "text/x"), ("Cookie", CANARY), ("X-Key", "{{key}}")),
        test=Passing(status=("200", "3xx"), expect="body.up"),
        auth=ApiKeyAuth(name="k", **{"in": "query"}),
        secrets=("api_key",),
    )
    shown = words(Entry("a.yaml", "A", connection=connection))
    assert "Accept: text/x" in shown and f"Cookie: {MASK}" in shown and "X-Key: {{key}}" in shown
    assert "Passes with: 200, 3xx" in shown and "Expects: body.up" in shown
    assert "Key Name: the query parameter k" in shown and f"API Key: {MASK}" in shown
    assert CANARY not in shown
    bare = words(Entry("a.yaml", "A", connection=Connection(name="A", auth=ApiKeyAuth())))
    assert "API Key: API key missing" in bare and "Passes with" not in bare
    fields = OAuth2Auth(access_token_url="http://a.example", client_id="c", params=(("audience", CANARY),))
    assert "Token Parameters: audience" in words(entry(fields))


def test_an_operation_says_what_it_asks_for_and_what_is_wrong_with_it() -> None:
    operations = (
        Operation(name="Other"),
        Operation(
            name="Open orders",
            method="GET",
            path="/orders/{{Id}}",
            description="All of them",
            params=(("limit", "{{Limit}}"),),
            outputs=(Output(name="Ids", value="body.items"),),
        ),
    )
    made = entry(OAuth2Auth())
    assert made.connection is not None
    made = made._replace(
        connection=made.connection.model_copy(update={"operations": operations}),
        problems=(Problem("operations.1.path", "odd path"), Problem("operations.0.path", "not this one")),
    )
    shown = "\n".join(f"{line.name}: {line.value}" for group in describe_operation(made, 1) for line in group.lines)
    for words in ("Open orders", "an operation of A", "GET /orders/{{Id}}", "All of them", "odd path"):
        assert words in shown
    assert "Id: required, in path" in shown and "Limit: optional, in query" in shown
    assert "Ids: body.items" in shown and "not this one" not in shown


def tested(failure: Failure | None) -> str:
    begun = datetime(2026, 11, 23, 3, 4, 5, tzinfo=timezone(timedelta(hours=2)))
    (line,) = last_test(ProbeReport("A", "a.yaml", None, begun, failure=failure).finished(12.0))
    return line.value


def test_the_last_test_has_the_mark_of_its_row_and_the_clock_of_the_history() -> None:
    assert tested(None) == "✓ passed in 12 ms at 01:04:05Z"
    refused = Failure("connect", "refused", "nobody listens", "start it")
    assert tested(refused) == "✗ failed at connect: nobody listens (01:04:05Z)"
    lacking = Failure(None, "missing_parameter", "missing parameter: id", "give it")
    assert tested(lacking) == "! error: missing parameter: id (01:04:05Z)"


def test_the_last_test_of_an_earlier_session_says_the_same() -> None:
    at = datetime(2026, 11, 23, 3, 4, 5, tzinfo=timezone(timedelta(hours=2)))
    told = words(entry(NoAuth()), LastResult("error", at, 0.0, cause="parameter"))
    assert "Last test: ! error: parameter (2026-11-23 01:04:05Z)\n" in told
