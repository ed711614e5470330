"""How a draft is written down: as a whole, or without what may hold a secret where nothing can encrypt it.

Left out are then the values of secrets, headers and query parameters, bodies, and of addresses the query and the
user info. Where such a draft is taken up again, what the file holds stands in their places.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from integrator_tui.errors import InvalidFile
from integrator_tui.model.connection import Connection, Frozen
from integrator_tui.model.entry import Draft, Revision
from integrator_tui.model.secret import Secret
from integrator_tui.model.url import without_user_info

_VERSION: Final = 1
_PAIRS: Final = frozenset({"headers", "params"})
_ADDRESSES: Final = frozenset(
    {"base_url", "test_path", "path", "access_token_url", "proxy", "documentation_link", "ca_cert"}
)


@dataclass(frozen=True, slots=True)
class DraftTyped:
    """What was typed: the draft as `edited`, what it began as (`saved`), and which stored secrets have new names.

    `left_out` says that what may hold a secret is not in it. With `is_request` it is no change of the connection:
    its last operation is what stands in the request line.
    """

    saved: Draft
    edited: Draft
    renamed: Mapping[str, str] = field(default_factory=dict)
    left_out: bool = False
    is_request: bool = False

    def completed(self, stored: Draft) -> DraftTyped:
        """Return it with what was left out as it stands in the file now; `stored` is that file."""
        if not self.left_out:
            return self
        is_same = stored.revision == self.saved.revision
        saved = stored if is_same else _with(self.saved, _filled(self.saved.connection, stored.connection))
        return replace(
            self, saved=saved, edited=_with(self.edited, _filled(self.edited.connection, stored.connection))
        )


def _with(draft: Draft, connection: Any) -> Draft:
    return replace(draft, connection=connection)


def written(typed: DraftTyped) -> bytes:
    """Return a draft as text, with everything that it holds."""
    return _text(typed)


def written_without_secrets(typed: DraftTyped) -> bytes:
    """Return a draft as text, without what may hold a secret."""
    known = typed.saved.connection.secrets if typed.saved.file is not None else ()
    new = {name: Secret("") for name in typed.edited.connection.secrets if name not in known}
    saved = _bare(typed.saved.connection).model_copy(update={"secrets": known})
    return _text(
        DraftTyped(
            replace(typed.saved, connection=saved, typed={}),
            replace(typed.edited, connection=_bare(typed.edited.connection), typed=new),
            typed.renamed,
            left_out=True,
            is_request=typed.is_request,
        )
    )


def parsed(data: bytes) -> DraftTyped:
    """Return the draft that was written; raise InvalidFile where it is damaged."""
    try:
        found = json.loads(data)
        if found["version"] != _VERSION:
            raise ValueError
        common = (found["file"], Revision(found["revision"]))
        # Drafts of an earlier version say no folder.
        stands, wanted = map(_folder, found.get("folders", (None, None)))
        saved = Draft(_connection(found["saved"]), *common, _secrets(found["stored"]), found["source"], stands)
        edited = Draft(_connection(found["edited"]), *common, _secrets(found["typed"]), found["source"], wanted)
        is_request = bool(found.get("request", False)) and bool(edited.connection.operations)
        return DraftTyped(saved, edited, dict(found["renamed"]), bool(found["left_out"]), is_request)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # What is wrong is not said: it could quote what was typed.
        raise InvalidFile("what was kept of a draft is damaged", "it cannot be taken up again") from None


def _text(typed: DraftTyped) -> bytes:
    return json.dumps(
        {
            "version": _VERSION,
            "file": typed.saved.file,
            "revision": typed.saved.revision.digest,
            "source": typed.edited.source,
            "folders": [typed.saved.folder, typed.edited.folder],
            "saved": typed.saved.connection.model_dump(mode="json"),
            "stored": _values(typed.saved.typed),
            "edited": typed.edited.connection.model_dump(mode="json"),
            "typed": _values(typed.edited.typed),
            "renamed": dict(typed.renamed),
            "left_out": typed.left_out,
            "request": typed.is_request,
        }
    ).encode()


def _values(secrets: Mapping[str, Secret]) -> dict[str, str]:
    return {name: secret.reveal() for name, secret in secrets.items()}


def _secrets(values: Mapping[str, str]) -> dict[str, Secret]:
    return {name: Secret(value) for name, value in values.items()}


def _folder(value: Any) -> str | None:
    if not (value is None or isinstance(value, str)):
        raise ValueError
    return value


def _connection(value: Any) -> Connection:
    return Connection.model_validate(value)


def _bare(value: Any) -> Any:
    """Return a part of a connection without what may hold a secret."""
    return _changed(value, lambda name, found: _bare_field(name, found))


def _bare_field(name: str, value: Any) -> Any:
    if name in _PAIRS:
        return tuple((key, "") for key, _ in value)
    if name == "body":
        return None
    if name in _ADDRESSES and isinstance(value, str):
        return _bare_address(value)
    if isinstance(value, Frozen):
        return _bare(value)
    if isinstance(value, tuple):
        return tuple(_bare(item) if isinstance(item, Frozen) else item for item in value)
    return value


def _bare_address(text: str) -> str:
    if "PRIVATE KEY" in text:
        return ""
    return without_user_info(text).partition("?")[0].partition("#")[0]


def _filled(value: Any, stored: Any) -> Any:
    """Return a part of a connection with what was left out of it as it stands in the same part of the file."""
    if type(value) is not type(stored):
        return value
    return _changed(value, lambda name, found: _filled_field(name, found, getattr(stored, name)))


def _filled_field(name: str, value: Any, stored: Any) -> Any:
    if name in _PAIRS:
        left = list(stored)
        return tuple((key, found or _taken(left, key)) for key, found in value)
    if name == "body":
        return stored if value is None else value
    if name in _ADDRESSES and isinstance(value, str) and isinstance(stored, str):
        return stored if _bare_address(stored) == value else value
    if isinstance(value, Frozen):
        return _filled(value, stored)
    if isinstance(value, tuple) and isinstance(stored, tuple):
        pairs = zip(value, (*stored, *[None] * len(value)), strict=False)
        return tuple(
            _filled(item, other) if isinstance(item, Frozen) and _same_name(item, other) else item
            for item, other in pairs
        )
    return value


def _same_name(one: Any, other: Any) -> bool:
    return getattr(one, "name", None) == getattr(other, "name", None)


def _taken(left: list[tuple[str, str]], name: str) -> str:
    """Return the next value of a name, which then is taken."""
    for at, (key, value) in enumerate(left):
        if key == name:
            del left[at]
            return value
    return ""


def _changed(value: Frozen, change: Callable[[str, Any], Any]) -> Any:
    return value.model_copy(update={name: change(name, getattr(value, name)) for name in type(value).model_fields})
