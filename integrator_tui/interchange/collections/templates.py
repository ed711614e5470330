"""Text of a document as templates of ours.

Rules: only what the document calls a variable is a template; braces that are meant stay braces. A variable in a
JSON string is inserted as content of one, elsewhere in a body and in a path as it is. What is named like a secret
becomes one, wherever it stands: header, query, form, part, JSON, XML.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from integrator_tui.interchange.collections.names import KEYS, ConnectionNames
from integrator_tui.interchange.collections.variables import MARK, WHOLE_MARK, Variables
from integrator_tui.interchange.documents.secret_values import SecretValue, holds_secret, with_secrets, within
from integrator_tui.interchange.documents.source import literal
from integrator_tui.model.encoding import EncodingContext, raw_body_context
from integrator_tui.model.secret_names import names_a_secret

_PIECES: Final = re.compile("[\ue000\ue002\ue003\ue004]([^\ue001]*)\ue001")
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
            return self._written(self._within(name, self._variables.filled(text)), raw=False)
        return self.secret(name, text)

    def secret(self, name: str, text: str) -> str:
        """Return the template of the secret that a value of this name is."""
        if not text:
            return self.value(text)
        return self._written(self._secret_filled(name, self._variables.filled(text)), raw=False)

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
            plain, decoded = unquote(name), unquote(value)
            secret = bool(value) and (names_a_secret(plain, KEYS) or holds_secret(decoded, plain))
            written = self._secret_filled(plain, decoded) if secret else value
            pieces.append(f"{name}{equals}{written}")
        return self._written("&".join(pieces), raw=False)

    def pair(self, name: str, filled: str) -> str:
        """Return the value of a query parameter that was filled in and decoded."""
        if filled:
            is_secret = names_a_secret(name, KEYS)
            filled = self._secret_filled(name, filled) if is_secret else self._within(name, filled)
        return self._written(filled, raw=False)

    def body(self, text: str, media_type: str) -> str:
        """Return a body that was written out; `media_type` is what it is sent as."""
        filled = self._variables.filled(text)
        is_json = raw_body_context(media_type) is EncodingContext.JSON

        def replaced(found: SecretValue) -> str | None:
            if not found.value or "{{" in found.value:
                return None
            if found.where == "form" and not MARK.search(found.value):
                # Kept decoded, so that it is encoded again where it is filled in.
                return f"\ue004{self._names.secret(found.name, found.value)}\ue001"
            return self._secret_filled(found.name, found.value if is_json else found.written)

        marked = with_secrets(filled, media_type, replaced)
        is_like_json = is_json or marked.lstrip()[:1] in ("{", "[")
        return self._json(marked) if is_like_json else self._written(marked, raw=True)

    def _within(self, name: str, filled: str) -> str:
        """Return a value that was filled in and is named like no secret, with marks for the secrets in it."""

        def replaced(found: SecretValue) -> str | None:
            if not found.value or "{{" in found.value:
                return None
            return self._secret_filled(found.name, found.written)

        return within(filled, name, replaced)

    # --- secrets ---

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
