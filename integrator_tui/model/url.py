"""URLs: read, joined and compared by the rules of RFC 3986, with no network and no HTTP library.

Rules: base URL and path are joined with exactly one slash, the base URL's own path and query kept;
queries concatenate in the order base, path, params; a fragment is never sent. What was typed keeps its
`%XX`; what no URL may hold is encoded. Scheme, host and port hold no template, no URL holds user info,
and a path is never an absolute URL: each is a Problem. An origin is scheme, host in lower case and
ASCII (IDNA 2008), and port (RFC 6454).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from integrator_tui.errors import MissingParameter, UsageError
from integrator_tui.model.encoding import EncodingContext, form_field, percent, typed_url
from integrator_tui.model.problem import Problem
from integrator_tui.model.template import parse

QueryPairs = tuple[tuple[str, str], ...]

PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}

_PARTS: Final = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#\\]*)(?P<rest>.*)", re.DOTALL)
_ABSOLUTE: Final = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*://")
_CONTROL: Final = re.compile(r"[\x01-\x1f\x7f]")
_BARE: Final = re.compile(r"[\w.-]+(:\d+)?(/|$)")
_AUTHORITY: Final = re.compile(r"\s*(?:[^/?#@]*:)?//")
_AUTHORITY_END: Final = re.compile(r"[/?#]|\Z")
_NAME: Final = re.compile(r"[A-Za-z0-9_~-](?:[A-Za-z0-9._~-]*)\Z")
_MASK: Final = "\0"


class _Parts(NamedTuple):
    scheme: str
    host: str
    port: int
    rest: str


def join(base_url: str, path: str = "", params: QueryPairs = ()) -> str:
    """Return the URL that a request asks for. Nothing here may hold a template any more.

    `base_url` and `path` are URL text (what Context.URL renders), `params` plain text that is encoded here.
    Raises UsageError where `base_url` is not an absolute URL.
    """
    parts = _split(base_url)
    base_path, base_query = _path_and_query(parts.rest)
    own_path, own_query = _path_and_query(path)
    if own_path:
        base_path = f"{base_path.rstrip('/')}/{own_path.lstrip('/')}"
    written = "&".join(f"{percent(name)}={percent(value)}" for name, value in filled(params))
    query = "&".join(piece for piece in (base_query, own_query, written) if piece)
    authority = base_url[: len(base_url) - len(parts.rest)]
    return authority + base_path + ("?" + query if query else "")


def rendered(base_url: str, path: str, params: QueryPairs, values: Mapping[str, str]) -> str:
    """Return the URL that a request asks for, with its templates filled in from `values`.

    Values are encoded for where they stand. Raises MissingParameter naming every value that is missing in
    any of the three, and UsageError where scheme, host or port hold a template or are no URL.
    """
    fields = (base_url, path, *(value for _, value in params))
    missing = dict.fromkeys(name for text in fields for name in parse(text).missing(values))
    if missing:
        raise MissingParameter(tuple(missing))
    if wrong := [problem for problem in problems(base_url, "base_url") if problem.is_error]:
        raise UsageError(wrong[0].message, wrong[0].hint)
    start = parse(base_url).masked("x").find("//") + 2
    head, tail = base_url[:start], base_url[start:]
    plain = tuple((name, parse(value).render(values, EncodingContext.TEXT)) for name, value in filled(params))
    return join(head + _render_tail(tail, values), parse(path).render(values, EncodingContext.URL), plain)


def form(pairs: QueryPairs, values: Mapping[str, str]) -> str:
    """Return pairs as an `application/x-www-form-urlencoded` body, templates in their values filled in first."""
    plain = ((name, parse(value).render(values, EncodingContext.TEXT)) for name, value in filled(pairs))
    return "&".join(f"{form_field(name)}={form_field(value)}" for name, value in plain)


def filled(pairs: QueryPairs) -> QueryPairs:
    """Return the pairs without empty rows, as an editor leaves one at its end."""
    return tuple(pair for pair in pairs if any(pair))


def origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host (lower case, ASCII, an IPv6 address without brackets) and port.

    Raises UsageError where `url` is not an absolute URL with a usable host and port.
    """
    parts = _split(url)
    return parts.scheme, parts.host, parts.port


def same_origin(first: str, second: str) -> bool:
    """Whether both are absolute URLs of one origin; what cannot be read as a URL has none."""
    try:
        return origin(first) == origin(second)
    except UsageError:
        return False


def without_user_info(url: str) -> str:
    """Return `url` without user name and password, whatever else is wrong with it."""
    match = _AUTHORITY.match(url)
    if not match:
        return url
    rest = url[match.end() :]
    authority = rest[: _authority_end(rest)]
    if "@" in authority:
        return url[: match.end()] + rest[authority.rindex("@") + 1 :]
    # An unencoded `/`, `?` or `#` in a password ends the authority too soon; it shows as a port that is none.
    port = authority.rpartition(":")[2] if ":" in authority and not authority.endswith("]") else ""
    if port and not port.isdigit() and "@" in rest:
        return url[: match.end()] + rest[rest.rindex("@") + 1 :]
    return url


