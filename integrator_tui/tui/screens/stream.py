"""The answer of a connection's test request, or of an operation, as it comes.

It begins at once; Esc stops it, and then leaves.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.worker import Worker

from integrator_tui.model.entry import Draft
from integrator_tui.model.stream import Closed
from integrator_tui.tui.actions import Action, bar_keys, bindings
from integrator_tui.tui.dialogs.beside import PageBeside
from integrator_tui.tui.dialogs.notices import reporting
from integrator_tui.tui.flows.parameters import parameters_given
from integrator_tui.tui.flows.passphrase import opened
from integrator_tui.tui.flows.unsafe import confirm_unsafe
from integrator_tui.tui.labels import labelled
from integrator_tui.tui.textual_fixes.lean_app import backlogged
from integrator_tui.tui.textual_fixes.turns import painted, screens_turn
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.log.pane import LogPane
from integrator_tui.tui.widgets.log.stream_lines import parts
from integrator_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from integrator_tui.model.connection import Operation
    from integrator_tui.model.parameters import Purpose
    from integrator_tui.tui.services import WorkspaceServices


def _pane(id: str, keys: tuple[str, ...], words: str, tooltip: str) -> Action:  # noqa: A002
    return Action(id, keys, words, tooltip, words, call=f"pane('{id}')")


_STOP = Action("stop", ("escape",), "Stop", "Close the search, then stop the stream, then leave", "Stop")
_BACK = Action("stop", ("escape",), "Back", "Close the search, then leave", "Back")
_SEARCH = _pane("search", ("slash",), "Search", "Search in the log")
_PAUSE = _pane("pause", ("space",), "Pause", "Pause the stream, or let it go on")
_AGAIN = Action("again", ("f6",), "Stream", "Begin again", "Again")
_LOG = (
    _pane("follow", ("f",), "Follow", "Go to the end of the log and stay there"),
    _pane("wrap", ("w",), "Wrap", "Wrap long lines, or cut them"),
    _pane("clear", ("c",), "Clear", "Forget all lines of the log"),
    _pane("save", ("s", "S"), "Save log", "Save the log to a file only you can read"),
    _pane("copy", ("y",), "Copy line", "Copy the current line"),
)
_LEAVE = Action("leave", ("q",), "Leave", "Stop the stream and leave")
ACTIONS = (_STOP, _SEARCH, _PAUSE, *_LOG, _AGAIN, _LEAVE)
ENDED = (_BACK, _SEARCH, _AGAIN, *_LOG, _LEAVE)


class StreamScreen(PageBeside[None]):
    """Streams when it opens; `asked` says that the parameters have been asked for already."""

    GAP: ClassVar[int] = 1
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]

    def __init__(
        self,
        workspace: WorkspaceServices,
        draft: Draft,
        parameters: dict[str, str],
        *,
        asked: bool = False,
        operation: Operation | None = None,
    ) -> None:
        """`operation` is what is streamed in place of the test request."""
        super().__init__()
        self._purpose: Purpose = operation or "test"
        self.ACTIONS: tuple[Action, ...] = ACTIONS
        self._workspace, self._draft, self._parameters, self._asked = workspace, draft, parameters, asked
        self._worker: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        name, purpose = self._draft.connection.name, self._purpose
        title = name if isinstance(purpose, str) else f"{purpose.name or 'a request'} of {name}"
        verify = self._draft.connection.options.verify
        yield TitleBar(f"Stream  {title}", "" if verify else "TLS NOT VERIFIED", alarm=not verify)
        yield LogPane(
            title=name or "stream",
            home=getattr(self.app, "home", None),
            backlogged=lambda: backlogged(self.app),
        )
        yield KeyBar(*bar_keys(ACTIONS))

    def on_mount(self) -> None:
        # What was told on the screen before would cover this one.
        self.app.clear_notifications()
        self.pane.focus_log()
        self.action_again()

    @property
    def pane(self) -> LogPane:
        return self.query_one(LogPane)

    def on_worker_state_changed(self) -> None:
        is_running = self._worker is not None and self._worker.is_running
        self.ACTIONS = ACTIONS if is_running else ENDED
        for bar in self.query(KeyBar):  # none where the screen is on its way out
            bar.show(bar_keys(self.ACTIONS)[0])

    def action_again(self) -> None:
        """Begin the stream; one that still runs is closed."""
        self._worker = self._stream()

    @work(exclusive=True, group="stream")
    async def _stream(self) -> None:
        with reporting(self):
            if not self._asked:
                names = self._workspace.probes.parameters(self._draft, self._purpose)
                self._asked = await parameters_given(self.app, names, self._parameters)
            if not self._asked or not await self._is_wanted():
                self.dismiss(None)
                return
            await opened(self.app, self._workspace, self._draft, self._parameters)
            await self._run()

    async def _is_wanted(self) -> bool:
        """Ask about a request that may change something in production, every time it is sent."""
        purpose = self._purpose
        return isinstance(purpose, str) or await confirm_unsafe(self.app, self._draft.connection, purpose.method)

    async def _run(self) -> None:
        stream = self._workspace.probes.stream(self._draft, self._parameters, self._purpose)
        async with aclosing(stream) as happenings:
            async for happening in happenings:
                if isinstance(happening, Closed):
                    happening = happening._replace(hint=labelled(happening.hint))
                for part in parts(happening):
                    self.pane.take(part)
                    await screens_turn(self.app)
                if self.pane.paused:
                    await self.pane.unpaused()
                    await painted(self)

    async def action_pane(self, name: str) -> None:
        """Do what a key of the pane does, from anywhere."""
        await self.pane.run_action("copy(False)" if name == "copy" else name)

    def action_stop(self) -> None:
        """Esc from anywhere: the pane decides what it closes first."""
        self.pane.action_escape()

    def action_leave(self) -> None:
        """Stop the stream and leave."""
        if self._worker is not None and self._worker.is_running:
            self._worker.cancel()
        self.dismiss(None)

    @on(LogPane.StopRequested)
    def _stop_requested(self) -> None:
        if self._worker is not None and self._worker.is_running:
            self._worker.cancel()
            self.pane.take(Closed("stopped"))
        else:
            self.dismiss(None)
