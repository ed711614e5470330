"""Settings: the user's own `settings.yaml`, and `integrator.yaml` of a workspace.

Rules: a file that is missing has every default; one that is broken is told, and never overwritten; a key that
is not known is kept as it stands. The settings of a workspace come with a repository that others write, so
they cannot say where requests go or what is trusted, and nothing they say is executed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from integrator_tui.errors import InvalidFile, SaveError
from integrator_tui.model.entry import Revision
from integrator_tui.model.problem import Problem
from integrator_tui.store import files
from integrator_tui.store.connection_file.kinds import Findings, SectionKind, Text
from integrator_tui.store.yamltext import edits, writer
from integrator_tui.store.yamltext.document import Document, parse_bytes
from integrator_tui.store.yamltext.node import Scalar

FILE: Final = "integrator.yaml"

_OWN_ONLY: Final = (
    *("proxy", "ca_cert", "ca_cert_file", "ca_file", "ca_dir", "verify", "client_cert_file", "options", "timeout"),
    *("command", "editor", "pager", "age_key", "age_key_file", "age_key_cmd", "recipients", "theme"),
)
_WORKSPACE: Final = SectionKind(
    {"name": Text(), "description": Text()},
    foreign=dict.fromkeys(
        _OWN_ONLY, "a workspace cannot set this: say it in a connection, or in your own settings"
    ),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user has chosen; `theme` is the name of a theme, None where none was chosen; `drafts` the word that
    says whether what is typed is journalled."""

    theme: str | None = None
    drafts: str | None = None


@dataclass(frozen=True, slots=True)
class WorkspaceSettings:
    """What `integrator.yaml` says of its workspace, and what is wrong with that file."""

    name: str = ""
    description: str = ""
    problems: tuple[Problem, ...] = ()


def read(path: Path) -> Settings:
    """Return the user's settings; raise InvalidFile where there is a file that cannot be read."""
    document, _ = _document(path)
    values: dict[str, Any] = {}
    for field in fields(Settings):
        node = document.find((field.name,)) if document else None
        if isinstance(node, Scalar) and not node.is_null:
            values[field.name] = node.text
    return Settings(**values)


def write(path: Path, settings: Settings) -> None:
    """Write settings over those in the file, comments and other keys kept; None takes a key out.

    Raises:
        SaveError: The file cannot be written.
        InvalidFile: There is one that cannot be read, so it stays.
    """
    document, revision = _document(path)
    chosen = {field.name: getattr(settings, field.name) for field in fields(Settings)}
    present = {name: value for name, value in chosen.items() if value is not None}
    if document is None or document.mapping is None:
        before = document.text if document else ""
        gap = "\n" if before and not before.endswith("\n") else ""
        text = before + gap + "".join(f"{line}\n" for line in writer.members(present, 0))
    else:
        for name, value in present.items():
            node = document.find((name,))
            if not isinstance(node, Scalar) or node.is_null or node.text != value:
                document = edits.put(document, (name,), value)
        for name in chosen.keys() - present.keys():
            document = edits.delete(document, (name,))
        text = document.text

    def verify(written: bytes) -> None:
        if written != text.encode():
            raise SaveError(f"{path} would not read back as written", "nothing was changed")

    files.write(path, text.encode(), revision, verify=verify)


def workspace(root: Path) -> WorkspaceSettings:
    """Return the settings of the workspace at `root`; never raises, its problems are among them."""
    try:
        document, _ = _loaded(root / FILE)
    except InvalidFile as error:
        return WorkspaceSettings(problems=(Problem("", error.message, error.hint),))
    if document is None or _is_blank(document):
        return WorkspaceSettings()
    if document.mapping is None or not document.whole:
        return WorkspaceSettings(problems=document.problems)
    findings = Findings()
    values = _WORKSPACE.read(document.mapping, "", findings)
    found = WorkspaceSettings(values["name"], values["description"])
    return replace(found, problems=(*document.problems, *findings.problems))


def _document(path: Path) -> tuple[Document | None, Revision]:
    document, revision = _loaded(path)
    if document is not None and document.problems and not _is_blank(document):
        first = document.problems[0]
        line = f":{first.line}" if first.line else ""
        raise InvalidFile(f"{path}{line}: {first.message}", "mend the file, or move it away")
    return document, revision


def _loaded(path: Path) -> tuple[Document | None, Revision]:
    if not path.exists() and not path.is_symlink():
        return None, Revision(None)
    data, revision = files.read(path)
    return parse_bytes(data), revision


def _is_blank(document: Document) -> bool:
    """Whether a file holds nothing but comments."""
    return document.root is None and document.whole
