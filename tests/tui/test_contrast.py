"""Every text that is painted, in every theme that comes with the program, can be read against its ground.

WCAG 2.2: 4.5 to 1 for text (1.4.3), 7 to 1 where a theme promises high contrast (1.4.6). The ratio is worked out
for each pair of colours that stands on a screen, and for each pair that a style could come to. Lines and bars
are no text, and what lies dimmed behind a question is not read. In the theme `ansi` the terminal chooses the
colours.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rich.style import Style
from textual.color import Color

from integrator_tui import bundled
from integrator_tui.model.probe import ProbeWarning, StageResult
from integrator_tui.tui.dialogs.base import Dialog
from integrator_tui.tui.themes import load
from integrator_tui.tui.widgets.drawing.ink import inks
from tests.history.entries import entry
from tests.tui import samples
from tests.tui.driver import SMALL, Driver, running
from tests.tui.fake_workspace import REFUSED

WANTED = {"dark": 4.5, "light": 4.5, "high-contrast": 7.0}
NO_TEXT = frozenset(" ─│╭╮╰╯┌┐└┘▌▁▂▃▄▅▆▇█▎▏▔▕▊")
GROUNDS = ("background", "surface", "panel")
TEXTS = ("foreground", "text-muted", "text-disabled", "text-accent", "text-success", "text-warning", "text-error")


def test_every_theme_of_the_program_is_looked_at() -> None:
    themes, _ = load((bundled.themes(),))
    assert {name for name, theme in themes.items() if not theme.ansi} == WANTED.keys()


def luminance(colour: Color) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [part / 255 for part in colour.rgb]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_ratio_is_that_of_wcag() -> None:
    assert contrast(Color(0, 0, 0), Color(255, 255, 255)) == pytest.approx(21)
    assert contrast(Color(119, 119, 119), Color(255, 255, 255)) == pytest.approx(4.48, abs=0.01)


def colours(style: Style | None) -> tuple[Color, Color] | None:
    """Text and ground of a style as they are painted."""
    if style is None or style.color is None or style.bgcolor is None:
        return None
    text, ground = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
    if style.dim:
        text = ground.blend(text, 0.5)
    return (ground, text) if style.reverse else (text, ground)


def painted(user: Driver) -> Iterator[tuple[Color, Color, str]]:
    """Text, ground and words of all that is on the screen, of a dialog within its border."""
    screen = user.app.screen
    rows = screen._compositor.render_strips()
    if isinstance(screen, Dialog):
        inside = screen.query_one(".dialog").region.shrink((1, 1, 1, 1))
        rows = [row.crop(inside.x, inside.right) for row in rows[inside.y : inside.bottom]]
    for row in rows:
        for segment in row:
            words = "".join(c for c in segment.text if c not in NO_TEXT)
            found = colours(segment.style)
            if words and found is not None:
                yield (*found, words)


class Looks:
    """The pairs of colours that were seen, each with the place and words where it was first."""

    def __init__(self, user: Driver) -> None:
        self.user = user
        self.pairs: dict[tuple[Color, Color], str] = {}

    def look(self, place: str) -> None:
        for text, ground, words in painted(self.user):
            self.pairs.setdefault((text, ground), f"{place}: {words[:40]!r}")

    def too_faint(self, wanted: float) -> list[str]:
        return [
            f"{contrast(text, ground):.2f} {text.hex} on {ground.hex} at {where}"
            for (text, ground), where in self.pairs.items()
            if contrast(text, ground) < wanted
        ]


@pytest.mark.parametrize("name", WANTED)
async def test_every_text_on_the_screens_can_be_read(name: str) -> None:
    workspace = samples.workspace()
    workspace.chosen_theme = name
    warning = ProbeWarning("respond", "slow", "it took long")
    workspace.stages = (*REFUSED[:-1], StageResult("respond", "skipped").warned(warning))
    workspace.kept.past = tuple(entry(n, id=n, failed=n % 2 == 0, pinned=n == 3) for n in range(9, 0, -1))
    async with running(workspace, SMALL) as user:
        looks = Looks(user)
        await every_screen(user, looks)
        assert len(looks.pairs) > 10
        faint = looks.too_faint(WANTED[name])
        assert not faint, "\n".join(faint)


STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("MainScreen", ("home",)),
    ("MainScreen", ("down",)),
    ("MainScreen", ("end",)),
    ("MenuScreen", ("a",)),
    ("MainScreen", ("escape", "slash")),
    ("HelpScreen", ("escape", "f1")),
    ("PaletteScreen", ("escape", "ctrl+p")),
    ("MenuScreen", ("escape", "n")),
    ("EditScreen", ("enter",)),
    ("EditScreen", ("ctrl+s",)),
    ("QuestionScreen", ("x", "escape")),
    ("MainScreen", ("tab", "enter")),
    ("EditScreen", ("e",)),
    *(("EditScreen", ("tab",)) for _ in range(30)),
    ("ResultScreen", ("escape", "t")),
    ("HistoryScreen", ("H",)),
    ("HistoryResultScreen", ("down", "enter")),
    ("HistoryCompareScreen", ("escape", "D")),
    ("QuestionScreen", ("escape", "x")),
    ("StreamScreen", ("escape", "escape", "escape", "s")),
    ("StreamScreen", ("slash", "o", "enter")),
    ("TokenScreen", ("escape", "q", "K")),
    ("MainScreen", ("escape", "u")),
    ("CompareScreen", ("A", "equals_sign")),
)
"""Keys, and the screen that they lead to."""


async def every_screen(user: Driver, looks: Looks) -> None:
    """Go through the screens and dialogs, and look at each."""
    for screen, keys in STEPS:
        if screen == "EditScreen" and keys == ("e",):
            await user.select("orders.yaml")
        await user.press(*keys)
        await user.until(lambda: type(user.app.screen).__name__ == screen, screen)  # noqa: B023
        if screen == "HistoryScreen":
            # Another thread reads what the next keys walk through.
            await user.shows("of 9 passed")
        looks.look(f"{screen} after {keys[-1]}")


@pytest.mark.parametrize("name", WANTED)
async def test_every_text_colour_can_be_read_on_every_ground(name: str) -> None:
    workspace = samples.workspace()
    workspace.chosen_theme = name
    async with running(workspace, SMALL) as user:
        variables = user.app.theme_variables
        grounds = {ground: Color.parse(variables[ground]) for ground in GROUNDS}
        texts = {text: variables[text] for text in TEXTS}
        drawn = {kind: style for kind, style in inks(user.app)._asdict().items() if style.color is not None}
        faint = []
        for ground, below in grounds.items():
            for text, value in texts.items():
                above = below.get_contrast_text(0.87) if value.startswith("auto") else Color.parse(value)
                if value.startswith("auto"):
                    above = below.get_contrast_text(float(value.split()[1].rstrip("%")) / 100)
                if (ratio := contrast(below + above, below)) < WANTED[name]:
                    faint.append(f"{ratio:.2f} {text} on {ground}")
            for kind, style in drawn.items():
                assert style.color is not None
                own = Color.from_rich_color(style.bgcolor) if style.bgcolor is not None else below
                if (ratio := contrast(Color.from_rich_color(style.color), own)) < WANTED[name]:
                    faint.append(f"{ratio:.2f} ink {kind} on {ground}")
        assert not faint, "\n".join(faint)
