"""RecentRequests: the requests that were typed last, for each connection.

Rules: whole in memory for this session; on the disk method, path and query alone, without what reads like a secret,
in a file of 0600 in the state folder, bounded, and nothing where `remember: false` says so. What cannot be kept is
not kept: a request never depends on it. A file that cannot be read is begun anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from integrator_tui import atomic
from integrator_tui.errors import IntegratorError, SaveError
from integrator_tui.model.connection import Operation
from integrator_tui.model.entry import Draft
from integrator_tui.model.recent_requests import LONGEST, MOST_PARAMS, RecentRequest, rememberable
from integrator_tui.vault import private_file

if TYPE_CHECKING:
    from integrator_tui.workspace.answers import Answers
    from integrator_tui.workspace.settings import UserSettings

FOLDER: Final = "recent"
EACH: Final = 20
"""Requests that are kept of one connection."""
MOST_CONNECTIONS: Final = 200
_MAX_BYTES: Final = 4 << 20
_PATIENCE: Final = 1.0

Kept = dict[str, list[RecentRequest]]


class RecentRequests:
    """Those of the workspace at `root`; `settings` may switch off that they are kept, `answers` know secrets."""

    def __init__(self, root: Path, state: Path, settings: Callable[[], UserSettings], answers: Answers) -> None:
        self._folder = state / FOLDER
        self._path = self._folder / f"{hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:24]}.json"
        self._settings = settings
        self._answers = answers
        self._session: dict[str, list[Operation]] = {}

    def of(self, draft: Draft) -> tuple[Operation, ...]:
        """Return the requests of a connection, the newest first: those of this session whole."""
        typed = self._session.get(draft.file or "", [])
        shown = {(one.method, one.path, one.params) for one in typed}
        known = {rememberable(one) for one in typed}
        older = self._read().get(draft.file or "", []) if draft.file and self._settings().remembers() else []
        kept = (one for one in older if tuple(one) not in shown and one not in known)
        return (*typed, *(Operation(method=one.method, path=one.path, params=one.params) for one in kept))

    def add(self, draft: Draft, operation: Operation) -> None:
        """Note that a request was sent."""
        request = operation.model_copy(update={"name": "", "outputs": ()})
        session = self._session.setdefault(draft.file or "", [])
        self._session[draft.file or ""] = [request, *(one for one in session if one != request)][:EACH]
        if draft.file is None or not self._settings().remembers():
            return
        redactor = self._answers.redactor(draft)
        typed = [value.reveal() for value in draft.typed.values() if value.reveal()]

        def is_known(text: str) -> bool:
            return redactor.text(text) != text or any(value in text for value in typed)

        kept = rememberable(request, is_known)
        if kept is not None:
            file = draft.file
            self._change(lambda known: _with(known, file, kept))

    def moved(self, old: str, new: str) -> None:
        """Follow a file that has another place."""
        if old in self._session:
            self._session[new] = self._session.pop(old)
        if old != new and os.path.lexists(self._path):
            self._change(lambda known: {new if file == old else file: kept for file, kept in known.items()})

    def _change(self, change: Callable[[Kept], Kept]) -> None:
        with suppress(OSError, SaveError):
            atomic.make_folder(self._folder)
            with atomic.held(self._folder, _PATIENCE):
                atomic.replace(self._path, _text(change(self._read())))

    def _read(self) -> Kept:
        try:
            found = private_file.read_json(self._path, _MAX_BYTES)
            return {str(name): [_request(one) for one in kept] for name, kept in found["connections"].items()}
        except (OSError, IntegratorError, ValueError, KeyError, TypeError, AttributeError):
            return {}


def _with(known: Kept, file: str, request: RecentRequest) -> Kept:
    mine = [request, *(one for one in known.get(file, []) if one != request)][:EACH]
    others = [(name, kept) for name, kept in known.items() if name != file]
    return {file: mine, **dict(others[: MOST_CONNECTIONS - 1])}


def _request(value: Any) -> RecentRequest:
    params = tuple((str(name), str(text)) for name, text in value["params"][:MOST_PARAMS])
    return RecentRequest(str(value["method"])[:20], str(value["path"])[:LONGEST], params)


def _text(known: Kept) -> bytes:
    connections = {name: [request._asdict() for request in kept] for name, kept in known.items()}
    return json.dumps({"schema": 1, "connections": connections}, ensure_ascii=True, indent=1).encode()
