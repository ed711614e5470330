"""Planner: makes plans, and finds all that can be wrong before the network is asked.

Rules: whatever keeps a probe from being made is found here: a broken connection, a missing parameter, a
secret that stays closed, a certificate that cannot be read. Every secret that is revealed here is told to
the redactor at once. `token_connection` and `oauth2` without a CA of their own trust the connection's; the
connection's proxy and client certificate serve the token request too.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.auth.credentials import (
    Credentials,
    NoCredentials,
)
from integrator_tui.engine.auth.token_cache import TokenCache
from integrator_tui.engine.dial.dialer import Network
from integrator_tui.engine.dial.route import Node, Route
from integrator_tui.engine.exchange.odd_requests import about_body, about_templates
from integrator_tui.engine.exchange.plan import Plan, TokenPlan
from integrator_tui.engine.net.pem_files import CaFiles, read_pem
from integrator_tui.engine.net.proxy import Proxy, ProxySettings
from integrator_tui.engine.net.trust_store import Trust
from integrator_tui.engine.origin import Origin
from integrator_tui.engine.request.render import Values, render, values
from integrator_tui.engine.request.secret_parts import secret_parts
from integrator_tui.engine.target import Target
from integrator_tui.errors import InvalidFile, RequestFailed, UsageError
from integrator_tui.model import rules
from integrator_tui.model.connection import (
    ApiKeyAuth,
    BasicAuth,
    Connection,
    HttpBearerTokenAuth,
    NoAuth,
    OAuth2Auth,
    Operation,
    RawBearerTokenAuth,
    Request,
)
from integrator_tui.model.encoding import EncodingContext
from integrator_tui.model.fields import AUTH_LABELS, PASSING
from integrator_tui.model.headers import credentials_header, inherited_headers
from integrator_tui.model.parameters import (
    CLIENT_CERT_PASSPHRASE,
    Purpose,
    brings_credentials,
    credentials_parameter,
)
from integrator_tui.model.probe import ProbeWarning
from integrator_tui.model.redact import Redactor
from integrator_tui.model.secret import Secret
from integrator_tui.model.url import without_user_info

if TYPE_CHECKING:
    pass

_TRUST_FIELDS: Final = frozenset(
    {"ca_cert", "ca_cert_file", "auth.ca_cert", "auth.token_connection.ca_cert", "options.client_cert_file"}
)
"""Fields whose errors are told as ca_invalid, by whoever reads the certificate."""


class Planner:
    """Makes plans for one engine; `proxies` are the environment's, `connect_to` the node that is dialled for the
    origin of every base URL."""

    def __init__(
        self, network: Network, tokens: TokenCache, proxies: ProxySettings, connect_to: Node | None = None
    ) -> None:
        self.connect_to = connect_to
        self.network = network
        self.tokens = tokens
        self.proxies = proxies
        self.ca_files = CaFiles()

    def plan(self, target: Target, purpose: Purpose = "test", *, with_keys: bool = True) -> Plan:
        """Return the plan for a test, for a token alone, or for an operation.

        Without `with_keys` it is one to look at and not to send: no private key is opened for it.

        Raises InvalidFile, MissingParameter, RequestFailed, what `target.reveal` raises, or StageFailed
        (ca_invalid; vantage_failed for a proxy that is no URL).
        """
        if not target.checked:
            _check(target.connection, purpose)
        by_name = _by_name(target.connection, purpose, needed=target.inherits_method)
        filled = values(target.connection, purpose, target.reveal, target.parameters, by_name)
        redactor = Redactor(filled.sensitive)
        making = _Making(self, target, purpose, filled, redactor, with_keys=with_keys)
        try:
            return (
                making.token_alone() if purpose == "token" else making.whole(_request(target.connection, purpose))
            )
        except UsageError as error:
            raise InvalidFile(redactor.text(error.message), redactor.text(error.hint)) from None


class _Making:
    """One plan being made."""

    def __init__(
        self,
        planner: Planner,
        target: Target,
        purpose: Purpose,
        filled: Values,
        redactor: Redactor,
        *,
        with_keys: bool,
    ) -> None:
        self._planner = planner
        self._with_keys = with_keys
        self._purpose = purpose
        self._connection = target.connection
        self._tokens = target.tokens
        self._filled = filled
        self._redactor = redactor
        self._trust = self._read_trust(target)
        self._via = target.vantage
        proxy = target.connection.options.proxy
        if target.via and proxy:
            hint = "leave --via out, or take options.proxy out of a copy of the connection"
            raise InvalidFile("options.proxy: a proxy is not reached from another host", hint)
        self._proxy = Proxy.parse(filled.text(proxy, EncodingContext.URL)) if proxy else None

    def whole(self, described: Request) -> Plan:
        """The plan of a request that proves itself."""
        connection = self._connection
        inherited = inherited_headers(connection, described)
        sent = described.model_copy(update={"headers": (*described.headers, *inherited)})
        request = render(sent, connection.base_url, self._filled)
        credentials: Credentials = NoCredentials(connection.auth.type)
        token = None
        header = self._filled.text(credentials_header(connection), EncodingContext.HEADER)
        if header and any(name.lower() == header.lower() for name, _ in described.headers):
            # Who writes the header of the credentials himself means his own, which stay with the origin too.
            request.extensions |= secret_parts(request).with_header(header).extension()
        elif not self._brings_parameter(described):
            credentials = self._credentials()
            token = self._token()
        return Plan(
            warnings=(*self._warnings(token), *about_body(described, request, "respond")),
            method=connection.auth.type,
            request=request,
            route=self._route(request.url, self._trust),
            route_for=self._route_to,
            credentials=credentials,
            token=token,
            redactor=self._redactor,
            connect=connection.options.timeout.connect,
            read=connection.options.timeout.read,
            follow_redirect=described.follow_redirect,
            stream_response=described.stream_response,
            passing=connection.test.status if self._purpose == "test" else PASSING,
            expect=connection.test.expect.strip() if self._purpose == "test" else "",
        )

    def _credentials(self) -> Credentials:
        auth = self._connection.auth
        if isinstance(auth, NoAuth):
            return NoCredentials(auth.type)
        from integrator_tui.engine.auth.methods import credentials

        return credentials(auth, self._filled, self._redactor)

    def _brings_parameter(self, described: Request) -> bool:
        """Whether a request writes the query parameter of the credentials itself, and so means its own."""
        name = self._filled.text(credentials_parameter(self._connection))
        return bool(name) and any(own == name for own, _ in described.params)

    def token_alone(self) -> Plan:
        """The plan whose one request is the token's own; raises RequestFailed where the method fetches none."""
        connection = self._connection
        token = self._token()
        if token is None:
            label = AUTH_LABELS[connection.auth.type]
            raise RequestFailed(f"{label} fetches no token", "choose HTTP Bearer Token or OAuth 2.0")
        return Plan(
            warnings=self._warnings(token),
            method=connection.auth.type,
            request=token.request.request,
            route=token.route,
            route_for=self._route_to,
            credentials=NoCredentials(),
            token=token,
            redactor=self._redactor,
            connect=connection.options.timeout.connect,
            read=connection.options.timeout.read,
        )

    def _warnings(self, token: TokenPlan | None) -> tuple[ProbeWarning, ...]:
        found = tuple(about_templates(self._connection, self._purpose, self._filled.plain))
        auth = self._connection.auth
        if token is None or not isinstance(auth, HttpBearerTokenAuth):
            return found
        return (*found, *about_body(auth.request, token.request.request, "authenticate"))

    def _read_trust(self, target: Target) -> Trust:
        connection = target.connection
        pem = connection.ca_cert
        if connection.ca_cert_file is not None:
            pem = self._planner.ca_files.read(target.folder, connection.ca_cert_file)
        client = connection.options.client_cert_file
        if client is not None and not self._with_keys:
            _client_pem(target.folder, client)
            client = None
        phrase = self._filled.own.get(CLIENT_CERT_PASSPHRASE)
        trust = Trust(
            ca_pems=(pem,) if pem is not None else (),
            verify=connection.options.verify,
            client_cert=_client_pem(target.folder, client) if client is not None else None,
            client_key_passphrase=Secret(phrase) if phrase is not None and client is not None else None,
        )
        if pem is not None or client is not None:
            self._planner.network.contexts.context(trust)
        return trust

    def _route(self, url: httpx.URL, trust: Trust) -> Route:
        return self._route_to(Origin.of(url), trust)

    def _route_to(self, origin: Origin, trust: Trust) -> Route:
        node = self._node if self._node is not None and origin == self._base else None
        if self._via:
            # A socket and the environment's proxy are of this host, and the way begins at another.
            return Route(origin, trust, None, None if node is not None and node.socket else node, self._via)
        # Who names a socket means no proxy of the environment, as with curl.
        return Route(origin, trust, None if node is not None and node.socket else self._proxy_for(origin), node)

    @cached_property
    def _base(self) -> Origin | None:
        """The origin of the base URL: nodes and sockets serve it alone."""
        try:
            return Origin.of(render(_GET, self._connection.base_url, self._filled).url)
        except (UsageError, RequestFailed):
            return None

    @property
    def _node(self) -> Node | None:
        """What is dialled for the base URL: what the command line says comes before the connection's own."""
        path = self._connection.options.unix_socket
        return self._planner.connect_to or (Node(socket=path) if path else None)

    def _proxy_for(self, origin: Origin) -> Proxy | None:
        """The connection's own proxy for every origin, else the environment's."""
        proxy = self._proxy or self._planner.proxies.proxy_for(origin.scheme, origin.host, origin.port)
        if proxy is not None and proxy.password is not None:
            self._redactor.add_basic(proxy.username, proxy.password.reveal())
        return proxy

    def _token(self) -> TokenPlan | None:
        auth = self._connection.auth
        if not isinstance(auth, HttpBearerTokenAuth | OAuth2Auth):
            return None
        from integrator_tui.engine.auth import methods

        request = methods.token_request(auth, self._connection.base_url, self._filled, self._redactor)
        trust, own_ca = self._trust, methods.own_ca(auth)
        if own_ca is not None:
            trust = Trust((own_ca,), trust.verify, trust.client_cert, trust.client_key_passphrase)
            self._planner.network.contexts.context(trust)
        route = self._route(request.request.url, trust)
        source = self._redactor.text(without_user_info(str(request.request.url)))
        identity = methods.token_identity(request, route)
        place = self._tokens.place(identity) if self._tokens is not None else None
        return TokenPlan(request, route, self._planner.tokens.key(identity), source, place)


