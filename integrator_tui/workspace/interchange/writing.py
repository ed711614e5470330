"""What an import prepared is written: everything, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from integrator_tui import atomic
from integrator_tui.errors import IntegratorError
from integrator_tui.store import files
from integrator_tui.workspace.interchange.imported_before import LastImported
from integrator_tui.workspace.interchange.prepared import PreparedImport
from integrator_tui.workspace.interchange.target import ImportTarget


def write_import(target: ImportTarget, prepared: PreparedImport, before: LastImported | None = None) -> None:
    """Write everything, or nothing; raises UsageError where a base URL is not known, and what `Editor.put`
    raises. `before` knows what came last where that was not imported from a file."""
    prepared.require_addresses()
    with atomic.together():
        _write(target, prepared)
        (before if before is not None else target.before).keep(prepared.bases)


def _write(target: ImportTarget, prepared: PreparedImport) -> None:
    done: list[tuple[str, bytes | None]] = []
    try:
        for draft in prepared.drafts:
            file = draft.file or ""
            earlier = _bytes(target.root / file)
            target.editor.put(draft, seal=file not in prepared.unsealed, leave_broken=True)
            done.append((file, earlier))
        for other in prepared.others:
            earlier = _bytes(target.root / other.file)
            files.write(target.root / other.file, other.text.encode(), other.revision, verify=lambda data: None)
            done.append((other.file, earlier))
    except BaseException:  # an interrupt too: all of them or none
        _take_back(target.root, done)
        raise


def _bytes(path: Path) -> bytes | None:
    return files.read(path)[0] if path.exists() else None


def _take_back(root: Path, done: Iterable[tuple[str, bytes | None]]) -> None:
    for file, earlier in done:
        path = root / file
        with suppress(IntegratorError):
            _, revision = files.read(path)
            if earlier is None:
                files.remove(path, revision)
            else:
                files.write(path, earlier, revision, verify=lambda data: None)
