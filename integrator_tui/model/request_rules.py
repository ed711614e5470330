"""The rules of a described Request: method, path, parameters, headers and body.

Header names are tokens of RFC 9110 section 5.6.2, values one line (section 5.5).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from integrator_tui.model import url
from integrator_tui.model.connection import FormBody, MultipartBody, Pairs, Part, RawBody, Request
from integrator_tui.model.fields import METHODS
from integrator_tui.model.pattern import pattern
from integrator_tui.model.problem import Problem

_TOKEN: Final = pattern(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_CONTROL: Final = pattern(r"[\x00-\x08\x0a-\x1f\x7f]")


def request_problems(request: Request, field: str) -> Iterator[Problem]:
    """Yield what is wrong with a described request whose key in the file is `field`."""
    yield from _method(request, field)
    yield from url.path_problems(request.path, f"{field}.path")
    yield from _pairs(request.params, f"{field}.params", "parameter")
    yield from header_problems(request.headers, f"{field}.headers")
    match request.body:
        case FormBody(form=form):
            yield from _pairs(form, f"{field}.body.form", "field")
        case MultipartBody(multipart=parts):
            for index, part in enumerate(parts):
                yield from _part(part, f"{field}.body.multipart.{index}")


def header_name_problems(name: str, field: str) -> Iterator[Problem]:
    """Yield a Problem where `name` is no header name."""
    if not _TOKEN.match(name):
        hint = "letters, digits and - for example, no spaces and no colon"
        yield Problem(field, "this is no header name (RFC 9110)", hint)


def one_line(text: str, field: str, label: str) -> Iterator[Problem]:
    """Yield a Problem where `text` holds a line break or another control character."""
    if _CONTROL.search(text):
        hint = "write it on one line; in YAML, a block written with | ends with a line break"
        yield Problem(field, f"{label} holds a line break or another control character", hint)


def _method(request: Request, field: str) -> Iterator[Problem]:
    if request.method not in METHODS:
        upper = request.method.strip().upper()
        hint = f"write {upper}" if upper in METHODS else f"one of {', '.join(METHODS)}"
        yield Problem(f"{field}.method", "this is no method that can be sent", hint)
    elif request.method in {"GET", "HEAD"} and _has_content(request):
        message = f"a body means nothing in a {request.method} (RFC 9110), and many servers refuse it"
        yield Problem(f"{field}.body", message, "remove the body, or use POST", severity="warning")


def _has_content(request: Request) -> bool:
    match request.body:
        case FormBody(form=form):
            return bool(url.filled(form))
        case RawBody(raw=raw):
            return bool(raw.strip())
        case MultipartBody(multipart=parts):
            return bool(parts)
    return False


def _pairs(pairs: Pairs, field: str, noun: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for name, value in pairs:
        if not name and value:
            yield Problem(field, f"a {noun} has a value but no name", "give it a name")
        elif name and name in seen:
            yield Problem(f"{field}.{name}", f"another {noun} has this name", "keep one of the two")
        seen.add(name)


def header_problems(headers: Pairs, field: str) -> Iterator[Problem]:
    """Yield what is wrong with headers whose key in the file is `field`."""
    # One name may stand several times: it is sent once for each.
    yield from _pairs(tuple(dict(headers).items()), field, "header")
    names = [name for name, _ in headers]
    for index, (name, value) in enumerate(headers):
        if name:
            yield from header_name_problems(name, f"{field}.{name}")
        yield from one_line(value, f"{field}.{name}", "the value")
        if name not in names[:index] and name.lower() in {other.lower() for other in names[:index]}:
            message = "another header has this name in other letters"
            yield Problem(f"{field}.{name}", message, "header names ignore case: keep one", severity="warning")


def _part(part: Part, field: str) -> Iterator[Problem]:
    if not part.name:
        yield Problem(f"{field}.name", "the part has no name", "give it one (RFC 7578)")
    for key, text in (("name", part.name), ("content_type", part.content_type), ("file_name", part.file_name)):
        yield from one_line(text or "", f"{field}.{key}", key)
