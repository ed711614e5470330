"""What a cell is drawn with: attributes, ink and paper, as parameters of SGR (ECMA-48 8.3.117, ISO 8613-6)."""

from __future__ import annotations

from typing import Final

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS
from rich.style import Style

from integrator_tui.tui.terminal_output.terminal_kind import TerminalKind

_ATTRIBUTES: Final = (
    ("bold", "1"), ("dim", "2"), ("italic", "3"), ("underline", "4"), ("blink", "5"), ("blink2", "6"),
    ("reverse", "7"), ("conceal", "8"), ("strike", "9"), ("underline2", "21"), ("frame", "51"),
    ("encircle", "52"), ("overline", "53"),
)  # fmt: skip
_SEEN_ON_BLANKS: Final = frozenset(("4", "7", "9", "21", "51", "52", "53"))
_ENDS: Final = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29"}


class Pen:
    """One way to draw a cell; there is one object for each, so that pens are compared by identity.

    `attributes`, `ink` and `paper` are parameters of SGR, the latter two empty for the terminal's own. `blank` is
    the pen that draws the same on a blank cell with the least.
    """

    __slots__ = ("attributes", "blank", "ink", "paper")

    def __init__(self, attributes: frozenset[str], ink: str, paper: str) -> None:
        self.attributes, self.ink, self.paper = attributes, ink, paper
        self.blank = self


class Pens:
    """The pens of one number of colours, the name of one of rich's colour systems, None for none."""

    def __init__(self, color_system: str | None) -> None:
        self._system = COLOR_SYSTEMS[color_system] if color_system else ColorSystem.TRUECOLOR
        self._by_style: dict[Style, Pen] = {}
        self._pens: dict[tuple[frozenset[str], str, str], Pen] = {}
        self.default = self._pen(frozenset(), "", "")

    def of(self, style: Style | None) -> Pen:
        """Return the pen of a style, as Textual writes it."""
        if style is None:
            return self.default
        pen = self._by_style.get(style)
        if pen is None:
            pen = self._by_style[style] = self._made(style)
        return pen

    def _made(self, style: Style) -> Pen:
        attributes = frozenset(code for name, code in _ATTRIBUTES if getattr(style, name))
        return self._pen(attributes, self._parameters(style, True), self._parameters(style, False))

    def _parameters(self, style: Style, is_ink: bool) -> str:
        color = style.color if is_ink else style.bgcolor
        if color is None:
            return ""
        codes = color.downgrade(self._system).get_ansi_codes(is_ink)
        return "" if codes in (("39",), ("49",)) else ";".join(codes)

    def _pen(self, attributes: frozenset[str], ink: str, paper: str) -> Pen:
        key = (attributes, ink, paper)
        pen = self._pens.get(key)
        if pen is None:
            pen = self._pens[key] = Pen(*key)
            if (attributes or ink) and not attributes & _SEEN_ON_BLANKS:
                pen.blank = self._pen(frozenset(), "", paper)
        return pen


class PenChanges:
    """The sequences from one pen to another on one kind of terminal, each made once."""

    def __init__(self, kind: TerminalKind) -> None:
        self._ends_attributes = kind.ends_attributes
        self._made: dict[tuple[Pen | None, Pen], str] = {}

    def between(self, before: Pen | None, after: Pen) -> str:
        """Return what makes `after` of `before`, None where that is not known."""
        if before is after:
            return ""
        sequence = self._made.get((before, after))
        if sequence is None:
            sequence = self._made[before, after] = self._shortest(before, after)
        return sequence

    def _shortest(self, before: Pen | None, after: Pen) -> str:
        anew = [*sorted(after.attributes, key=int), *filter(None, (after.ink, after.paper))]
        whole = f"\x1b[0;{';'.join(anew)}m" if anew else "\x1b[m"
        steps = None if before is None else self._steps(before, after)
        if steps is None:
            return whole
        return min(whole, f"\x1b[{';'.join(steps)}m", key=len)

    def _steps(self, before: Pen, after: Pen) -> list[str] | None:
        """Return the parameters that change what is different, None where an attribute cannot be ended alone."""
        gone, new = before.attributes - after.attributes, after.attributes - before.attributes
        if gone and not (self._ends_attributes and gone <= _ENDS.keys()):
            return None
        ends = {_ENDS[code] for code in gone}
        if "22" in ends:
            # It ends bold and dim alike.
            new |= after.attributes & {"1", "2"}
        steps = [*sorted(ends), *sorted(new, key=int)]
        if before.ink != after.ink:
            steps.append(after.ink or "39")
        if before.paper != after.paper:
            steps.append(after.paper or "49")
        return steps
