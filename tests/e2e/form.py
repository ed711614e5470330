"""The form as a person uses it: Tab walks the rows, the row with the focus begins with a bar."""

from __future__ import annotations

from tests.e2e.terminal import Terminal

FOCUS = "▌"


def focused(terminal: Terminal) -> str:
    """Return the row that has the focus, or nothing."""
    return next((line for line in terminal.lines if line.startswith(FOCUS)), "")


def go(terminal: Terminal, label: str) -> None:
    """Press Tab until the row of this label has the focus."""
    seen = []
    for _ in range(60):
        row = focused(terminal).removeprefix(FOCUS)
        if row.startswith(label):
            return
        seen.append(row)
        terminal.press("tab").settle()
    raise AssertionError(f"Tab never leads to {label!r}, only to {seen}:\n{terminal.text}")


def fill(terminal: Terminal, label: str, text: str) -> None:
    """Replace what a field holds."""
    go(terminal, label)
    terminal.press("end", "ctrl+u").type(text).settle()


AUTHENTICATION = ("None", "Basic Auth", "HTTP Bearer Token", "Raw Bearer Token", "OAuth 2.0")


def choose(terminal: Terminal, label: str, option: str, options: tuple[str, ...] = AUTHENTICATION) -> None:
    """Open the list of a choice and take an option by its place in the documentation's order."""
    go(terminal, label)
    terminal.press("enter").until(*options)
    terminal.press("home", *["down"] * options.index(option), "enter")
    terminal.until_row(rf"^{FOCUS}{label}.*{option}")
