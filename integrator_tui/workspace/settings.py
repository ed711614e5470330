"""UserSettings: what the user chose for all workspaces, kept in their own settings file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from integrator_tui.errors import InvalidFile
from integrator_tui.model.problem import Problem
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.store import files

if TYPE_CHECKING:
    from integrator_tui.model.history import HistoryBounds
    from integrator_tui.store.settings import Settings


class UserSettings:
    """Reads and writes the user's settings file; where there is none, no YAML has to be known to say so."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._path = surroundings.settings_file
        self._known: tuple[files.Stamp, Settings] | None = None
        self.themes: Path = surroundings.themes
        """The folder of the user's own themes."""

    def theme(self) -> str | None:
        """Return the name of the theme the user chose, or None."""
        found = self._read()
        return found.theme if found else None

    def driver(self) -> str | None:
        """Return the driver of the terminal that the user chose, `lean` or `stock`, or None."""
        found = self._read()
        return found.driver if found else None

    def history(self) -> HistoryBounds | None:
        """Return the bounds of the history, None where it is switched off or the file does not say."""
        try:
            found = self._read()
        except InvalidFile:
            # Whoever switched it off meant it, whatever else is wrong with the file.
            return None
        if found is None:
            from integrator_tui.model.history import HistoryBounds

            return HistoryBounds()
        return found.history if found.remember else None

    def mistakes(self) -> tuple[Problem, ...]:
        """Return what is wrong with the file, its path in each message."""
        try:
            found = self._read()
        except InvalidFile as error:
            return (Problem("", error.message, error.hint),)
        return tuple(
            problem._replace(message=f"{self._path}:{problem.line or 1}: {problem.field}: {problem.message}")
            for problem in (found.problems if found else ())
        )

    def _read(self) -> Settings | None:
        """Return the settings, read again where the file changed; None where there is no file."""
        try:
            os.lstat(self._path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise InvalidFile(f"{self._path}: {error.strerror}", "give yourself the right to it") from None
        stamp = files.stamp(str(self._path))
        from integrator_tui.store import settings

        if stamp is None:
            return settings.read(self._path)
        if self._known is None or self._known[0] != stamp:
            self._known = (stamp, settings.read(self._path))
        return self._known[1]

    def chosen(self) -> Settings | None:
        """Return all that the user chose, None where there is no file; raises InvalidFile."""
        return self._read()

    def keeps_drafts(self) -> bool:
        """Return whether what is typed is journalled; raises InvalidFile where nobody can tell."""
        found = self._read()
        return found is None or (found.drafts and found.remember)

    def keeps_tokens(self) -> bool:
        """Return whether tokens outlive the process; where nobody can tell, they may not."""
        try:
            found = self._read()
        except InvalidFile:
            return False
        return found is None or (found.token_cache and found.remember)

    def remembers(self) -> bool:
        """Return whether anything of what is done may be kept; where nobody can tell, it may not."""
        try:
            found = self._read()
        except InvalidFile:
            return False
        return found is None or found.remember

    def prod_tags(self) -> tuple[str, ...]:
        """Return the tags of connections whose unsafe requests are asked about."""
        from integrator_tui.store.settings import PROD_TAGS

        try:
            found = self._read()
        except InvalidFile:
            return PROD_TAGS
        return PROD_TAGS if found is None else found.prod_tags

    def bell(self) -> bool:
        """Return whether a watch rings where something changes; not where the file does not say."""
        try:
            found = self._read()
        except InvalidFile:
            return False
        return found is not None and found.bell

    def remember_theme(self, name: str) -> None:
        """Keep the name of a theme; raises SaveError."""
        from dataclasses import replace

        from integrator_tui.store import settings

        settings.write(self._path, replace(settings.read(self._path), theme=name))
