"""Connections as a script: for each a token where its method fetches one, the test, then the operations.

No value of a secret is in it. Each command stands for itself once the functions and the token are there.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Final

from integrator_tui.interchange.curl_script.command import CurlCommand, Made, ShownCredentials, times
from integrator_tui.interchange.curl_script.refusals import refusals
from integrator_tui.interchange.curl_script.shell_text import ShellText, functions
from integrator_tui.interchange.curl_script.token_path import WHOLE, filter_of
from integrator_tui.interchange.exported import Exported
from integrator_tui.interchange.exports.outgoing import (
    Outgoing,
    ToWrite,
    certificates,
    operations,
    same_place,
    the_client_credentials,
    the_test,
    the_token_request,
    unsendable,
)
from integrator_tui.interchange.exports.pieces import Filled, Literal, pieces
from integrator_tui.interchange.exports.variable_names import ConnectionVariables, VariableNames
from integrator_tui.model.connection import (
    ApiKeyAuth,
    BasicAuth,
    Connection,
    HttpBearerTokenAuth,
    OAuth2Auth,
    Passing,
    RawBearerTokenAuth,
    Request,
)
from integrator_tui.model.encoding import EncodingContext
from integrator_tui.model.fields import PASSING
from integrator_tui.model.parameters import CLIENT_CERT_PASSPHRASE
from integrator_tui.model.template import parse
from integrator_tui.model.text import visible
from integrator_tui.model.url import without_user_info

_USER_INFO: Final = re.compile(r"(?P<scheme>[^/]*//)(?P<user>[^@/:]*)(?::(?P<password>.*))?@(?P<rest>.*)\Z", re.S)


def write(given: Sequence[ToWrite], *, test_alone: bool = False) -> Exported:
    """Return connections as one script.

    With `test_alone` it is the command of the test, for people to read: the token that it sends is a variable too,
    certificates are a file of theirs, and curl asks for the password of Basic.
    """
    refused = [refusal for each in given for refusal in refusals(each.connection, test_alone=test_alone)]
    if refused:
        return Exported(refused=tuple(refused))
    names = VariableNames(several=len(given) > 1)
    blocks: list[str] = []
    left_out: list[str] = []
    for each in given:
        blocks += _Script(each, names, test_alone=test_alone).blocks()
        left_out += () if test_alone else _left_out(each.connection)
    if len(blocks) == 1:
        # A command alone says by itself what it is.
        blocks = [blocks[0].partition("\n")[2]]
    whole = [*functions(blocks), *blocks]
    return Exported("\n\n".join(whole) + "\n", left_out=tuple(left_out))


def _left_out(connection: Connection) -> Iterator[str]:
    if connection.test != Passing():
        yield f"{connection.name}: left out, curl does not judge an answer: test"
    for name in unsendable(connection):
        yield f"{connection.name}: left out, it has a problem: the operation {name}"


class _Script:
    def __init__(self, given: ToWrite, names: VariableNames, *, test_alone: bool) -> None:
        self._given = given
        self._connection = given.connection
        self._test_alone = test_alone
        self._variables = ConnectionVariables(given, names)
        self._stem = (
            re.sub(r"[^A-Za-z0-9._-]+", "-", given.file.rpartition("/")[2].rpartition(".")[0]) or "connection"
        )

    def blocks(self) -> Iterator[str]:
        title = visible(self._connection.name, limit=200)
        if self._test_alone:
            yield f"# {title}: test\n{self._command(the_test(self._connection))}"
            return
        yield from self._certificates(title)
        if (token := self._token()) is not None:
            yield f"# {title}: token\n{token}"
        yield f"# {title}: test\n{self._command(the_test(self._connection))}"
        for sent in operations(self._connection):
            yield f"# {title}: {visible(sent.title, limit=200)}\n{self._command(sent)}"

    # --- what surrounds a request ---

    def _certificates(self, title: str) -> Iterator[str]:
        if self._given.ca_pem:
            yield self._file(f"{title}: its certificates", f"{self._stem}.ca.pem", self._given.ca_pem)
        if own := self._token_ca():
            yield self._file(f"{title}: the certificates of its token", f"{self._stem}.token-ca.pem", own)

    def _token_ca(self) -> str | None:
        auth = self._connection.auth
        if isinstance(auth, HttpBearerTokenAuth):
            return auth.token_connection.ca_cert if auth.token_connection else None
        return auth.ca_cert if isinstance(auth, OAuth2Auth) else None

    def _file(self, title: str, name: str, text: str) -> str:
        # Certificates alone: a key may stand beside them. Base64 and these lines mean nothing to a shell.
        return f"# {title}\ncat >{shlex.quote(name)} <<'PEM'\n{certificates(text)}PEM"

    def _plain(self, request: Request, base_url: str, ca: str | None) -> Iterator[str]:
        options = self._connection.options
        yield from times(options.timeout.connect, options.timeout.read, request)
        if not options.verify:
            yield "--insecure"
        if ca:
            yield f"--cacert {shlex.quote(ca)}"
        if options.client_cert_file:
            # curl takes what stands behind a colon for the passphrase.
            path = self._beside(options.client_cert_file).replace("\\", "\\\\").replace(":", "\\:")
            yield f"--cert {shlex.quote(path)}"
        if options.unix_socket and same_place(base_url, self._connection.base_url):
            yield f"--unix-socket {shlex.quote(options.unix_socket)}"

    def _beside(self, path: str) -> str:
        """A path of the connection file, from the folder of the workspace."""
        folder = self._given.file.rpartition("/")[0]
        return path if path.startswith("/") or not folder else f"{folder}/{path}"

    def _made(self) -> Iterator[Made]:
        options = self._connection.options
        if options.proxy:
            yield "proxy", ShellText(self._proxy(options.proxy))
        if options.client_cert_file and CLIENT_CERT_PASSPHRASE in self._given.secret_names:
            yield "pass", ShellText([Filled(self._variables.own(CLIENT_CERT_PASSPHRASE))])

    def _proxy(self, proxy: str) -> Iterator[Literal | Filled]:
        found = _USER_INFO.match(proxy)
        if not found:
            yield Literal(without_user_info(proxy))
            return
        yield Literal(found["scheme"])
        yield from self._flat(found["user"])
        if found["password"] is not None:
            yield Literal(":")
            if "{{" in found["password"]:
                yield from self._flat(found["password"])
            else:
                # Written out in the file: still nothing that an export may hold.
                yield Filled(self._variables.own("proxy_password"), EncodingContext.PATH)
        yield Literal(f"@{found['rest']}")

    def _flat(self, text: str) -> Iterator[Literal | Filled]:
        for piece in pieces(parse(text), EncodingContext.URL, self._variables.template):
            if isinstance(piece, Literal | Filled):
                yield piece

    def _around(self) -> Iterator[str]:
        """The variables that proxy and client certificate need."""
        options = self._connection.options
        if options.proxy:
            yield from map(self._variables.template, parse(options.proxy).required)
            found = _USER_INFO.match(options.proxy)
            if found and found["password"] and "{{" not in found["password"]:
                yield self._variables.own("proxy_password")
        if options.client_cert_file and CLIENT_CERT_PASSPHRASE in self._given.secret_names:
            yield self._variables.own(CLIENT_CERT_PASSPHRASE)

    # --- requests ---

    def _command(self, sent: Outgoing) -> str:
        shown = self._shown() if sent.proves else ShownCredentials()
        ca = f"{self._stem}.ca.pem" if self._given.ca_pem else None
        command = CurlCommand(
            sent,
            self._variables.template,
            shown,
            self._plain(sent.request, sent.base_url, ca),
            self._made(),
            of_proxy=self._around(),
            is_alone=self._test_alone,
        )
        return command.checks() + command.text("--silent --show-error --include")

    def _shown(self) -> ShownCredentials:
        match self._connection.auth:
            case BasicAuth(username=username) if self._test_alone:
                return ShownCredentials(
                    (("user", ShellText(pieces(parse(username), EncodingContext.TEXT, self._variables.template))),)
                )
            case BasicAuth(username=username):
                user = [*pieces(parse(username), EncodingContext.TEXT, self._variables.template), Literal(":")]
                needed = list(map(self._variables.template, parse(username).required))
                if "password" in self._given.secret_names:
                    user.append(Filled(self._variables.own("password")))
                    needed.append(self._variables.own("password"))
                return ShownCredentials((("user", ShellText(user)),), variables=tuple(needed))
            case RawBearerTokenAuth(header=header, prefix=prefix):
                return self._header(header, prefix, self._variables.own("token"))
            case HttpBearerTokenAuth(header=header, prefix=prefix):
                return self._header(header, prefix, self._variables.token)
            case OAuth2Auth():
                return self._header("Authorization", "Bearer", self._variables.token)
            case ApiKeyAuth(name=name) if self._connection.auth.place == "header":
                return self._header(name, "", self._variables.own("api_key"))
            case ApiKeyAuth(name=name):
                key = self._variables.own("api_key")
                return ShownCredentials(key=(name, Filled(key, EncodingContext.QUERY)), variables=(key,))
        return ShownCredentials()

    def _header(self, header: str, prefix: str, variable: str) -> ShownCredentials:
        words = [
            *pieces(parse(header), EncodingContext.HEADER, self._variables.template),
            Literal(": "),
            *pieces(parse(prefix), EncodingContext.HEADER, self._variables.template),
            *([Literal(" ")] if prefix else []),
            Filled(variable),
        ]
        needed = tuple(map(self._variables.template, (*parse(header).required, *parse(prefix).required)))
        every = (*needed, variable)
        return ShownCredentials((("header", ShellText(words)),), variables=every, in_header=every)

    # --- tokens ---

    def _token(self) -> str | None:
        auth = self._connection.auth
        ca = f"{self._stem}.ca.pem" if self._given.ca_pem else None
        ca = f"{self._stem}.token-ca.pem" if self._token_ca() else ca
        if isinstance(auth, OAuth2Auth):
            sent, shown, path = the_client_credentials(auth), self._client(auth), '.["access_token"]'
        else:
            described = the_token_request(self._connection)
            if described is None or not isinstance(auth, HttpBearerTokenAuth):
                return None
            sent, shown, path = described, ShownCredentials(), filter_of(auth.token_output) or WHOLE
        plain = self._plain(sent.request, sent.base_url, ca)
        command = CurlCommand(sent, self._variables.template, shown, plain, self._made(), of_proxy=self._around())
        jq = f"jq -{'R' if path == WHOLE else ''}{'s' if path == WHOLE else ''}er {shlex.quote(path)}"
        fail = " --fail" if sent.request.accept == PASSING else ""
        text = command.text(f"--silent --show-error{fail}", f" |\n  {jq}")
        return f"{command.checks()}{self._variables.token}=$(\n{text}\n)"

    def _client(self, auth: OAuth2Auth) -> ShownCredentials:
        """How the client proves itself (RFC 6749 section 2.3.1)."""
        has_secret = "client_secret" in self._given.secret_names
        secret = self._variables.own("client_secret")
        needed: tuple[str, ...] = (secret,) if has_secret else ()
        if auth.client_auth == "basic_auth":
            user = [
                *pieces(parse(auth.client_id), EncodingContext.QUERY, self._variables.template),
                Literal(":"),
                *([Filled(secret, EncodingContext.QUERY)] if has_secret else []),
            ]
            needed += tuple(map(self._variables.template, parse(auth.client_id).required))
            return ShownCredentials((("user", ShellText(user)),), variables=needed)
        if not has_secret:
            return ShownCredentials()
        field = ShellText([Literal("client_secret="), Filled(secret, EncodingContext.FORM)])
        return ShownCredentials((("data-raw", field),), variables=needed)
