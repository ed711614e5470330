"""What the detail view says of an entry, as groups of lines: pure, and cheap where there is no connection yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from integrator_tui.model.entry import Entry, EntryState
from integrator_tui.model.fields import AUTH_LABELS, CONNECT_TIMEOUT, PASSING, READ_TIMEOUT, field
from integrator_tui.model.listed import operation_rows
from integrator_tui.model.moments import clock, moment
from integrator_tui.model.problem import Problem
from integrator_tui.model.secret import MASK
from integrator_tui.model.stages import MARKS
from integrator_tui.tui.widgets.sheet import SheetGroup, SheetLine, Tone

if TYPE_CHECKING:
    from integrator_tui.model.connection import (
        ApiKeyAuth,
        AuthMethod,
        Connection,
        HttpBearerTokenAuth,
        OAuth2Auth,
        Operation,
    )
    from integrator_tui.model.last_result import LastResult
    from integrator_tui.model.probe import ProbeReport

NOT_VERIFIED = "TLS CERTIFICATES ARE NOT VERIFIED (Verify TLS Certificates is off)"

_CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie"})

_STATES: dict[str, tuple[str, Tone]] = {
    "unsealed": ("A secret stands in plain text in this file, so none is used. Seal encrypts it (key L).", "bad"),
    "locked": ("No identity here opens the secrets of this file.", "warn"),
    "seal_broken": (
        "This file was changed since its secrets were sealed: no secret of it leaves this machine.\n"
        "Look at what it says now, and seal it again (key L).",
        "bad",
    ),
}


def describe(
    entry: Entry,
    report: ProbeReport | None = None,
    state: EntryState | None = None,
    earlier: LastResult | None = None,
) -> tuple[SheetGroup, ...]:
    """Return the groups for one entry; `report` is its last test of this session, `state` its own where None,
    `earlier` how the file as it is now was tested before this session."""
    tested = () if report is None and earlier is None else tuple(_tested(report, earlier))
    groups = [SheetGroup("", (*_head(entry, state or entry.state), *tested))]
    if entry.problems:
        groups.append(SheetGroup("Problems", tuple(_problems(entry))))
    if entry.connection is None:
        groups.append(SheetGroup("Connection", tuple(_summary(entry))))
    else:
        stopped = frozenset(
            problem.operation for problem in entry.problems if problem.is_error and problem.operation is not None
        )
        groups.extend(_marked(group, entry) for group in _connection(entry.connection, stopped))
    return tuple(group for group in groups if group.lines)


_GROUPS = {"Authentication": "auth", "Headers": "headers", "Operations": "operations"}
"""Groups that show one key of the file."""


def _marked(group: SheetGroup, entry: Entry) -> SheetGroup:
    """Return a group with the file that says it, where this one takes it from there."""
    key = _GROUPS.get(group.heading)
    taken = key is not None and key in entry.inherited
    return group._replace(heading=f"{group.heading} (from {entry.base})") if taken else group


def _extended(entry: Entry) -> Iterator[SheetLine]:
    """Which file this one extends, and what it takes from there."""
    if entry.base is None:
        return
    yield SheetLine("", f"Extends {entry.base}", "muted")
    labels = [field(key).brief for key in entry.inherited if _says(entry.connection, key)]
    if labels:
        yield SheetLine("", f"From there: {', '.join(labels)}", "muted")


def _says(connection: Connection | None, key: str) -> bool:
    """Whether a connection says something at a key that it takes from elsewhere."""
    match key:
        case _ if connection is None:
            return False
        case "auth":
            return connection.auth.type != "none"
        case "test":
            return bool(connection.test.expect) or connection.test.status != PASSING
    return bool(getattr(connection, key))


def _head(entry: Entry, state: EntryState) -> Iterator[SheetLine]:
    yield SheetLine("", entry.name or entry.file, "strong")
    yield SheetLine("", entry.file, "muted")
    yield from _extended(entry)
    if entry.connection is not None and not entry.connection.options.verify:
        yield SheetLine("", f"! {NOT_VERIFIED}", "bad")
    if state in _STATES:
        text, tone = _STATES[state]
        yield SheetLine("", text, tone)


def _tested(report: ProbeReport | None, earlier: LastResult | None) -> Iterator[SheetLine]:
    if report is not None and report.outcome is not None:
        yield from last_test(report)
    elif earlier is not None:
        when = moment(earlier.at)
        if earlier.outcome == "passed":
            yield SheetLine("Last test", f"✓ passed in {earlier.duration_ms:.0f} ms at {when}", "good")
        else:
            at = f" at {earlier.stage}" if earlier.stage else f": {earlier.cause}" if earlier.cause else ""
            yield SheetLine("Last test", f"{MARKS[earlier.outcome]} {earlier.outcome}{at} ({when})", "bad")


def describe_operation(entry: Entry, number: int) -> tuple[SheetGroup, ...]:
    """Return the groups for one operation of an entry, of which it is the one of this number."""
    row = operation_rows(entry, with_inputs=True)[number]
    own = tuple(problem for problem in entry.problems if problem.operation == number)
    head = [SheetLine("", row.name or row.path, "strong"), SheetLine("", f"an operation of {entry.name}", "muted")]
    request = (SheetLine("Request", f"{row.method} {_shown_address(row.path)}"), SheetLine("", row.description))
    inputs = tuple(
        SheetLine(found.name, f"{'required' if found.required else 'optional'}, in {', '.join(found.where)}")
        for found in row.inputs
    )
    outputs = entry.connection.operations[number].outputs if entry.connection is not None else ()
    groups = (
        SheetGroup("", tuple(head)),
        SheetGroup("Problems", tuple(_problems(entry._replace(problems=own)))),
        SheetGroup("Operation", tuple(line for line in request if line.value)),
        SheetGroup("Inputs", inputs),
        SheetGroup("Outputs", tuple(SheetLine(output.name, output.value) for output in outputs)),
    )
    return tuple(group for group in groups if group.lines)


def last_test(report: ProbeReport) -> Iterator[SheetLine]:
    """Return a line that sums up a finished report."""
    when = clock(report.started_at)
    if report.failure is None:
        yield SheetLine("Last test", f"✓ passed in {report.duration_ms:.0f} ms at {when}", "good")
    else:
        mark = MARKS[report.outcome or "failed"]
        at = f" at {report.failure.stage}" if report.failure.stage else ""
        yield SheetLine("Last test", f"{mark} {report.outcome}{at}: {report.failure.message} ({when})", "bad")


def _problems(entry: Entry) -> Iterator[SheetLine]:
    """The problems of a file: in the words of the form where that opens it, else in those of the file."""
    problems = entry.problems
    if entry.connection is not None:
        from integrator_tui.tui.labels import label_of, labelled_problem

        operations = entry.connection.operations
        problems = tuple(
            labelled_problem(each)._replace(field=f"{_of_operation(each, operations)}{label_of(each.field)}")
            for each in problems
        )
    for problem in problems:
        where = f"line {problem.line}" if problem.line is not None else ""
        field = f"{problem.field}: " if problem.field else ""
        yield SheetLine(where or "file", f"{field}{problem.message}", "bad" if problem.is_error else "warn")
        if problem.hint:
            yield SheetLine("hint", problem.hint)


def _of_operation(problem: Problem, operations: Sequence[Operation]) -> str:
    """Which operation a problem is about, where it is about one: several may have its name."""
    at = problem.operation
    if at is None or at >= len(operations):
        return ""
    return f"operation {at + 1} {operations[at].name}: "


def _summary(entry: Entry) -> Iterator[SheetLine]:
    method = AUTH_LABELS.get(entry.auth, entry.auth)
    yield from _set(("base_url", entry.base_url), ("tags", ", ".join(entry.tags)), ("auth", method))


def _set(*lines: tuple[str, str]) -> Iterator[SheetLine]:
    """The fields at these paths that have a value."""
    yield from (SheetLine(field(path).brief, value) for path, value in lines if value)


def _connection(connection: Connection, stopped: frozenset[int]) -> Iterator[SheetGroup]:
    yield SheetGroup(
        "Connection",
        tuple(
            _set(
                ("description", connection.description),
                ("base_url", _shown_address(connection.base_url)),
                ("test_path", connection.test_path),
                ("documentation_link", _shown_address(connection.documentation_link)),
                ("ca_cert", _certificates(connection.ca_cert) or connection.ca_cert_file or ""),
                ("tags", ", ".join(connection.tags)),
            )
        ),
    )
    from integrator_tui.model.parameters import own_secret

    secret_stands = own_secret(connection) in connection.secret_names
    yield SheetGroup("Authentication", tuple(_auth(connection.auth, secret_stands)))
    stored = (SheetLine(name, MASK, "muted") for name in connection.secrets)
    elsewhere = (SheetLine(name, f"from {text}", "muted") for name, text in connection.secrets_from)
    yield SheetGroup("Secrets", (*stored, *elsewhere))
    yield SheetGroup("Headers", tuple(_headers(connection)))
    yield SheetGroup("Options", tuple(_options(connection)))
    yield SheetGroup("Operations", tuple(_operations(connection, stopped)))


def _operations(connection: Connection, stopped: frozenset[int]) -> Iterator[SheetLine]:
    for number, operation in enumerate(connection.operations):
        bad = number in stopped
        text = f"{operation.name}  {operation.path}"
        yield SheetLine(operation.method, f"! {text}" if bad else text, "bad" if bad else "")


def _certificates(pem: str | None) -> str:
    count = pem.count("-----BEGIN") if pem else 0
    return f"{count} certificate{'s' if count != 1 else ''}" if pem else ""


def _headers(connection: Connection) -> Iterator[SheetLine]:
    """The connection's own headers; a credential that somebody wrote into one is not shown unasked."""
    for name, value in connection.headers:
        hidden = name.lower() in _CREDENTIALS and "{{" not in value
        yield SheetLine(name, MASK if hidden and value else value)


