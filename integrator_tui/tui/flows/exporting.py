"""Connections for other tools: the text is shown with what is left out of it, before it is saved or copied."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textual.app import App

from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.dialogs.question import QuestionAnswer, QuestionScreen
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.widgets.copied import copied
from integrator_tui.tui.widgets.fields.labelled import Label
from integrator_tui.tui.widgets.log.file import write_log
from integrator_tui.tui.widgets.menu_list import MenuItem
from integrator_tui.tui.widgets.sheet import SheetGroup, SheetLine

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import Exported, ExportRefusal

_MOST_LINES: Final = 300
_FORMATS: Final = {
    "kinetic": ("Integrator", "JSON, secrets null"),
    "curl": ("curl commands", "tests and operations, for a shell"),
    "http": (".http file", "JetBrains, VS Code, httpyac"),
    "blackbox": ("blackbox_exporter", "tests, for Prometheus"),
}
"""What a format is called here, and what is said of it."""


class ExportFlow:
    """One export of these connections."""

    def __init__(self, app: App[Any], workspace: WorkspaceServices, entries: Sequence[Entry]) -> None:
        self._app = app
        self._workspace = workspace
        self._entries = tuple(entries)

    async def run(self) -> None:
        """Ask for a format, show what comes of it, and save or copy it. Raises what `Exports.written` raises."""
        from integrator_tui.workspace import EXPORT_FORMATS

        items = [MenuItem(word, *_FORMATS.get(word, (word, what))) for word, what in EXPORT_FORMATS.items()]
        form = await ask(self._app, MenuScreen(f"Export {self._called}", items))
        if form is None:
            return
        entries = [await self._now(entry) for entry in self._entries]
        exported = await self._said(form, entries)
        if exported is None:
            return
        answers = (
            QuestionAnswer("Save", "save", "primary"),
            QuestionAnswer("Copy", "copy"),
            QuestionAnswer("Cancel", "cancel"),
        )
        title = f"Export {self._called}: {_title(form)}"
        answer = await ask(self._app, QuestionScreen(title, _shown(exported), answers))
        if answer == "copy":
            self._app.copy_to_clipboard(exported.text.rstrip("\n"))
            self._app.notify(f"{copied('export')}; no secret is in it", timeout=4, markup=False)
        elif answer == "save":
            await self._save(form, exported.text)

    @property
    def _called(self) -> str:
        if len(self._entries) == 1:
            return visible(self._entries[0].name, limit=60)
        return f"{len(self._entries):,} connections"

    async def _now(self, entry: Entry) -> Entry:
        """Return the file as it is now, and as open as it can be."""
        catalog = self._workspace.catalog
        now: Entry = await asyncio.to_thread(catalog.entry, entry.file)
        return now if now.closed is None else await unlocked(self._app, self._workspace, catalog.opened, now)

    async def _said(self, form: str, entries: Sequence[Entry]) -> Exported | None:
        """Return what can be said in a format: all of it, or where the user wants that the connections that can."""
        written = self._workspace.exports.written
        exported: Exported = await asyncio.to_thread(written, form, entries)
        if not exported.refused:
            return exported
        alone = [(each, await asyncio.to_thread(written, form, [each])) for each in entries]
        rest = [each for each, one in alone if not one.refused]
        close = QuestionAnswer("Close", "close", "" if rest else "primary")
        others = (QuestionAnswer(f"Export the other {len(rest):,}", "others", "primary"),) if rest else ()
        title = f"{_title(form)}: not everything can be said"
        screen = QuestionScreen(title, (_refused(exported.refused),), (*others, close))
        if await ask(self._app, screen) != "others":
            return None
        self._entries = tuple(rest)
        return await asyncio.to_thread(written, form, rest)

    async def _save(self, form: str, text: str) -> None:
        from integrator_tui.workspace import EXPORT_ENDINGS

        name = self._entries[0].name if len(self._entries) == 1 else "connections"
        plain = re.sub(r"[^\w.-]+", "-", name.lower()).strip("-.") or "connection"
        place, note = f"{plain}.{EXPORT_ENDINGS[form]}", "A new file, beside where the interface was started."
        while True:
            label = Label("Save to", "path", required=True)
            prompt = PromptScreen("Save the export", (label,), note=note, values={"path": place}, button="Save")
            answer = await ask(self._app, prompt)
            place = answer["path"].strip() if answer else ""
            if not place:
                return
            note = await asyncio.to_thread(self._write, self._path(place), text)
            if not note:
                self._app.notify(f"Saved to {visible(place)}", timeout=5, markup=False)
                return

    def _path(self, name: str) -> Path:
        home: Path | None = getattr(self._app, "home", None)
        return home / name[2:] if home is not None and name.startswith("~/") else Path(name)

    def _write(self, path: Path, text: str) -> str:
        """Write a new file; return what is wrong where that cannot be."""
        try:
            write_log(path, text.rstrip("\n").split("\n"))
        except FileExistsError:
            return "✗ It exists already: choose another name."
        except OSError as error:
            return f"✗ {(error.strerror or type(error).__name__).lower()}: choose a folder that you can write to."
        except ValueError:
            return "✗ This is not the name of a file."
        return ""


def _title(form: str) -> str:
    return _FORMATS.get(form, (form, ""))[0]


def _shown(exported: Exported) -> tuple[SheetGroup, ...]:
    lines = exported.text.rstrip("\n").split("\n")
    text = [SheetLine("", line) for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        text.append(SheetLine("", f"and {len(lines) - _MOST_LINES:,} more lines", "muted"))
    left_out = tuple(SheetLine("", line, "warn") for line in exported.left_out)
    head = (SheetGroup(f"Left out or different ({len(left_out):,})", left_out),) if left_out else ()
    return (*head, SheetGroup(f"Text ({len(lines):,} lines, no secret in it)", tuple(text)))


def _refused(refused: Sequence[ExportRefusal]) -> SheetGroup:
    lines: list[SheetLine] = []
    for refusal in refused:
        lines += [SheetLine("", f"✗ {refusal.message}", "bad"), SheetLine("hint", refusal.hint)]
    return SheetGroup("", tuple(lines))
