"""What may follow on a command line: from the parsers of the commands, and from the workspace without a key.

Rules: nothing is sent, asked or decrypted, and no key command is run. The names of connections come from the index
where it knows the files. A name that holds a control character is offered by its file.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from integrator_tui.model.named_tuple import NamedTuple

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.model.operation_row import Asked
    from integrator_tui.workspace import Workspace


class Candidate(NamedTuple):
    """A word that may stand at the cursor; `is_open` where it goes on without a blank."""

    text: str
    is_open: bool = False


FILES: Final = Candidate("/", is_open=True)
"""In place of all others: names of files."""

_FILES: Final = ("FILE", "FILE[:NAME]", "DIR", "BASE", "OURS", "THEIRS")
_CONNECTIONS: Final = ("NAME", "NAME|URL", "OLD", "SPACE")
_NEW_NAMES: Final = frozenset({"new"})
"""Commands whose NAME is none that there is."""


class Words(NamedTuple):
    """The words before the cursor as a command's parser takes them: its positional words, the options that stand
    there, the one that waits for its value, and whether options are over."""

    positional: tuple[str, ...]
    options: tuple[argparse.Action, ...]
    waiting: argparse.Action | None
    ended: bool


def read(parser: argparse.ArgumentParser, words: Sequence[str]) -> Words:
    """Return how a parser takes words that may not be all yet."""
    known = parser._option_string_actions
    positional: list[str] = []
    options: list[argparse.Action] = []
    waiting: argparse.Action | None = None
    ended = False
    for word in words:
        if waiting is not None:
            waiting = None
        elif ended or not word.startswith("-") or word == "-":
            positional.append(word)
        elif word == "--":
            ended = True
        elif (action := known.get(word.partition("=")[0])) is not None:
            options.append(action)
            if action.nargs != 0 and "=" not in word:
                waiting = action
    return Words(tuple(positional), tuple(options), waiting, ended)


class Candidates:
    """The candidates for a word of one command; `workspace` opens the workspace, where one is needed."""

    def __init__(
        self,
        command: str,
        parser: argparse.ArgumentParser,
        workspace: Callable[[], Workspace],
        words: Sequence[str],
    ) -> None:
        parser, words = _innermost(parser, words)
        self._command = command
        self._parser = parser
        self._words = read(parser, words)
        self._all = words
        self._open = workspace

    def of(self, current: str) -> Iterator[Candidate]:
        """Give what may stand in the place of `current`."""
        if self._words.waiting is not None:
            yield from self._values(self._words.waiting, current)
        elif current.startswith("-") and not self._words.ended:
            yield from self._options(current)
        elif (action := self._positional()) is not None:
            yield from self._values(action, current)

    def _options(self, current: str) -> Iterator[Candidate]:
        option, equals, value = current.partition("=")
        if equals:
            action = self._parser._option_string_actions.get(option)
            for found in self._values(action, value) if action is not None else ():
                yield found if found is FILES else found._replace(text=f"{option}={found.text}")
            return
        for action in self._parser._actions:
            taken = action in self._words.options and not isinstance(action, argparse._AppendAction)
            if action.help != argparse.SUPPRESS and not taken:
                yield from (Candidate(text) for text in action.option_strings if text.startswith("--"))

    def _positional(self) -> argparse.Action | None:
        count = len(self._words.positional)
        for action in self._parser._actions:
            if action.option_strings:
                continue
            if action.nargs in ("*", "+") or count == 0:
                return action
            count -= 1
        return None

    def _values(self, action: argparse.Action, current: str) -> Iterator[Candidate]:
        words = str(action.metavar or "")
        if action.choices is not None:
            yield from (Candidate(str(choice)) for choice in action.choices)
        elif action.dest == "param":
            yield from (Candidate(f"{name}=", is_open=True) for name in self._inputs() if "=" not in current)
        elif words == "DIR|SPACE":
            yield from self._connections(current) if current and "/" not in current else (FILES,)
        elif words in _FILES:
            yield FILES
        elif action.dest == "secret":
            return
        elif words in _CONNECTIONS and self._command not in _NEW_NAMES:
            yield from self._connections(current)
        elif words in ("OPERATION", "OP"):
            yield from map(Candidate, self._operations())
        elif action.dest == "tag":
            yield from map(Candidate, sorted({tag for entry in self._entries() for tag in entry.tags}))
        elif action.dest == "via":
            yield from map(Candidate, self._open().hosts.names())
        elif action.dest == "folder":
            yield from map(Candidate, sorted({entry.group for entry in self._entries() if entry.group}))

    def _entries(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self._open().catalog.summaries() if not entry.is_folder)

    def _connections(self, current: str) -> Iterator[Candidate]:
        entries = self._entries()
        many = Counter(entry.name for entry in entries)
        given = frozenset(self._words.positional)
        for entry in entries:
            named = many[entry.name] == 1 and entry.name.isprintable()
            text = entry.name if named else entry.file
            by_file = bool(current) and named and entry.file.startswith(current)
            for word in (text, entry.file) if by_file else (text,):
                if word not in given and word.isprintable() and (self._words.ended or not word.startswith("-")):
                    yield Candidate(word)

    def _asked(self) -> Asked | None:
        """Return what the connection that stands on the line asks for, the last of several."""
        asked = (self._open().catalog.asked(name) for name in reversed(self._words.positional))
        return next((found for found in asked if found is not None), None)

    def _operations(self) -> list[str]:
        asked = self._asked()
        names = [operation.name for operation in asked.operations] if asked is not None else []
        return [name for name in dict.fromkeys(names) if name.isprintable() and name]

    def _inputs(self) -> list[str]:
        asked = self._asked()
        if asked is None:
            return []
        names = list(asked.token if self._command in ("token", "request") else asked.test)
        if self._command in ("run", "compare"):
            wanted = frozenset(self._all)
            meant = [operation for operation in asked.operations if operation.name in wanted]
            if meant:
                names = [given.name for operation in meant for given in operation.inputs]
        elif self._command == "request":
            from integrator_tui.model.template import parse

            if len(self._words.positional) < 2:
                names = list(asked.test)
            names = [name for word in self._all for name in parse(word).names if name not in asked.secrets] + names
        given = [word.partition("=")[0] for word in self._all if "=" in word]
        return [name for name in dict.fromkeys(names) if name not in given and name.isprintable()]


def _innermost(
    parser: argparse.ArgumentParser, words: Sequence[str]
) -> tuple[argparse.ArgumentParser, Sequence[str]]:
    """Return the parser of an action (`keys add`) and the words behind it, where one stands there."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for at, word in enumerate(words):
                if word in action.choices:
                    return action.choices[word], words[at + 1 :]
    return parser, words
