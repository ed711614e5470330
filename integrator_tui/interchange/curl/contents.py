"""What the requests of curl lines send: headers, queries and bodies, with a template for every secret in them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote, unquote_plus

from integrator_tui.interchange.curl.gathered import GatheredRequests
from integrator_tui.interchange.curl.report import CurlReport
from integrator_tui.interchange.curl.request import CurlRequest
from integrator_tui.interchange.curl.words import CurlWords
from integrator_tui.interchange.documents.secret_values import (
    Replace,
    SecretValue,
    holds_secret,
    with_secrets,
    within,
)
from integrator_tui.model import encoding
from integrator_tui.model.connection import Body, FormBody, MultipartBody, Pairs, Part, RawBody
from integrator_tui.model.encoding import EncodingContext, percent, raw_body_context
from integrator_tui.model.secret_names import names_a_secret

_PLAIN: Final = re.compile(r"[A-Za-z0-9._~-]+\Z")
_TEMPLATES: Final = re.compile(r"(\{\{\{?[^{}]*\}\}\}?)")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_FORM: Final = "application/x-www-form-urlencoded"
_KEYS: Final = frozenset({"key"})


class CurlContents:
    """Writes what one request sends; secrets are kept in the requests that it is gathered with."""

    def __init__(self, report: CurlReport) -> None:
        self._report = report

    def params(self, query: str, gathered: GatheredRequests) -> Pairs | None:
        """Return a query as parameters, None where they would not be sent letter for letter as they stand."""
        found = _pairs_of(query)
        if found is None:
            return None
        return tuple((name, within(value, name, _as_written(gathered))) for name, value in found)

    def header_value(self, name: str, value: str, gathered: GatheredRequests) -> str:
        if not names_a_secret(name, _KEYS):
            return within(value, name, _as_written(gathered))
        if not value or "{{" in value:
            return value
        if name.lower() == "authorization" and " " in value:
            scheme, _, value = value.partition(" ")
            return f"{scheme} {{{{{gathered.secret('authorization', value)}}}}}"
        return f"{{{{{gathered.secret(name, value)}}}}}"

    def query(self, query: str, gathered: GatheredRequests) -> str:
        """Return a query with a template for each value that is named like a secret."""
        pieces = query.split("&")
        for at, piece in enumerate(pieces):
            name, _, value = piece.partition("=")
            plain = unquote(name)
            named = names_a_secret(plain, _KEYS) or holds_secret(unquote(value), plain)
            if value and named and "{{" not in value:
                pieces[at] = f"{name}={{{{{gathered.secret(unquote(name), unquote(value))}}}}}"
        return "&".join(pieces)

    def body(self, request: CurlRequest, gathered: GatheredRequests, headers: list[tuple[str, str]]) -> Body | None:
        given = next((value for name, value in headers if name.lower() == "content-type"), None)
        removed = "content-type" in request.removed and given is None
        if request.parts:
            return MultipartBody(multipart=tuple(self._part(part, gathered) for part in request.parts))
        if request.upload is not None:
            return self._uploaded(request, headers, given)
        if request.data is None or request.get:
            return None
        data = request.data
        if removed:
            self._report.say("the body is sent as application/json: a Content-Type cannot be taken out")
        media_type = given or ("application/json" if request.is_json else _FORM)
        is_form = encoding.media_type(media_type) == _FORM and not removed
        if is_form and (pairs := _form_pairs(data)) is not None:
            if given is not None and given == _FORM:
                headers[:] = [pair for pair in headers if pair[0].lower() != "content-type"]
            return FormBody(form=tuple((name, self._named_value(name, value, gathered)) for name, value in pairs))
        if is_form and given is None:
            headers.append(("Content-Type", _FORM))
            if data.lstrip()[:1] in ("{", "[") and not data.lstrip().startswith("{{"):
                self._report.say(
                    "a JSON body is sent as application/x-www-form-urlencoded, as curl does without a Content-Type"
                )
        if not data:
            return None
        return RawBody(raw=self._raw(data, media_type, gathered))

    def _uploaded(self, request: CurlRequest, headers: list[tuple[str, str]], given: str | None) -> Body:
        file = request.upload or "-"
        if given is None:
            headers.append(("Content-Type", "application/octet-stream"))
            self._report.say("-T: the body is sent as application/octet-stream, where curl names no type")
        reader = CurlWords(self._report.say)
        return RawBody(raw=reader.file(file if file not in ("-", ".") else "-"))

    def _part(self, part: Part, gathered: GatheredRequests) -> Part:
        if not part.content or "{{{" in part.content:
            return part
        if names_a_secret(part.name):
            content = part.content
            if "{{" not in content:
                content = f"{{{{{{{gathered.secret(part.name, content)}}}}}}}"
        else:
            content = with_secrets(part.content, part.content_type or "text/plain", _as_written(gathered))
        return part.model_copy(update={"content": content}) if content != part.content else part

    def _named_value(
        self, name: str, value: str, gathered: GatheredRequests, also: frozenset[str] = frozenset()
    ) -> str:
        """Return a value that is encoded when it is sent, with templates for the secrets that it is or holds."""
        if names_a_secret(name, also):
            return f"{{{{{gathered.secret(name, value)}}}}}" if value and "{{" not in value else value
        return within(value, name, _as_written(gathered))

    def _raw(self, data: str, media_type: str, gathered: GatheredRequests) -> str:
        """Return a raw body with a template for each value that is named like a secret."""
        as_json = raw_body_context(media_type) is EncodingContext.JSON

        def replaced(found: SecretValue) -> str | None:
            if not found.value or "{{" in found.value:
                return None
            if found.where == "form" or (as_json and found.where != "text"):
                return f"{{{{{gathered.secret(found.name, found.value)}}}}}"
            return f"{{{{{{{gathered.secret(found.name, found.written)}}}}}}}"

        return with_secrets(data, media_type, replaced)


def _as_written(gathered: GatheredRequests) -> Replace:
    """Return what keeps a value as it is written, in a text that is encoded as a whole or not at all."""

    def replaced(found: SecretValue) -> str | None:
        if not found.value or "{{" in found.value:
            return None
        return f"{{{{{{{gathered.secret(found.name, found.written)}}}}}}}"

    return replaced


def kept(text: str) -> str:
    """Percent-encode text but for the templates in it."""
    if "{{" not in text:
        return percent(text)
    return "".join(piece if at % 2 else percent(piece) for at, piece in enumerate(_TEMPLATES.split(text)))


def _pairs_of(query: str) -> Pairs | None:
    """Return a query as parameters, None where they would not be sent letter for letter as they stand."""
    pairs: dict[str, str] = {}
    for piece in query.split("&"):
        name, equals, value = piece.partition("=")
        if not equals or not name or not value or name in pairs or "{{" in name:
            return None
        plain_name, plain = name, value
        if not (_PLAIN.match(name) and _PLAIN.match(value)):
            plain_name, plain = unquote(name), unquote(value)
            if percent(plain_name) != name or kept(plain) != value or _CONTROL.search(plain):
                return None
        if plain_name in pairs:
            return None
        pairs[plain_name] = plain
    return tuple(pairs.items())


def _form_pairs(data: str) -> Pairs | None:
    """Return a form's text as pairs, None where it is no form or would say something else."""
    if data.lstrip()[:1] in ("{", "[", "<"):
        return None
    pairs: dict[str, str] = {}
    for piece in data.split("&"):
        name, equals, value = piece.partition("=")
        if not equals or not name or "{{" in name or " " in piece or "{{{" in value:
            return None
        name = unquote_plus(name, errors="strict") if "%" in name or "+" in name else name
        if "%" in value or "+" in value:
            try:
                plain = unquote_plus(value, errors="strict")
            except UnicodeDecodeError:
                return None
            if "{{" in plain and "{{" not in value:
                return None
        else:
            plain = value
        if name in pairs or _CONTROL.search(name):
            return None
        pairs[name] = plain
    return tuple(pairs.items())
