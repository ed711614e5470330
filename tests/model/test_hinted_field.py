"""The field that a failure hints at: named in its hint, else told by its kind."""

from __future__ import annotations

import pytest

from integrator_tui.model.connection import (
    AuthMethod,
    BasicAuth,
    Connection,
    HttpBearerTokenAuth,
    NoAuth,
    OAuth2Auth,
    Operation,
    RawBearerTokenAuth,
    TokenConnection,
)
from integrator_tui.model.hinted_field import REQUEST_PATH, hinted_field
from integrator_tui.model.probe import Failure, Stage

BEARER = HttpBearerTokenAuth()
ELSEWHERE = HttpBearerTokenAuth(token_connection=TokenConnection(base_url="https://login.example.com"))


def hinted(auth: AuthMethod, stage: Stage | None, kind: str, hint: str) -> str:
    connection = Connection(name="A", base_url="https://a.example.com", auth=auth)
    return hinted_field(Failure(stage, kind, "…", hint), connection)


@pytest.mark.parametrize(
    ("auth", "stage", "kind", "hint", "field"),
    [
        (NoAuth(), "respond", "not_found", "check Base URL and Test Path", "base_url"),
        (NoAuth(), "respond", "read_timeout", "try again, or raise options.timeout.read", "options.timeout.read"),
        (NoAuth(), "respond", "unexpected_status", "choose another test path", "test_path"),
        (NoAuth(), "respond", "redirected", "turn on Follow Redirect, or set", "options.follow_redirect"),
        (BEARER, "authenticate", "token_request_failed", "turn on Follow Redirect", "auth.request.follow_redirect"),
        (
            BasicAuth(),
            "authenticate",
            "credentials_rejected",
            "check Username and the secret password",
            "auth.username",
        ),
        (
            RawBearerTokenAuth(),
            "authenticate",
            "credentials_rejected",
            "check the secret token: …",
            "secrets.token",
        ),
        (BEARER, "authenticate", "credentials_rejected", "check Token Header, Token Prefix", "auth.header"),
        (OAuth2Auth(), "authenticate", "credentials_rejected", "check Scope and the rights", "auth.scope"),
        (OAuth2Auth(), "authenticate", "credentials_rejected", "check Client Secret", "secrets.client_secret"),
        (BEARER, "authenticate", "token_output_failed", "name the key that holds the token", "auth.token_output"),
        (BEARER, "authenticate", "expiration_output_failed", "give seconds", "auth.expiration_output"),
        (NoAuth(), "tls", "tls_untrusted", "set ca_cert to that CA", "ca_cert"),
        (NoAuth(), "resolve", "dns_not_found", "", "base_url"),
        (ELSEWHERE, "authenticate", "dns_not_found", "", "auth.token_connection.base_url"),
        (OAuth2Auth(), "authenticate", "refused", "", "auth.access_token_url"),
        (NoAuth(), None, "missing_parameter", "store it", "secrets"),
        (NoAuth(), "connect", "vantage_failed", "check options.proxy, or *_proxy", "options.proxy"),
        (
            NoAuth(),
            None,
            "locked",
            "if options.unix_socket is meant, add it",
            "options.unix_socket",
        ),
        (NoAuth(), "respond", "credentials_rejected", "", "auth.type"),
        # A field that this connection does not have is none to go to.
        (NoAuth(), "respond", "forbidden", "check Token Header", "test_path"),
    ],
)
def test_the_field_to_mend(auth: AuthMethod, stage: Stage | None, kind: str, hint: str, field: str) -> None:
    assert hinted(auth, stage, kind, hint) == field


def test_what_is_wrong_with_a_file_stands_before_its_colon() -> None:
    connection = Connection(name="A", base_url="x")
    assert hinted_field(Failure(None, "invalid_file", "test_path: no path"), connection) == "test_path"
    assert hinted_field(Failure(None, "invalid_file", "nothing of it: is one"), connection) == "base_url"


def test_a_request_is_mended_where_it_was_written() -> None:
    connection, request = Connection(name="A", base_url="https://a.example.com"), Operation(method="GET")

    def of(kind: str, hint: str) -> str:
        return hinted_field(Failure("respond", kind, "…", hint), connection, request)

    assert of("not_found", "check Request Path, and Base URL that it is joined to") == REQUEST_PATH
    assert of("unexpected_status", "the body of the answer may say why") == REQUEST_PATH
    assert of("read_timeout", "raise options.timeout.read") == "options.timeout.read"
