"""What is sent with one connection from the main screen: its test, its request line, its stream and its token."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.question import QuestionAnswer, QuestionScreen
from integrator_tui.tui.main.flows.forms import FormFlows
from integrator_tui.tui.main.flows.host import FlowHost, refuse, sealed
from integrator_tui.tui.widgets.sheet import SheetGroup, SheetLine

if TYPE_CHECKING:
    from integrator_tui.model.connection import Operation
    from integrator_tui.tui.screens.requests.line import RequestLeft


class RequestFlows:
    """Flows over what a connection sends; each is given an entry as it was read just now, and its draft."""

    def __init__(self, screen: FlowHost, forms: FormFlows) -> None:
        self._screen, self._forms = screen, forms
        self._workspace = screen.workspace

    async def test(self, entry: Entry, draft: Draft) -> None:
        """Test it stage by stage, and go on where the result says."""
        from integrator_tui.tui.screens.result import ResultScreen
        from integrator_tui.tui.screens.result_outcome import ResultWays

        ways = ResultWays(
            seal=partial(sealed, self._screen, entry.file),
            request=partial(self.request_again, entry.file),
            keep=partial(self._keep_filter, draft),
        )
        result = ResultScreen(self._workspace, draft, self._parameters(entry), ways=ways)
        tested = await ask(self._screen.app, result)
        if tested is None:
            return
        if tested.report is not None:
            self._screen.note_report(entry.file, tested.draft.revision, tested.report)
        if tested.trusted is not None:
            await self._forms.trust(draft, tested.trusted)
        elif tested.edit_at is not None:
            await self._forms.at_field(entry.file, tested.edit_at)
        elif (await asyncio.to_thread(self._workspace.catalog.entry, entry.file)).revision != entry.revision:
            # An editor was opened from the result.
            self._screen.reload()

    async def request(self, entry: Entry, draft: Draft) -> None:
        """Open its request line, and the form where that is wanted from there."""
        from integrator_tui.tui.screens.requests.line import RequestLine
        from integrator_tui.tui.screens.requests.screen import RequestScreen

        line = self._screen.request_lines.get(entry.file) or RequestLine()
        seal = partial(sealed, self._screen, entry.file)
        screen = RequestScreen(self._workspace, draft, line, self._parameters(entry), seal=seal)
        left: RequestLeft | None = await ask(self._screen.app, screen)
        if left is None:
            return
        self._screen.request_lines[entry.file] = left.line
        if left.saved is not None:
            self._screen.note_saved(left.saved)
        if left.edit_at is not None:
            await self._forms.at_field(entry.file, left.edit_at)

    async def request_again(self, file: str) -> None:
        """Open the request line from a result of the same connection."""
        entry: Entry = await asyncio.to_thread(self._workspace.catalog.entry, file)
        if entry.connection is None:
            refuse(self._screen, entry)
        else:
            await self.request(entry, Draft(entry.connection, entry.file, entry.revision))

    async def stream(self, entry: Entry, draft: Draft) -> None:
        """Watch the answer of its test request as it comes."""
        from integrator_tui.tui.screens.stream import StreamScreen

        await ask(self._screen.app, StreamScreen(self._workspace, draft, self._parameters(entry)))

    async def token(self, entry: Entry, draft: Draft) -> None:
        """Show its token."""
        from integrator_tui.tui.screens.token import TokenScreen

        await ask(self._screen.app, TokenScreen(self._workspace, draft, self._parameters(entry)))

    async def preview(self, entry: Entry, draft: Draft) -> None:
        """Show what its test would send."""
        from integrator_tui.tui.screens.preview import PreviewScreen

        await ask(self._screen.app, PreviewScreen(self._workspace, draft, self._parameters(entry)))

    async def copy_curl(self, entry: Entry, draft: Draft) -> None:
        """Copy its test request as a curl command, and show that."""
        command = self._workspace.exports.curl(draft)
        self._screen.app.copy_to_clipboard(command)
        lines = (
            SheetLine("", "Copied to the clipboard. It holds no secret.", "muted"),
            SheetLine("", ""),
            *(SheetLine("", line) for line in command.split("\n")),
        )
        await ask(
            self._screen.app,
            QuestionScreen(
                "Copy as curl", (SheetGroup("", lines),), (QuestionAnswer("Close", "close", "primary"),)
            ),
        )

    async def copy_link(self, entry: Entry, draft: Draft) -> None:
        """Copy the address of the documentation of an API, or say that there is none."""
        from integrator_tui.tui.widgets.copied import COPIED

        app, link = self._screen.app, draft.connection.documentation_link
        if not link:
            app.notify("there is no API Documentation Link: e edits it", markup=False)
            return
        app.copy_to_clipboard(link)
        app.notify(f"{visible(link, limit=200)} {COPIED}", timeout=4, markup=False)

    async def _keep_filter(self, draft: Draft, sent: Operation, expression: str) -> tuple[Draft, Operation] | None:
        """Keep an expression as an output; return the draft and the operation as they are stored then."""
        from integrator_tui.tui.screens.requests.keeping import keep_output

        kept = await keep_output(self._screen.app, self._workspace, draft, sent, expression)
        if kept is None or kept.entry.connection is None:
            return None
        self._screen.note_saved(kept.entry)
        return Draft(kept.entry.connection, kept.entry.file, kept.entry.revision), kept.operation

    def _parameters(self, entry: Entry) -> dict[str, str]:
        """The parameters of this connection in this session, to be read and written."""
        return self._screen.parameters.setdefault(entry.file, {})
