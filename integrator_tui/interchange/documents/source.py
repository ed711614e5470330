"""Parsed values of a foreign document with the place where each stands, and the lines of the report about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from integrator_tui.interchange.documents.json_lines import Pointer
from integrator_tui.interchange.imported import Remark
from integrator_tui.model.text import visible

_UNWRITABLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ue000-\ue00f\ufeff\ufffe\uffff]"
)
_BRACES: Final = re.compile(r"\{(?=\{)")
_MOST_REMARKS: Final = 2_000
_DESCRIPTION: Final = 2000


@dataclass(frozen=True, slots=True, eq=False)
class SourceDocument:
    """One parsed file. `name` is its path below the folder of the document, empty for the document itself; `line`
    gives the line of a place in it."""

    name: str
    value: Any
    line: Callable[[Pointer], int]


@dataclass(frozen=True, slots=True)
class SourceNode:
    """A value with the place where it stands."""

    value: Any
    source: SourceDocument
    pointer: Pointer = ()

    def child(self, key: str | int) -> SourceNode:
        """Return the member or item of that key; its value is None where there is none."""
        value = self.value
        if isinstance(value, dict):
            found = value.get(key)
        else:
            found = value[key] if isinstance(value, list) and isinstance(key, int) and key < len(value) else None
        return SourceNode(found, self.source, (*self.pointer, key))

    def text(self, key: str) -> str:
        """Return the text at a key, empty where there is none."""
        found = self.value.get(key) if isinstance(self.value, dict) else None
        return clean(found) if isinstance(found, str) else ""

    def texts(self, key: str) -> list[str]:
        """Return the texts in the list at a key, none where there is no list."""
        found = self.value.get(key) if isinstance(self.value, dict) else None
        return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []

    def names(self) -> list[str]:
        """Return the keys of an object, none of anything else."""
        return list(self.value) if isinstance(self.value, dict) else []

    @property
    def line(self) -> int:
        """The line in its own file."""
        return self.source.line(self.pointer)


def clean(text: str) -> str:
    """Return text that a connection file can hold: without control characters and halves of characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    return text if text.isascii() and text.isprintable() else _UNWRITABLE.sub("\ufffd", text)


def cut(text: str) -> str:
    """Return a description as long as one may be."""
    text = text.strip()
    return f"{text[:_DESCRIPTION]}…" if len(text) > _DESCRIPTION else text


def literal(text: str) -> str:
    """Return text in which no `{{` begins a template."""
    return _BRACES.sub("{{{!}}", text) if "{{" in text else text


@dataclass(slots=True)
class DocumentReport:
    """The lines of a report; `line` is where in the document itself one is just now, `about` what that line is
    part of, where a document may stand on one line."""

    remarks: list[Remark] = field(default_factory=list)
    line: int = 1
    about: str = ""
    _said: set[tuple[int, str]] = field(default_factory=set)

    def at(self, line: int, about: str) -> None:
        """Say from now on that lines belong to this place."""
        self.line, self.about = line, about

    def say(self, text: str, at: SourceNode | None = None) -> None:
        """Tell something once, with the place that it is about: that of `at`, else where one is."""
        line = self.line
        if at is not None and not at.source.name:
            line = at.line
        elif at is not None:
            text = f"{visible(at.source.name, limit=120)}:{at.line}: {text}"
        if self.about and not (at is not None and at.source.name and self.about.startswith(f"{at.source.name}:")):
            text = f"{visible(self.about, limit=80)}: {text}"
        if (line, text) in self._said or len(self._said) > _MOST_REMARKS:
            return
        self._said.add((line, text))
        if len(self._said) > _MOST_REMARKS:
            text = f"more than {_MOST_REMARKS} lines of report: the others are not told"
        self.remarks.append(Remark(line, text))
