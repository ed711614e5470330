"""Cases of tokens that cannot be had, and of credentials that are refused."""

from __future__ import annotations

import socket
from typing import Final

from integrator_tui.model.connection import HttpBearerTokenAuth, RawBearerTokenAuth, Request
from integrator_tui.model.probe import ProbeReport
from tests.engine.failing.lab import BASIC, SECRET, Lab, answered, case, refused
from tests.engine.hostile import HostileServer, silent
from tests.engine.peer import Peer, reply, routes
from tests.engine.probing import oauth


def oauth_error(status: int, code: str) -> bytes:
    return reply(status, f'{{"error": "{code}"}}', "Content-Type: application/json")


refused("token_request_failed", "log", "token_500", reply(500, "broken"))
refused("token_request_failed", "Access Token URL", "token_moved", reply(302, "", "Location: /elsewhere"))
refused("token_request_failed", "address", "token_404", reply(404))
refused("token_request_failed", "Access Token URL", "token_405", reply(405))
refused("token_request_failed", "Scope", "invalid_scope", oauth_error(400, "invalid_scope"))
refused("token_request_failed", "grant", "unsupported_grant", oauth_error(400, "unsupported_grant_type"))
refused("token_request_failed", "Scope", "an_error_under_200", oauth_error(200, "invalid_scope"))
refused("credentials_rejected", "Client Secret", "token_401", reply(401))
refused("credentials_rejected", "Client Secret", "invalid_client", oauth_error(400, "invalid_client"))
refused("credentials_rejected", "revoked", "invalid_grant", oauth_error(400, "invalid_grant"))
refused("credentials_rejected", "allow", "unauthorized_client", oauth_error(400, "unauthorized_client"))
refused("token_output_failed", "token", "no_token", reply(200, '{"expires_in": 60}'))
refused("token_output_failed", "token", "a_page_of_html", reply(200, "<html>Sign in</html>"))
refused("response_too_large", "address of the token request", "token_of_2_mb", reply(200, b" " * (1 << 21)))
refused(
    "expiration_output_failed", "seconds", "expires_soon", reply(200, '{"access_token": "t", "expires_in": "?"}')
)

_DESCRIBED: Final = HttpBearerTokenAuth(
    request=Request(path="/token"), token_output="body.t", expiration_output="body.late"
)
refused(
    "token_output_failed",
    "key that holds the token",
    "wrong_token_expression",
    reply(200, '{"late": 60}'),
    _DESCRIBED,
)
refused("expiration_output_failed", "expression names", "no_expiration", reply(200, '{"t": "x"}'), _DESCRIBED)
refused("token_request_failed", "documentation", "login_refused", reply(422), _DESCRIBED)


async def elsewhere(lab: Lab, token_url: str) -> ProbeReport:
    async with Peer(routes({"/": reply(200)})) as peer:
        return await lab.probe(peer.url, oauth(token_url), secrets=SECRET)


@case("tls_untrusted", "resolve. connect. authenticate- respond.", "ca_cert")
async def an_untrusted_token_endpoint(lab: Lab) -> ProbeReport:
    with HostileServer(silent, lab.certified.contexts["unknown_ca"]) as server:
        return await elsewhere(lab, f"https://localhost:{server.port}/token")


@case("refused", "resolve. connect. authenticate- respond.", "the server runs")
async def a_token_endpoint_that_is_down(lab: Lab) -> ProbeReport:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return await elsewhere(lab, f"http://127.0.0.1:{bound.getsockname()[1]}/token")


@case("read_timeout", "resolve+ connect+ authenticate- respond.", "timeout.read")
async def a_token_endpoint_that_is_silent(lab: Lab) -> ProbeReport:
    with HostileServer(silent) as server:
        url = f"http://{server.netloc}"
        return await lab.probe(url, oauth(url + "/token"), secrets=SECRET, read=0.2)


answered(
    "credentials_rejected", "resolve+ connect+ authenticate- respond.", "password", "basic_401", reply(401), BASIC
)
answered("credentials_rejected", "resolve+ connect+ respond-", "authentication method", "none_401", reply(401))


@case("credentials_rejected", "resolve+ connect+ authenticate- respond.", "secret token")
async def a_raw_token_that_is_refused(lab: Lab) -> ProbeReport:
    async with Peer(routes({"/": reply(401)})) as peer:
        return await lab.probe(peer.url, RawBearerTokenAuth(), secrets={"token": "s3cr3t-token"})


@case("credentials_rejected", "resolve+ connect+ authenticate- respond.", "Scope")
async def a_token_that_nothing_accepts(lab: Lab) -> ProbeReport:
    token = reply(200, '{"access_token": "useless", "expires_in": 60}')
    async with Peer(routes({"/token": token, "/": reply(401)})) as peer:
        return await lab.probe(peer.url + "/", oauth(peer.url + "/token"), secrets=SECRET)
