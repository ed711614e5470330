"""How a value is written where it stands, so that it stays one value there.

Rules: a value in a form, a query or a path has every reserved character percent-encoded (RFC 3986
section 2.2), text that somebody typed as part of a URL keeps its delimiters and its `%XX` and has only
encoded what no URL may hold; JSON string content follows RFC 8259 section 7; XML text is safe in
attributes too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from typing import Final
from urllib.parse import quote_from_bytes

from integrator_tui.model.pattern import pattern

_NOT_IN_A_URL: Final = pattern(r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]+")
_XML: Final[Mapping[int, str]] = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "\r": "&#13;"}
)


class EncodingContext(Enum):
    """Where a template stands, which decides how its values are written.

    FORM and QUERY are the value of one pair, PATH a path segment, URL a whole URL or the path of a request:
    PATH up to the first `?` and QUERY after it, with what was typed around the values made valid. FORM_TEXT is a
    body of several pairs that somebody wrote out.
    """

    FORM = "form"
    FORM_TEXT = "form text"
    QUERY = "query"
    PATH = "path"
    URL = "url"
    JSON = "json"
    XML = "xml"
    TEXT = "text"
    HEADER = "header"


def octets(text: str) -> bytes:
    """Return `text` in UTF-8; bytes that came undecoded from a command line are those bytes again."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def percent(value: str, keep: str = "") -> str:
    """Return `value` percent-encoded but for RFC 3986's unreserved characters and those in `keep`."""
    return quote_from_bytes(octets(value), safe=keep)


def form_field(value: str) -> str:
    """Return a name or value as `application/x-www-form-urlencoded` writes it: percent-encoded, a space as `+`."""
    return percent(value, " ").replace(" ", "+")


def typed_url(text: str) -> str:
    """Return what somebody typed as (part of) a URL with only those characters encoded that no URL may hold.

    Delimiters and well-formed `%XX` stay, so that nothing is encoded twice.
    """
    return _NOT_IN_A_URL.sub(lambda match: percent(match[0]), text)


def json_content(value: str) -> str:
    """Return `value` as it stands between the quotes of a JSON string."""
    lone_surrogates = any("\ud800" <= char <= "\udfff" for char in value) if not value.isascii() else False
    return json.dumps(value, ensure_ascii=lone_surrogates)[1:-1]


def xml_text(value: str) -> str:
    """Return `value` as XML character data, which is safe in a quoted attribute too."""
    return value.translate(_XML)


def write(value: str, context: EncodingContext, *, raw: bool = False) -> str:
    """Return `value` written for `context`; `raw` is what Mustache's triple braces ask for.

    Raw means as it is in a body that was written out (JSON, XML, a form's text), the same as any value in the
    value of one form field or a query, and in a path that `/` stays.
    """
    match context:
        case EncodingContext.FORM:
            return form_field(value)
        case EncodingContext.FORM_TEXT if not raw:
            return form_field(value)
        case EncodingContext.QUERY:
            return percent(value)
        case EncodingContext.PATH | EncodingContext.URL:
            return percent(value, "/" if raw else "")
        case EncodingContext.JSON if not raw:
            return json_content(value)
        case EncodingContext.XML if not raw:
            return xml_text(value)
        case _:
            return value


def media_type(content_type: str) -> str:
    """Return the type alone, in lower case, without its parameters (RFC 9110 section 8.3.1)."""
    return content_type.partition(";")[0].strip().lower()


def raw_body_context(content_type: str | None) -> EncodingContext:
    """Return how `{{name}}` is written in a raw body of that Content-Type: JSON, XML, a form, else as it is.

    No Content-Type at all is sent as `application/json`. Types ending in `+json` and `+xml` count too
    (RFC 6839).
    """
    kind = media_type(content_type or "application/json")
    if kind in {"application/json", "text/json"} or kind.endswith("+json"):
        return EncodingContext.JSON
    if kind in {"application/xml", "text/xml"} or kind.endswith("+xml"):
        return EncodingContext.XML
    if kind == "application/x-www-form-urlencoded":
        return EncodingContext.FORM_TEXT
    return EncodingContext.TEXT
