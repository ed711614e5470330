"""Settings: the user's own `settings.yaml`, and `integrator.yaml` of a workspace.

Rules: a file that is missing has every default; one that is broken is told, and never overwritten; a key that is
not known is told, and kept as it stands. What cannot be read as a switch is off. The settings of a workspace come
with a repository that others write, so they cannot say where requests go or what is trusted, and nothing they say
is executed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from integrator_tui.errors import InvalidFile, SaveError
from integrator_tui.model.entry import Revision
from integrator_tui.model.history import HistoryBounds
from integrator_tui.model.problem import Problem
from integrator_tui.store import files
from integrator_tui.store.connection_file.containers import ItemsKind
from integrator_tui.store.connection_file.kinds import Choice, Findings, Flag, SectionKind, Text, present
from integrator_tui.store.yamltext import edits, writer
from integrator_tui.store.yamltext.document import Document, parse_bytes
from integrator_tui.store.yamltext.node import Mapping, Node, Scalar, Sequence
from integrator_tui.store.yamltext.scalar import boolean, number

FILE: Final = "integrator.yaml"
PROD_TAGS: Final = ("prod", "production")
"""Tags of connections that are asked about where nobody says which."""

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


_MOST: Final = 1_000_000_000


class _Amount(NamedTuple):
    """A number of something, more than 0."""

    default: float
    whole: bool = False

    def read(self, node: Node, path: str, findings: Findings) -> float:
        value = number(node) if isinstance(node, Scalar) else None
        # Who writes more wants no bound; what the history computes with it has to fit into 64 bits.
        value = None if value is None else min(value, _MOST)
        if value is None or not value > 0 or (self.whole and value != int(value)):
            wanted = "a whole number" if self.whole else "a number"
            findings.refuse(
                path, node.line, f"{wanted} of 1 or more is wanted here", f"for example {self.default:g}"
            )
            return self.default
        return int(value) if self.whole else value

    def plain(self, value: Any) -> Any:
        return value


BOUNDS: Final = HistoryBounds()
"""Those of the history where nobody says anything else."""

_BOUNDS: Final = SectionKind(
    {
        "count": _Amount(BOUNDS.results, whole=True),
        "days": _Amount(BOUNDS.days),
        "size": _Amount(BOUNDS.megabytes),
    }
)


class _HistoryKind(NamedTuple):
    """true, false, or the bounds of the history."""

    default: HistoryBounds | None = BOUNDS

    def read(self, node: Node, path: str, findings: Findings) -> HistoryBounds | None:
        if isinstance(node, Mapping):
            found = _BOUNDS.read(node, path, findings)
            return HistoryBounds(found["count"], found["days"], found["size"])
        value = boolean(node) if isinstance(node, Scalar) else None
        if value is None:
            hint = "write false, or for example {count: 100000, days: 90, size: 64}"
            findings.refuse(path, node.line, "true, false or bounds are wanted here; it is off", hint)
        return self.default if value else None

    def plain(self, value: Any) -> Any:
        return value


class _TagsKind(NamedTuple):
    """A list of tags; where it cannot be read, those that are asked about anyway."""

    default: tuple[str, ...] = PROD_TAGS

    def read(self, node: Node, path: str, findings: Findings) -> tuple[str, ...]:
        if isinstance(node, Sequence):
            tags: tuple[str, ...] = ItemsKind(Text(), "tag").read(node, path, findings)
            return tags
        findings.refuse(path, node.line, "a list of tags is wanted here", "for example [prod, production]")
        return self.default

    def plain(self, value: Any) -> Any:
        return value


Lists = tuple[tuple[str, tuple[str, ...]], ...]


class _ListsKind(NamedTuple):
    """A mapping of names to lists of text; a tuple of pairs."""

    what: str
    default: Lists = ()

    def read(self, node: Node, path: str, findings: Findings) -> Lists:
        if not isinstance(node, Mapping):
            findings.refuse(
                path, node.line, "a mapping of names to lists is wanted here", f"for example {self.what}"
            )
            return self.default
        words = ItemsKind(Text(), "word")
        return tuple((key, words.read(value, f"{path}.{key}", findings)) for key, _, value in present(node))

    def plain(self, value: Any) -> Any:
        return value


DRIVERS: Final = ("lean", "stock")
"""What draws on the terminal: our own way, which comes first, and Textual's."""

_USER: Final = SectionKind(
    {
        "theme": Text(None),
        "driver": Choice(DRIVERS, DRIVERS[0]),
        "history": _HistoryKind(),
        "remember": Flag(True),
        "drafts": Flag(True),
        "token_cache": Flag(True),
        "prod_tags": _TagsKind(),
        "bell": Flag(False),
        "secret_variables": ItemsKind(Text(), "pattern"),
        "secret_folders": ItemsKind(Text(), "folder"),
        "unix_sockets": ItemsKind(Text(), "pattern"),
        "vantages": ItemsKind(Text(), "pattern"),
        "sources": _ListsKind('{vault: [vault, kv, get, "-field={key}", "{path}"]}'),
        "send": _ListsKind("{'env:ORDERS_*': [https://orders.example.com]}"),
    },
    ignored=("keys",),
)
"""The keys of the user's settings; of those that others read only the names are known here."""

_WRITTEN: Final = ("theme",)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user has chosen, and what is wrong with how it was said.

    `theme` is the name of a theme, None where none was chosen; `driver` is what draws on the terminal; `history`
    are the bounds of the history, None where it is switched off; `remember` tells whether anything of what is done
    may be kept, `drafts` whether what is typed is journalled, `token_cache` whether tokens outlive the process;
    `prod_tags` are the tags of connections whose unsafe requests are asked about; `bell` tells whether a watch
    rings where something changes. `secret_variables` and `secret_folders` may be read for secrets, `sources` are
    commands that give some, and `send` says which of them may go to which origins, by patterns. `unix_sockets` are
    patterns of paths that connections may be reached at, `vantages` of hosts that they may be reached from.
    """

    theme: str | None = None
    driver: str = DRIVERS[0]
    history: HistoryBounds | None = BOUNDS
    remember: bool = True
    drafts: bool = True
    token_cache: bool = True
    prod_tags: tuple[str, ...] = PROD_TAGS
    bell: bool = False
    secret_variables: tuple[str, ...] = ()
    secret_folders: tuple[str, ...] = ()
    unix_sockets: tuple[str, ...] = ()
    vantages: tuple[str, ...] = ()
    sources: Lists = ()
    send: Lists = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkspaceSettings:
    """What `integrator.yaml` says of its workspace, and what is wrong with that file."""

    name: str = ""
    description: str = ""
    problems: tuple[Problem, ...] = ()


def read(path: Path) -> Settings:
    """Return the user's settings; raise InvalidFile where there is a file that cannot be read."""
    document, _ = _document(path)
    if document is None or _is_blank(document):
        return Settings()
    findings = Findings()
    values = _USER.read(document.mapping or document.root, "", findings) if document.root else {}
    for name in ("remember", "drafts", "token_cache"):
        # Whoever said something there meant to switch it off.
        if any(problem.field == name for problem in findings.problems):
            values[name] = False
    return Settings(**values, problems=tuple(findings.problems))


def write(path: Path, settings: Settings) -> None:
    """Write those settings that the program changes itself over those in the file, comments and other keys kept;
    None takes a key out.

    Raises:
        SaveError: The file cannot be written.
        InvalidFile: There is one that cannot be read, so it stays.
    """
    document, revision = _document(path)
    chosen = {name: getattr(settings, name) for name in _WRITTEN}
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
