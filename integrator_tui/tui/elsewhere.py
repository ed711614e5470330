"""Actions of other screens: where they are found, for whom looks for them in the palette of this one.

Every table of actions stands here; their screens are imported when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from integrator_tui.tui.actions import Action
from integrator_tui.tui.widgets.menu_list import MenuItem

_MOST: Final = 8
"""Lines that are shown."""
_LEAST: Final = 3
"""Letters from which on a name is looked for elsewhere."""


def found_elsewhere(text: str) -> tuple[MenuItem, ...]:
    """Return the actions of all screens that hold what is typed in their names, as lines that cannot be chosen:
    where each is, and its key there."""
    wanted = " ".join(text.lower().split())
    if len(wanted) < _LEAST:
        return ()
    holding = [(words, place, action) for words, (place, action) in _first_places().items() if wanted in words]
    holding.sort(key=lambda each: (not each[0].startswith(wanted), each[0]))
    return tuple(
        MenuItem("", action.words, f"{place}{f': {action.key_text}' if action.keys else ''}", available=False)
        for _, place, action in holding[:_MOST]
    )


@cache
def _first_places() -> dict[str, tuple[str, Action]]:
    """Return each name in small letters, with the first place that has it."""
    found: dict[str, tuple[str, Action]] = {}
    for place, actions in tables():
        for action in actions:
            found.setdefault(action.words.lower(), (place, action))
    return found


def tables() -> Iterator[tuple[str, Sequence[Action]]]:
    """Return the table of every screen, and where it is in words."""
    from integrator_tui.tui.form import operation_screen, screen
    from integrator_tui.tui.main import actions as main
    from integrator_tui.tui.screens import preview, result_actions, stream, token, vantages
    from integrator_tui.tui.screens.compare import screen as compare
    from integrator_tui.tui.screens.expressions import screen as try_expression
    from integrator_tui.tui.screens.history import compared, opened
    from integrator_tui.tui.screens.history import screen as history
    from integrator_tui.tui.screens.operations import inputs, run_actions, transform
    from integrator_tui.tui.screens.requests import screen as request_line

    yield "in the list of connections", main.ACTIONS
    yield "in a form", screen.UPDATE
    yield "in the form of a new one", screen.CREATE
    yield "in the result of a test", result_actions.ACTIONS
    yield "in the result of a request", result_actions.OF_REQUEST
    yield "after a run", run_actions.ACTIONS
    yield "in the form of an operation", operation_screen.UPDATE
    yield "in the form of a new operation", operation_screen.CREATE
    yield "in the request line", request_line.ACTIONS
    yield "before a run", inputs.ACTIONS
    yield "in Transform", transform.ACTIONS
    yield "in Try expression", try_expression.ACTIONS
    yield "in a stream", stream.ACTIONS
    yield "in a stream", stream.ENDED
    yield "in Token", token.ACTIONS
    yield "in a preview", preview.ACTIONS
    yield "in the history", history.ACTIONS
    yield "in an earlier result", opened.ACTIONS
    yield "between two results", compared.ACTIONS
    yield "among connections compared", compare.ACTIONS
    yield "among vantages", vantages.ACTIONS
