"""From a described request and its values to the bytes that are sent.

Rules: a template is rendered once, and only where it is used; a secret is revealed only where a template
names it, the method's own only for the method. A raw body without a Content-Type is JSON. Values are encoded for
where they stand. A multipart body is the same bytes for the same parts, so that equal token requests can be told
as equal.

Sources: RFC 7578 (multipart/form-data), WHATWG HTML 4.10.21.8 (how names are quoted in it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import integrator_tui
from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.request.address import address
from integrator_tui.engine.request.secret_parts import SecretParts, secret_parts
from integrator_tui.errors import MissingParameter, RequestFailed
from integrator_tui.model.connection import (
    NEEDED_SECRETS,
    Body,
    Connection,
    FormBody,
    MultipartBody,
    Part,
    RawBody,
    Request,
)
from integrator_tui.model.encoding import EncodingContext, octets, raw_body_context
from integrator_tui.model.fields import AUTH_LABELS
from integrator_tui.model.parameters import (
    Purpose,
    declared_secrets,
    given_in_place,
    names,
    own_secret,
    places,
    request_templates,
)
from integrator_tui.model.secret import Secret, SecretRef
from integrator_tui.model.template import parse
from integrator_tui.model.url import form, rendered

FORM_TYPE: Final = "application/x-www-form-urlencoded"
JSON_TYPE: Final = "application/json"
_TOKEN_CHARACTERS: Final = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")

DEFAULT_HEADERS: Final = (
    ("User-Agent", f"integrator-tui/{integrator_tui.__version__}"),
    ("Accept", "*/*"),
    ("Accept-Encoding", "gzip, deflate"),
)


class Values:
    """What templates are filled in with: `plain` by name, and which of the names are secrets.

    `own` is what is taken by its name and fills no template: the method's secret, the passphrase of a key.
    """

    # No NamedTuple: its repr would show the values.
    __slots__ = ("own", "plain", "secret")

    def __init__(
        self,
        plain: Mapping[str, str],
        secret: frozenset[str] = frozenset(),
        own: Mapping[str, str] | None = None,
    ) -> None:
        self.plain = plain
        self.secret = secret
        self.own = own or {}

    @property
    def sensitive(self) -> Iterator[str]:
        """Every value that may not be shown."""
        yield from (self.plain[name] for name in self.secret)
        yield from self.own.values()

    def text(self, template: str, context: EncodingContext = EncodingContext.TEXT) -> str:
        """Render one template."""
        return parse(template).render(self.plain, context)

    def hold_secret(self, *templates: str) -> bool:
        """Tell whether any of the templates is filled in with a secret."""
        return any(name in self.secret for text in templates for name in parse(text).names)


def values(
    connection: Connection,
    purpose: Purpose,
    reveal: Callable[[SecretRef], Secret],
    parameters: Mapping[str, str],
    also: Iterable[str] = (),
) -> Values:
    """Return the values that the templates of `purpose` need, revealing the secrets they name and no other.

    `also` are names needed besides (the secret that a method takes by its own name): stored ones, or one that is
    given as a parameter in its place, which then fills no template. What is optional and not given is empty.
    Raises MissingParameter naming all that are neither a secret nor given, and whatever `reveal` raises.
    """
    held, declared, also = names(connection, purpose), declared_secrets(connection), tuple(also)
    own = {name: reveal(SecretRef(name)).reveal() for name in also if name in connection.secret_names}
    in_place = [name for name in also if name not in own]
    own.update((name, parameters[name]) for name in in_place if name in parameters)
    given = {name: value for name, value in parameters.items() if name not in in_place}
    needed = dict.fromkeys(name for name in held.needed if name not in declared and name not in given)
    if missing := tuple(dict.fromkeys((*needed, *(name for name in also if not _usable(connection, name, own))))):
        raise _missing(connection, purpose, missing)
    secret = frozenset(name for name in held.used if name in declared)
    plain = {name: given.get(name, "") for name in held.used if name not in secret}
    plain.update((name, reveal(SecretRef(name)).reveal()) for name in held.used if name in secret)
    return Values(plain, secret, own)


def _usable(connection: Connection, name: str, own: Mapping[str, str]) -> bool:
    """Whether a value taken by its name can be sent; one that is all of a method is not empty."""
    whole = name == own_secret(connection) and connection.auth.type in NEEDED_SECRETS
    return bool(own.get(name)) if whole else name in own


def _missing(connection: Connection, purpose: Purpose, missing: tuple[str, ...]) -> MissingParameter:
    found = {
        # What was written on the command line has no place in a file.
        name: tuple(field.removeprefix("operation.") for field in fields)
        for name, fields in places(connection, purpose, missing).items()
    }
    own = own_secret(connection)
    hint = ""
    if own in missing and found[own]:
        hint = (
            f"{own} is what {AUTH_LABELS[connection.auth.type]} sends by itself, and fills no template: give the"
            " input another name, or store the value under another name as well"
        )
        if given_in_place(connection, purpose) != own:
            hint = f"{hint}, or give --param {own}=VALUE for the input"
    elif own in missing and connection.auth.type not in NEEDED_SECRETS:
        hint = f"store it as the secret {own}: the file that this one extends gives the method, and no secret"
        found[own] = ("auth",)
    elif own in missing:
        hint = f"store it as the secret {own}, or give it with --param {own}=VALUE ({own}=@FILE reads a file)"
        found[own] = ("auth",)
    return MissingParameter(missing, found, hint)


def render(request: Request, base_url: str, values: Values) -> httpx.Request:
    """Return the request that is sent for a described one below `base_url`.

    Raises RequestFailed for a header that cannot be sent, UsageError for a URL that is none.
    """
    written = ((name, text, values.text(text, EncodingContext.HEADER)) for name, text in request.headers)
    # What stands whole in a section of its own is optional, and a header that is left empty is none.
    headers = [(name, value) for name, text, value in written if value or not parse(text).is_one_section]
    for name, _ in headers:
        if not name or not set(name.lower()) <= _TOKEN_CHARACTERS:
            raise RequestFailed(f"{name!r} cannot be the name of a header", "use letters, digits and hyphens")
    given = {name.lower(): value for name, value in headers}
    content, content_type = _body(request.body, given.get("content-type"), values)
    if content_type and "content-type" not in given:
        headers.append(("Content-Type", content_type))
    elif content_type and "boundary=" in content_type:
        # Nobody could know the boundary beforehand, and without it no server finds the parts.
        headers = [(name, _with_boundary(name, value, content_type)) for name, value in headers]
    defaults = _FOR_A_STREAM if _streams(request, given) else DEFAULT_HEADERS
    headers.extend((name, value) for name, value in defaults if name.lower() not in given)
    keep = request.include_empty_params
    url = rendered(base_url, request.path, request.params, values.plain, include_empty=keep)
    return build(request.method, url, headers, content, _carried(request, values))


_FOR_A_STREAM: Final = tuple(
    (name, "identity" if name == "Accept-Encoding" else value) for name, value in DEFAULT_HEADERS
)
"""A proxy that compresses holds events back until it has a block of them (nginx), or the next one (haproxy)."""


def _streams(request: Request, headers: Mapping[str, str]) -> bool:
    return request.stream_response or "text/event-stream" in headers.get("accept", "").lower()


def _carried(request: Request, values: Values) -> SecretParts:
    """Return which parts of the request are filled in with a secret."""
    if not values.secret:
        return SecretParts()
    body = (text for field, text in request_templates(request, "") if field.startswith(".body."))
    return SecretParts(
        frozenset(name.lower() for name, value in request.headers if values.hold_secret(value)),
        values.hold_secret(*body),
    )


def build(
    method: str, url: str, headers: Iterable[tuple[str, str]], content: bytes | None, marks: SecretParts
) -> httpx.Request:
    """Return an `httpx.Request` with header values in UTF-8. Raises UsageError for a URL httpx cannot read."""
    dialled = address(url)
    raw = [(octets(name), octets(value)) for name, value in headers]
    given = {name.lower() for name, _ in raw}
    # What httpx adds by itself to a request made of its content; that costs as much again as all else here.
    if b"host" not in given:
        raw.insert(0, (b"Host", dialled.netloc))
    if (content or method in _WITH_BODY) and not given & _FRAMING:
        raw.append((b"Content-Length", b"%d" % len(content or b"")))
    stream = httpx.ByteStream(content or b"")
    request = httpx.Request(method, dialled, headers=raw, stream=stream, extensions=marks.extension())
    request.read()
    return request


_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_FRAMING: Final = frozenset({b"content-length", b"transfer-encoding"})


def with_content(request: httpx.Request, content: bytes) -> httpx.Request:
    """Return a request without a body with one that is sent as it is, as JSON where no header names a type."""
    headers = [(k, v) for k, v in request.headers.raw if k.lower() != b"content-length"]
    if "content-type" not in request.headers:
        headers.append((b"Content-Type", octets(JSON_TYPE)))
    return httpx.Request(
        request.method, request.url, headers=headers, content=content, extensions=secret_parts(request).extension()
    )


def _body(body: Body | None, given_type: str | None, values: Values) -> tuple[bytes | None, str | None]:
    """The bytes of a body and the Content-Type to send where the request gives none."""
    match body:
        case RawBody(raw="") | FormBody(form=()) | MultipartBody(multipart=()):
            return None, None
        case FormBody(form=pairs):
            return octets(form(pairs, values.plain)), FORM_TYPE
        case RawBody(raw=raw):
            return octets(values.text(raw, raw_body_context(given_type))), JSON_TYPE
        case MultipartBody(multipart=parts):
            return _multipart(parts, values)
        case _:
            return None, None


def _multipart(parts: tuple[Part, ...], values: Values) -> tuple[bytes, str]:
    written = [_part(part, values) for part in parts]
    boundary = b"----" + hashlib.sha256(b"\0".join(written)).hexdigest()[:32].encode("ascii")
    lines = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in written)
    return lines + b"--" + boundary + b"--\r\n", f"multipart/form-data; boundary={boundary.decode('ascii')}"


def _part(part: Part, values: Values) -> bytes:
    head = f'Content-Disposition: form-data; name="{_quoted(values.text(part.name))}"'
    if part.file_name is not None:
        head += f'; filename="{_quoted(values.text(part.file_name))}"'
    if part.content_type is not None:
        head += f"\r\nContent-Type: {values.text(part.content_type, EncodingContext.HEADER)}"
    elif part.file_name is not None:
        head += "\r\nContent-Type: application/octet-stream"
    content = part.data if part.data is not None else octets(values.text(part.content, _part_context(part, values)))
    return octets(head) + b"\r\n\r\n" + content


def _part_context(part: Part, values: Values) -> EncodingContext:
    """A part that names its type is written as a body of that type; one that names none holds plain text."""
    return raw_body_context(values.text(part.content_type)) if part.content_type else EncodingContext.TEXT


def _with_boundary(name: str, value: str, content_type: str) -> str:
    """Return the value of a header, with the boundary of `content_type` where it is a multipart Content-Type."""
    media_type = value.partition(";")[0].strip()
    if name.lower() != "content-type" or not media_type.lower().startswith("multipart/"):
        return value
    return f"{media_type};{content_type.partition(';')[2]}"


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
