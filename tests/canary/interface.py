"""The interface in a real terminal, as somebody uses it, and what of a canary it writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from tests.canary.canaries import Search
from tests.canary.processes import Watch
from tests.cli.shell import Shell
from tests.e2e.form import FOCUS
from tests.e2e.terminal import Terminal

F2, F3, F5, F6, F8, SHIFT_HOME = "\x1bOQ", "\x1bOR", "\x1b[15~", "\x1b[17~", "\x1b[19~", "\x1b[1;2H"

_HELP = "─  Help  ─"
_CONTROL = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]")


class Interface(Terminal):
    """The main screen and what is opened from it; what was written since the last look is searched by `look`."""

    def __init__(self, shell: Shell, search: Search) -> None:
        super().__init__(
            shell.command("open"),
            environment={**shell.environment, "TERM": "xterm-256color"},
            directory=shell.home,
        )
        self._search = search
        self._looked = 0

    def press(self, *keys: str) -> Self:
        """Press keys; an Esc is by itself, since with a key right behind it, it is another one."""
        for key in keys:
            super().press(key)
            if key == "escape":
                self.settle()
        return self

    def look(self, place: str) -> Self:
        """Search all that was written since the last look: as it came, and as it reads on the screen."""
        self._search.at(f"the bytes of {place}", self._written())
        self._search.at(f"the words of {place}", _CONTROL.sub(b"", self._written()))
        self._search.at(f"the screen of {place}", "".join(self.lines))
        self._looked = len(self.recording)
        return self

    def _written(self) -> bytes:
        return bytes(self.recording[self._looked :])

    @contextmanager
    def shown_to_who_asks(self) -> Iterator[set[str]]:
        """What is written meanwhile may hold canaries: the names of those that it does are in the given set."""
        self.settle().look("what came before")
        names: set[str] = set()
        yield names
        names |= Search(self._search.secrets).names(self._written())
        self._looked = len(self.recording)

    def select(self, name: str) -> None:
        """Filter the sidebar by this name, which one connection has, and go to that."""
        self.press("escape", "/").type(f'name:"{name}"').press("enter")
        self.until_row(rf"^ {re.escape(name)} ")

    def tabs(self, count: int, label: str) -> Self:
        """Press Tab `count` times in one burst, which leads to the row of this label."""
        self.press(*["tab"] * count).until_row(rf"^{FOCUS}{label}")
        return self

    def result(self, outcome: str) -> None:
        """Wait for the end of a test, read all that it tells, and leave."""
        self.until_row(rf"^ *Test .* {outcome}\s*$")
        self.settle()
        for _ in range(2):
            self.press("pagedown").settle(0.1)
        self.look(f"the test {self.lines[0]}")
        self.leave()

    def done(self) -> Self:
        """Wait for what was asked for: keys wait until it has come to a screen or has ended, that for help too."""
        self.press("f1").until(_HELP).press("escape").until_gone(_HELP)
        return self

    def look_around(self) -> None:
        """Open help and palette above what is shown."""
        title = self.lines[0]
        self.press("f1").until("Esc closes").press("pagedown").settle().press("escape").until_gone("Esc closes")
        self.press("ctrl+p").settle().type("e").settle().press("escape").settle()
        self.look(f"help and palette on {title}")

    def leave(self) -> None:
        """Go back to the main screen: Esc closes a search, stops a stream, and leaves its screen."""
        for _ in range(3):
            if "New Connection" in self.lines[-1]:
                return
            self.press("escape")
        self.until("New Connection")

    def leave_form(self) -> None:
        """Go back to the main screen, and drop what was not saved."""
        self.press("escape")
        if "Discard changes" in self.text:
            self.press("tab", "enter")
        self.until("New Connection")

    def quit(self) -> None:
        """Leave the program, whatever is filtered."""
        self.press("escape", "ctrl+q")
        assert self.exit_code() == 0, self.text
        self.look("the end")


def sealed(shell: Shell, files: dict[str, str]) -> None:
    """Write files by the names of their connections, and encrypt them for an identity made here."""
    for name, text in files.items():
        shell.write(f"{re.sub('[ /]', '-', name)}.yaml", text)
    assert shell.run("keys", "init").code == 0
    assert shell.run("seal", "--yes").code == 0


def told_nowhere(shell: Shell, search: Search, watch: Watch, exempt: tuple[Path, ...] = ()) -> None:
    """Hold the files, and what others on the machine could read of the processes, to the same."""
    assert any(b"integrator_tui" in line for line in watch.arguments), "the interface was watched"
    for place, seen in (("cmdline", watch.arguments), ("environ", watch.environments)):
        for line in seen:
            search.at(place, line)
    assert search.below(shell.home.parent, exempt) > 0
    assert search.found == set(), sorted(search.found)
