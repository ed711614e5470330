"""The answer to a token request, and what RFC 6749 reads in it: its fields, a refusal, a type, a scope.

Rules: the fields are JSON (sections 5.1 and 5.2), or a form, which services older than that RFC still give,
whatever Content-Type they put on it. A body counts as a form only where all of it is one. An error is text.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import parse_qsl

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.body.decoding import text
from integrator_tui.engine.failure import StageFailed, quote
from integrator_tui.engine.request.render import FORM_TYPE
from integrator_tui.model.named_tuple import NamedTuple

_NAME: Final = r"[A-Za-z_][\w.~%\[\]-]*"
_FORM: Final = re.compile(rf"\s*{_NAME}=[^\s&<>{{}}\"]*(?:&{_NAME}=[^\s&<>{{}}\"]*)*&?\s*", re.ASCII)
_MOST_FIELDS: Final = 100


class TokenAnswer(NamedTuple):
    """The answer to a token request: its head, and its body whole (or the first event of a stream)."""

    response: httpx.Response
    body: bytes

    @property
    def text(self) -> str:
        """The body in the charset that its head names."""
        return text(self.response, self.body)


class TooDeep(ValueError):
    """JSON that nests deeper than can be read."""


def fields(answer: TokenAnswer) -> dict[str, Any] | None:
    """Return the fields of an answer, None where it has none; raises TooDeep."""
    declared = answer.response.headers.get("content-type", "").lower().startswith(FORM_TYPE)
    # JSON is UTF-8 (RFC 8259 8.1) whatever charset a head names; some services mean what they name.
    for body in (answer.body, answer.text):
        try:
            found = json.loads(body)
        except RecursionError:
            raise TooDeep from None
        except ValueError:
            continue
        return found if isinstance(found, dict) else None
    return _form(answer.text, declared=declared)


def error(answer: TokenAnswer) -> tuple[str, str]:
    """Return `error` and `error_description` (RFC 6749 5.2), empty where there are none."""
    try:
        found = fields(answer) or {}
    except TooDeep:
        return "", ""
    code, description = found.get("error"), found.get("error_description")
    if not isinstance(code, str) or not code:
        return "", ""
    return code, description if isinstance(description, str) else ""


def must_have_fields(answer: TokenAnswer) -> dict[str, Any]:
    """Return the fields; raises StageFailed (token_output_failed) that says what there is instead."""
    content_type = quote(answer.response.headers.get("content-type", "no content type"), 60)
    what = f"{content_type}, {len(answer.body)} bytes"
    try:
        found = fields(answer)
    except TooDeep:
        message = f"the answer to the token request is JSON that nests too deeply to be read ({what})"
        raise StageFailed("token_output_failed", message, _NO_ENDPOINT) from None
    if found is None:
        message = f"the answer to the token request is no JSON object ({what})"
        raise StageFailed("token_output_failed", message, _NO_ENDPOINT)
    if found.get("access_token") is None:
        keys = ", ".join(quote(key, 40) for key in list(found)[:20]) or "none"
        message = f"the answer to the token request holds no access_token; its keys: {keys}"
        raise StageFailed("token_output_failed", message, _NO_ENDPOINT)
    return found


_NO_ENDPOINT: Final = "check Access Token URL: it may not be a token endpoint"


def must_be_bearer(token_type: object) -> None:
    """Raise StageFailed where a token is of another type than Bearer, in any case; an absent type is one.

    A client may not use a token whose type it does not understand (RFC 6749 7.1).
    """
    if token_type is None or token_type == "":
        return
    if isinstance(token_type, str) and token_type.strip().lower() == "bearer":
        return
    named = quote(token_type, 40) if isinstance(token_type, str) else "no text"
    message = f"token_type is {named}, and only tokens of the type Bearer can be sent (RFC 6749 7.1)"
    hint = "have the service issue Bearer tokens to this client"
    if isinstance(token_type, str) and token_type.lower() == "dpop":
        hint += ", without a proof of possession (RFC 9449)"
    hint += "; HTTP Bearer Token sends what its expression picks, whatever the type"
    raise StageFailed("token_output_failed", message, hint)


def _form(body: str, *, declared: bool) -> dict[str, Any] | None:
    """Return the fields of a form. Not declared as one it has to be an answer too: text can hold an `=`."""
    if not _FORM.fullmatch(body):
        return None
    try:
        found = dict(parse_qsl(body.strip(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return None
    return found if declared or "error" in found or "access_token" in found else None
