"""What looks like a secret in an export becomes one: a value in plain would stay so in the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, Final
from urllib.parse import unquote_plus

from integrator_tui.interchange.documents.secret_values import (
    Replace,
    SecretValue,
    holds_secret,
    may_hold_secret,
    with_secrets,
    within,
)
from integrator_tui.interchange.kinetic.values import is_set
from integrator_tui.model.connection import Body, FormBody, MultipartBody, Pairs, Part, RawBody, Request
from integrator_tui.model.encoding import EncodingContext, raw_body_context
from integrator_tui.model.secret import Secret
from integrator_tui.model.secret_names import names_a_secret

_USED: Final = re.compile(r"\{\{\{?[#^/&]?\s*([^{}]+?)\s*\}\}")
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_]+")

Told = Callable[[str], None]


def names_in(texts: Iterable[str]) -> set[str]:
    """Return the names that templates in these texts ask for."""
    return {name for text in texts for name in _USED.findall(text)}


def texts_in(value: Any) -> Iterable[str]:
    """Yield every text of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)


class SecretsFound:
    """The secrets of one connection: those with a value, and those that are `declared` without one.

    `taken` gives the names that mean something else in its templates, where one is to be found; `own` is the name
    of the method's secret, which fills none.
    """

    def __init__(self, taken: Callable[[], Iterable[str]], own: str = "") -> None:
        self._own = own
        self.values: dict[str, Secret] = {}
        self.declared: dict[str, None] = {}
        self._gather = taken

    @cached_property
    def _taken(self) -> frozenset[str]:
        return frozenset(self._gather())

    def keep(self, name: str, value: str) -> None:
        """Keep a secret under its own name; one without a value is declared."""
        if is_set(value):
            self.values[name] = Secret(value)
        else:
            self.declared[name] = None

    def request(self, request: Request, told: Told) -> dict[str, Any]:
        """Return the fields of a request in which what looks like a secret is the name of one."""
        return {
            "path": self.address(request.path, told),
            "params": self._pairs("parameter", request.params, told),
            "headers": self._pairs("header", request.headers, told),
            "body": self._body(request.body, _media_type(request), told),
        }

    def address(self, path: str, told: Told) -> str:
        """Return a path whose query holds no value that looks like a secret."""
        before, mark, query = path.partition("?")
        if not mark:
            return path
        return f"{before}?{'&'.join(self._query(each, told) for each in query.split('&'))}"

    def _query(self, pair: str, told: Told) -> str:
        name, mark, value = pair.partition("=")
        plain = unquote_plus(value)
        is_secret = names_a_secret(unquote_plus(name)) or holds_secret(plain, unquote_plus(name))
        found = (
            self._named(f"the parameter {name}", unquote_plus(name), plain, told) if mark and is_secret else None
        )
        return pair if found is None else f"{name}={found}"

    def _pairs(self, what: str, pairs: Pairs, told: Told) -> Pairs:
        return tuple((name, self._value(f"the {what} {name}", name, value, told)) for name, value in pairs)

    def _value(self, what: str, name: str, value: str, told: Told) -> str:
        """Return a value with templates for the secrets that it is or holds."""
        if names_a_secret(name):
            return self._named(what, name, value, told) or value
        if not may_hold_secret(value):
            return value
        return within(value, name, self._replaced(what, told, as_written=True))

    def _replaced(self, where: str, told: Told, *, as_written: bool) -> Replace:
        """Return what keeps the secrets of a text; `as_written` where nothing is escaped when it is filled in."""

        def replaced(found: SecretValue) -> str | None:
            written = found.where == "text" or (as_written and found.where != "form")
            value = found.written if written else found.value
            made = self._named(f"the key {found.name} of {where}", found.name, value, told)
            return made if made is None or not written else f"{{{made}}}"

        return replaced

    def _body(self, body: Body | None, media_type: str, told: Told) -> Body | None:
        match body:
            case FormBody(form=form):
                return FormBody(form=self._pairs("field", form, told))
            case RawBody(raw=raw):
                as_written = raw_body_context(media_type) is not EncodingContext.JSON
                replaced = self._replaced("the body", told, as_written=as_written)
                return RawBody(raw=with_secrets(raw, media_type, replaced))
            case MultipartBody(multipart=parts):
                return MultipartBody(multipart=tuple(self._part(part, told) for part in parts))
        return None

    def _part(self, part: Part, told: Told) -> Part:
        what = f"the part {part.name}"
        if names_a_secret(part.name):
            content = self._named(what, part.name, part.content, told) or part.content
        else:
            replaced = self._replaced(what, told, as_written=True)
            content = with_secrets(part.content, part.content_type or "text/plain", replaced)
        return part.model_copy(update={"content": content}) if content != part.content else part

    def _named(self, what: str, name: str, value: str, told: Told) -> str | None:
        """Return the template of the secret that a value becomes; None where it is none."""
        if not is_set(value) or "{{" in value:
            return None
        secret = self._free(_NOT_IN_A_NAME.sub("_", name).strip("_").lower() or "secret", value)
        told(f"{what} holds a secret: it is the secret {secret} now, and the next export says null")
        return f"{{{{{secret}}}}}"

    def _free(self, wanted: str, value: str) -> str:
        name, number = wanted, 1
        while self._is_other(name, value):
            number += 1
            name = f"{wanted}_{number}"
        self.values[name] = Secret(value)
        return name

    def _is_other(self, name: str, value: str) -> bool:
        if name == self._own:
            return True
        if name in self.values:
            return self.values[name].reveal() != value
        return name in self._taken or name in self.declared


def _media_type(request: Request) -> str:
    """Return the Content-Type that a request says, empty where it says none: its raw body is JSON then."""
    return next((value for name, value in request.headers if name.lower() == "content-type"), "")
