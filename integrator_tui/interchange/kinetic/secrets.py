"""What looks like a secret in an export becomes one: a value in plain would stay so in the file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import unquote_plus

from integrator_tui.interchange.kinetic.values import is_set
from integrator_tui.model.connection import Body, FormBody, MultipartBody, Pairs, Part, RawBody, Request
from integrator_tui.model.secret import Secret
from integrator_tui.model.secret_names import names_a_secret

_USED: Final = re.compile(r"\{\{\{?[#^/&]?\s*([^{}]+?)\s*\}\}")
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_]+")
_JSON_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:\s*)"((?:[^"\\]|\\.)*)"')

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

    `taken` are names that mean something else in its templates; `own` is the name of the method's secret, which
    fills none.
    """

    def __init__(self, taken: Iterable[str], own: str = "") -> None:
        self._own = own
        self.values: dict[str, Secret] = {}
        self.declared: dict[str, None] = {}
        self._taken = frozenset(taken)

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
            "body": self._body(request.body, told),
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
        found = self._named(f"the parameter {name}", unquote_plus(name), plain, told) if mark else None
        return pair if found is None else f"{name}={found}"

    def _pairs(self, what: str, pairs: Pairs, told: Told) -> Pairs:
        return tuple((name, self._named(f"the {what} {name}", name, value, told) or value) for name, value in pairs)

    def _body(self, body: Body | None, told: Told) -> Body | None:
        match body:
            case FormBody(form=form):
                return FormBody(form=self._pairs("field", form, told))
            case RawBody(raw=raw):
                return RawBody(raw=_JSON_STRING.sub(lambda found: self._member(found, told), raw))
            case MultipartBody(multipart=parts):
                return MultipartBody(multipart=tuple(self._part(part, told) for part in parts))
        return None

    def _part(self, part: Part, told: Told) -> Part:
        new = self._named(f"the part {part.name}", part.name, part.content, told)
        return part.model_copy(update={"content": new}) if new else part

    def _member(self, found: re.Match[str], told: Told) -> str:
        name, between, written = found.groups()
        if not names_a_secret(name):
            return found[0]
        try:
            value = str(json.loads(f'"{written}"'))
        except ValueError:
            return found[0]
        new = self._named(f"the key {name} of the body", name, value, told)
        return found[0] if new is None else f'"{name}"{between}"{new}"'

    def _named(self, what: str, name: str, value: str, told: Told) -> str | None:
        """Return the template of the secret that a value becomes; None where it is none."""
        if not names_a_secret(name) or not is_set(value) or "{{" in value:
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
