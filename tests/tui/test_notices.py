"""Notices do not pile up: the newest two stand, and the same words once."""

from __future__ import annotations

from textual.widgets._toast import Toast

from tests.tui.driver import SMALL, running
from tests.tui.fake_workspace import FakeWorkspace


async def test_the_newest_two_stand_and_the_same_words_once() -> None:
    async with running(FakeWorkspace(), SMALL) as user:
        for words in ("first words", "second words", "third words", "third words"):
            user.app.notify(words, timeout=60, markup=False)
        await user.until(lambda: len(user.app.screen.query(Toast)) == 2, "two notices")
        await user.shows("second words")
        assert "first words" not in user.text and user.text.count("third words") == 1


async def test_a_dialog_takes_away_what_only_informs() -> None:
    async with running(FakeWorkspace(), SMALL) as user:
        user.app.notify("only told", timeout=60, markup=False)
        user.app.notify("went wrong", severity="error", timeout=60, markup=False)
        await user.shows("only told")
        await user.press("n")
        await user.until(lambda: "only told" not in user.text, "one notice")
        await user.shows("went wrong")
