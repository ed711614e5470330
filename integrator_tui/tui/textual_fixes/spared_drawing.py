"""Drawing that nobody sees, spared. Serves Textual 8.2.8.

It draws every widget line by line, those too that are covered by what stands on them, and resolves the style of
each component class whenever that of its widget may be another one, whether it is drawn or not. A new screen is
styled twice: as it is mounted, and as it is told that it is on top. (That it is laid out twice as well has to stay:
between the two a text learns its width, and would else be painted in another one first.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.css.model import RuleSet
from textual.css.styles import RenderStyles
from textual.dom import DOMNode
from textual.events import ScreenResume
from textual.geometry import Region
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.screen import Screen as _Screen
    from textual.widget import Widget as _Widget

    _AnyScreen = _Screen[Any]
else:
    # Each class that Textual knows as a widget takes a while to make.
    _Widget = _AnyScreen = object


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


class StyledOnce(_AnyScreen):
    """A screen that is not styled again where nothing changed; stands before its class."""

    _styled_by: list[RuleSet] | None = None
    """The rules that a new screen and all in it have their styles from; None once it was on top."""

    def _start_messages(self) -> None:
        self._styled_by = self.app.stylesheet.rules
        super()._start_messages()

    def _on_screen_resume(self, event: ScreenResume) -> None:
        if self._styled_by is not None and _own(self._styled_by) == _own(self.app.stylesheet.rules):
            event.refresh_styles = False
        self._styled_by = None


def _own(rules: list[RuleSet]) -> list[int]:
    """Return which rules there are but those that a class of widgets brings with it: these are there before the
    first of its widgets, and hold for them alone."""
    return [id(rule) for rule in rules if not rule.is_default_rules]
