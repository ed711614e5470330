"""Numbers of things in words."""

from __future__ import annotations

import pytest

from integrator_tui.model.text import counted


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 lines"), (1, "1 line"), (2, "2 lines"), (2009, "2,009 lines"), (-1, "-1 lines")]
)
def test_a_number_is_told_with_its_noun(count: int, words: str) -> None:
    assert counted(count, "line") == words
