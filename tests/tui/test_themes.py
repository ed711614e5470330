"""Themes as data: those that come with the program are whole, and a broken one costs only itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui import bundled
from integrator_tui.tui.themes import DEFAULT, load


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
