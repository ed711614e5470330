"""URLs: read, joined and compared by the rules of RFC 3986, with no network and no HTTP library.

Rules: base URL and path are joined with exactly one slash, the base URL's own path and query kept;
queries concatenate in the order base, path, params; a fragment is never sent. What was typed keeps its
`%XX`; what no URL may hold is encoded. Scheme, host and port hold no template, no URL holds user info,
and a path is never an absolute URL: each is a Problem. An origin is scheme, host in lower case and
ASCII (IDNA 2008), and port (RFC 6454).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from integrator_tui.errors import MissingParameter, UsageError
from integrator_tui.model.encoding import EncodingContext, form_field, percent, typed_url
from integrator_tui.model.host import canonical_host, ipv4, too_long
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.pattern import pattern
from integrator_tui.model.problem import Problem
from integrator_tui.model.template import parse
from integrator_tui.model.text import is_hidden, visible

QueryPairs = tuple[tuple[str, str], ...]

PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}

_PARTS: Final = pattern(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#\\]*)(?P<rest>.*)", re.DOTALL)
_ABSOLUTE: Final = pattern(r"\s*[A-Za-z][A-Za-z0-9+.-]*://")
_CONTROL: Final = pattern(r"[\x01-\x1f\x7f]")
_BARE: Final = pattern(r"[\w.-]+(:\d+)?(/|$)")
_AUTHORITY: Final = pattern(r"\s*(?:[^/?#@]*:)?//")
_AUTHORITY_END: Final = pattern(r"[/?#]|\Z")
_MISTYPED: Final = pattern(
    r"\s*(?P<scheme>https?(?=[:;])|[a-z]{3,7}(?=[:;]?/))(?:[:;]\s*/{0,3}|//+)\s*(?P<rest>.*)", re.I | re.DOTALL
)
_HOST_AND_PORT: Final = pattern(r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:/?#@\[\]]+)(?::\d{1,5})?(?=[/?#]|\Z)")
_LOCAL: Final = pattern(r"(?:localhost|127\.[0-9.]+|\[::1\])(?=[:/?#]|\Z)", re.I)
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


def rendered(
    base_url: str, path: str, params: QueryPairs, values: Mapping[str, str], *, include_empty: bool = True
) -> str:
    """Return the URL that a request asks for, with its templates filled in from `values`.

    Values are encoded for where they stand; parameters whose value is empty are left out but where
    `include_empty` is set. Raises MissingParameter naming every value that is missing in any of the three,
    RequestFailed for one that would leave its segment of the path, and UsageError where scheme, host or port
    hold a template or are no URL.
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
    sent = plain if include_empty else tuple(pair for pair in plain if pair[1])
    return join(head + _render_tail(tail, values), parse(path).render(values, EncodingContext.URL), sent)


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
    if hidden := _hidden(masked, 0, match.end("authority") if match else len(masked)):
        return (Problem(field, *hidden),)
    if not match or _begins_twice(match):
        return (_not_absolute(text, masked, field, schemes),)
    found = list(_authority_problems(match, field, user_info))
    if (scheme := match["scheme"].lower()) not in schemes:
        from integrator_tui.model.nearest import did_you_mean

        near = did_you_mean(scheme, schemes)
        hint = near if near and scheme not in PORTS else f"begin with {wanted}"
        found.append(Problem(field, f"the scheme {match['scheme']} cannot be used here", hint))
    if hidden := _hidden(masked, match.end("authority"), len(masked)):
        found.append(Problem(field, *hidden, severity="warning"))
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
    if hidden := _hidden(masked, 0, len(masked)):
        found.append(Problem(field, *hidden, severity="warning"))
    if "#" in masked:
        hint = "remove it, or write %23 for the character itself"
        found.append(Problem(field, "the part after # is never sent", hint, severity="warning"))
    return tuple(found)


