"""Themes as data: those that come with the program are whole, and a broken one costs only itself."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from textual.color import Color
from textual.geometry import Region

from integrator_tui import bundled
from integrator_tui.tui.themes import DEFAULT, load
from integrator_tui.tui.widgets.drawing.ink import inks
from integrator_tui.tui.widgets.fields.labelled import Labelled
from tests.tui import samples
from tests.tui.driver import running


def test_the_four_themes_come_with_the_program() -> None:
    themes, problems = load((bundled.themes(),))
    assert problems == ()
    assert {"dark", "light", "high-contrast", "ansi"} <= set(themes)
    assert DEFAULT in themes and themes["ansi"].ansi and not themes["light"].dark


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name = ", "not TOML"),
        ('name = "x"', "required"),
        ('name = "x"\nprimary = "blurple"', "not a colour"),
        ('name = "x"\nprimary = "#fff"\ndark = "yes"', "must be a bool"),
        ('name = "x"\nprimary = "#fff"\ncolour = "#fff"', "unknown key colour"),
        ('name = "x"\nprimary = "#fff"\n[variables]\nborder = "nowhere"', "variables.border"),
        ('name = "x"\nprimary = "#fff"\n[variables]\nborder = 3', "must be a string"),
        ('name = "x"\nprimary = "#fff"\n[variables]\nlink-style = "blinking"', "text style"),
        ("\xff\x00", "cannot be used"),
    ],
)
def test_a_broken_theme_is_named_with_its_reason_and_the_others_stay(
    tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "bad.toml").write_text(text, encoding="latin-1")
    themes, problems = load((bundled.themes(), tmp_path))
    assert [problem.field for problem in problems] == [str(tmp_path / "bad.toml")]
    assert reason in problems[0].message
    assert set(themes) == {"dark", "light", "high-contrast", "ansi"}


def test_a_users_theme_takes_the_place_of_one_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('name = "dark"\nprimary = "#123456"\n')
    themes, problems = load((bundled.themes(), tmp_path, tmp_path / "missing"))
    assert problems == () and themes["dark"].primary == "#123456"


async def test_what_is_painted_before_the_styles_of_another_theme_are_read_is_painted(tmp_path: Path) -> None:
    (tmp_path / "faint.toml").write_text(
        'name = "faint"\nprimary = "#123456"\nbackground = "#000000"\n'
        '[variables]\ntext-muted = "#ffffff 50%"\ntext-accent = "#ff0000 80%"\n'
    )
    async with running(samples.workspace(), themes=(tmp_path,)) as user:
        await user.select("orders.yaml")
        await user.press("e")
        fields = [widget for widget in user.app.screen.walk_children() if isinstance(widget, Labelled)]
        assert len(fields) > 5
        for before, after in permutations(user.app.theme_names, 2):
            user.app.theme = before
            user.app.refresh_css(animate=False)
            user.app.theme = after
            for field in fields:
                field.render_lines(Region(0, 0, *field.outer_size))
        user.app.theme = "faint"
        user.app.refresh_css(animate=False)
        assert inks(user.app).muted.color == Color(127, 127, 127).rich_color
        assert inks(user.app).accent.color == Color(204, 0, 0).rich_color
