"""A body as one moves through it: motions, folds, wrapping, the three ways to see it, copying."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType

from integrator_tui.tui.widgets.answer.canvas import BodyCanvas
from integrator_tui.tui.widgets.answer.document import LinesView
from integrator_tui.tui.widgets.answer.path import json_path
from integrator_tui.tui.widgets.answer.pieces import INDENT
from integrator_tui.tui.widgets.copied import MOST_COPIED, copied

_STEPS_SHOWN: Final = 150
"""Steps of a path that are shown: more than any terminal is wide."""


class BodyView(BodyCanvas, can_focus=True):
    """A BodyCanvas that takes the focus; its keys are those that read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Line up", show=False, id="body.up", tooltip="Go one line up"),
        Binding("down,j", "move(1)", "Line down", show=False, id="body.down", tooltip="Go one line down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="body.page_up", tooltip="Go one page up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="body.page_down", tooltip="Go one page down"),
        Binding("ctrl+u", "page(-0.5)", "Half up", show=False, id="body.half_up", tooltip="Go half a page up"),
        Binding("ctrl+d", "page(0.5)", "Half down", show=False, id="body.half_down", tooltip="Go half a page down"),
        Binding("home,g", "home", "Beginning", show=False, id="body.home", tooltip="Go to the first line"),
        Binding("end,G", "end", "End", show=False, id="body.end", tooltip="Go to the last line"),
        Binding("left", "shift(-1)", "Left", show=False, id="body.left", tooltip="Show what is further left"),
        Binding("right", "shift(1)", "Right", show=False, id="body.right", tooltip="Show what is further right"),
        Binding("enter", "fold", "Fold", show=False, id="body.fold", tooltip="Fold what begins here, or unfold it"),
        Binding("minus", "fold_all", "Fold all", key_display="-", show=False, id="body.fold_all",
                tooltip="Fold all"),
        Binding("plus", "unfold_all", "Unfold all", key_display="+", show=False, id="body.unfold_all",
                tooltip="Unfold all"),
    ]  # fmt: skip

    @property
    def line(self) -> int:
        """The current line: a number of the body's own, folded or not."""
        view = self.document.view
        return view.folds.line(self.window.cursor) if isinstance(view, LinesView) and len(view) else 0

    def place(self, row: int) -> int:
        """Return the place of the first byte of a row."""
        view = self.document.view
        if not isinstance(view, LinesView):
            return row * 16
        line = view.folds.line(row)
        return view.table.starts[line] if line < len(view.table) else view.table.end

    @property
    def path(self) -> str:
        """The path of the current line, empty where the body is no JSON."""
        view = self.document.view
        return json_path(view, self.line) if isinstance(view, LinesView) and len(view) else ""

    @property
    def end_of_path(self) -> str:
        """The same, or as much of its end as there is room for."""
        view = self.document.view
        return json_path(view, self.line, _STEPS_SHOWN) if isinstance(view, LinesView) and len(view) else ""

    def show_place(self, place: int) -> None:
        """Bring the byte at `place` in sight."""
        row = self.document.view.row_at(place)
        text = self.window.row_text(row)
        found = self._pattern.search(text) if self._pattern is not None else None
        self.window.show(row, found.start() if found else 0)
        self.repaint()

    def action_move(self, rows: int) -> None:
        """Make the next row, down or up, the current one."""
        self.window.move(rows)
        self.repaint()

    def action_page(self, share: float) -> None:
        """Scroll by a share of the window."""
        self.window.page(share)
        self.repaint()

    def action_home(self) -> None:
        """Go to the first row."""
        self.window.home()
        self.repaint()

    def action_end(self) -> None:
        """Go to the last row, of what is still being laid out too."""
        self.window.end()
        self.repaint()

    def action_shift(self, direction: int) -> None:
        """Scroll to the side by half the width."""
        self.window.shift(direction * max(1, self.window.width // 2))
        self.repaint()

    def action_fold(self) -> None:
        """Fold the container of the current line, or unfold it."""
        view = self.document.view
        if not isinstance(view, LinesView) or not len(view):
            return
        line = self.line
        container = view.table.container_at(line)
        if container is None:
            container = next(view.table.containers_around(line), None) if view.table.depth(line) else None
            container = self._closed_here(view, line) if view.table.closes(line) else container
        if container is None:
            return
        if not view.table.closers[container]:
            self.notify("its end is not read yet", markup=False)
            return
        if view.folds.is_folded(container):
            view.folds.unfold(container)
        else:
            view.folds.fold(container)
        self.window.show(view.folds.row(view.table.openers[container]))
        self.repaint()

    def _closed_here(self, view: LinesView, line: int) -> int | None:
        return next((at for at in view.table.containers_around(line) if view.table.closers[at] == line), None)

    def action_fold_all(self) -> None:
        """Fold all but what is at the top."""
        view = self.document.view
        if isinstance(view, LinesView):
            line = self.line
            view.folds.fold_all()
            self.window.show(view.folds.row(line))
            self.repaint()

    def action_unfold_all(self) -> None:
        """Unfold all."""
        view = self.document.view
        if isinstance(view, LinesView):
            line = self.line
            view.folds.unfold_all()
            self.window.show(view.folds.row(line))
            self.repaint()

    def wrap(self) -> None:
        """Wrap long lines, or cut them."""
        self.window.set_wrap(not self.window.wrap)
        self.repaint()

    def next_mode(self) -> None:
        """See it laid out, as text, as bytes; what is in sight stays so."""
        place = self.place(self.window.cursor)
        was_hex = not isinstance(self.document.view, LinesView)
        self.document.next_mode()
        self.window.set_view(self.document.view)
        self.lay_out()
        if not was_hex and isinstance(self.document.view, LinesView) and self.document.view.is_complete:
            self.show_place(place)

    def copy_line(self) -> None:
        """Copy the current line; on the same line again, the whole value that it shows."""
        if not len(self.document.view):
            self.notify("there is nothing to copy", markup=False)
            return
        at = (self.document.mode, self.line, self.window.cursor)
        again, self._copied = at == self._copied, at
        value = self._value() if again else None
        if value is None:
            self._copy("line", self.window.row_text(self.window.cursor))
        else:
            self._copy("value", value)

    _copied: tuple[str, int, int] | None = None

    def _value(self) -> str | None:
        """The whole value that the current line shows, opens or continues; None where the line is all of it."""
        view = self.document.view
        if not isinstance(view, LinesView) or view.kind == "text":
            return None
        table, line = view.table, view.table.head(self.line)
        container = table.container_at(line)
        if container is not None and table.closers[container]:
            lines = range(line, table.closers[container] + 1)
            if table.starts[lines[-1]] - table.starts[line] > MOST_COPIED:
                return " " * (MOST_COPIED + 1)
            less = min(INDENT * table.depth(line), 48)
            texts = ["".join(piece.text for piece in view.line_pieces(at))[less:] for at in lines]
            if view.kind == "json":
                texts[0], texts[-1] = texts[0][-1], texts[-1].removesuffix(",")
            return "\n".join(texts)
        if view.kind != "json" or table.closes(line):
            return None
        pieces = view.line_pieces(line)
        key = next((at + 2 for at, piece in enumerate(pieces) if piece.part == "key"), 1)
        more = range(line + 1, table.tail(line) + 1)
        rest = ("".join(piece.text for piece in view.line_pieces(at)[1:]) for at in more)
        return "".join([*(piece.text for piece in pieces[key:]), *rest]).removesuffix(",")

    def copy_path(self) -> None:
        """Copy the path of the current line."""
        if self.path:
            self._copy(self.path, self.path)
        else:
            self.notify("only JSON that is laid out has paths: x changes how the body is shown", markup=False)

    def _copy(self, what: str, text: str) -> None:
        if len(text) > MOST_COPIED:
            self.notify("this is too much for a clipboard: S saves the body", severity="warning", markup=False)
            return
        self.app.copy_to_clipboard(text)
        # One notice is enough: they stand over the body.
        self.app.clear_notifications()
        more = " (y again: its value)" if what == "line" and self._value() is not None else ""
        self.notify(f"{copied(what)}{more}", markup=False)

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
            self.window.show(drawn.row.row)
            if event.x < 2 and drawn.sign:
                self.action_fold()
        self.repaint()