def meant(text: str) -> str | None:
    """Return the http or https URL that somebody meant who left out or mistyped its beginning, None where it does
    not look like one: `https//h`, `https:/h`, `https://https://h`, `h:8080/x`, `//h`.

    A local address is likelier to speak http; anything else is proposed with https.
    """
    scheme, rest = "", text.strip()
    while typo := _mistyped(rest, ("http", "https")):
        scheme, rest = typo
    bare = rest.removeprefix("://").removeprefix("//")
    host = _HOST_AND_PORT.match(bare)
    if not host or host[0].isdigit() or host[0].lower() in {"http", "https"} or any(map(is_hidden, bare)):
        return None
    named = bool(scheme or bare != rest or _LOCAL.match(bare) or re.search(r":\d", host[0]))
    if not named and not ("." in host[0] and "/" in bare[host.end() :]) and not bare.startswith("www."):
        return None
    scheme = scheme or ("http" if _LOCAL.match(bare) else "https")
    candidate = f"{scheme}://{bare}"
    return None if any(problem.is_error for problem in problems(candidate, "")) else candidate


def _mistyped(text: str, schemes: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the scheme that is meant and what follows it where a text begins with a mistyped one, else None."""
    typo = _MISTYPED.match(text)
    if typo is None:
        return None
    # A URL that is one needs none of it.
    from integrator_tui.model.nearest import nearest

    near = nearest(typo["scheme"], schemes)
    return None if near is None else (near, typo["rest"])


def _begins_twice(match: re.Match[str]) -> bool:
    """Whether what looks like the host is the scheme of a second beginning: `https://https://h`."""
    return bool(re.fullmatch(r"https?:?", match["authority"], re.I)) and (
        match["authority"].endswith(":") or match["rest"].startswith("//")
    )


def _not_absolute(text: str, masked: str, field: str, schemes: tuple[str, ...]) -> Problem:
    if masked.lstrip()[:1] == _MASK or _MASK in masked.partition("/")[0]:
        return _no_template(field)
    wanted = " or ".join(f"{scheme}://" for scheme in schemes)
    if _PARTS.match(masked.lstrip()):
        what = "the URL begins twice: a scheme stands where its host should"
    elif _mistyped(text, schemes):
        what = "this is not an absolute URL: behind its scheme stands no ://"
    else:
        what = "this is not an absolute URL"
    bare = text.strip().removeprefix("//")
    candidate = meant(text)
    if "https" not in schemes or (candidate is None and _BARE.match(bare)):
        candidate = f"{schemes[-1]}://{bare}" if _BARE.match(bare) and not bare.startswith("http") else None
    return Problem(field, what, f"write {visible(candidate, limit=200)}" if candidate else f"begin with {wanted}")


def _hidden(text: str, start: int, end: int) -> tuple[str, str] | None:
    """Message and hint for the first character in a part of a URL that nobody sees, as pages leave them."""
    if text.isascii():
        return None
    for at in range(start, end):
        char = text[at]
        # A joiner has its place in some scripts: where it has none, IDNA says so.
        if char > "\x7f" and char not in "\u200c\u200d" and is_hidden(char):
            name = unicodedata.name(char, "a control character").lower()
            return (
                f"the URL holds a character that nobody sees: U+{ord(char):04X}, {name}, at column {at + 1}",
                "delete it, or type that part again: it came along with a copy",
            )
    return None


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
        host, _ = _address(address, match["scheme"].lower())
    except UsageError as error:
        yield Problem(field, error.message, error.hint)
        return
    if ":" not in host and too_long(host):
        message = "the host of the URL is too long: 63 characters between two dots, 253 in all"
        yield Problem(field, message, "check its spelling", severity="warning")
    if ":" not in host and (number := ipv4(host)) not in (None, host.removesuffix(".")):
        yield Problem(field, f"the host is the address {number}", f"write {number}", severity="warning")


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
    return canonical_host(host), int(port) if port else PORTS.get(scheme, 0)


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
