"""Tokens from an OAuth 2.0 server that is strict and not ours, used at a resource that asks it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from integrator_tui.demo.certificates import Authority
from integrator_tui.engine.engine import Engine
from integrator_tui.engine.target import Target
from integrator_tui.model.connection import (
    AuthMethod,
    FormBody,
    HttpBearerTokenAuth,
    OAuth2Auth,
    Operation,
    Request,
    TokenConnection,
)
from tests.engine.probing import check, kind, outcomes, shown, stage, target
from tests.servers.nginx import Nginx
from tests.servers.oauth_server import CLIENTS, OAuthServer

SECRETS = {client["client_id"]: client["client_secret"] for client in CLIENTS}
ODD_HEADER, ODD_BODY = CLIENTS[2]["client_id"], CLIENTS[3]["client_id"]


def oauth2(server: OAuthServer, client: str = "header", **fields: Any) -> OAuth2Auth:
    return OAuth2Auth(access_token_url=f"{server.http}/token", client_id=client, **fields)


def client_target(base_url: str, auth: AuthMethod, client: str = "header", **fields: Any) -> Target:
    return target(base_url, auth, {"client_secret": SECRETS[client]}, test_path="/me", **fields)


async def who(engine: Engine, wanted: Target) -> dict[str, Any]:
    """What the resource says of the token it was shown."""
    async with engine.request(wanted, Operation(method="GET", path="/me")) as answer:
        assert answer.status == 200
        found: dict[str, Any] = json.loads(b"".join([piece async for piece in answer.chunks()]))
        return found


@pytest.mark.parametrize(
    ("client", "client_auth"),
    [
        ("header", "basic_auth"),
        ("body", "www_form_urlencoded"),
        (ODD_HEADER, "basic_auth"),
        (ODD_BODY, "www_form_urlencoded"),
    ],
)
async def test_client_credentials(engine: Engine, oauth: OAuthServer, client: str, client_auth: str) -> None:
    wanted = client_target(oauth.http, oauth2(oauth, client, client_auth=client_auth), client)
    report = await check(engine, wanted)
    assert set(outcomes(report).values()) == {"passed"}
    detail = stage(report, "authenticate").detail
    assert detail["expires_in_s"] == 600
    assert detail["cached"] is False
    assert [nested["stage"] for nested in detail["stages"]] == ["respond"]
    assert await who(engine, wanted) == {"client": client, "scope": None, "scheme": "Bearer"}
    assert SECRETS[client] not in shown(report)


async def test_the_scope_that_is_asked_for_is_granted(engine: Engine, oauth: OAuthServer) -> None:
    one = client_target(oauth.http, oauth2(oauth, scope="read", client_auth="basic_auth"))
    two = client_target(oauth.http, oauth2(oauth, scope="read write", client_auth="basic_auth"))
    assert (await who(engine, one))["scope"] == "read"
    assert (await who(engine, two))["scope"] == "read write"


@pytest.mark.parametrize("client_auth", ["basic_auth", "www_form_urlencoded"])
@pytest.mark.parametrize("client", ["header", ODD_HEADER, "nobody"])
async def test_a_wrong_secret_is_told_in_the_servers_words(
    engine: Engine, oauth: OAuthServer, client_auth: str, client: str
) -> None:
    auth = oauth2(oauth, client, client_auth=client_auth)
    report = await check(engine, target(oauth.http, auth, {"client_secret": "wrong %&+"}, test_path="/me"))
    assert kind(report) == ("authenticate", "credentials_rejected")
    assert outcomes(report)["respond"] == "skipped"
    assert report.failure is not None
    assert "invalid_client (client authentication failed)" in report.failure.message
    assert stage(report, "authenticate").detail["error"] == "invalid_client"
    assert stage(report, "authenticate").detail["status"] == 401


async def test_without_a_secret_the_server_refuses(engine: Engine, oauth: OAuthServer) -> None:
    header = await check(engine, target(oauth.http, oauth2(oauth, client_auth="basic_auth")))
    body = await check(engine, target(oauth.http, oauth2(oauth)))
    assert {kind(header)[0], kind(body)[0]} == {"authenticate"}
    assert kind(body)[1] == "credentials_rejected"
    # RFC 6749 2.3.1 knows no empty secret in Basic; this server calls the request invalid, not the client.
    assert kind(header)[1] in {"credentials_rejected", "token_request_failed"}


async def test_a_scope_that_is_not_allowed_is_no_matter_of_credentials(engine: Engine, oauth: OAuthServer) -> None:
    wanted = client_target(oauth.http, oauth2(oauth, scope="brief", client_auth="basic_auth"))
    report = await check(engine, wanted)
    assert kind(report) == ("authenticate", "token_request_failed")
    assert report.failure is not None
    assert "invalid_scope (requested scope is not allowed)" in report.failure.message
    assert "Scope" in report.failure.hint


async def test_an_address_that_gives_no_tokens(engine: Engine, oauth: OAuthServer) -> None:
    auth = OAuth2Auth(access_token_url=f"{oauth.http}/nothing/here", client_id="header")
    report = await check(engine, client_target(oauth.http, auth))
    assert kind(report) == ("authenticate", "token_request_failed")
    assert stage(report, "authenticate").detail["status"] == 404


def described(client: str = "body", **fields: Any) -> HttpBearerTokenAuth:
    form = (
        ("grant_type", "client_credentials"),
        ("client_id", client),
        ("client_secret", "{{client_secret}}"),
        ("scope", "{{scope}}"),
    )
    return HttpBearerTokenAuth(
        request=Request(path="/token", body=FormBody(form=form)),
        token_output="body['access_token']",
        expiration_output="body['expires_in']",
        **fields,
    )


@pytest.mark.parametrize("client", ["body", ODD_BODY])
async def test_http_bearer_token_against_the_same_server(engine: Engine, oauth: OAuthServer, client: str) -> None:
    wanted = client_target(oauth.http, described(client), client, parameters={"scope": "read write"})
    report = await check(engine, wanted)
    assert set(outcomes(report).values()) == {"passed"}
    assert stage(report, "authenticate").detail["expires_in_s"] == 600
    assert await who(engine, wanted) == {"client": client, "scope": "read write", "scheme": "Bearer"}


async def test_a_bare_token_in_a_header_of_its_own(engine: Engine, oauth: OAuthServer) -> None:
    auth = described(header="X-Token", prefix="")
    wanted = client_target(oauth.http, auth, "body", parameters={"scope": "read"})
    assert (await who(engine, wanted))["scheme"] not in ("", "Bearer")


async def test_http_bearer_token_refused(engine: Engine, oauth: OAuthServer) -> None:
    wanted = target(oauth.http, described(), {"client_secret": "no"}, {"scope": ""}, test_path="/me")
    report = await check(engine, wanted)
    assert kind(report) == ("authenticate", "credentials_rejected")
    assert report.failure is not None
    assert "client authentication failed" in report.failure.message


async def test_a_token_connection_on_another_host_with_its_own_ca(
    engine: Engine, guarded: Nginx, oauth: OAuthServer, token_authority: Authority
) -> None:
    place = TokenConnection(base_url=oauth.https, ca_cert=token_authority.pem())
    auth = described(token_connection=place)
    wanted = client_target(
        guarded.sites["good"], auth, "body", parameters={"scope": "write"}, ca_cert=guarded.chains.ca
    )
    report = await check(engine, wanted)
    assert set(outcomes(report).values()) == {"passed"}
    nested = stage(report, "authenticate").detail["stages"]
    assert [one["stage"] for one in nested] == ["resolve", "connect", "tls", "respond"]
    assert nested[2]["detail"]["trusted_by"].startswith("CN=Token Authority")
    assert (await who(engine, wanted))["scope"] == "write"


async def test_oauth2_with_a_ca_of_its_own(
    engine: Engine, guarded: Nginx, oauth: OAuthServer, token_authority: Authority
) -> None:
    auth = OAuth2Auth(
        access_token_url=f"{oauth.https}/token",
        client_id="body",
        client_auth="www_form_urlencoded",
        ca_cert=token_authority.pem(),
    )
    wanted = client_target(guarded.sites["tls13"], auth, "body", ca_cert=guarded.chains.ca)
    assert set(outcomes(await check(engine, wanted)).values()) == {"passed"}


async def test_without_its_ca_the_token_server_is_not_trusted(
    engine: Engine, guarded: Nginx, oauth: OAuthServer
) -> None:
    auth = described(token_connection=TokenConnection(base_url=oauth.https))
    wanted = client_target(guarded.sites["good"], auth, "body", parameters={"scope": ""}, ca_cert=guarded.chains.ca)
    report = await check(engine, wanted)
    assert kind(report) == ("authenticate", "tls_untrusted")
    assert outcomes(report) == {
        "resolve": "skipped",
        "connect": "skipped",
        "tls": "skipped",
        "authenticate": "failed",
        "respond": "skipped",
    }
    nested = stage(report, "authenticate").detail["stages"]
    assert [(one["stage"], one["outcome"]) for one in nested] == [
        ("resolve", "passed"),
        ("connect", "passed"),
        ("tls", "failed"),
        ("respond", "skipped"),
    ]


async def test_one_token_for_many(engine: Engine, guarded: Nginx, oauth: OAuthServer) -> None:
    before = await fetched(engine, oauth)
    auth = oauth2(oauth, scope="write read", client_auth="basic_auth")
    targets = [client_target(guarded.http, auth, ca_cert=None) for _ in range(50)]
    reports = await asyncio.gather(*(check(engine, one) for one in targets))
    assert {report.outcome for report in reports} == {"passed"}
    assert await fetched(engine, oauth) == before + 1
    assert sum(not stage(report, "authenticate").detail["cached"] for report in reports) == 1


async def test_a_revoked_token_is_fetched_anew_once(engine: Engine, guarded: Nginx, oauth: OAuthServer) -> None:
    wanted = client_target(guarded.http, oauth2(oauth, scope="write", client_auth="basic_auth"))
    first = (await engine.token(wanted)).value
    form = (("token", first.reveal()), ("client_id", "header"), ("client_secret", "{{client_secret}}"))
    revocation = Operation(method="POST", path="/token/revocation", body=FormBody(form=form))
    plain = target(oauth.http, secrets={"client_secret": SECRETS["header"]})
    async with engine.request(plain, revocation) as answer:
        assert answer.status == 200
    report = await check(engine, wanted)
    assert report.outcome == "passed"
    assert (await engine.token(wanted)).value != first


async def fetched(engine: Engine, oauth: OAuthServer) -> int:
    """How many tokens the server gave out."""
    async with engine.request(target(oauth.http), Operation(method="GET", path="/fetched")) as answer:
        return int(json.loads(b"".join([piece async for piece in answer.chunks()]))["fetched"])
