"""Tab in the order of the page. Serves Textual 8.2.8.

It walks siblings in the order of their places on the screen (`Widget._focus_sort_key`), and what was mounted since
the last layout has none yet: a Tab right after it would lead anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

if TYPE_CHECKING:
    _Base = Widget
else:
    # Not a widget of its own: Textual looks for styles and bindings along the first base that is one.
    _Base = object


class InOrder(_Base):
    """Mixin of what Tab walks in the order in which it was composed."""

    @property
    def _focus_sort_key(self) -> tuple[int, int]:
        return 0, 0
