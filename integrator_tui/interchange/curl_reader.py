"""curl command lines as connections: pure text in, connections and a line for each change and loss out.

Rules: nothing is run, fetched or read. One connection for an origin, a method and a way there; each request is an
operation, but for a plain GET that stands alone, which is the test path, and whose headers are those of the
connection. What is named like a secret becomes one, and a secret stands in no remark and in no name.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from urllib.parse import unquote, unquote_plus

from integrator_tui.errors import UsageError
from integrator_tui.interchange.curl_request import CurlRequest, CurlWords
from integrator_tui.interchange.documents.secret_values import (
    Replace,
    SecretValue,
    holds_secret,
    with_secrets,
    within,
)
from integrator_tui.interchange.imported import Imported, ImportedConnection, Remark
from integrator_tui.interchange.other_words import (
    cmd_commands,
    is_no_curl,
    is_of_cmd,
    is_of_powershell,
    powershell_commands,
)
from integrator_tui.interchange.shell_words import NEVER_CLOSED, VARIABLE_REMARK, Shell, ShellCommand
from integrator_tui.model.connection import (
    WELL_KNOWN_SECRETS,
    ApiKeyAuth,
    AuthMethod,
    BasicAuth,
    Body,
    Connection,
    FormBody,
    MultipartBody,
    NoAuth,
    Operation,
    Options,
    Pairs,
    Part,
    RawBearerTokenAuth,
    RawBody,
    Timeout,
)
from integrator_tui.model.encoding import EncodingContext, percent, raw_body_context
from integrator_tui.model.fields import METHODS
from integrator_tui.model.headers import grouped
from integrator_tui.model.secret import Secret
from integrator_tui.model.secret_names import names_a_secret
from integrator_tui.model.text import visible
from integrator_tui.model.url import PORTS

_CURL: Final = re.compile(r"(?:^|[/\\])curl(?:\.exe)?\Z", re.I)
_PROGRAM: Final = re.compile(r"[A-Za-z][A-Za-z_.-]{0,15}\Z")
_URL: Final = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?(?:(?P<info>[^/?#]*)@)?"
    r"(?P<authority>[^/?#@]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?P<fragment>#.*)?",
    re.DOTALL,
)
_TEMPLATE: Final = re.compile(r"\{\{\{?([^{}]+)\}?\}\}")
_WHOLE: Final = re.compile(r"\{\{\{?([^{}]+)\}?\}\}\Z")
_PLAIN: Final = re.compile(r"[A-Za-z0-9._~-]+\Z")
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_]+")
_TEMPLATES: Final = re.compile(r"(\{\{\{?[^{}]*\}\}\}?)")
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_UNWRITABLE: Final = re.compile("[\x00\ud800-\udfff]")
_FRAMING: Final = frozenset({"content-length", "transfer-encoding", "connection", "expect"})
_SENT_ANYWAY: Final = frozenset({"accept", "user-agent"})
_FORM: Final = "application/x-www-form-urlencoded"
_NO_PASSWORDS: Final = frozenset({"", "x", "X", "api_token", "x-oauth-basic"})
"""What stands for a password where the user name is a key."""
_USUAL: Final = Options()
_KEYS: Final = frozenset({"key"})
_NAMES_A_KEY: Final = re.compile(r"key\d*\Z", re.I)


class _Way(NamedTuple):
    """What requests of one connection have in common."""

    origin: str
    auth: AuthMethod
    secret: str | None
    user_secret: str | None
    verify: bool
    proxy: str | None
    proxy_secret: str | None
    ca_file: str | None
    certificate: str | None
    passphrase: str | None
    unix_socket: str | None


@dataclass(slots=True)
class _Gathered:
    """The requests of one connection, as they are met."""

    line: int
    secrets: dict[str, str] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    connect: float | None = None
    read: float | None = None

    def secret(self, wanted: str, value: str) -> str:
        """Keep a secret under this name, or one like it that is free; return the name."""
        plain = _NOT_IN_A_NAME.sub("_", wanted).strip("_").lower() or "secret"
        name, number = plain, 1
        while self.secrets.setdefault(name, value) != value:
            number += 1
            name = f"{plain}_{number}"
        return name


def read(text: str, *, variables: Mapping[str, str] | None = None, base_url: str = "", name: str = "") -> Imported:
    """Return the connections that curl command lines describe.

    `variables` have values for what the shell would put in, `base_url` stands where a URL begins with something
    that is not known, and `name` is that of the connection, where it is not to be that of the host.

    Raises UsageError where the text holds no curl command at all.
    """
    return _Reader(dict(variables or {}), base_url, name).read(text)


def looks_like_curl(text: str) -> bool:
    """Return whether a text, one that was pasted, begins with a curl command."""
    return bool(
        re.match(r"\s*(?:[$%>#]\s+)?(?:sudo\s+)?(?:[\w./\\:-]*[/\\])?curl(?:\.exe)?[ \t\^\\`]", text[:300], re.I)
    )


def _told(remark: Remark, used: str) -> Remark:
    """Return a remark about a variable without the parameter that it became, where that is asked for nowhere."""
    found = VARIABLE_REMARK.fullmatch(remark.text)
    if found is None or f"{{{{{found[1]}}}}}" in used:
        return remark
    return Remark(remark.line, remark.text.partition(":")[0])


class _Reader:
    def __init__(self, variables: dict[str, str], base_url: str, name: str) -> None:
        self._variables = variables
        self._base_url = base_url.rstrip("/")
        self._name = name
        self._remarks: list[Remark] = []
        self._said: set[tuple[int, str]] = set()
        self._gathered: dict[_Way, _Gathered] = {}
        self._open: dict[str, None] = {}
        self._line = 1
        self._named: set[str] = set()
        self._looked_at = 0

    def read(self, text: str) -> Imported:
        # A terminal sends what is pasted with carriage returns.
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        found = False
        for command in self._commands(text):
            self._line = command.line
            program, *words = command.words
            if program != "curl" and not _CURL.search(program):
                # What a quote that is missing makes a command of may be anything.
                shown = program if _PROGRAM.match(program) else "another program"
                self._say(f"{shown} is not run: curl commands alone are read")
                continue
            found = True
            for request in CurlWords(self._say, command.stdin, command.stdin_file or "stdin").requests(words):
                self._take(request)
        if not found:
            if is_no_curl(text):
                hint = "in the browser choose Copy as cURL (bash); in PowerShell call curl.exe"
                raise UsageError("this is PowerShell's Invoke-WebRequest, not curl", hint)
            raise UsageError("there is no curl command in this", "it begins with curl")
        if any(remark.text.startswith(NEVER_CLOSED) for remark in self._remarks):
            line = next(remark.line for remark in self._remarks if remark.text.startswith(NEVER_CLOSED))
            # What belongs to it, and whether other commands do, nobody can know.
            raise UsageError(f"line {line}: {NEVER_CLOSED}", "the text may be cut off: copy all of it")
        connections = tuple(self._connections())
        return Imported(connections, tuple(self._report(connections)), tuple(self._open))

    def _report(self, connections: Sequence[ImportedConnection]) -> list[Remark]:
        """Return the lines of the report in their order; a variable is no parameter where none asks for it."""
        remarks = self._remarks
        if any(VARIABLE_REMARK.fullmatch(remark.text) for remark in remarks):
            used = " ".join(found.connection.model_dump_json() for found in connections)
            remarks = [_told(remark, used) for remark in remarks]
        return sorted(remarks, key=lambda remark: remark.line)

    def _commands(self, text: str) -> Iterator[ShellCommand]:
        if is_no_curl(text):
            return
        if is_of_cmd(text):
            yield from cmd_commands(text, self._variables, self._remarks)
        elif is_of_powershell(text):
            yield from powershell_commands(text.replace("\r\n", "\n"), self._variables, self._remarks)
        else:
            shell = Shell(text, self._variables)
            shell.remarks = self._remarks
            yield from shell.commands()

    def _say(self, text: str) -> None:
        if (self._line, text) not in self._said:
            self._said.add((self._line, text))
            self._remarks.append(Remark(self._line, text))

    # one request

    def _take(self, request: CurlRequest) -> None:
        if request.refused:
            self._say(f"left out: {request.refused}")
            return
        taken = self._address(request)
        if taken is None:
            return
        origin, path, query, info = taken
        method = self._method(request)
        headers = self._headers(request)
        if method is None or headers is None:
            return
        if not self._writable(request, headers):
            return
        auth, secret, headers = self._auth(request, headers, info)
        proxy, proxy_secret = self._proxy(request)
        user_secret = None
        if isinstance(auth, BasicAuth) and secret in _NO_PASSWORDS and auth.username and "{{" not in auth.username:
            self._say("the user name stands without a password and is taken for a key: it is the secret username")
            auth, user_secret = BasicAuth(username="{{username}}"), auth.username
        way = _Way(
            origin, auth, secret, user_secret, request.verify, proxy, proxy_secret, request.ca_file,
            request.certificate, request.passphrase, request.unix_socket,
        )  # fmt: skip
        gathered = self._gathered.get(way)
        if gathered is None:
            self._gathered[way] = gathered = self._begun(way)
        gathered.connect = max(gathered.connect or 0, request.connect_timeout or 0) or None
        gathered.read = max(gathered.read or 0, request.read_timeout or 0) or None
        self._describe(request, gathered, method, path, query, headers)

    def _begun(self, way: _Way) -> _Gathered:
        gathered = _Gathered(self._line)
        if way.user_secret is not None:
            gathered.secret("username", way.user_secret)
        own = WELL_KNOWN_SECRETS.get(way.auth.type)
        if own and way.secret:
            gathered.secret(own, way.secret)
        elif own:
            # The method's own name fills no template, so nothing else may have it.
            gathered.secrets[own] = ""
        if way.proxy_secret is not None:
            gathered.secret("proxy_password", way.proxy_secret)
        if way.passphrase is not None:
            gathered.secret("client_cert_passphrase", way.passphrase)
        if not way.verify:
            self._say(
                "TLS NOT VERIFIED (-k): whoever stands between can read and change it all; options.verify is false"
            )
        return gathered

    def _address(self, request: CurlRequest) -> tuple[str, str, str, str | None] | None:
        """Return origin, path, query and user info of a request, None where it has none that can be used."""
        url = request.url.strip()
        if "{{" in url and self._variables:
            url = _TEMPLATE.sub(lambda match: self._variables.get(match[1].strip(), match[0]), url)
        found = _URL.match(url)
        assert found is not None
        scheme = found["scheme"]
        authority, path = found["authority"], found["path"]
        if self._base_url and ("{{" in authority or not authority):
            origin, _, below = self._base_url.partition("://")
            host, slash, rest = below.partition("/")
            origin, path = f"{origin}://{host}", f"{slash}{rest}{path}"
        else:
            if "{{" in authority:
                self._open |= dict.fromkeys(name.strip() for name in _TEMPLATE.findall(authority))
                self._say("the host of the URL is not known: give it with --var NAME=VALUE or --base-url URL")
                return None
            scheme = (scheme or request.default_scheme).lower()
            if scheme not in ("http", "https"):
                self._say(f"left out: {visible(scheme, limit=20)} is not http or https")
                return None
            authority = authority.lower()
            host, colon, port = authority.rpartition(":") if not authority.endswith("]") else (authority, "", "")
            if colon and port.isdigit() and int(port) == PORTS[scheme]:
                authority = host
            if not authority:
                self._say("left out: the URL has no host")
                return None
            origin = f"{scheme}://{authority}"
        if found["fragment"]:
            self._say("the part of the URL after # is left out: it is never sent")
        if "/." in path:
            path = _without_dots(path)
        data = request.data if request.get else None
        pieces = (found["query"], data, request.query)
        query = "&".join(piece for piece in pieces if piece)
        if request.get and request.data is not None and request.query is not None:
            self._say("-G and --url-query together: both are kept, where curl 7.88 loses the second")
        return origin, path if path != "/" else "", query, found["info"]

    def _method(self, request: CurlRequest) -> str | None:
        has_body = bool(request.parts) or (request.data is not None and not request.get)
        method = request.method
        if method is None or method == "":
            return "HEAD" if request.head else "PUT" if request.upload else "POST" if has_body else "GET"
        if method in METHODS:
            return method
        if method.upper() in METHODS:
            self._say(
                f"the method {visible(method, limit=20)} is written {method.upper()}: curl sends it as it stands"
            )
            return method.upper()
        self._say(f"left out: {visible(method, limit=20)} is no method that can be sent here")
        return None

    def _headers(self, request: CurlRequest) -> list[tuple[str, str]] | None:
        found: list[tuple[str, str]] = []
        for name, value in request.headers:
            lower = name.lower()
            if lower in _FRAMING:
                if lower != "connection" and lower != "expect":
                    self._say(f"the header {name} is left out: it follows from the body")
            elif lower == "accept-encoding":
                self._say(
                    "the header Accept-Encoding is left out: gzip and deflate are offered, which are read here"
                )
            elif not _TOKEN.match(name):
                self._say("a header is left out: it has a name that no header can have")
            elif not value.isprintable() and _CONTROL.search(value):
                self._say(f"the header {name} is left out: its value holds a line break or a control character")
            elif not (lower == "accept" and value == "*/*"):
                found.append((name, value))
        if request.cookies and all(name.lower() != "cookie" for name, _ in found):
            found.append(("Cookie", ";".join(request.cookies)))
        own = {name.lower() for name, _ in found}
        for name in request.removed:
            if name in _SENT_ANYWAY and name not in own:
                self._say(f"the header {name.title()} is sent all the same: it cannot be taken out")
        if request.is_json and "accept" not in own and "accept" not in request.removed:
            found.append(("Accept", "application/json"))
        return found

    def _writable(self, request: CurlRequest, headers: list[tuple[str, str]]) -> bool:
        texts = [request.url, request.data or "", request.query or "", *(value for _, value in headers)]
        texts += [part.content for part in request.parts]
        whole = "".join(texts)
        if "{{" not in whole and whole.isascii() and "\0" not in whole:
            return True
        if _UNWRITABLE.search(whole):
            self._say("left out: it holds bytes that are no text, and a connection file holds text alone")
            return False
        if any("{{" in text and not self._is_said(text) for text in texts):
            self._say("what stands between {{ and }} is a template here: where it is no name, send it with request")
        return True

    def _is_said(self, text: str) -> bool:
        """Whether every `{{name}}` of a text is one that a remark names already."""
        for remark in self._remarks[self._looked_at :]:
            self._named.add(remark.text.rpartition("the parameter ")[2].partition(",")[0])
        self._looked_at = len(self._remarks)
        named = self._named
        left = _TEMPLATE.sub(lambda match: "" if match[1].strip() in named else match[0], text.replace("{{!}}", ""))
        return "{{" not in left

    # how it proves itself

    def _auth(
        self, request: CurlRequest, headers: list[tuple[str, str]], info: str | None
    ) -> tuple[AuthMethod, str | None, list[tuple[str, str]]]:
        user = request.user
        if user is None and info:
            name, _, password = info.partition(":")
            user = f"{unquote(name)}:{unquote(password)}"
        own = [(name, value) for name, value in headers if name.lower() == "authorization"]
        rest = [pair for pair in headers if pair not in own]
        if len(own) == 1:
            if user is not None or request.bearer is not None:
                self._say("the header Authorization wins over user name and token, which are left out")
            made = self._of_authorization(*own[0])
            return (*made, rest) if made else (NoAuth(), None, headers)
        if own:
            return NoAuth(), None, headers
        if request.bearer is not None:
            return (*self._token("Authorization", "Bearer", request.bearer), rest)
        if user is not None:
            return (*self._basic(user), rest)
        candidates = [(n, v) for n, v in rest if names_a_secret(n) and n.lower() != "cookie" and v]
        if len(candidates) == 1 and (_WHOLE.match(candidates[0][1]) or "{{" not in candidates[0][1]):
            name, value = candidates[0]
            made = self._key(name, value) if _NAMES_A_KEY.search(name) else self._token(name, "", value)
            return (*made, [pair for pair in rest if pair != candidates[0]])
        return NoAuth(), None, rest

    def _of_authorization(self, name: str, value: str) -> tuple[AuthMethod, str | None] | None:
        scheme, _, token = value.partition(" ")
        token = token.strip()
        if scheme.lower() == "basic" and token and "{{" not in token:
            try:
                user = base64.b64decode(token, validate=True).decode()
            except (binascii.Error, ValueError):
                user = ""
            if ":" in user and base64.b64encode(user.encode()).decode() == token and not _CONTROL.search(user):
                return self._basic(user)
        if not token:
            scheme, token = "", scheme
        if "{{" in scheme or (_TEMPLATE.search(token) and not _WHOLE.match(token)):
            return None
        if scheme.lower() in ("digest", "aws4-hmac-sha256", "oauth", "hawk"):
            self._say(f"the {scheme} credentials were made for that one request, and may be refused in another")
        return self._token(name, scheme, token)

    def _token(self, header: str, prefix: str, token: str) -> tuple[AuthMethod, str | None]:
        auth = RawBearerTokenAuth(header=header, prefix=prefix)
        if not token or _WHOLE.match(token):
            self._say("the token is not known: store it as the secret token, or give it with --param token=VALUE")
            return auth, None
        return auth, token

    def _key(self, header: str, key: str) -> tuple[AuthMethod, str | None]:
        auth = ApiKeyAuth(name=header)
        if _WHOLE.match(key):
            self._say("the key is not known: store it as the secret api_key, or give it with --param api_key=VALUE")
            return auth, None
        return auth, key

    def _basic(self, user: str) -> tuple[AuthMethod, str | None]:
        name, colon, password = user.partition(":")
        auth = BasicAuth(username=name)
        if not colon or "{{" in password:
            self._say("the password is not known, and none is sent until it is stored as the secret password")
            return auth, None
        return auth, password

    def _proxy(self, request: CurlRequest) -> tuple[str | None, str | None]:
        if request.proxy is None or request.proxy_user is None:
            return request.proxy, None
        user, _, password = request.proxy_user.partition(":")
        scheme, _, address = request.proxy.partition("://")
        known = bool(password) and "{{" not in password
        written = "{{proxy_password}}" if known else password
        return f"{scheme}://{user}:{written}@{address}", unquote(password) if known else None

    # what it sends

    def _describe(
        self,
        request: CurlRequest,
        gathered: _Gathered,
        method: str,
        path: str,
        query: str,
        headers: list[tuple[str, str]],
    ) -> None:
        if query:
            query = self._query(query, gathered)
        body = self._body(request, gathered, headers) if method != "GET" or request.data or request.parts else None
        sent = tuple((name, self._header_value(name, value, gathered)) for name, value in headers)
        params: Pairs = ()
        if query and (found := _pairs_of(query)) is not None:
            params, query = tuple((name, within(value, name, _as_written(gathered))) for name, value in found), ""
        elif query:
            path = f"{path}?{query}"
        gathered.operations.append(
            Operation(
                name=self._operation_name(gathered, method, path),
                method=method,
                path=path,
                params=params,
                headers=sent,
                body=body,
                follow_redirect=request.follow,
                stream_response=request.streams,
            )
        )

    def _operation_name(self, gathered: _Gathered, method: str, path: str) -> str:
        wanted = visible(f"{method} {path.partition('?')[0] or '/'}", limit=80)
        number = gathered.names[wanted] = gathered.names.get(wanted, 0) + 1
        return wanted if number == 1 else f"{wanted} ({number})"

    def _header_value(self, name: str, value: str, gathered: _Gathered) -> str:
        if not names_a_secret(name, _KEYS):
            return within(value, name, _as_written(gathered))
        if not value or "{{" in value:
            return value
        if name.lower() == "authorization" and " " in value:
            scheme, _, value = value.partition(" ")
            return f"{scheme} {{{{{gathered.secret('authorization', value)}}}}}"
        return f"{{{{{gathered.secret(name, value)}}}}}"

    def _query(self, query: str, gathered: _Gathered) -> str:
        """Return a query with a template for each value that is named like a secret."""
        pieces = query.split("&")
        for at, piece in enumerate(pieces):
            name, _, value = piece.partition("=")
            plain = unquote(name)
            named = names_a_secret(plain, _KEYS) or holds_secret(unquote(value), plain)
            if value and named and "{{" not in value:
                pieces[at] = f"{name}={{{{{gathered.secret(unquote(name), unquote(value))}}}}}"
        return "&".join(pieces)

    def _body(self, request: CurlRequest, gathered: _Gathered, headers: list[tuple[str, str]]) -> Body | None:
        given = next((value for name, value in headers if name.lower() == "content-type"), None)
        removed = "content-type" in request.removed and given is None
        if request.parts:
            return MultipartBody(multipart=tuple(self._part(part, gathered) for part in request.parts))
        if request.upload is not None:
            return self._uploaded(request, headers, given)
        if request.data is None or request.get:
            return None
        data = request.data
        if removed:
            self._say("the body is sent as application/json: a Content-Type cannot be taken out")
        media_type = given or ("application/json" if request.is_json else _FORM)
        is_form = media_type.partition(";")[0].strip().lower() == _FORM and not removed
        if is_form and (pairs := _form_pairs(data)) is not None:
            if given is not None and given == _FORM:
                headers[:] = [pair for pair in headers if pair[0].lower() != "content-type"]
            return FormBody(form=tuple((name, self._named_value(name, value, gathered)) for name, value in pairs))
        if is_form and given is None:
            headers.append(("Content-Type", _FORM))
            if data.lstrip()[:1] in ("{", "[") and not data.lstrip().startswith("{{"):
                self._say(
                    "a JSON body is sent as application/x-www-form-urlencoded, as curl does without a Content-Type"
                )
        if not data:
            return None
        return RawBody(raw=self._raw(data, media_type, gathered))

    def _uploaded(self, request: CurlRequest, headers: list[tuple[str, str]], given: str | None) -> Body:
        file = request.upload or "-"
        if given is None:
            headers.append(("Content-Type", "application/octet-stream"))
            self._say("-T: the body is sent as application/octet-stream, where curl names no type")
        reader = CurlWords(self._say)
        return RawBody(raw=reader.file(file if file not in ("-", ".") else "-"))

    def _part(self, part: Part, gathered: _Gathered) -> Part:
        if not part.content or "{{{" in part.content:
            return part
        if names_a_secret(part.name):
            content = part.content
            if "{{" not in content:
                content = f"{{{{{{{gathered.secret(part.name, content)}}}}}}}"
        else:
            content = with_secrets(part.content, part.content_type or "text/plain", _as_written(gathered))
        return part.model_copy(update={"content": content}) if content != part.content else part

    def _named_value(self, name: str, value: str, gathered: _Gathered, also: frozenset[str] = frozenset()) -> str:
        """Return a value that is encoded when it is sent, with templates for the secrets that it is or holds."""
        if names_a_secret(name, also):
            return f"{{{{{gathered.secret(name, value)}}}}}" if value and "{{" not in value else value
        return within(value, name, _as_written(gathered))

    def _raw(self, data: str, media_type: str, gathered: _Gathered) -> str:
        """Return a raw body with a template for each value that is named like a secret."""
        as_json = raw_body_context(media_type) is EncodingContext.JSON

        def replaced(found: SecretValue) -> str | None:
            if not found.value or "{{" in found.value:
                return None
            if found.where == "form" or (as_json and found.where != "text"):
                return f"{{{{{gathered.secret(found.name, found.value)}}}}}"
            return f"{{{{{{{gathered.secret(found.name, found.written)}}}}}}}"

        return with_secrets(data, media_type, replaced)

    # connections

    def _connections(self) -> Iterator[ImportedConnection]:
        for way, gathered in self._gathered.items():
            secrets = {key: value for key, value in gathered.secrets.items() if value}
            operations = tuple(gathered.operations)
            test = _test_of(operations)
            yield ImportedConnection(
                Connection(
                    name=self._name or way.origin.partition("://")[2],
                    base_url=way.origin,
                    test_path=_path_of(test) if test else "",
                    ca_cert_file=way.ca_file,
                    headers=grouped(test.headers) if test else (),
                    auth=way.auth,
                    operations=() if test else operations,
                    options=_options(way, gathered, test),
                    secrets=tuple(secrets),
                ),
                {key: Secret(value) for key, value in secrets.items()},
                gathered.line,
                test,
            )


def _as_written(gathered: _Gathered) -> Replace:
    """Return what keeps a value as it is written, in a text that is encoded as a whole or not at all."""

    def replaced(found: SecretValue) -> str | None:
        if not found.value or "{{" in found.value:
            return None
        return f"{{{{{{{gathered.secret(found.name, found.written)}}}}}}}"

    return replaced


def _test_of(operations: tuple[Operation, ...]) -> Operation | None:
    """Return the one GET without a body that is the test request, None where there is more."""
    if len(operations) != 1:
        return None
    only = operations[0]
    return only if only.method == "GET" and only.body is None else None


def _path_of(test: Operation) -> str:
    query = "&".join(f"{_kept(name)}={_kept(value)}" for name, value in test.params)
    return f"{test.path}?{query}" if query else test.path


def _kept(text: str) -> str:
    """Percent-encode text but for the templates in it."""
    if "{{" not in text:
        return percent(text)
    return "".join(piece if at % 2 else percent(piece) for at, piece in enumerate(_TEMPLATES.split(text)))


def _options(way: _Way, gathered: _Gathered, test: Operation | None) -> Options:
    follows = test is not None and test.follow_redirect
    streams = test is not None and test.stream_response
    said = (gathered.connect, gathered.read, way.proxy, way.unix_socket, way.certificate, follows, streams)
    if way.verify and not any(said):
        return _USUAL
    usual = _USUAL.timeout
    timeout = usual
    if gathered.connect or gathered.read:
        timeout = Timeout(connect=gathered.connect or usual.connect, read=gathered.read or usual.read)
    return Options(
        timeout=timeout,
        proxy=way.proxy,
        unix_socket=way.unix_socket,
        verify=way.verify,
        client_cert_file=way.certificate,
        follow_redirect=follows,
        stream_response=streams,
    )


def _pairs_of(query: str) -> Pairs | None:
    """Return a query as parameters, None where they would not be sent letter for letter as they stand."""
    pairs: dict[str, str] = {}
    for piece in query.split("&"):
        name, equals, value = piece.partition("=")
        if not equals or not name or not value or name in pairs or "{{" in name:
            return None
        plain_name, plain = name, value
        if not (_PLAIN.match(name) and _PLAIN.match(value)):
            plain_name, plain = unquote(name), unquote(value)
            if percent(plain_name) != name or _kept(plain) != value or _CONTROL.search(plain):
                return None
        if plain_name in pairs:
            return None
        pairs[plain_name] = plain
    return tuple(pairs.items())


def _form_pairs(data: str) -> Pairs | None:
    """Return a form's text as pairs, None where it is no form or would say something else."""
    if data.lstrip()[:1] in ("{", "[", "<"):
        return None
    pairs: dict[str, str] = {}
    for piece in data.split("&"):
        name, equals, value = piece.partition("=")
        if not equals or not name or "{{" in name or " " in piece or "{{{" in value:
            return None
        name = unquote_plus(name, errors="strict") if "%" in name or "+" in name else name
        if "%" in value or "+" in value:
            try:
                plain = unquote_plus(value, errors="strict")
            except UnicodeDecodeError:
                return None
            if "{{" in plain and "{{" not in value:
                return None
        else:
            plain = value
        if name in pairs or _CONTROL.search(name):
            return None
        pairs[name] = plain
    return tuple(pairs.items())


def _without_dots(path: str) -> str:
    """Return a path without its `.` and `..` segments (RFC 3986 section 5.2.4), as curl asks for it."""
    kept: list[str] = []
    segments = path.split("/")
    for at, segment in enumerate(segments):
        last = at == len(segments) - 1
        if segment == ".":
            kept += [""] if last else []
        elif segment == "..":
            if len(kept) > 1:
                kept.pop()
            kept += [""] if last else []
        else:
            kept.append(segment)
    return "/".join(kept)
