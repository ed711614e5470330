"""What is painted in part is what Textual would have painted there, and nothing else is rendered for it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest
from textual._compositor import Compositor
from textual.strip import Strip

from integrator_tui.tui.textual_fixes.frames import NearCompositor
from tests.tui import samples
from tests.tui.driver import LARGE, SMALL, running


def _cells(row: Mapping[int, Strip]) -> dict[int, list[Any]]:
    return {x: list(strip) for x, strip in row.items()}


def _rendered(compositor: NearCompositor) -> int:
    """Return how many rows of widgets are rendered for a frame, or for what is painted of it now."""
    return sum(len(strips) for _, _, strips in compositor._get_renders(compositor.size.region))


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("keys", [(), ("e",), ("e", "pagedown"), ("ctrl+p",), ("f1",)], ids="-".join)
async def test_rows_that_are_painted_are_as_textual_renders_them(
    size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    async with running(samples.workspace(), size) as user:
        await user.press(*keys)
        compositor = user.app.screen._compositor
        assert isinstance(compositor, NearCompositor)
        crop, draw = compositor.size.region, random.Random(1)
        for _ in range(20):
            rows = frozenset(draw.sample(range(crop.height), draw.randint(1, 5)))
            near = compositor._render_chops(crop, rows.__contains__)
            # Outside of painting it asks as Textual's does.
            whole = Compositor._render_chops(compositor, crop, rows.__contains__)
            assert [_cells(near[y]) for y in sorted(rows)] == [_cells(whole[y]) for y in sorted(rows)]
        every = _rendered(compositor)
        compositor._is_painted = {crop.height // 2}.__contains__
        assert 0 < _rendered(compositor) < every / 4
        compositor._is_painted = None
