"""The hosts that a user's ssh configuration names (ssh_config(5)), to be offered; ssh itself decides what they are.

Rules: words of `Host` without patterns count, in the order of the file, with the files that an `Include` names, one
level deep. What cannot be read is left out: nothing here decides anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from glob import iglob
from itertools import islice
from pathlib import Path
from typing import Final

from integrator_tui.model.vantage import vantage_problem

_MOST: Final = 200
"""Hosts that are offered at most, and files that are included."""

_BYTES: Final = 1 << 20


class SshHosts:
    """What can be offered to look from; `config` is the user's configuration of ssh, None where it lies nowhere."""

    def __init__(self, config: Path | None) -> None:
        self._config = config

    def names(self) -> tuple[str, ...]:
        """Return the hosts by name, each once."""
        if self._config is None:
            return ()
        found = (name for name in _names(self._config, deeper=True) if not vantage_problem(name))
        return tuple(islice(dict.fromkeys(found), _MOST))


def _names(path: Path, *, deeper: bool) -> Iterator[str]:
    for word, rest in _lines(path):
        if word == "host":
            yield from (name for name in rest.replace('"', "").split() if not set(name) & set("*?!"))
        elif word == "include" and deeper:
            for pattern in rest.replace('"', "").split():
                # Relative to the folder of the user's configuration; "~" is the folder above.
                wanted = pattern.replace("~", os.fspath(path.parent.parent), 1) if pattern[:2] == "~/" else pattern
                for file in sorted(islice(iglob(os.path.join(path.parent, wanted)), _MOST)):
                    yield from _names(Path(file), deeper=False)


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """The keyword of each line in lower case, and what follows it."""
    try:
        if not path.is_file():
            return
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read(_BYTES)
    except OSError:
        return
    for line in text.splitlines():
        word, _, rest = line.strip().replace("=", " ", 1).replace("\t", " ").partition(" ")
        if word and not word.startswith("#"):
            yield word.lower(), rest
