"""Drawing that nobody sees, spared. Serves Textual 8.2.8.

It draws every widget line by line, those too that are covered by what stands on them, and resolves the style of
each component class whenever that of its widget may be another one, whether it is drawn or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.css.styles import RenderStyles
from textual.dom import DOMNode
from textual.geometry import Region
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.widget import Widget as _Widget
else:
    # Each class that Textual knows as a widget takes a while to make.
    _Widget = object


class EvenLines(_Widget):
    """A widget of which each line is like the first, as a ground is; stands before the widget's class."""

    def render_lines(self, crop: Region) -> list[Strip]:
        return super().render_lines(crop.crop_size((crop.width, 1))) * crop.height


class PartsWhenDrawn(_Widget):
    """A widget whose component classes get their styles when they are asked for; stands before its class."""

    @classmethod
    def _get_component_classes(cls) -> frozenset[str]:  # type: ignore[override]
        return frozenset()

    def get_component_styles(self, *names: str) -> RenderStyles:
        for name in names:
            if name not in self._component_styles:
                part = DOMNode(classes=name)
                part._attach(self)
                self.app.stylesheet.apply(part)
                self._component_styles[name] = part.styles
        return super().get_component_styles(*names)

    def notify_style_update(self) -> None:
        if self._component_styles:
            self._component_styles.clear()
            self.refresh()
        super().notify_style_update()
