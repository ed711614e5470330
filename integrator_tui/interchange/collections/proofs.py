"""How a request proves itself: what it says of its method, and what its headers and its address say.

Rules: a method of the document wins over a header, where its program does it so, and a header over user info in the
address. The one header that is named like a secret is the method too, where there is no other. What takes a value
out of the answer of another request is fetched by that request: HTTP Bearer Token. A flow of OAuth 2.0 that needs a
person is no client credentials.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from integrator_tui.interchange.collections.addresses import ForeignAddresses
from integrator_tui.interchange.collections.logins import ForeignLogins
from integrator_tui.interchange.collections.names import KEYS
from integrator_tui.interchange.collections.requests import ForeignAuth, ForeignForm, ForeignRequest, Texts
from integrator_tui.interchange.collections.variables import MARK, WHOLE_MARK, Variables
from integrator_tui.interchange.documents.source import DocumentReport
from integrator_tui.model.secret_names import may_be_secret, names_a_secret
from integrator_tui.model.text import visible

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_NAMES_A_KEY: Final = re.compile(r"key\d*\Z", re.I)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_NO_PASSWORDS: Final = frozenset({"", "x", "X", "api_token", "x-oauth-basic"})
"""What stands for a password where the user name is a key."""
_GRANTS: Final = {
    "client_credentials": "client_credentials", "client credentials": "client_credentials",
    "password_credentials": "password_credentials", "password": "password_credentials",
}  # fmt: skip
_IN_A_HEADER: Final = frozenset({"basic_auth", "basic"})
_MAY_BE_ABSENT: Final = frozenset({"scope", "client_auth"})
_NEEDS_A_PERSON: Final = "left out: OAuth 2.0 with a flow that needs a person: store a token of it as the secret"


class ForeignProof(NamedTuple):
    """What requests of one connection have in common: `kind` is the word of a method, `fields` its texts with
    marks, `secret` its own secret where that is known, `login` the number of the request that fetches the token."""

    kind: str = "none"
    fields: tuple[tuple[str, str], ...] = ()
    secret: str | None = None
    login: int = -1
    extra: Texts = ()
    verify: bool = True

    def field(self, name: str) -> str:
        """Return one of the texts, empty where there is none."""
        return dict(self.fields).get(name, "")


class ForeignProofs:
    """Finds the method of each request, and the headers that are left to it."""

    def __init__(self, report: DocumentReport, logins: ForeignLogins, addresses: ForeignAddresses) -> None:
        self._report = report
        self._logins = logins
        self._addresses = addresses

    def of(
        self, number: int, request: ForeignRequest, user_info: str, variables: Variables
    ) -> tuple[ForeignProof, Texts]:
        """Return the proof of the request of that number, and its headers without those that the proof fills."""
        headers = request.headers
        own = [pair for pair in headers if pair[0].lower() == "authorization"]
        auth = request.auth
        if auth is not None and auth.kind == "none":
            auth = None
        proof: ForeignProof | None = None
        if auth is not None and (request.wins or not own):
            proof = self._described(number, auth, variables)
            if own and proof is not None and proof.kind != "none":
                self._report.say("the header Authorization is left out: the method takes its place")
                headers = tuple(pair for pair in headers if pair[0].lower() != "authorization")
        if proof is None and own:
            proof = self._of_header(number, own[0][0], own[0][1], variables)
            if proof is not None:
                headers = tuple(pair for pair in headers if pair != own[0])
        if proof is None and not own and user_info:
            proof = self._user_info(user_info, variables)
        if proof is None and not own:
            proof, headers = self._of_other_header(number, headers, variables)
        return (proof or ForeignProof())._replace(verify=request.verify), headers

    # --- methods of the document ---

    def _described(self, number: int, auth: ForeignAuth, variables: Variables) -> ForeignProof | None:
        said = auth.fields
        match auth.kind:
            case "basic":
                return self._basic(said.get("username", ""), said.get("password", ""), variables)
            case "bearer":
                return self._token(number, said.get("header", "Authorization"), said.get("prefix", "Bearer"),
                                   said.get("token", ""), variables)  # fmt: skip
            case "apikey":
                return self._api_key(number, said, variables)
            case "oauth2":
                return self._oauth2(number, auth, variables)
        self._report.say(f"left out: the method {visible(auth.kind, limit=40)}, which there is not here")
        return None

    def _basic(self, username: str, password: str, variables: Variables) -> ForeignProof:
        filled = variables.filled(username)
        revealed = variables.revealed(password)
        known = not MARK.search(revealed)
        key = variables.revealed(username)
        if revealed in _NO_PASSWORDS and key and not MARK.search(key):
            self._report.say("the user name stands without a password and is taken for a key: the secret username")
            return ForeignProof("basic", (("key", key),), revealed)
        fields = [("username", filled)]
        if not known:
            fields.append(("of", revealed))
        return ForeignProof("basic", tuple(fields), revealed if known else None)

    def _token(
        self, number: int, header: str, prefix: str, token: str, variables: Variables
    ) -> ForeignProof | None:
        name = variables.filled(header)
        if not _TOKEN.match(name):
            self._report.say("left out: the header of the token has a name that no header can have")
            return None
        fields: Texts = (("header", name), ("prefix", variables.filled(prefix).strip()))
        login = self._logins.of(token, variables)
        if login is not None and login[0] == number:
            return None
        if login is not None:
            self._logins.used.add(login[0])
            return ForeignProof("http_bearer_token", (*fields, ("output", self._output(*login))), None, login[0])
        revealed = variables.revealed(token)
        known = bool(revealed) and not MARK.search(revealed) and not _CONTROL.search(revealed)
        if not known:
            fields = (*fields, ("of", revealed))
        return ForeignProof("raw_bearer_token", fields, revealed if known else None)

    def _api_key(self, number: int, said: Mapping[str, str], variables: Variables) -> ForeignProof | None:
        name, place = variables.filled(said.get("name", "")), said.get("in", "header")
        if not name or MARK.search(name) or (place == "header" and not _TOKEN.match(name)):
            self._report.say("left out: an API key without a name that can be used")
            return None
        login = self._logins.of(said.get("value", ""), variables)
        if login is not None and place == "header":
            return self._token(number, name, "", said.get("value", ""), variables)
        revealed = variables.revealed(said.get("value", ""))
        known = bool(revealed) and not MARK.search(revealed)
        fields = [("in", place), ("name", name)]
        if not known:
            fields.append(("of", revealed))
        return ForeignProof("api_key", tuple(fields), revealed if known else None)

    def _oauth2(self, number: int, auth: ForeignAuth, variables: Variables) -> ForeignProof | None:
        said = {key: "" if MARK.search(variables.revealed(text)) and key in _MAY_BE_ABSENT else text
                for key, text in auth.fields.items()}  # fmt: skip
        grant = _GRANTS.get(variables.filled(said.get("grant", "")).lower(), "")
        if grant not in ("client_credentials", "password_credentials"):
            token = said.get("token", "")
            if not token:
                self._report.say(_NEEDS_A_PERSON)
            if said.get("in") == "query":
                return self._api_key(number, {"in": "query", "name": "access_token", "value": token}, variables)
            return self._token(number, "Authorization", said.get("prefix", "Bearer"), token, variables)
        if not said.get("url"):
            self._report.say("left out: OAuth 2.0 without the address of its token")
            return None
        if said.get("in") == "query":
            self._report.say("the token is sent in the header Authorization, not in the query")
        if grant == "password_credentials":
            return self._password_grant(ForeignAuth("oauth2", said, auth.extra), variables)
        if said.get("prefix", "Bearer").strip().lower() != "bearer":
            self._report.say("the token is sent with the prefix Bearer: OAuth 2.0 has no other here")
        place = self._addresses.split(said["url"], variables)
        if place is None:
            return None
        secret = variables.revealed(said.get("client_secret", ""))
        known = not MARK.search(secret) and bool(secret)
        fields: Texts = (
            ("url", f"{place.origin}{place.path}" + (f"?{place.query}" if place.query else "")),
            ("client_id", variables.filled(said.get("client_id", ""))),
            ("client_auth", _client_auth(said, variables)),
            ("scope", variables.filled(said.get("scope", ""))),
        )
        if not known:
            fields = (*fields, ("of", secret))
        extra = tuple((name, variables.filled(value)) for name, value in auth.extra)
        return ForeignProof("oauth2", fields, secret if known else None, extra=extra)

    def _password_grant(self, auth: ForeignAuth, variables: Variables) -> ForeignProof:
        said = auth.fields
        wanted = ("username", "password", "scope")
        form = [("grant_type", "password"), *((name, said[name]) for name in wanted if said.get(name))]
        client = None
        if _client_auth(said, variables) == "basic_auth":
            client = ForeignAuth("basic", {"username": said.get("client_id", ""),
                                           "password": said.get("client_secret", "")})  # fmt: skip
        else:
            form += [(name, said[name]) for name in ("client_id", "client_secret") if said.get(name)]
        login = ForeignRequest(
            name="token", line=self._report.line, method="POST", url=said["url"], auth=client,
            headers=(("Accept", "application/json"),), body=ForeignForm((*form, *auth.extra)),
            sets={"access_token": "body.access_token"}, follow_redirect=False,
        )  # fmt: skip
        fields = (
            ("header", "Authorization"),
            ("prefix", said.get("prefix", "Bearer").strip()),
            ("output", "body.access_token"),
        )
        return ForeignProof("http_bearer_token", fields, None, self._logins.add(login))

    def _is_fetched(self, name: str, text: str, variables: Variables) -> bool:
        """Whether a header takes something out of an answer that is a credential by one of its names."""
        login = self._logins.of(text, variables)
        return login is not None and (may_be_secret(name) or may_be_secret(login[1]))

    def _output(self, number: int, variable: str) -> str:
        """Return the expression with which a request's answer gives a variable."""
        return self._logins.requests[number].sets.get(variable, "")

    # --- headers and addresses ---

    def _of_header(self, number: int, name: str, text: str, variables: Variables) -> ForeignProof | None:
        """Return the method that an Authorization header is, None where it is none that can be said so."""
        written = text.strip()
        only = variables.one(written)
        if only and not variables.is_secret(only) and variables.known(only) is not None:
            found = variables.known(only)
            written = found.value.strip() if found is not None else written
        scheme, _, token = written.partition(" ")
        token = token.strip()
        if not token:
            scheme, token = "", scheme
        if "{{" in scheme:
            return None
        if scheme.lower() == "basic":
            return self._basic_header(token, variables)
        if variables.one(token) == "" and MARK.search(variables.revealed(token)):
            return None
        if scheme.lower() in ("digest", "aws", "aws4-hmac-sha256", "oauth", "hawk", "ntlm"):
            self._report.say(
                f"left out: the method {visible(scheme, limit=30)}, which makes its header anew for each request"
            )
            return ForeignProof()
        return self._token(number, name, scheme, token, variables)

    def _basic_header(self, token: str, variables: Variables) -> ForeignProof | None:
        """`user:password` and `user password` are encoded by the client; one word is encoded already."""
        user, colon, password = token.partition(":")
        if not colon or " " in user:
            user, colon, password = token.partition(" ")
        if colon:
            return self._basic(user.strip(), password.strip(), variables)
        revealed = variables.revealed(token)
        try:
            plain = base64.b64decode(revealed, validate=True).decode()
        except (binascii.Error, ValueError):
            plain = ""
        if ":" not in plain or _CONTROL.search(plain) or "{{" in plain:
            return None
        name, _, secret = plain.partition(":")
        return ForeignProof("basic", (("username", name),), secret)

    def _user_info(self, user_info: str, variables: Variables) -> ForeignProof:
        name, _, password = user_info.partition(":")
        text = MARK.sub(lambda match: f"{{{{{match[1]}}}}}", password)
        self._report.say("user name and password of the address are Basic Auth")
        return self._basic(MARK.sub(lambda match: f"{{{{{match[1]}}}}}", name), text, variables)

    def _of_other_header(
        self, number: int, headers: Texts, variables: Variables
    ) -> tuple[ForeignProof | None, Texts]:
        found = [
            pair for pair in headers
            if pair[1].strip() and pair[0].lower() not in ("cookie", "proxy-authorization")
            and (names_a_secret(pair[0], KEYS) or self._is_fetched(*pair, variables))
        ]  # fmt: skip
        if len(found) != 1 or not _TOKEN.match(found[0][0]):
            return None, headers
        name, text = found[0]
        filled = variables.revealed(text)
        if MARK.search(filled) and not WHOLE_MARK.match(filled.strip()):
            return None, headers
        if _NAMES_A_KEY.search(name):
            proof = self._api_key(number, {"name": name, "in": "header", "value": text.strip()}, variables)
        else:
            proof = self._token(number, name, "", text.strip(), variables)
        if proof is None:
            return None, headers
        return proof, tuple(pair for pair in headers if pair != found[0])


def _client_auth(said: Mapping[str, str], variables: Variables) -> str:
    """Return where client id and secret are sent, in our words."""
    written = variables.filled(said.get("client_auth", "")).lower() or said.get("client_auth_absent", "")
    return "basic_auth" if written in _IN_A_HEADER else "www_form_urlencoded"
