"""UserSettings: what the user chose for all workspaces, kept in their own settings file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from integrator_tui.model.surroundings import Surroundings
from integrator_tui.store import settings


class UserSettings:
    """Reads and writes the user's settings file."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._path = surroundings.settings_file
        self.themes: Path = surroundings.themes
        """The folder of the user's own themes."""

    def theme(self) -> str | None:
        """Return the name of the theme the user chose, or None."""
        return settings.read(self._path).theme

    def keeps_drafts(self) -> bool:
        """Return whether what is typed is journalled; raises InvalidFile where nobody can tell."""
        return (settings.read(self._path).drafts or "true").lower() != "false"

    def remember_theme(self, name: str) -> None:
        """Keep the name of a theme; raises SaveError."""
        settings.write(self._path, replace(settings.read(self._path), theme=name))
