"""The user's own settings: `settings.yaml` in the configuration folder.

Rules: a file that is missing has every default; one that is broken has them too and is never overwritten;
a key that is not known is kept as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from integrator_tui.errors import InvalidFile, SaveError
from integrator_tui.model.entry import Revision
from integrator_tui.store import editing, files
from integrator_tui.store.document import Document, parse, parse_bytes
from integrator_tui.store.node import Scalar


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user has chosen; `theme` is the name of a theme, None where none was chosen."""

    theme: str | None = None


def read(path: Path) -> Settings:
    """Return the settings; raise InvalidFile where there is a file that cannot be read."""
    if not path.exists():
        return Settings()
    document, _ = _document(path)
    values = {}
    for field in fields(Settings):
        node = document.find((field.name,))
        if isinstance(node, Scalar) and not node.is_null:
            values[field.name] = node.text
    return Settings(**values)


def write(path: Path, settings: Settings) -> None:
    """Write settings over those in the file, comments and other keys kept; raise SaveError or InvalidFile."""
    document, revision = _document(path) if path.exists() else (parse("{}\n"), Revision(None))
    if revision.digest is None:
        lines = [f"{field.name}: x" for field in fields(Settings) if getattr(settings, field.name) is not None]
        document = parse("\n".join(lines) + "\n")
    for field in fields(Settings):
        value = getattr(settings, field.name)
        if value is not None:
            document = editing.put(document, (field.name,), value)
    wanted = document.text

    def verify(written: bytes) -> None:
        if written.decode() != wanted:
            raise SaveError(f"{path} would not read back as written", "nothing was changed")

    files.write(path, wanted.encode(), revision, verify=verify)


def _document(path: Path) -> tuple[Document, Revision]:
    data, revision = files.read(path)
    document = parse_bytes(data)
    errors = [problem for problem in document.problems if problem.is_error]
    if errors or document.mapping is None:
        line = f":{errors[0].line}" if errors and errors[0].line else ""
        message = errors[0].message if errors else "not a mapping"
        raise InvalidFile(f"{path}{line}: {message}", "mend the file, or move it away")
    return document, revision
