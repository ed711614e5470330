"""The styles of hand-drawn widgets, from their component classes as the theme in use resolves them.

A partial style would not do: a colour such as `auto 60%` means something only over its background.
"""

from __future__ import annotations

from rich.style import Style
from textual.widget import Widget


def ink(widget: Widget, component: str) -> Style:
    """Return the foreground and the text attributes of a component class, to be laid over any background."""
    style = widget.get_component_rich_style(component)
    return Style(
        color=style.color,
        bold=style.bold,
        dim=style.dim,
        italic=style.italic,
        underline=style.underline,
        reverse=style.reverse,
    )


def paint(widget: Widget, component: str) -> Style:
    """Return the whole style of a component class, its background blended with what lies below."""
    return widget.get_component_rich_style(component)