def _auth(auth: AuthMethod, secret_stands: bool) -> Iterator[SheetLine]:
    yield SheetLine(field("auth.type").brief, AUTH_LABELS[auth.type])
    match auth.type:
        case "basic":
            yield from _set(("auth.username", auth.username))
        case "raw_bearer_token" if not secret_stands:
            yield SheetLine(field("auth.header").brief, f"{auth.header}: {auth.prefix}".rstrip())
            yield SheetLine(field("secrets.token").brief, "token missing", "warn")
        case "raw_bearer_token":
            yield SheetLine(field("auth.header").brief, f"{auth.header}: {auth.prefix} {MASK}")
        case "http_bearer_token":
            yield from _bearer(auth)
        case "oauth2":
            yield from _oauth2(auth)
        case "api_key":
            yield from _api_key(auth, secret_stands)


def _api_key(auth: ApiKeyAuth, key_stands: bool) -> Iterator[SheetLine]:
    where = "the header" if auth.place == "header" else "the query parameter"
    yield SheetLine(field("auth.name").brief, f"{where} {auth.name}")
    if key_stands:
        yield SheetLine(field("secrets.api_key").brief, MASK, "muted")
    else:
        yield SheetLine(field("secrets.api_key").brief, "API key missing", "warn")


def _bearer(auth: HttpBearerTokenAuth) -> Iterator[SheetLine]:
    yield SheetLine(field("auth.header").brief, f"{auth.header}: {auth.prefix} {MASK}")
    elsewhere = _shown_address(auth.token_connection.base_url) if auth.token_connection else ""
    yield SheetLine(field("auth.request").brief, f"{auth.request.method} {elsewhere}{auth.request.path}")
    if auth.request.accept != PASSING:
        yield SheetLine(field("auth.request.accept").brief, ", ".join(auth.request.accept))
    yield from _set(("auth.token_output", auth.token_output), ("auth.expiration_output", auth.expiration_output))


