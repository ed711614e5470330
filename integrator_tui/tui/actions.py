"""What a screen can do, told once: bindings, the key bar, F1 and the palette are all read from these tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from textual.actions import parse
from textual.binding import Binding
from textual.dom import DOMNode


class Action(NamedTuple):
    """One thing a screen can do.

    `id` is what a key map calls it, `keys` are Textual key names (empty: palette only), `words` what it is
    called everywhere, `short` what the key bar says (empty: not in the bar). `call` is the action string
    where that is not the id.
    """

    id: str
    keys: tuple[str, ...]
    words: str
    tooltip: str
    short: str = ""
    priority: bool = False
    call: str = ""

    @property
    def run(self) -> str:
        """The action string that runs it."""
        return self.call or self.id

    def usable(self, node: DOMNode) -> bool:
        """Whether the screen or app that owns this action would run it now."""
        _, name, parameters = parse(self.run)
        return node.check_action(name, parameters) is True

    @property
    def key_text(self) -> str:
        """The first key as people write it."""
        return self.key_texts[0] if self.keys else ""

    @property
    def key_texts(self) -> tuple[str, ...]:
        """Every key as people write it."""
        return tuple(spelt(key) for key in self.keys)


_SPELT = {
    "slash": "/",
    "question_mark": "?",
    "exclamation_mark": "!",
    "equals_sign": "=",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "vertical_line": "|",
    "delete": "Del",
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    **{name: name.capitalize() for name in ("up", "down", "left", "right", "home", "end", "tab")},
    **{f"f{number}": f"F{number}" for number in range(1, 13)},
}


_TYPED = frozenset({"question_mark"})
"""Keys of actions that work everywhere, where no text is typed."""


def spelt(key: str) -> str:
    """Return a Textual key name as people write it."""
    return _SPELT.get(key, key)


def bindings(actions: Iterable[Action]) -> list[Binding]:
    """Return the key bindings of a table; a key map refers to them by the action's id.

    Of an action that comes before all others, a key that is a character waits all the same: it may be typed.
    """
    made = []
    for action in actions:
        typed = tuple(key for key in action.keys if action.priority and key in _TYPED)
        first = tuple(key for key in action.keys if key not in typed)
        for keys, name in ((first, action.id), (typed, f"{action.id}.typed")):
            if keys:
                made.append(_binding(action, keys, name))
    return made


def _binding(action: Action, keys: tuple[str, ...], name: str) -> Binding:
    return Binding(
        ",".join(keys),
        action.run,
        action.words,
        show=bool(action.short),
        tooltip=action.tooltip,
        id=name,
        priority=action.priority and not name.endswith(".typed"),
    )


APP_ACTIONS = (
    Action(
        "help", ("f1", "question_mark"), "Help", "The keys of this screen and what they do", "Help", priority=True
    ),
    Action("palette", ("ctrl+p",), "Palette", "Every action, by name", "Palette", priority=True),
    Action("redraw", ("ctrl+l",), "Redraw", "Paint the whole screen again, over what others wrote there"),
    Action("quit", ("ctrl+q",), "Quit", "Leave; asks where something is unsaved", "Quit", priority=True),
)


Keys = list[tuple[str, str]]


def bar_keys(actions: Iterable[Action]) -> tuple[Keys, Keys]:
    """Return what the key bar shows: the screen's own keys, and at the right those that work everywhere."""
    own = [(action.key_text, action.short) for action in actions if action.short]
    return own, [(action.key_text, action.short) for action in APP_ACTIONS if action.short]