@lru_cache(maxsize=2048)
def problems(
    text: str, field: str, *, schemes: tuple[str, ...] = ("http", "https"), user_info: bool = False
) -> tuple[Problem, ...]:
    """Return what is wrong with a URL that may hold templates in its path and query.

    `user_info` allows a user name and password, templates included.
    """
    masked = parse(text).masked(_MASK)
    match = _PARTS.match(masked.lstrip())
    wanted = " or ".join(f"{scheme}://" for scheme in schemes)
    if not match:
        hidden = masked.lstrip()[:1] == _MASK or _MASK in masked.partition("/")[0]
        if hidden:
            return (_no_template(field),)
        bare = text.strip().removeprefix("//")
        hint = f"write {schemes[-1]}://{bare}" if _BARE.match(bare) else f"begin with {wanted}"
        return (Problem(field, "this is not an absolute URL", hint),)
    found = list(_authority_problems(match, field, user_info))
    if match["scheme"].lower() not in schemes:
        found.append(Problem(field, f"the scheme {match['scheme']} cannot be used here", f"begin with {wanted}"))
    if text != text.strip():
        found.append(Problem(field, "there is white space around the URL", "remove it"))
    elif _CONTROL.search(masked):
        found.append(Problem(field, "the URL holds a control character", "write it on one line"))
    if "#" in match["rest"]:
        found.append(Problem(field, "the part after # is never sent", "remove it", severity="warning"))
    return tuple(found)


def path_problems(text: str, field: str) -> tuple[Problem, ...]:
    """Return what is wrong with the path of a request, which may hold templates and a query."""
    masked = parse(text).masked(_MASK)
    if _ABSOLUTE.match(masked):
        hint = "give the path alone; another host is another connection"
        return (Problem(field, "a path cannot be an absolute URL", hint),)
    found = []
    if _CONTROL.search(masked):
        found.append(Problem(field, "the path holds a control character", "write it on one line"))
    if "#" in masked:
        hint = "remove it, or write %23 for the character itself"
        found.append(Problem(field, "the part after # is never sent", hint, severity="warning"))
    return tuple(found)


def _no_template(field: str) -> Problem:
    hint = "write scheme, host and port as they are; {{…}} may stand in the path and the query"
    return Problem(field, "scheme, host and port of a URL cannot hold a template", hint)


def _authority_problems(match: re.Match[str], field: str, user_info: bool) -> Iterator[Problem]:
    _, at, address = match["authority"].rpartition("@")
    if at and not user_info:
        hint = "remove it; user name and password belong to the authentication"
        yield Problem(field, "the URL holds a user name or password", hint)
    if _MASK in address:
        yield _no_template(field)
        return
    if match["rest"].startswith("\\"):
        yield Problem(field, "the host is followed by a backslash", "write /")
        return
    try:
        _address(address, match["scheme"].lower())
    except UsageError as error:
        yield Problem(field, error.message, error.hint)


def _split(url: str) -> _Parts:
    match = _PARTS.match(url)
    if not match or match["rest"].startswith("\\"):
        raise UsageError("this is not an absolute URL", "begin with http:// or https://")
    _, _, address = match["authority"].rpartition("@")
    scheme = match["scheme"].lower()
    host, port = _address(address, scheme)
    return _Parts(scheme, host, port, match["rest"])


@lru_cache(maxsize=2048)
def _address(text: str, scheme: str) -> tuple[str, int]:
    """Host and port of an authority without its user info."""
    host, colon, port = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if not colon:
        host, port = text, ""
    if port and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536 and len(port) < 6):
        raise UsageError("the port of the URL is not a number from 1 to 65535", "write host:port")
    return _host(host), int(port) if port else PORTS.get(scheme, 0)


def _host(text: str) -> str:
    if text.startswith("[") and text.endswith("]"):
        address, _, zone = text[1:-1].partition("%")
        try:
            return ipaddress.IPv6Address(address).compressed + (f"%{zone.removeprefix('25')}" if zone else "")
        except ValueError:
            raise UsageError(
                "the brackets in the URL hold no IPv6 address", "for example http://[::1]:8080"
            ) from None
    host = text.lower()
    if not host.isascii():
        host = _ascii(host)
    if not _NAME.match(host):
        what = "the host of the URL holds a character that no host name has" if host else "the URL has no host"
        raise UsageError(what, "for example https://api.example.com")
    return host


def _ascii(host: str) -> str:
    import idna

    try:
        return idna.encode(host).decode("ascii")
    except idna.IDNAError:
        raise UsageError("the host of the URL is no international domain name", "check its spelling") from None


def _path_and_query(text: str) -> tuple[str, str]:
    path, _, query = typed_url(text).partition("#")[0].partition("?")
    return path, query


def _render_tail(tail: str, values: Mapping[str, str]) -> str:
    """Everything after `//`: authority as it is, then path and query."""
    at = _authority_end(parse(tail).masked("x"))
    return tail[:at] + parse(tail[at:]).render(values, EncodingContext.URL)


def _authority_end(text: str) -> int:
    end = _AUTHORITY_END.search(text)
    return end.start() if end else len(text)
