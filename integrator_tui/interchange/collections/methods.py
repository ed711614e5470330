"""Methods of ours for what a request proves itself with."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final

from integrator_tui.interchange.collections.addresses import ForeignAddresses
from integrator_tui.interchange.collections.names import ConnectionNames
from integrator_tui.interchange.collections.operations import OperationWriter
from integrator_tui.interchange.collections.proofs import ForeignProof, ForeignProofs
from integrator_tui.interchange.collections.requests import ForeignRequest, Texts
from integrator_tui.interchange.collections.templates import TemplateWriter
from integrator_tui.interchange.collections.variables import MARK, ForeignVariable, Variables
from integrator_tui.interchange.documents.source import DocumentReport
from integrator_tui.model.connection import (
    ApiKeyAuth,
    AuthMethod,
    BasicAuth,
    HttpBearerTokenAuth,
    NoAuth,
    OAuth2Auth,
    RawBearerTokenAuth,
    Request,
    TokenConnection,
)
from integrator_tui.model.text import visible

_EXPIRATION: Final = "body.expires_in ?? 300"
"""How long a token lives: what RFC 6749 names, else a time after which one more request does no harm."""


class MethodWriter:
    """Writes the method of one connection."""

    def __init__(
        self, names: ConnectionNames, report: DocumentReport, proofs: ForeignProofs, addresses: ForeignAddresses
    ) -> None:
        self._names = names
        self._report = report
        self._proofs = proofs
        self._addresses = addresses

    def method(self, proof: ForeignProof, variables: Variables) -> AuthMethod:
        """Return a method that needs no other request."""
        write = TemplateWriter(self._names, variables)

        def text(name: str) -> str:
            return write.of_filled(proof.field(name), raw=False)

        match proof.kind:
            case "basic":
                if key := proof.field("key"):
                    return BasicAuth(username=f"{{{{{self._names.secret('username', key)}}}}}")
                return BasicAuth(username=text("username"))
            case "raw_bearer_token":
                return RawBearerTokenAuth(header=text("header"), prefix=text("prefix"))
            case "api_key":
                return ApiKeyAuth.model_validate({"in": proof.field("in"), "name": text("name")})
            case "oauth2":
                written = "basic_auth" if proof.field("client_auth") == "basic_auth" else "www_form_urlencoded"
                return OAuth2Auth(
                    access_token_url=_address(proof.field("url"), write),
                    client_id=text("client_id"),
                    client_auth="basic_auth" if written == "basic_auth" else "www_form_urlencoded",
                    scope=text("scope"),
                    params=tuple((name, write.pair(name, value)) for name, value in proof.extra),
                )
        return NoAuth()

    def fetched(
        self, proof: ForeignProof, login: ForeignRequest, number: int, variables: Variables, origin: str, below: str
    ) -> AuthMethod:
        """Return HTTP Bearer Token with the request that fetches the token; `origin` and `below` are the base URL
        of the connection."""
        self._report.at(login.line, login.about)
        address = self._addresses.of(login, variables)
        if address is None:
            return NoAuth()
        same = address.origin == origin
        # What stands in the base URL is put before every path, and a path has to be there.
        inner = below if same else address.shared
        if not (address.path.startswith(f"{inner}/") and address.path != f"{inner}/"):
            inner = ""
        there = None if same and inner == below else TokenConnection(base_url=f"{address.origin}{inner}")
        headers, query, own = self._proven(login, number, address.user_info, variables)
        variables = variables.within(own)
        login = ForeignRequest(
            name=login.name, line=login.line, method=login.method, url=login.url,
            query=(*login.query, *query), body=login.body, path_variables=login.path_variables,
            follow_redirect=login.follow_redirect,
        )  # fmt: skip
        said = OperationWriter(self._names, self._report, inner).request(login, address, headers, variables)
        said["path"] = said["path"] or "/"
        write = TemplateWriter(self._names, variables)
        output = proof.field("output")
        self._report.say(
            f"the token is fetched by this request: HTTP Bearer Token reads {visible(output, limit=80)}"
        )
        self._report.say(f"no document says how long a token lives: {_EXPIRATION} is taken, in seconds")
        return HttpBearerTokenAuth(
            header=write.of_filled(proof.field("header"), raw=False),
            prefix=write.of_filled(proof.field("prefix"), raw=False),
            request=Request(**{key: value for key, value in said.items() if value is not None}),
            token_output=output,
            expiration_output=_EXPIRATION,
            token_connection=there,
        )

    def _proven(
        self, login: ForeignRequest, number: int, user_info: str, variables: Variables
    ) -> tuple[Texts, Texts, Mapping[str, ForeignVariable]]:
        """Return headers and query of a login with what it proves itself with in them, and the secrets of that."""
        proof, headers = self._proofs.of(number, login, user_info, variables)
        match proof.kind:
            case "basic":
                user = proof.field("key") or proof.field("username")
                known = proof.secret is not None and not MARK.search(user)
                value = base64.b64encode(f"{user}:{proof.secret}".encode()).decode() if known else ""
                if not known:
                    self._report.say("the login uses Basic Auth: the secret login_basic is user:password in base64")
                header = ("Authorization", "Basic {{login_basic}}")
                return (*headers, header), (), {"login_basic": ForeignVariable(value, is_secret=True)}
            case "raw_bearer_token" | "api_key":
                scope = {"login_token": ForeignVariable(proof.secret or "", is_secret=True)}
                if proof.field("in") == "query":
                    return headers, ((proof.field("name"), "{{login_token}}"),), scope
                name = proof.field("header") or proof.field("name")
                return (*headers, (name, f"{proof.field('prefix')} {{{{login_token}}}}".strip())), (), scope
            case "none":
                return headers, (), {}
        self._report.say("left out: the method of the login itself, which no header can say")
        return headers, (), {}


def _address(url: str, write: TemplateWriter) -> str:
    """Return an address with a template for each parameter of its query that is named like a secret."""
    there, mark, query = url.partition("?")
    return write.of_filled(there, raw=False) + mark + (write.query(query) if mark else "")
