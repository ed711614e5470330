"""The log as one moves through it: keys and mouse over a LogCanvas."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from integrator_tui.model.text import counted
from integrator_tui.tui.widgets.copied import copied
from integrator_tui.tui.widgets.log.canvas import LogCanvas


class LogView(LogCanvas, can_focus=True):
    """A LogCanvas that takes the focus; its keys are those that read, those of the stream are the pane's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Line up", show=False, id="log.up", tooltip="Go one line up"),
        Binding("down", "move(1)", "Line down", show=False, id="log.down", tooltip="Go one line down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="log.page_up", tooltip="Go one page up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="log.page_down", tooltip="Go one page down"),
        Binding("home", "home", "Oldest", show=False, id="log.home", tooltip="Go to the oldest line"),
        Binding("left", "shift(-1)", "Left", show=False, id="log.left", tooltip="Show what is further left"),
        Binding("right", "shift(1)", "Right", show=False, id="log.right", tooltip="Show what is further right"),
        Binding("f,end", "follow", "Follow", id="log.follow", tooltip="Go to the end of the log and stay there"),
        Binding("w", "wrap", "Wrap", id="log.wrap", tooltip="Wrap long lines, or cut them"),
        Binding("y", "copy_line", "Copy", id="log.copy", tooltip="Copy the current line"),
        Binding("Y", "copy_page", "Copy page", show=False, id="log.copy_page", tooltip="Copy the lines in sight"),
        Binding("c,ctrl+l", "clear", "Clear", id="log.clear", tooltip="Forget all lines of the log"),
    ]

    def action_move(self, lines: int) -> None:
        """Make the next line, down or up, the current one."""
        self.window.move(lines)
        self.repaint()

    def action_page(self, pages: int) -> None:
        """Scroll by a page."""
        self.window.page(pages)
        self.repaint()

    def action_home(self) -> None:
        """Go to the oldest line."""
        self.window.home()
        self.repaint()

    def action_shift(self, direction: int) -> None:
        """Scroll to the side by half the width."""
        before = self.window.left
        self.window.shift(direction * max(1, self.window.width // 2))
        if self.window.left != before:
            self.refresh()

    def action_follow(self) -> None:
        """Go to the end and stay there."""
        self.follow()

    def action_wrap(self) -> None:
        """Wrap long lines, or cut them."""
        self.window.set_wrap(not self.window.wrap)
        self.repaint()

    def action_copy_line(self) -> None:
        """Copy the current line in full, as it is shown."""
        self.app.copy_to_clipboard(self.window.line_text(self.window.cursor))
        self.notify(copied("line"), markup=False)

    def action_copy_page(self) -> None:
        """Copy the lines in sight in full, as they are shown."""
        numbers = dict.fromkeys(row.line for row in self.window.rows())
        self.app.copy_to_clipboard("\n".join(map(self.window.line_text, numbers)))
        self.notify(copied(counted(len(numbers), "line")), markup=False)

    def action_clear(self) -> None:
        """Forget all lines."""
        self.clear()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.window.scroll(-3)
        self.repaint()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.window.scroll(3)
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        if self._thumb is not None and event.x == self.size.width - 1:
            self.window.scroll_to(event.y)
        elif event.y < len(self._drawn) and (drawn := self._drawn[event.y]) is not None:
            self.window.show(drawn.row.line, self.window.left)
        self.repaint()