def _oauth2(auth: OAuth2Auth) -> Iterator[SheetLine]:
    yield from _set(
        ("auth.access_token_url", _shown_address(auth.access_token_url)),
        ("auth.client_id", auth.client_id),
        ("auth.client_auth", auth.client_auth),
        ("auth.scope", auth.scope),
        ("auth.params", ", ".join(dict.fromkeys(name for name, _ in auth.params))),
    )


def _options(connection: Connection) -> Iterator[SheetLine]:
    options = connection.options
    if connection.test.status != PASSING:
        yield SheetLine(field("test.status").brief, ", ".join(connection.test.status))
    yield from _set(("test.expect", connection.test.expect))
    if not options.verify:
        yield SheetLine(field("options.verify").brief, "off", "bad")
    if (options.timeout.connect, options.timeout.read) != (CONNECT_TIMEOUT, READ_TIMEOUT):
        yield SheetLine(
            field("options.timeout").brief,
            f"connect {options.timeout.connect:g} s, read {options.timeout.read:g} s",
        )
    yield from _set(
        ("options.proxy", _shown_address(options.proxy or "")),
        ("options.unix_socket", options.unix_socket or ""),
        ("options.via", options.via or ""),
        ("options.client_cert_file", options.client_cert_file or ""),
    )
    if options.follow_redirect:
        yield SheetLine(field("options.follow_redirect").brief, "followed by the test")
    if options.stream_response:
        yield SheetLine(field("options.stream_response").brief, "streamed by the test")


def _shown_address(url: str) -> str:
    # What reads addresses is loaded where there is something to hide: not for a first paint.
    if "@" not in url:
        return url
    from integrator_tui.model.url import without_user_info

    return without_user_info(url)
