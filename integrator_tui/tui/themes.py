"""Themes are data: one TOML file each, from the folder that comes with the program and from the user's own.

Keys are those of Textual's Theme (name, dark, ansi, primary, …) and a table `variables`. A later folder's
theme takes the place of an earlier one of the same name. A file that cannot be used is a Problem to be told;
the other themes stay.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

from integrator_tui.model.problem import Problem

DEFAULT = "dark"
FEW_COLOURS = "ansi"
"""The theme of a terminal of 8 or 16 colours, which would have to guess the others."""

_LARGEST = 64 * 1024
_KINDS: dict[str, type] = {"name": str, "dark": bool, "ansi": bool, "variables": dict}
_COLOURS = {
    "primary",
    "secondary",
    "warning",
    "error",
    "success",
    "accent",
    "foreground",
    "background",
    "surface",
    "panel",
    "boost",
}
_KNOWN = {field.name for field in fields(Theme)}


class _Unusable(Exception):
    """Why a theme file is left out."""


def default(few_colours: bool) -> str:
    """Return the name of the theme where none was chosen."""
    return FEW_COLOURS if few_colours else DEFAULT


def load(folders: Sequence[Path]) -> tuple[dict[str, Theme], tuple[Problem, ...]]:
    """Return the themes of the folders by name, and a Problem for each file that gives none.

    A folder that does not exist has no themes. `Problem.field` is the path of the file.
    """
    themes: dict[str, Theme] = {}
    problems: list[Problem] = []
    for path in _files(folders):
        try:
            theme = _read(path)
        except (_Unusable, OSError, ValueError) as error:
            hint = "mend the file or move it away; the other themes are there"
            problems.append(Problem(str(path), f"the theme {path.name} cannot be used: {error}", hint))
        else:
            themes[theme.name] = theme
    return themes, tuple(problems)


def _files(folders: Iterable[Path]) -> Iterable[Path]:
    for folder in folders:
        if folder.is_dir():
            # A pattern would be compiled for it, at each start.
            names = sorted(name for name in os.listdir(folder) if name.endswith(".toml"))
            yield from (path for name in names if (path := folder / name).is_file())


def _read(path: Path) -> Theme:
    if path.stat().st_size > _LARGEST:
        raise _Unusable("it is too large for a theme")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise _Unusable(f"not TOML: {error}") from error
    for key, value in data.items():
        _check(key, value)
    for name, value in data.get("variables", {}).items():
        if not isinstance(value, str):
            raise _Unusable(f"variables.{name} must be a string")
    if not data.get("name") or not data.get("primary"):
        raise _Unusable("name and primary are required")
    theme = Theme(**data)
    _check_variables(theme)
    return theme


def _check(key: str, value: Any) -> None:
    if key not in _KNOWN:
        raise _Unusable(f"unknown key {key}")
    if key in _COLOURS:
        if not isinstance(value, str):
            raise _Unusable(f"{key} must be a colour")
        _colour(key, value)
    elif key in _KINDS and not isinstance(value, _KINDS[key]):
        raise _Unusable(f"{key} must be a {_KINDS[key].__name__}")
    elif key in {"luminosity_spread", "text_alpha"} and not isinstance(value, int | float):
        raise _Unusable(f"{key} must be a number")


def _check_variables(theme: Theme) -> None:
    for name, value in theme.variables.items():
        if name.endswith("style"):
            if not all(word in _STYLES for word in value.split()):
                raise _Unusable(f"variables.{name} is not a text style: {value}")
        else:
            _colour(f"variables.{name}", value.partition(" ")[0])


_STYLES = {"none", "bold", "b", "dim", "italic", "i", "reverse", "r", "strike", "underline", "u", "not"}


def _colour(key: str, value: str) -> None:
    try:
        Color.parse(value)
    except ColorParseError as error:
        raise _Unusable(f"{key} is not a colour: {value}") from error
