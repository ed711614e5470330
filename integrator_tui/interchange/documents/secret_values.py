"""Values that are named like secrets in the text of a body, whatever it is written in: the one place that looks.

Rules: names decide, wherever they stand: keys of JSON at any depth, and all that lies below one; elements and
attributes of XML; fields of a form; arguments of GraphQL; lines of `name: value` and `name=value`; user info and
query of an address. A text inside a text (JSON in a string of JSON) is looked into as well. Numbers count, true,
false and null do not; templates and marks are passed over. What stands around stays letter for letter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final, NamedTuple
from urllib.parse import unquote, unquote_plus

from integrator_tui.interchange.documents.xml_values import with_xml_values
from integrator_tui.model import encoding
from integrator_tui.model.secret_names import names_a_secret

FORM: Final = "application/x-www-form-urlencoded"


class SecretValue(NamedTuple):
    """A value with the name that makes it a secret: what it means, and how it is written where it stands.

    `where` is string (inside the quotes of a JSON string), number (in their place outside), form (a field of a
    body that is a form) or text (anything else). What templates or marks are filled into comes as it stands.
    """

    name: str
    value: str
    written: str
    where: str


Replace = Callable[[SecretValue], str | None]
"""Gives what is written in place of a value, None where it stays."""

_WORDS: Final = ("pass", "pwd", "secret", "token", "key", "authorization", "cookie", "\\u", "%", "://")
"""One of these stands in every text with such a name; in most there is none."""
_TEMPLATE: Final = r"\{\{\{?[^{}\"\n]*\}\}\}?|[\ue000\ue002-\ue004][^\ue001]*\ue001"
_JSON: Final = re.compile(
    rf'"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|({_TEMPLATE})|([{{}}\[\]])|(-?\d[\d.eE+-]*)', re.DOTALL
)
_ARGUMENT: Final = re.compile(r'\b([A-Za-z_]\w*)(\s*:\s*)"([^"\\\n]*(?:\\.[^"\\\n]*)*)"')
_LINE: Final = re.compile(
    r"""^([ \t]*(?:-[ \t]+|export[ \t]+)?)(["']?)([A-Za-z_][\w.-]{0,100})\2([ \t]*[:=][ \t]*)([^\s#][^\n]*)$""",
    re.MULTILINE,
)
_FIELDS: Final = re.compile(r"[\w.%+\[\]-]+=[^&\s]*(?:&[\w.%+\[\]-]+=[^&\s]*)*\Z")
_ADDRESS: Final = re.compile(
    r"(?<![A-Za-z0-9+.-])([A-Za-z][A-Za-z0-9+.-]{0,20}://)(?:([^/?#\s@:]*)(?::([^/?#\s@]*))?@)?([^?#\s]*)"
    r"(?:\?([^#\s]*))?"
)
_DEEPEST: Final = 4
"""Texts inside of texts."""


def with_secrets(text: str, media_type: str, replaced: Replace) -> str:
    """Return the text of a body with what `replaced` gives in place of each value that is named like a secret;
    `media_type` is what it is sent as, empty for JSON."""
    if not may_hold_secret(text):
        return text
    kind = encoding.media_type(media_type) or "application/json"
    return _of_kind(text, kind, replaced, 0)


def holds_secret(text: str, name: str = "") -> bool:
    """Return whether a text that has this name, and is no secret by that, holds one."""
    return may_hold_secret(text) and _holds_secret(text, name, 0)


def within(text: str, name: str, replaced: Replace) -> str:
    """Return a value of this name, which is no secret by that, with the secrets in it replaced."""
    return _inner(text, name, replaced, 0) if may_hold_secret(text) else text


def may_hold_secret(text: str) -> bool:
    """Return whether it pays to look into a text: some part of a name that makes a secret stands in it."""
    if text.isalnum():
        # A word, and no name of another.
        return False
    small = text.lower()
    return any(word in small for word in _WORDS)


def _of_kind(text: str, kind: str, replaced: Replace, depth: int) -> str:
    first = text.lstrip("\ufeff \t\r\n")[:1]
    is_template = text.lstrip().startswith("{{") and not kind.endswith("json")
    if first == "<":
        return with_xml_values(text, lambda name, value: _given(replaced, name, value, value, "text", value))
    if (first in ("{", "[") and not is_template) or kind.endswith("json"):
        return _in_json(text, replaced, depth)
    if kind == FORM:
        return "&".join(_field(piece, replaced, "form", depth) for piece in text.split("&"))
    if kind == "application/graphql":
        return _in_graphql(text, replaced)
    plain = text.strip()
    if _FIELDS.match(plain):
        return "&".join(_field(piece, replaced, "text", depth) for piece in text.split("&"))
    return _in_lines(text, replaced)


def _given(replaced: Replace, name: str, value: str, written: str, where: str, otherwise: str) -> str:
    made = replaced(SecretValue(name, value, written, where))
    return otherwise if made is None else made


# --- JSON ---


def _in_json(text: str, replaced: Replace, depth: int) -> str:
    """Scan JSON, or what templates will make JSON of, token by token; nothing has to be whole."""
    pieces: list[str] = []
    done = 0
    above: list[str] = []
    """The names that containers stand below, empty where that is no secret's."""
    below = key = ""
    for token in _JSON.finditer(text):
        string, colon, template, bracket, number = token.groups()
        if bracket:
            if bracket in "{[":
                above.append(below)
                below = below or (key if key and names_a_secret(key) else "")
                if bracket == "{":
                    key = ""
            else:
                below = above.pop() if above else ""
                key = ""
        elif string is not None and colon:
            key = _decoded(string)
        else:
            name = below or (key if key and names_a_secret(key) else "")
            bare, new = number or template, None
            if bare and name:
                new = replaced(SecretValue(name, bare, bare, "number"))
            elif string and name:
                made = replaced(_of_string(name, string))
                new = None if made is None else f'"{made}"'
            elif string and depth < _DEEPEST:
                made = _in_string(string, key, replaced, depth)
                new = None if made == string else f'"{made}"'
            if new is not None:
                pieces += (text[done : token.start()], new)
                done = token.end()
    return "".join((*pieces, text[done:])) if pieces else text


def _in_string(written: str, key: str, replaced: Replace, depth: int) -> str:
    """Return a JSON string, without its quotes, whose text may hold secrets itself: with these replaced where they
    are written as they are meant, else as a secret as a whole."""
    if not may_hold_secret(written):
        return written
    value = _decoded(written)
    found: list[SecretValue] = []
    _inner(value, key, _gathering(found), depth + 1)
    if not found:
        return written
    if _encoded(value) == written and all(_encoded(each.written) == each.value for each in found):

        def one(each: SecretValue) -> str | None:
            return replaced(each._replace(where="string"))

        return _encoded(_inner(value, key, one, depth + 1))
    made = replaced(_of_string(key or "text", written))
    return written if made is None else made


def _inner(text: str, key: str, replaced: Replace, depth: int) -> str:
    """Return a text that is the value of something, with the secrets in it replaced."""
    first = text.lstrip()[:1]
    if first in ("{", "[") and not text.lstrip().startswith("{{"):
        return _in_json(text, replaced, depth)
    if first == "<":
        return with_xml_values(text, lambda name, value: _given(replaced, name, value, value, "text", value))
    if _FIELDS.match(text):
        return "&".join(_field(piece, replaced, "text", depth) for piece in text.split("&"))
    if depth == 0 and "\n" in text:
        # Settings of several lines; in a string of JSON that is prose more often than not.
        return _in_lines(text, replaced)
    if "://" in text:
        return _ADDRESS.sub(lambda found: _in_address(found, replaced), text)
    if key == "query" and "(" in text:
        return _in_graphql(text, replaced)
    return text


def _holds_secret(text: str, name: str, depth: int) -> bool:
    found: list[SecretValue] = []
    _inner(text, name, _gathering(found), depth)
    return bool(found)


def _gathering(found: list[SecretValue]) -> Replace:
    def take(each: SecretValue) -> str | None:
        if "{{" not in each.value and each.value:
            found.append(each)
        return None

    return take


def _of_string(name: str, written: str) -> SecretValue:
    value = _decoded(written)
    # What no JSON reader takes stays as it is.
    is_string = value != written or _encoded(value) == written
    return SecretValue(name, value, written, "string" if is_string else "text")


def _decoded(written: str) -> str:
    if "\\" not in written:
        return written
    try:
        return str(json.loads(f'"{written}"', strict=False))
    except ValueError:
        return written


def _encoded(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


# --- forms, addresses, GraphQL, lines ---


def _field(piece: str, replaced: Replace, where: str, depth: int) -> str:
    name, equals, written = piece.partition("=")
    if not equals or not written:
        return piece
    plain, value = unquote_plus(name).strip(), unquote_plus(written)
    # What is encoded as a whole is a secret as a whole.
    if names_a_secret(plain) or (depth < _DEEPEST and _holds_secret(value, plain, depth + 1)):
        return f"{name}={_given(replaced, plain, value, written.rstrip(), where, written)}"
    return piece


def _in_address(found: re.Match[str], replaced: Replace) -> str:
    scheme, user, password, rest, query = found.groups()
    info = ""
    if user is not None:
        info = f"{user}@"
        if password:
            info = f"{user}:{_given(replaced, 'password', unquote(password), password, 'text', password)}@"
    if query:
        pieces = []
        for piece in query.split("&"):
            name, equals, written = piece.partition("=")
            is_secret = written and names_a_secret(unquote(name))
            new = _given(replaced, unquote(name), written, written, "text", written) if is_secret else written
            pieces.append(f"{name}{equals}{new}")
        query = "&".join(pieces)
    return f"{scheme}{info}{rest}" + (f"?{query}" if query is not None else "")


def _in_graphql(text: str, replaced: Replace) -> str:
    def one(found: re.Match[str]) -> str:
        name, between, written = found.groups()
        if not written or not names_a_secret(name):
            return found[0]
        return f'{name}{between}"{_given(replaced, name, _decoded(written), written, "text", written)}"'

    return _ARGUMENT.sub(one, text)


def _in_lines(text: str, replaced: Replace) -> str:
    def one(found: re.Match[str]) -> str:
        indent, quote, name, between, line = found.groups()
        if not names_a_secret(name):
            return found[0]
        written = line.rstrip()
        behind, inner, mark = line[len(written) :], written, ""
        if len(written) > 1 and written[0] == written[-1] and written[0] in "\"'":
            mark, inner = written[0], written[1:-1]
        new = _given(replaced, name, inner, inner, "text", inner) if inner else inner
        return f"{indent}{quote}{name}{quote}{between}{mark}{new}{mark}{behind}"

    text = _LINE.sub(one, text)
    return _ADDRESS.sub(lambda found: _in_address(found, replaced), text) if "://" in text else text
