"""Text of a document as templates of ours.

Rules: only what the document calls a variable is a template; braces that are meant stay braces. A variable in a
JSON string is inserted as content of one, elsewhere in a body and in a path as it is. What is named like a secret
becomes one, wherever it stands: header, query, form, part, JSON, XML.
"""

from __future__ import annotations

import json
import re
from typing import Final
from urllib.parse import unquote, unquote_plus

from integrator_tui.interchange.collections.names import KEYS, ConnectionNames
from integrator_tui.interchange.collections.variables import MARK, WHOLE_MARK, Variables
from integrator_tui.interchange.documents.source import literal
from integrator_tui.interchange.documents.xml_values import with_xml_values
from integrator_tui.model.secret_names import names_a_secret

_PIECES: Final = re.compile("[\ue000\ue002\ue003\ue004]([^\ue001]*)\ue001")
_JSON_MEMBER: Final = re.compile(
    r'"((?:[^"\\]|\\.){1,200})"(\s*:\s*)(?:"((?:[^"\\]|\\.)*)"|(-?\d[\d.eE+-]*)|(\ue000[^\ue001]*\ue001))'
)
_IN_STRINGS: Final = re.compile(r'\\.|"', re.DOTALL)
_SCHEMES: Final = frozenset({"authorization", "proxy-authorization"})


class TemplateWriter:
    """Writes the texts of one request for one connection."""

    def __init__(self, names: ConnectionNames, variables: Variables) -> None:
        self._names = names
        self._variables = variables

    def value(self, text: str) -> str:
        """Return text of a header, a form field, a query parameter or the like."""
        return self._written(self._variables.filled(text), raw=False)

    def raw(self, text: str) -> str:
        """Return text in which variables are inserted as they are."""
        return self._written(self._variables.filled(text), raw=True)

    def of_filled(self, text: str, *, raw: bool) -> str:
        """Return text that was filled in before."""
        return self._written(text, raw=raw)

    def named(self, name: str, text: str, keys: frozenset[str] = frozenset()) -> str:
        """Return the value of something that has a name: where that says so, the template of a secret."""
        if not text or not names_a_secret(name, keys):
            return self.value(text)
        return self._written(self._secret(name, text), raw=False)

    def header(self, name: str, text: str) -> str:
        """Return the value of a header."""
        scheme, blank, rest = text.strip().partition(" ")
        if name.lower() in _SCHEMES and blank and rest.strip() and "{{" not in scheme:
            return f"{scheme} {self.named(name, rest.strip())}"
        return self.named(name, text, KEYS)

    def query(self, query: str) -> str:
        """Return a query that was filled in, pair by pair, as text behind a path."""
        pieces = []
        for piece in query.split("&"):
            name, equals, value = piece.partition("=")
            secret = bool(value) and names_a_secret(unquote(name), KEYS)
            written = self._secret_filled(unquote(name), unquote(value)) if secret else value
            pieces.append(f"{name}{equals}{written}")
        return self._written("&".join(pieces), raw=False)

    def pair(self, name: str, filled: str) -> str:
        """Return the value of a query parameter that was filled in and decoded."""
        if filled and names_a_secret(name, KEYS):
            filled = self._secret_filled(name, filled)
        return self._written(filled, raw=False)

    def body(self, text: str, media_type: str) -> str:
        """Return a body that was written out."""
        filled = self._variables.filled(text)
        kind = media_type.partition(";")[0].strip().lower()
        first = filled.lstrip()[:1]
        if first in ("{", "["):
            return self._json(_JSON_MEMBER.sub(self._member, filled))
        if first == "<":
            return self._written(with_xml_values(filled, self._secret_filled), raw=True)
        if kind == "application/x-www-form-urlencoded":
            pieces = (piece.partition("=") for piece in filled.split("&"))
            filled = "&".join(f"{name}{equals}{self._form_value(name, value)}" for name, equals, value in pieces)
        return self._written(filled, raw=True)

    def _form_value(self, name: str, value: str) -> str:
        plain = unquote_plus(name).strip()
        if not value or not names_a_secret(plain):
            return value
        if MARK.search(value):
            return self._secret_filled(plain, value)
        # Kept decoded, so that it is encoded again where it is filled in.
        return f"\ue004{self._names.secret(plain, unquote_plus(value))}\ue001"

    # --- secrets ---

    def _secret(self, name: str, text: str) -> str:
        return self._secret_filled(name, self._variables.filled(text))

    def _secret_filled(self, name: str, filled: str) -> str:
        """Return the mark of the secret that a value becomes; what is known in part keeps its own variables."""
        whole = WHOLE_MARK.match(filled)
        if whole:
            return self._ours(self._names.reference(whole[1], self._variables, is_secret=True))
        if not MARK.search(filled):
            return self._ours(self._names.secret(name, filled))
        known = MARK.sub(lambda match: f"{{{{{match[1]}}}}}", filled)
        revealed = self._variables.revealed(known)
        if not MARK.search(revealed):
            return self._ours(self._names.secret(name, revealed))
        # Half of it is not known, and the rest may be a secret as well: all of it has to be given.
        return self._ours(self._names.parameter(name))

    def _ours(self, name: str) -> str:
        return f"\ue003{name}\ue001"

    def _member(self, match: re.Match[str]) -> str:
        name, between, text, number, bare = match.groups()
        if not names_a_secret(name):
            return match[0]
        if bare is not None:
            return f'"{name}"{between}{self._secret_filled(name, bare)}'
        if number is not None:
            return f'"{name}"{between}{self._secret_filled(name, number)}'
        if not text:
            return match[0]
        try:
            plain = str(json.loads(f'"{text}"', strict=False)) if "\\" in text else text
        except ValueError:
            plain = text
        return f'"{name}"{between}"{self._secret_filled(name, plain)}"'

    # --- marks to templates ---

    def _written(self, text: str, *, raw: bool) -> str:
        pieces: list[str] = []
        at = 0
        for match in _PIECES.finditer(text):
            self._literal(pieces, text[at : match.start()])
            self._tag(pieces, match, raw=raw and match[0][0] not in "\ue002\ue004")
            at = match.end()
        self._literal(pieces, text[at:])
        return "".join(pieces)

    def _json(self, text: str) -> str:
        pieces: list[str] = []
        at, inside = 0, False
        for match in _PIECES.finditer(text):
            between = text[at : match.start()]
            inside ^= sum(1 for found in _IN_STRINGS.finditer(between) if found[0] == '"') % 2 == 1
            self._literal(pieces, between)
            self._tag(pieces, match, raw=not inside)
            at = match.end()
        self._literal(pieces, text[at:])
        return "".join(pieces)

    def _literal(self, pieces: list[str], text: str) -> None:
        pieces.append(literal(text))

    def _tag(self, pieces: list[str], match: re.Match[str], *, raw: bool) -> None:
        name = match[1]
        if match[0][0] not in "\ue003\ue004":
            name = self._names.reference(name, self._variables)
        if pieces and pieces[-1].endswith("{"):
            pieces.append("{{!}}")
        pieces.append(f"{{{{{{{name}}}}}}}" if raw else f"{{{{{name}}}}}")
