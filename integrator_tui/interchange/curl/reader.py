"""curl command lines as connections: pure text in, connections and a line for each change and loss out.

Rules: nothing is run, fetched or read. One connection for an origin, a method and a way there; each request is an
operation, but for a plain GET that stands alone, which is the test path, and whose headers are those of the
connection. What is named like a secret becomes one, and a secret stands in no remark and in no name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from integrator_tui.errors import UsageError
from integrator_tui.interchange.curl.addresses import CurlAddresses
from integrator_tui.interchange.curl.connections import connections_of
from integrator_tui.interchange.curl.contents import CurlContents
from integrator_tui.interchange.curl.gathered import CurlWay, GatheredRequests
from integrator_tui.interchange.curl.other_words import (
    cmd_commands,
    is_no_curl,
    is_of_cmd,
    is_of_powershell,
    powershell_commands,
)
from integrator_tui.interchange.curl.proofs import CurlProofs
from integrator_tui.interchange.curl.report import CurlReport
from integrator_tui.interchange.curl.request import CurlRequest
from integrator_tui.interchange.curl.shell_words import NEVER_CLOSED, VARIABLE_REMARK, Shell, ShellCommand
from integrator_tui.interchange.curl.words import CurlWords
from integrator_tui.interchange.imported import Imported, ImportedConnection, Remark
from integrator_tui.model.connection import (
    WELL_KNOWN_SECRETS,
    BasicAuth,
    Operation,
    Pairs,
)
from integrator_tui.model.fields import METHODS
from integrator_tui.model.text import visible

_CURL: Final = re.compile(r"(?:^|[/\\])curl(?:\.exe)?\Z", re.I)
_PROGRAM: Final = re.compile(r"[A-Za-z][A-Za-z_.-]{0,15}\Z")
_TEMPLATE: Final = re.compile(r"\{\{\{?([^{}]+)\}?\}\}")
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_UNWRITABLE: Final = re.compile("[\x00\ud800-\udfff]")
_FRAMING: Final = frozenset({"content-length", "transfer-encoding", "connection", "expect"})
_SENT_ANYWAY: Final = frozenset({"accept", "user-agent"})
_NO_PASSWORDS: Final = frozenset({"", "x", "X", "api_token", "x-oauth-basic"})
"""What stands for a password where the user name is a key."""


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
        self._name = name
        self._told = CurlReport()
        self._addresses = CurlAddresses(self._told, variables, base_url)
        self._proofs = CurlProofs(self._told)
        self._contents = CurlContents(self._told)
        self._gathered: dict[CurlWay, GatheredRequests] = {}
        self._named: set[str] = set()
        self._looked_at = 0

    def read(self, text: str) -> Imported:
        # A terminal sends what is pasted with carriage returns.
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        found = False
        for command in self._commands(text):
            self._told.line = command.line
            program, *words = command.words
            if program != "curl" and not _CURL.search(program):
                # What a quote that is missing makes a command of may be anything.
                shown = program if _PROGRAM.match(program) else "another program"
                self._told.say(f"{shown} is not run: curl commands alone are read")
                continue
            found = True
            for request in CurlWords(self._told.say, command.stdin, command.stdin_file or "stdin").requests(words):
                self._take(request)
        if not found:
            if is_no_curl(text):
                hint = "in the browser choose Copy as cURL (bash); in PowerShell call curl.exe"
                raise UsageError("this is PowerShell's Invoke-WebRequest, not curl", hint)
            raise UsageError("there is no curl command in this", "it begins with curl")
        if any(remark.text.startswith(NEVER_CLOSED) for remark in self._told.remarks):
            line = next(remark.line for remark in self._told.remarks if remark.text.startswith(NEVER_CLOSED))
            # What belongs to it, and whether other commands do, nobody can know.
            raise UsageError(f"line {line}: {NEVER_CLOSED}", "the text may be cut off: copy all of it")
        connections = tuple(connections_of(self._gathered, self._name))
        return Imported(connections, tuple(self._report(connections)), tuple(self._addresses.open))

    def _report(self, connections: Sequence[ImportedConnection]) -> list[Remark]:
        """Return the lines of the report in their order; a variable is no parameter where none asks for it."""
        remarks = self._told.remarks
        if any(VARIABLE_REMARK.fullmatch(remark.text) for remark in remarks):
            used = " ".join(found.connection.model_dump_json() for found in connections)
            remarks = [_told(remark, used) for remark in remarks]
        return sorted(remarks, key=lambda remark: remark.line)

    def _commands(self, text: str) -> Iterator[ShellCommand]:
        if is_no_curl(text):
            return
        if is_of_cmd(text):
            yield from cmd_commands(text, self._variables, self._told.remarks)
        elif is_of_powershell(text):
            yield from powershell_commands(text.replace("\r\n", "\n"), self._variables, self._told.remarks)
        else:
            shell = Shell(text, self._variables)
            shell.remarks = self._told.remarks
            yield from shell.commands()

    # one request

    def _take(self, request: CurlRequest) -> None:
        if request.refused:
            self._told.say(f"left out: {request.refused}")
            return
        taken = self._addresses.of(request)
        if taken is None:
            return
        origin, path, query, info = taken
        method = self._method(request)
        headers = self._headers(request)
        if method is None or headers is None:
            return
        if not self._writable(request, headers):
            return
        auth, secret, headers = self._proofs.of(request, headers, info)
        proxy, proxy_secret = self._proofs.proxy(request)
        user_secret = None
        if isinstance(auth, BasicAuth) and secret in _NO_PASSWORDS and auth.username and "{{" not in auth.username:
            self._told.say(
                "the user name stands without a password and is taken for a key: it is the secret username"
            )
            auth, user_secret = BasicAuth(username="{{username}}"), auth.username
        way = CurlWay(
            origin, auth, secret, user_secret, request.verify, proxy, proxy_secret, request.ca_file,
            request.certificate, request.passphrase, request.unix_socket,
        )  # fmt: skip
        gathered = self._gathered.get(way)
        if gathered is None:
            self._gathered[way] = gathered = self._begun(way)
        gathered.connect = max(gathered.connect or 0, request.connect_timeout or 0) or None
        gathered.read = max(gathered.read or 0, request.read_timeout or 0) or None
        self._describe(request, gathered, method, path, query, headers)

    def _begun(self, way: CurlWay) -> GatheredRequests:
        gathered = GatheredRequests(self._told.line)
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
            self._told.say(
                "TLS NOT VERIFIED (-k): whoever stands between can read and change it all; options.verify is false"
            )
        return gathered

    def _method(self, request: CurlRequest) -> str | None:
        has_body = bool(request.parts) or (request.data is not None and not request.get)
        method = request.method
        if method is None or method == "":
            return "HEAD" if request.head else "PUT" if request.upload else "POST" if has_body else "GET"
        if method in METHODS:
            return method
        if method.upper() in METHODS:
            self._told.say(
                f"the method {visible(method, limit=20)} is written {method.upper()}: curl sends it as it stands"
            )
            return method.upper()
        self._told.say(f"left out: {visible(method, limit=20)} is no method that can be sent here")
        return None

    def _headers(self, request: CurlRequest) -> list[tuple[str, str]] | None:
        found: list[tuple[str, str]] = []
        for name, value in request.headers:
            lower = name.lower()
            if lower in _FRAMING:
                if lower != "connection" and lower != "expect":
                    self._told.say(f"the header {name} is left out: it follows from the body")
            elif lower == "accept-encoding":
                self._told.say(
                    "the header Accept-Encoding is left out: gzip and deflate are offered, which are read here"
                )
            elif not _TOKEN.match(name):
                self._told.say("a header is left out: it has a name that no header can have")
            elif not value.isprintable() and _CONTROL.search(value):
                self._told.say(
                    f"the header {name} is left out: its value holds a line break or a control character"
                )
            elif not (lower == "accept" and value == "*/*"):
                found.append((name, value))
        if request.cookies and all(name.lower() != "cookie" for name, _ in found):
            found.append(("Cookie", ";".join(request.cookies)))
        own = {name.lower() for name, _ in found}
        for name in request.removed:
            if name in _SENT_ANYWAY and name not in own:
                self._told.say(f"the header {name.title()} is sent all the same: it cannot be taken out")
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
            self._told.say("left out: it holds bytes that are no text, and a connection file holds text alone")
            return False
        if any("{{" in text and not self._is_said(text) for text in texts):
            self._told.say(
                "what stands between {{ and }} is a template here: where it is no name, send it with request"
            )
        return True

    def _is_said(self, text: str) -> bool:
        """Whether every `{{name}}` of a text is one that a remark names already."""
        for remark in self._told.remarks[self._looked_at :]:
            self._named.add(remark.text.rpartition("the parameter ")[2].partition(",")[0])
        self._looked_at = len(self._told.remarks)
        named = self._named
        left = _TEMPLATE.sub(lambda match: "" if match[1].strip() in named else match[0], text.replace("{{!}}", ""))
        return "{{" not in left

    # what it sends

    def _describe(
        self,
        request: CurlRequest,
        gathered: GatheredRequests,
        method: str,
        path: str,
        query: str,
        headers: list[tuple[str, str]],
    ) -> None:
        if query:
            query = self._contents.query(query, gathered)
        body = (
            self._contents.body(request, gathered, headers)
            if method != "GET" or request.data or request.parts
            else None
        )
        sent = tuple((name, self._contents.header_value(name, value, gathered)) for name, value in headers)
        params: Pairs = ()
        if query and (found := self._contents.params(query, gathered)) is not None:
            params, query = found, ""
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

    def _operation_name(self, gathered: GatheredRequests, method: str, path: str) -> str:
        wanted = visible(f"{method} {path.partition('?')[0] or '/'}", limit=80)
        number = gathered.names[wanted] = gathered.names.get(wanted, 0) + 1
        return wanted if number == 1 else f"{wanted} ({number})"
