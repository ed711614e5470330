"""Saving a draft: an identity for the first secret, the passphrase, and the file that changed meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from textual.app import App

from integrator_tui.errors import ChangedOnDisk, IntegratorError, LockedError, UnpinnedRecipient
from integrator_tui.model import draft as editing
from integrator_tui.model.draft import differences
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.notices import near_home
from integrator_tui.tui.dialogs.question import QuestionAnswer, QuestionScreen, question
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.flows.recipients import agreed
from integrator_tui.tui.labels import label_of, labelled
from integrator_tui.tui.widgets.sheet import SheetGroup, SheetLine

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection
    from integrator_tui.tui.services import WorkspaceServices


class Saving:
    """One attempt to save what was made of `stored`; `renamed` are its secrets that have other names now."""

    def __init__(
        self, app: App[Any], workspace: WorkspaceServices, stored: Connection, renamed: Collection[str] = ()
    ) -> None:
        self._app = app
        self._workspace = workspace
        self._stored = stored
        self._renamed = renamed

    async def save(self, draft: Draft) -> Entry | Draft | None:
        """Write the draft; return its entry, or the draft of the file if that was chosen, or None to go on editing.

        Raises SaveError or LockedError; what was typed stays in the form.
        """
        kept = await self._settle_removed(draft, self._stored, self._renamed)
        if kept is None:
            return None
        draft = kept
        if not await self.has_identity(draft):
            return None
        broken = await asyncio.to_thread(self._workspace.extensions.broken_by, draft)
        try:
            saved = await agreed(self._app, self._workspace, draft.file, self._workspace.editor.save, draft)
            if draft.typed:
                self._say_shared_rules()
            if broken:
                from integrator_tui.tui.flows.seal_many import offered

                await offered(self._app, self._workspace, saved, broken)
            return saved
        except ChangedOnDisk as error:
            return await self._settle(draft, error)
        except UnpinnedRecipient:
            raise
        except LockedError as error:
            if draft.typed or draft.file is None:
                raise
            return await self._leave_unsealed(draft, error)

    async def has_identity(self, draft: Draft) -> bool:
        """Return whether a draft can be sealed, an identity made where the user wants that."""
        has_seal = bool(draft.typed or draft.connection.secrets_from)
        return not has_seal or not await self._needs_identity() or await self._make_identity()

    async def _needs_identity(self) -> bool:
        # It may run the key command, which takes its time.
        return await asyncio.to_thread(self._workspace.keys.needs_identity)

    async def _settle_removed(
        self, draft: Draft, stored: Connection, renamed: Collection[str] = ()
    ) -> Draft | None:
        """Ask about stored secrets that a save would remove; return what is to be saved, None to go on editing."""
        gone = editing.removed_secrets(draft, stored, renamed) if draft.file is not None else ()
        if not gone:
            return draft
        answer = await ask(self._app, _removal_question(gone))
        return {"remove": draft, "keep": editing.keeping(draft, stored, gone)}.get(answer or "")

    async def _make_identity(self) -> bool:
        text = (
            "This is the first secret, and there is no identity on this machine to encrypt it for.\n"
            "Create one? It is a key file that only you can read, where sops looks for it."
        )
        answers = (QuestionAnswer("Create identity", "create", "primary"), QuestionAnswer("Not now", "no"))
        if await ask(self._app, question("Create an identity", text, answers)) != "create":
            return False
        made = await asyncio.to_thread(self._workspace.keys.create_identity)
        place = near_home(made.place, getattr(self._app, "home", None))
        self._app.notify(f"Identity created in {visible(place)}", timeout=4, markup=False)
        return True

    def _say_shared_rules(self) -> None:
        """Say for whom the secrets were encrypted, where a file outside of the workspace says it."""
        shared = None
        # It is saved: what cannot be told does not change that.
        with contextlib.suppress(IntegratorError):
            shared = self._workspace.keys.shared_rules()
        if shared:
            place = near_home(str(shared), getattr(self._app, "home", None))
            self._app.notify(f"Encrypted for the recipients of {visible(place)}", timeout=6, markup=False)

    async def _leave_unsealed(self, draft: Draft, error: LockedError) -> Entry | None:
        """Offer to save plain fields of a file whose secrets stay closed: its seal is broken afterwards."""
        text = (
            f"{error.message}\n{labelled(error.hint)}\n"
            "The plain fields can be saved all the same. Where they decide where a secret is sent, the seal is "
            "broken then: no secret of this file leaves the machine until somebody who can open it seals it again."
        )
        answers = (
            QuestionAnswer("Keep editing", "back", "primary"),
            QuestionAnswer("Save without sealing", "save", "danger"),
        )
        if await ask(self._app, question("The secrets stay closed", text, answers)) != "save":
            return None
        return await unlocked(self._app, self._workspace, self._workspace.editor.save, draft, seal=False)

    async def _settle(self, draft: Draft, error: ChangedOnDisk) -> Entry | Draft | None:
        assert draft.file is not None
        theirs = await asyncio.to_thread(self._workspace.catalog.entry, draft.file)
        lines = [SheetLine("", error.message)]
        rows: list[SheetLine] = []
        if theirs.connection is None:
            rows.append(
                SheetLine("on disk", theirs.problems[0].message if theirs.problems else "it cannot be read")
            )
        else:
            for field, on_disk, mine in differences(theirs.connection, draft.connection):
                rows += [
                    SheetLine(label_of(field), f"on disk: {on_disk}"),
                    SheetLine("", f"{'':20}yours:   {mine}"),
                ]
            if not rows:
                rows.append(SheetLine("", "Its fields are the same as yours; its secrets or its layout differ."))
        answers = [QuestionAnswer("Keep editing", "back", "primary"), QuestionAnswer("Save mine", "mine", "danger")]
        if theirs.connection is not None:
            answers.append(QuestionAnswer("Take the file's", "theirs", "danger"))
        groups = (SheetGroup("", tuple(lines)), SheetGroup("Differences", tuple(rows)))
        answer = await ask(self._app, QuestionScreen("The file changed on disk", groups, answers))
        if answer == "mine":
            # What others stored meanwhile would go as well.
            gone = theirs.connection or draft.connection
            known = {*self._stored.secrets, *self._renamed}
            kept = await self._settle_removed(draft, gone, known)
            if kept is None:
                return None
            draft = kept
            return await agreed(
                self._app, self._workspace, draft.file, self._workspace.editor.save, draft, overwrite=True
            )
        if answer == "theirs" and theirs.connection is not None:
            return Draft(theirs.connection, theirs.file, theirs.revision)
        return None


def _removal_question(names: Sequence[str]) -> QuestionScreen:
    """Return the question about stored secrets that a save would remove."""
    one = len(names) == 1
    asked = "The stored value of this secret is" if one else "The stored values of these secrets are"
    groups = (
        SheetGroup(
            "", (SheetLine("", f"{asked} in the file, and what you save does not hold {'it' if one else 'them'}."),)
        ),
        SheetGroup("Secret" if one else "Secrets", tuple(SheetLine("", name, "strong") for name in names)),
        SheetGroup(
            "",
            (
                SheetLine("", f"Remove, and Undo last change brings {'it' if one else 'them'} back for 24 hours."),
                SheetLine(
                    "", f"Keep, and {'it stays' if one else 'they stay'} in the file, under Secrets.", "muted"
                ),
            ),
        ),
    )
    answers = (
        QuestionAnswer("Remove", "remove", "danger"),
        QuestionAnswer("Keep", "keep"),
        QuestionAnswer("Cancel", "cancel"),
    )
    return QuestionScreen("Remove a stored secret" if one else "Remove stored secrets", groups, answers)
