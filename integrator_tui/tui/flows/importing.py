"""A document of another tool becomes connections, after a look at what comes of it and what is lost.

A document is the path of a file, or pasted. Where it is not known where requests go, that is asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from textual.app import App

from integrator_tui.errors import IntegratorError
from integrator_tui.model.entry import NO_FILE, Draft
from integrator_tui.model.fields import AUTH_LABELS
from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.dialogs.question import QuestionAnswer, QuestionScreen
from integrator_tui.tui.flows.places import folder_chosen
from integrator_tui.tui.flows.recipients import agreed
from integrator_tui.tui.flows.save import Saving
from integrator_tui.tui.widgets.menu_list import MenuItem
from integrator_tui.tui.widgets.sheet import SheetGroup, SheetLine

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import GivenDocument, PreparedImport

_MOST_FILES: Final = 200
_MOST_REMARKS: Final = 400


class Taken(NamedTuple):
    """What came of it: the `files` that were written, or a connection for the form to begin with."""

    files: tuple[str, ...] = ()
    draft: Draft | None = None


class ImportFlow:
    """One import, from the document to what it became; `folder` is where it goes unless another is chosen."""

    def __init__(self, app: App[Any], workspace: WorkspaceServices, folder: str = "") -> None:
        self._app = app
        self._workspace = workspace
        self._folder = folder

    async def asked(self, title: str, note: str) -> Taken | None:
        """Ask for a document until there is one, and go on with it; None where that is left."""
        from integrator_tui.tui.dialogs.text_prompt import TextPromptScreen

        text = ""
        while True:
            prompt = TextPromptScreen(title, "Path or document", text=text, note=note, line_answers=True)
            given = await ask(self._app, prompt)
            if given is None:
                return None
            try:
                return await self.of_text(given)
            except IntegratorError as error:
                text, note = given.rstrip("\n"), f"✗ {error.message}: {error.hint}"

    async def of_text(self, text: str, *, pasted: bool = False) -> Taken | None:
        """Go on with a document, or with the path of one; of a `pasted` export with one connection the form begins.

        Raises UsageError where it cannot be read.
        """
        home = getattr(self._app, "home", None)
        document = await asyncio.to_thread(self._workspace.documents.given, text, home)
        form = await self._format(document)
        if form is None:
            return None
        if form == "curl" and document.file is None:
            from integrator_tui.tui.flows.curl_offer import offered

            draft = await offered(self._app, self._workspace, document.text)
            return Taken(draft=draft) if draft is not None else None
        return await self._previewed(form, document, is_offer=pasted and document.file is None)

    async def _format(self, document: GivenDocument) -> str | None:
        from integrator_tui.workspace import IMPORT_FORMATS

        form = await asyncio.to_thread(self._workspace.documents.format_of, document)
        if form:
            return form
        items = [MenuItem(word, word, what) for word, what in IMPORT_FORMATS.items()]
        return await ask(self._app, MenuScreen("What is it?", items, note="It does not say so itself."))

    # --- what it becomes ---

    async def _previewed(self, form: str, document: GivenDocument, *, is_offer: bool) -> Taken | None:
        variables: dict[str, str] = {}
        while True:
            prepared = await self._prepared(form, document, variables)
            if prepared is None:
                return None
            draft = _only_one(prepared) if is_offer else None
            answer = await ask(self._app, self._question(form, document, prepared, draft))
            if answer == "folder":
                title = "Folder of what is imported"
                chosen = await folder_chosen(self._app, self._workspace, title, self._folder)
                self._folder = self._folder if chosen is None else chosen
            elif answer == "use" and draft is not None:
                return Taken(draft=draft)
            elif answer == "import":
                return await self._written(prepared)
            else:
                return None

    async def _prepared(
        self, form: str, document: GivenDocument, variables: dict[str, str]
    ) -> PreparedImport | None:
        """Return what is to be written, after asking where requests go as often as that is not known."""
        from integrator_tui.workspace import THE_BASE_URL

        note = "The document does not say where its requests go."
        while True:
            base_url = variables.get(THE_BASE_URL, "")
            prepared: PreparedImport = await asyncio.to_thread(
                self._workspace.documents.prepared,
                form,
                document,
                folder=self._folder,
                variables=variables,
                base_url=base_url,
            )
            if not prepared.open:
                return prepared
            given = await self._addresses(prepared.open, variables, note)
            if given is None:
                return None
            variables |= given
            note = "✗ This is not enough, or no address: begin with https://"

    async def _addresses(
        self, names: Sequence[str], known: Mapping[str, str], note: str
    ) -> Mapping[str, str] | None:
        from integrator_tui.tui.dialogs.prompt import PromptScreen
        from integrator_tui.tui.widgets.fields.labelled import Label
        from integrator_tui.workspace import THE_BASE_URL

        labels = tuple(
            Label("Base URL" if name == THE_BASE_URL else visible(name, limit=28), name, required=True)
            for name in names
        )
        return await ask(
            self._app, PromptScreen("Where do they go?", labels, note=note, values=known, button="Go on")
        )

    def _question(
        self, form: str, document: GivenDocument, prepared: PreparedImport, draft: Draft | None
    ) -> QuestionScreen:
        source = visible(document.file.name, limit=100) if document.file is not None else "what was pasted"
        groups = [
            SheetGroup("", (SheetLine("From", f"{source} ({form})"), SheetLine("Folder", self._shown_folder)))
        ]
        groups += told(prepared)
        cancel = QuestionAnswer("Cancel", "cancel")
        if draft is not None:
            answers = (QuestionAnswer("Use it", "use", "primary"), QuestionAnswer("Import", "import"), cancel)
            return QuestionScreen("New Connection from an Integrator export", groups, answers)
        if not prepared.drafts and not prepared.others:
            return QuestionScreen(
                "Import: nothing to write", groups, (QuestionAnswer("Close", "cancel", "primary"),)
            )
        answers = (QuestionAnswer("Import", "import", "primary"), QuestionAnswer("Folder", "folder"), cancel)
        return QuestionScreen("Import", groups, answers)

    @property
    def _shown_folder(self) -> str:
        return visible(self._folder) if self._folder else "(top of the workspace)"

    # --- writing it ---

    async def _written(self, prepared: PreparedImport) -> Taken | None:
        sealed = next((draft for draft in prepared.drafts if draft.typed), None)
        if sealed is not None:
            saving = Saving(self._app, self._workspace, sealed.connection)
            if not await saving.has_identity(sealed):
                return None
        file = sealed.file if sealed is not None else None
        await agreed(self._app, self._workspace, file, self._workspace.documents.save, prepared)
        files = (*(draft.file or "" for draft in prepared.drafts), *(other.file for other in prepared.others))
        count = len(files)
        words = f"{count:,} file{'s' if count > 1 else ''} written"
        self._app.notify(f"{words}: Undo last change takes them back one by one.", timeout=6, markup=False)
        return Taken(files)


def _only_one(prepared: PreparedImport) -> Draft | None:
    """Return the one new connection that an export holds, as the form begins with it; else None."""
    if len(prepared.drafts) != 1 or prepared.others or prepared.unchanged:
        return None
    draft = prepared.drafts[0]
    if draft.revision != NO_FILE:
        return None
    return Draft(draft.connection, typed=draft.typed, declared=draft.declared)


def told(prepared: PreparedImport) -> list[SheetGroup]:
    """Return what is shown before anything is written: files, and every line of the report."""
    groups = []
    new = [_file(draft) for draft in prepared.drafts if draft.revision == NO_FILE]
    changed = [_file(draft) for draft in prepared.drafts if draft.revision != NO_FILE]
    new += [SheetLine(each.file, "kept as it is") for each in prepared.others if each.revision == NO_FILE]
    changed += [SheetLine(each.file, "kept as it is") for each in prepared.others if each.revision != NO_FILE]
    same = [SheetLine(file, "") for file in prepared.unchanged]
    for heading, lines in (("New files", new), ("Changed files", changed), ("Unchanged", same)):
        if lines:
            groups.append(SheetGroup(f"{heading} ({len(lines):,})", _cut(lines, _MOST_FILES)))
    remarks = [SheetLine(f"line {remark.line}", remark.text) for remark in prepared.remarks]
    if remarks:
        groups.append(SheetGroup(f"Assumed, changed or left out ({len(remarks):,})", _cut(remarks, _MOST_REMARKS)))
    return groups


def _file(draft: Draft) -> SheetLine:
    connection = draft.connection
    count = len(connection.operations)
    parts = [connection.name, connection.base_url, AUTH_LABELS[connection.auth.type]]
    parts += [f"{count} operation{'s' if count > 1 else ''}"] if count else []
    parts += [f"secrets {', '.join(connection.secrets)}"] if connection.secrets else []
    parts += [f"to be given: {', '.join(draft.declared)}"] if draft.declared else []
    return SheetLine(draft.file or "", ", ".join(parts))


def _cut(lines: Sequence[SheetLine], most: int) -> tuple[SheetLine, ...]:
    if len(lines) <= most:
        return tuple(lines)
    return (*lines[:most], SheetLine("", f"and {len(lines) - most:,} more: import on the command line tells all"))
