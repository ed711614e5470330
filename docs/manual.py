"""Writes `integrator-tui.1` from the parsers of the commands: python -m docs.manual"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from integrator_tui import __version__
from integrator_tui.cli.examples import EXAMPLES
from integrator_tui.cli.parsers import COMMANDS, Command, parser_of, whole_parser

PAGE = Path(__file__).parent / "integrator-tui.1"

EXIT_STATUS = (
    ("0", "all well"),
    ("1", "a probe or request failed"),
    ("2", "wrong usage, an unreadable or invalid file, a missing parameter"),
    ("3", "locked: no identity, a wrong passphrase, a MAC or seal that is broken"),
    ("130", "interrupted"),
)

ENVIRONMENT = (
    ("INTEGRATOR_TUI_WORKSPACE", "the folder of the connections, where --workspace does not name one"),
    ("SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, SOPS_AGE_KEY_CMD", "the identity that reads secrets, as for sops"),
    ("SSL_CERT_FILE, SSL_CERT_DIR", "trusted authorities in place of the system's"),
    ("http_proxy, https_proxy, all_proxy, no_proxy", "proxies, as for curl"),
    ("VISUAL, EDITOR", "the editor of new and edit"),
    ("NO_COLOR", "no escape sequences in human output"),
)


def page() -> str:
    """Return the whole page as man(7) has it."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    top = whole_parser()
    yield f'.TH INTEGRATOR\\-TUI 1 "" "integrator\\-tui {_text(__version__)}"'
    yield ".SH NAME"
    yield f"integrator\\-tui \\- {_text(top.description or '')}"
    yield ".SH SYNOPSIS"
    yield _text("integrator-tui [--workspace DIR] COMMAND; itui is the same under a short name.")
    yield ".SH OPTIONS"
    yield from _arguments(top)
    yield ".SH COMMANDS"
    for command in COMMANDS:
        if command.summary:
            yield from _command(command)
    for title, rows in (("EXIT STATUS", EXIT_STATUS), ("ENVIRONMENT", ENVIRONMENT)):
        yield f".SH {title}"
        for word, meaning in rows:
            yield from _entry(word, meaning)


def _command(command: Command) -> Iterator[str]:
    parser = parser_of(command, prog=f"integrator-tui {command.name}")
    # The usage is folded to the width of a terminal, which a page is not.
    usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
    yield f'.SS "{_text(command.name)}"'
    yield f"{_text(command.summary)}."
    yield ".PP"
    yield f".B {_text(usage)}"
    yield from _arguments(parser)
    yield ".PP"
    yield "Examples:"
    yield ".nf"
    yield from (f"    {_text(line)}" for line in EXAMPLES[command.name])
    yield ".fi"


def _arguments(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                if isinstance(below, argparse.ArgumentParser) and parser.prog != "integrator-tui":
                    yield from _entry(name, below.description or "")
                    yield from _arguments(below)
        elif action.help not in (None, argparse.SUPPRESS) and action.dest not in ("help", "workspace"):
            metavar = action.metavar or (
                "|".join(map(str, action.choices)) if action.choices else action.dest.upper()
            )
            value = "" if action.nargs == 0 else f" {metavar}"
            word = ", ".join(f"{option}{value}" for option in action.option_strings) or str(metavar)
            yield from _entry(word, (action.help or "") % {"default": action.default, "prog": parser.prog})


def _entry(word: str, meaning: str) -> Iterator[str]:
    yield ".TP"
    yield f".B {_text(word)}"
    yield _text(meaning)


def _text(text: str) -> str:
    """Return text as roff has it: no line begins with a control character."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace('"', "\\(dq")
    return f"\\&{escaped}" if escaped.startswith((".", "\\(aq")) else escaped


if __name__ == "__main__":
    os.environ["COLUMNS"] = "1000"
    PAGE.write_text(page(), encoding="utf-8")
