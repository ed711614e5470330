"""The outputs of an operation as a tree: one walks through it, opens and closes, and copies values and paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.model import exact_json
from integrator_tui.model.operation_result import OutputProblem
from integrator_tui.model.text import visible
from integrator_tui.tui.widgets.copied import COPIED, MOST_COPIED
from integrator_tui.tui.widgets.drawing.ink import inks
from integrator_tui.tui.widgets.drawing.scroll_thumb import thumb
from integrator_tui.tui.widgets.outputs.rows import OutputRows, TreeRow

_INDENT: Final = 2
_WIDEST_NAME: Final = 24
_STEP: Final = 8
_LONGEST: Final = 10_000
"""Characters of a value that a row shows; copying gives all of them."""


class OutputTree(Widget, can_focus=True):
    """Shows the rows that are in sight; `empty` stands where there is no output."""

    DEFAULT_CSS = "OutputTree { width: 1fr; height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Line up", show=False, tooltip="Go one line up"),
        Binding("down,j", "move(1)", "Line down", show=False, tooltip="Go one line down"),
        Binding("pageup", "page(-1)", "Page up", show=False, tooltip="Go one page up"),
        Binding("pagedown", "page(1)", "Page down", show=False, tooltip="Go one page down"),
        Binding("ctrl+u", "page(-0.5)", "Half up", show=False, tooltip="Go half a page up"),
        Binding("ctrl+d", "page(0.5)", "Half down", show=False, tooltip="Go half a page down"),
        Binding("home,g", "move(-1000000000)", "Beginning", show=False, tooltip="Go to the first line"),
        Binding("end,G", "move(1000000000)", "End", show=False, tooltip="Go to the last line"),
        Binding("left", "shift(-1)", "Left", show=False, tooltip="Show what is further left"),
        Binding("right", "shift(1)", "Right", show=False, tooltip="Show what is further right"),
        Binding("enter,space", "fold", "Fold", show=False, tooltip="Close what stands below, or open it"),
        Binding("minus", "fold_all", "Fold all", key_display="-", show=False, tooltip="Close all"),
        Binding("plus", "unfold_all", "Unfold all", key_display="+", show=False, tooltip="Open all"),
    ]

    def __init__(self, *, id: str | None = None, empty: str = "") -> None:  # noqa: A002
        super().__init__(id=id)
        self._tree = OutputRows({})
        self._empty = empty
        self._cursor = self._top = self._left = 0
        self.values: Mapping[str, Any] = {}

    def show(self, values: Mapping[str, Any], problems: Sequence[OutputProblem] = (), *, empty: str = "") -> None:
        """Show these outputs; the cursor stays in its row where there is one."""
        self.values = values
        self._empty = empty or self._empty
        self._tree = OutputRows(values, problems)
        self.action_move(0)

    @property
    def _row(self) -> TreeRow | None:
        return self._tree.rows[self._cursor] if self._cursor < len(self._tree) else None

    # moving

    def action_move(self, rows: int) -> None:
        """Go to another row."""
        self._cursor = max(0, min(self._cursor + rows, len(self._tree) - 1))
        height = max(1, self.size.height)
        self._top = max(0, min(self._top, self._cursor, len(self._tree) - height), self._cursor - height + 1)
        self.refresh()

    def action_page(self, share: float) -> None:
        """Go on by a share of what is in sight."""
        self.action_move(int(share * max(1, self.size.height)))

    def action_shift(self, step: int) -> None:
        """Show what is further to the side."""
        widest = max(
            (self._width(row) for row in self._tree.rows[self._top : self._top + self.size.height]), default=0
        )
        self._left = max(0, min(self._left + step * _STEP, widest - self.size.width + 2))
        self.refresh()

    def action_fold(self) -> None:
        """Open or close the row of the cursor."""
        if self._row is not None:
            self._tree.toggle(self._cursor)
            self.action_move(0)

    def action_fold_all(self) -> None:
        """Close all."""
        self._tree.close_all()
        self.action_move(0)

    def action_unfold_all(self) -> None:
        """Open all."""
        if not self._tree.open_all():
            self.notify("more than can be opened at once: some of it stays closed", markup=False)
        self.action_move(0)

    def on_resize(self) -> None:
        self.action_move(0)

    def on_click(self, event: events.Click) -> None:
        at = self._top + event.y
        if at < len(self._tree):
            self.action_move(at - self._cursor)
            self.action_fold()

    # copying

    def copy_value(self) -> None:
        """Copy the value of the row: a text as it is, anything else as JSON."""
        row = self._row
        if row is None:
            self.notify("there is nothing to copy", markup=False)
            return
        text = row.text
        if row.problem is None:
            is_text = isinstance(row.value, str)
            text = row.value if is_text else exact_json.dumps(row.value, indent=2, ensure_ascii=False)
        self._copy("value", visible(text, keep="\n\t"))

    def copy_path(self) -> None:
        """Copy where the value of the row stands."""
        if self._row is None:
            self.notify("there is nothing to copy", markup=False)
            return
        path = visible(self._tree.path(self._cursor))
        self._copy(path, path)

    def _copy(self, what: str, text: str) -> None:
        if len(text) > MOST_COPIED:
            self.notify("it is longer than terminals take: S saves it", severity="warning", markup=False)
            return
        self.app.copy_to_clipboard(text)
        self.notify(f"{visible(what, limit=60)} {COPIED}", markup=False)

    # drawing

    @property
    def cursor_screen_offset(self) -> Offset:
        x, y, _, _ = self.content_region
        return Offset(x, y + self._cursor - self._top)

    def _begin(self, row: TreeRow) -> str:
        sign = ("▾ " if self._tree.is_open(row) else "▸ ") if row.has_below else "  "
        return f" {' ' * _INDENT * row.depth}{sign}{visible(row.name, limit=200)}"

    def _width(self, row: TreeRow) -> int:
        return max(_WIDEST_NAME, cell_len(self._begin(row)) + 2) + cell_len(visible(row.text, limit=_LONGEST))

    def render_line(self, y: int) -> Strip:
        base, ink, width = self.rich_style, inks(self.app), self.size.width
        at, bar = self._top + y, thumb(self._top, len(self._tree), self.size.height)
        inner = max(0, width - (bar is not None))
        if not len(self._tree):
            return Strip([Segment(f" {self._empty}" if not y else "", base + ink.muted)]).adjust_cell_length(
                width, base
            )
        segments = self._segments(self._tree.rows[at], at == self._cursor) if at < len(self._tree) else []
        strip = Strip(segments)
        if strip.cell_length > inner + self._left:
            strip = Strip([*strip.crop(self._left, self._left + max(0, inner - 1)), Segment("›", base + ink.muted)])
        else:
            strip = strip.crop(self._left, self._left + inner)
        fill = segments[0].style if segments and at == self._cursor and self.has_focus else base
        strip = strip.adjust_cell_length(inner, fill or base)
        if bar is None:
            return strip
        return Strip([*strip, Segment("█" if y in bar else "│", base + ink.muted)], width)

    def _segments(self, row: TreeRow, is_current: bool) -> list[Segment]:
        base, ink = self.rich_style, inks(self.app)
        name = self._begin(row)
        name = set_cell_size(name, max(_WIDEST_NAME, cell_len(name) + 2))
        text = visible(row.text, limit=_LONGEST)
        if is_current and self.has_focus:
            return [Segment(name, base + ink.cursor), Segment(text, base + ink.cursor)]
        colour = ink.text
        if row.problem is not None:
            colour = ink.accent if row.is_hint else ink.error
        elif row.has_below or row.value is None:
            colour = ink.muted
        return [Segment(name, base + (ink.strong if is_current else ink.text)), Segment(text, base + colour)]
