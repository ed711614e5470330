"""Pages that leave the list of connections in sight where the terminal is wide enough.

Such a page takes the columns right of the list. The list that is seen is the main screen's own, painted through:
its marks and rows are those of now, without a copy. Title and keys have the whole width.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final, Protocol, runtime_checkable

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.events import Resize
from textual.geometry import Region
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.tui.dialogs.base import Page, ResultT
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.title_bar import TitleBar

WIDE: Final = 110
"""Columns of a terminal from which on the list stays."""
LEAST: Final = 66
"""Columns that a page needs for itself, however wide somebody made the list."""


@runtime_checkable
class HasList(Protocol):
    """A main screen, which says where its list is."""

    def list_region(self) -> Region: ...
    def set_behind(self, is_behind: bool, /) -> None: ...


class PageBeside(Page[ResultT]):
    """A page that stands beside the list of the main screen at the bottom of the stack."""

    GAP: ClassVar[int] = 0
    """Columns between the two, of a page that begins in its first column."""
    _list_region: Region | None = None

    def on_mount(self) -> None:
        self._make_room()

    def on_resize(self) -> None:
        self._make_room()

    def on_unmount(self) -> None:
        if (main := self._main()) is not None:
            main.set_behind(any(isinstance(screen, PageBeside) for screen in self.app.screen_stack))

    def _main(self) -> Any:
        """The main screen, where there is one that has a list."""
        found = next(iter(self.app.screen_stack), None)
        return found if isinstance(found, HasList) else None

    def _make_room(self) -> None:
        """Make room for the list, or take it back."""
        main, size = self._main(), self.app.size
        if main is None or size.width < WIDE:
            self._leave_room(None)
            return
        # Through a page that nothing is seen through, a screen below it is told of no new size.
        self.styles.background = "transparent"
        if main.size == size:
            self._find_room()
        else:
            main.post_message(Resize(size, size))
            main.call_after_refresh(self._find_room)

    def _find_room(self) -> None:
        main = self._main()
        if main is None or not self.is_attached or self.app.size.width < WIDE:
            return
        region = main.list_region()
        self._leave_room(region if self.app.size.width - region.right - self.GAP >= LEAST else None)

    def _leave_room(self, region: Region | None) -> None:
        """Leave this region to the list, None for none."""
        if region != self._list_region:
            self._list_region = region
            left = region.right + self.GAP if region is not None else 0
            for child in self.children:
                if child.layer == "default" and not self._is_of_the_edge(child):
                    margin = child.styles.base.margin
                    child.styles.margin = (margin.top, margin.right, margin.bottom, margin.left + left)
            self.refresh(layout=True)
        if region is None:
            self.styles.clear_rule("background")
        if (main := self._main()) is not None:
            main.set_behind(region is not None)

    def _is_of_the_edge(self, child: Widget) -> bool:
        """Whether a child is the title or the keys, which have the whole width."""
        return isinstance(child, KeyBar) or (child is self.query(TitleBar).first())

    def render(self) -> RenderableType:
        if self._list_region is None:
            return super().render()
        ground = Style.from_color(None, self.background_colors[1].rich_color)
        return _ListThrough(self.app.screen_stack[0], self._list_region, ground)


class _ListThrough:
    """The list as the main screen paints it, and nothing else of that screen."""

    def __init__(self, main: Screen[Any], region: Region, ground: Style) -> None:
        self._main, self._region, self._ground = main, region, ground

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width, region = options.max_width, self._region
        seen = BackgroundScreen(self._main, Color(0, 0, 0, 0))
        for y, line in enumerate(Segment.split_lines(console.render(seen, options))):
            strip = Strip(line).crop(region.x, region.right) if region.y <= y < region.bottom else Strip([])
            yield from strip.extend_cell_length(width, self._ground)
            yield Segment.line()