def _client_pem(folder: str | None, name: str) -> str:
    return read_pem(folder, name, "the client certificate", with_key=True)


def _check(connection: Connection, purpose: Purpose) -> None:
    """Refuse a connection with errors, those of other operations left out; certificates are judged where they are
    read."""
    for problem in rules.problems(connection):
        if problem.operation is not None and connection.operations[problem.operation] != purpose:
            continue
        if problem.is_error and problem.field not in _TRUST_FIELDS:
            raise InvalidFile(
                f"{problem.field}: {problem.message}" if problem.field else problem.message, problem.hint
            )


def _by_name(connection: Connection, purpose: Purpose, *, needed: bool = False) -> tuple[str, ...]:
    """The secrets that are used without a template naming them: those of the method and of the client's key.

    The token of Raw Bearer Token and the key of API Key are needed; the others may be absent, but where they are
    said to be `needed`.
    """
    names = []
    match None if brings_credentials(connection, purpose) else connection.auth:
        case RawBearerTokenAuth():
            names.append("token")
        case ApiKeyAuth():
            names.append("api_key")
        case BasicAuth() if needed or "password" in connection.secret_names:
            names.append("password")
        case OAuth2Auth() if needed or "client_secret" in connection.secret_names:
            names.append("client_secret")
    if connection.options.client_cert_file and CLIENT_CERT_PASSPHRASE in connection.secret_names:
        names.append(CLIENT_CERT_PASSPHRASE)
    return tuple(names)


def _request(connection: Connection, purpose: Purpose) -> Request:
    """The described request of a purpose; the test is a GET of base URL and test path."""
    if isinstance(purpose, Operation):
        return purpose
    options = connection.options
    return _GET.model_copy(
        update={
            "path": connection.test_path,
            "follow_redirect": options.follow_redirect,
            "stream_response": options.stream_response,
        }
    )


_GET: Final = Request.model_construct(method="GET")
