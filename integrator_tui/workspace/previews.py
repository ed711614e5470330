"""Previews: what connections, drafts and operations would send, secrets masked.

Rules: nothing is sent, and nobody is asked for a passphrase to show what is masked; a file is opened only where it
encrypts the very fields that say what is sent. A seal that is known to be broken is told: nothing is sent then.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from integrator_tui.engine.target import Target
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.parameters import Purpose, parameters
from integrator_tui.model.preview import Preview, RequestPreview
from integrator_tui.workspace.batch.check import Check, broken
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.requests import about, connection_of, invalid

if TYPE_CHECKING:
    from integrator_tui.engine.engine import Engine

_NULLS: Final = frozenset({"", "~", "null"})


class Previews:
    """Shows what would be sent. `is_broken` tells whether the seal of a file is known to be broken."""

    def __init__(
        self,
        root: Path,
        catalog: Catalog,
        is_broken: Callable[[str], bool],
        engine: Callable[[], Engine],
        via: Callable[[], str],
    ) -> None:
        """`via` gives the host that everything is dialled from, empty for what each connection says."""
        self._via = via
        self._root = root
        self._catalog = catalog
        self._is_broken = is_broken
        self._engine = engine

    def parameters(self, draft: Draft, purpose: Purpose = "test") -> tuple[str, ...]:
        """Return the names that a preview of `draft` asks for."""
        return parameters(draft.connection, purpose)

    def of_draft(self, draft: Draft, given: Mapping[str, str], purpose: Purpose = "test") -> Preview:
        """Return what a draft would send, saved or not; raises MissingParameter, InvalidFile and UsageError."""
        with about(draft.connection.name):
            return self._preview(draft, given, purpose)

    def of_entry(
        self,
        entry: Entry,
        given: Mapping[str, str],
        purpose: Purpose = "test",
        *,
        content: bytes | None = None,
        via: str = "",
    ) -> Preview:
        """Return what the connection of a file would send, from the host `via` where one is given. `content` is a
        body that is sent as it is.

        Raises as `of_draft` does, and LockedError where fields that say what is sent stay closed.
        """
        with about(entry.name):
            entry = self._catalog.opened(entry)
            draft = Draft(connection_of(entry), entry.file, entry.revision)
            if broken(Check.of(entry)):
                raise invalid(entry)
            return self._preview(draft, given, purpose, content, via)

    def of_check(self, check: Check, given: Mapping[str, str]) -> Preview:
        """Return what a check would send; raises as `of_entry` does."""
        if check.entry is not None:
            return self.of_entry(check.entry, given, via=check.via)
        assert check.connection is not None, "what is no file is a URL"
        draft = Draft(check.connection)
        with about(check.name):
            preview = self._preview(draft, given, "test", via=check.via)
        return preview._replace(requests=tuple(map(_of_command_line, preview.requests)))

    def _preview(
        self,
        draft: Draft,
        given: Mapping[str, str],
        purpose: Purpose,
        content: bytes | None = None,
        via: str = "",
    ) -> Preview:
        from integrator_tui.engine.preview.stand_ins import StandIns

        folder = os.path.join(self._root, draft.beside)
        typed = [secret.reveal() for secret in draft.typed.values()]
        stand_ins = StandIns(self._empty(draft), typed)
        inherits = self._catalog.inherits_method(draft)
        target = Target(
            draft.connection, stand_ins.reveal, given, folder, inherits_method=inherits, via=via or self._via()
        )
        requests = self._engine().preview(target, purpose, stand_ins, content=content)
        return Preview(draft.connection.name, draft.file, requests, self._refused(draft, purpose))

    def _refused(self, draft: Draft, purpose: Purpose) -> bool:
        """Whether the seal of the stored file is known to be broken, so that nothing of this is sent."""
        stored = any(name not in draft.typed for name in draft.connection.secret_names)
        if draft.file is None or not stored:
            return False
        state = self._catalog.entry(draft.file).state
        return state in {"unsealed", "seal_broken"} or self._is_broken(draft.file)

    def _empty(self, draft: Draft) -> frozenset[str]:
        """The secrets that are known to be empty: an empty value stands plain in its file."""
        stored: dict[str, str] = {}
        if draft.file:
            sealed = self._catalog.sealed(draft.file)
            leaves = sealed.leaves if sealed is not None else ()
            stored = {
                str(leaf.path[1]): "" if leaf.plain and leaf.text.lower() in _NULLS else leaf.text
                for leaf in leaves
                if leaf.path[0] == "secrets" and len(leaf.path) > 1
            }
        return frozenset(
            name
            for name in draft.connection.secrets
            if not (
                draft.typed[name].reveal() if name in draft.typed else stored.get(name, "" if draft.file else "?")
            )
        )


def _of_command_line(request: RequestPreview) -> RequestPreview:
    """Say of a bare URL that it stands in no file."""
    values = (
        value._replace(source="the command line") if value.source == "base_url" else value
        for value in request.values
    )
    return request._replace(values=tuple(values))
