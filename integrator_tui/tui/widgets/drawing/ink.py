"""The text styles of hand-drawn widgets, taken from the variables of the theme in use."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.css.scalar import percentage_string_to_float


class Inks(NamedTuple):
    """Foreground styles that go over any background of the theme; `caret` and `cursor` carry their own."""

    text: Style
    muted: Style
    accent: Style
    success: Style
    warning: Style
    error: Style
    caret: Style
    cursor: Style
    strong: Style


@lru_cache(maxsize=16)
def _inks(ansi: bool, colours: tuple[tuple[str, str], ...]) -> Inks:
    named = dict(colours)
    background = Color.parse(named["background"].partition(" ")[0])

    def ink(name: str) -> Style:
        return Style(color=_over(background, named[name]).rich_color)

    foreground = _over(background, named["foreground"])
    # Until the stylesheet is read again after another theme was chosen, the colours are those of the one before.
    ansi = ansi or foreground.ansi is not None
    if ansi:
        muted = Style(dim=True)
        text = Style()
    else:
        told = named["text-muted"]
        fainter = background.blend(foreground, 0.7) if told == _UNTOLD else _over(background, told)
        muted = Style(color=fainter.rich_color)
        text = Style(color=foreground.rich_color)
    return Inks(
        text=text,
        muted=muted,
        accent=ink("text-accent"),
        success=ink("text-success"),
        warning=ink("text-warning"),
        error=ink("text-error"),
        caret=Style(reverse=True),
        cursor=Style(
            color=_over(background, named["block-cursor-foreground"]).rich_color,
            bgcolor=_over(background, named["block-cursor-background"]).rich_color,
            # Bold black is grey on most terminals of sixteen colours.
            bold=not ansi,
        ),
        strong=text + Style(bold=True),
    )


_UNTOLD = "ansi_default"
"""Stands for a colour that the theme leaves to what is below it."""

_USED = (
    "foreground",
    "background",
    "text-muted",
    "text-accent",
    "text-success",
    "text-warning",
    "text-error",
    "block-cursor-foreground",
    "block-cursor-background",
)


def inks(app: App[Any]) -> Inks:
    """Return the styles of the app's theme."""
    variables = app.theme_variables
    fallback = {"block-cursor-foreground": app.current_theme.background or "ansi_black", "text-muted": _UNTOLD}
    colours = tuple((name, _colour(variables[name], fallback.get(name, "ansi_default"))) for name in _USED)
    return _inks(app.current_theme.ansi, colours)


def _over(background: Color, value: str) -> Color:
    """Return what a colour such as `red` or `red 60%` is over a background."""
    name, _, share = value.partition(" ")
    colour = Color.parse(name)
    if not share or colour.ansi is not None or background.ansi is not None:
        return colour
    return background.blend(colour, percentage_string_to_float(share))


def _colour(value: str, fallback: str) -> str:
    """Colours such as `auto 87%` depend on what is below them: the theme's own background stands in."""
    return fallback if value.startswith("auto") else value
