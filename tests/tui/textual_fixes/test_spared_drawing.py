"""What is not styled or painted a second time is as it would be then."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from textual.color import Color
from textual.dom import DOMNode
from textual.screen import Screen

from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.textual_fixes.lean_app import LeanApp
from integrator_tui.tui.textual_fixes.spared_drawing import PartsWhenDrawn, StyledOnce
from tests.tui import samples
from tests.tui.driver import LARGE, SMALL, Driver, running

WAYS = [
    (SMALL, "question_mark"),
    (LARGE, "n"),
    (LARGE, "n enter"),
    (SMALL, "n enter tab x escape"),
    (SMALL, "e pagedown tab"),
    (SMALL, "e f1"),
    (SMALL, "t"),
    (SMALL, "H"),
    (LARGE, "R"),
]


def _rules(nodes: Iterable[DOMNode]) -> dict[DOMNode, dict[str, Any]]:
    return {node: dict(node.styles.base.get_rules()) for node in nodes}


def _places(screen: Screen[Any]) -> dict[Any, Any]:
    return dict(screen._compositor.full_map)


async def _went(user: Driver, keys: str) -> Screen[Any]:
    await user.select("orders.yaml")
    for key in keys.split():
        await user.press(key)
    return user.app.screen


@pytest.mark.parametrize(("size", "keys"), WAYS)
async def test_a_screen_is_as_it_would_be_if_all_of_it_were_done_again(size: tuple[int, int], keys: str) -> None:
    async with running(samples.workspace(), size) as user:
        screen = await _went(user, keys)
        assert not isinstance(screen, MainScreen), f"nothing is opened by {keys}"
        nodes = list(screen.walk_children(with_self=True))
        rules, places, lines = _rules(nodes), _places(screen), user.lines
        user.app.stylesheet.update_nodes(nodes)
        assert _rules(nodes) == rules
        screen._refresh_layout(screen.size)
        assert _places(screen) == places
        for node in nodes:
            node.refresh()
        await user._painted()
        assert user.lines == lines


async def test_a_new_size_lays_out_the_screen_on_top_and_those_below() -> None:
    async with running(samples.workspace()) as user:
        await user.press("n")
        await user._pilot.resize_terminal(100, 30)
        await user._painted()
        assert len(user.app.screen_stack) == 2
        assert [screen._compositor.size for screen in user.app.screen_stack] == [(100, 30)] * 2


class _Red(StyledOnce, Screen[None]):
    CSS = "_Red { background: red; }"


async def test_styles_that_come_after_a_screen_are_its_own_too() -> None:
    app: LeanApp[int] = LeanApp()
    async with app.run_test() as pilot:
        await app.push_screen(_Red())
        await pilot.pause()
        assert app.screen.styles.background == Color(255, 0, 0)


async def test_the_parts_of_a_field_have_the_styles_that_they_are_given_by_textual() -> None:
    async with running(samples.workspace()) as user:
        screen = await _went(user, "e pagedown tab tab")
        user.app.theme = next(name for name in user.app.theme_names if name != user.app.theme)
        await user._painted()
        seen = set()
        for widget in screen.walk_children():
            for name, styles in widget._component_styles.items() if isinstance(widget, PartsWhenDrawn) else ():
                part = DOMNode(classes=name)
                part._attach(widget)
                user.app.stylesheet.apply(part)
                assert styles.base.get_rules() == part.styles.base.get_rules(), (widget, name)
                seen.add(name)
        assert {"input--cursor", "input--placeholder"} <= seen
