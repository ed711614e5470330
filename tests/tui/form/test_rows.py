"""Rows of the form, whatever moment they are asked to paint in."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region

from integrator_tui.model.problem import Problem
from integrator_tui.tui.form import rows as form_rows
from integrator_tui.tui.widgets.fields.body_editor import BODY_HINTS
from integrator_tui.tui.widgets.fields.labelled import Label
from integrator_tui.tui.widgets.fields.text_block import TextBlock


class _OneBlock(App[None]):
    def compose(self) -> ComposeResult:
        yield TextBlock(Label("certificate", "Trusted", required=True), "one\ntwo")


async def test_a_row_that_was_removed_paints_nothing_until_the_screen_is_laid_out_anew() -> None:
    app = _OneBlock()
    async with app.run_test(size=(80, 24)):
        block = app.query_one(TextBlock)
        before = block.render_lines(Region(0, 0, 40, 2))
        assert "one" in before[0].text
        await block.remove()
        assert [line.text for line in block.render_lines(Region(0, 0, 40, 2))] == [" " * 40] * 2


async def test_labels_and_problems_have_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = _OneBlock()
    async with app.run_test(size=(80, 24)) as pilot:
        block = app.query_one(TextBlock)
        block.show_problems((Problem("trusted", "this is no certificate"),))
        await pilot.pause()
        shown = [segment for line in app.screen._compositor.render_strips() for segment in line]
    assert any("no certificate" in segment.text for segment in shown)
    colours = {segment.style.color.triplet for segment in shown if segment.style and segment.style.color}
    assert {colour for colour in colours if colour is not None and len(set(colour)) > 1} == set()


def test_every_hint_has_room_beside_the_count_of_problems_in_80_columns() -> None:
    of_methods = (*form_rows.METHOD_ROWS.values(), *form_rows.OURS.values(), form_rows.ADVANCED)
    methods = (row for rows in of_methods for row in rows)
    parts = (form_rows.CORE, form_rows.TOKEN_CONNECTION_ROWS, form_rows.OPTIONS)
    rows = (form_rows.CA_BLOCK, form_rows.METHOD, *methods, *(row for part in parts for row in part))
    hints = {*(row.label.hint for row in rows), form_rows.SECRETS.hint, *BODY_HINTS.values()}
    room = 80 - len("  10 problems to mend ")
    assert {hint for hint in hints if len(hint) > room} == set()
