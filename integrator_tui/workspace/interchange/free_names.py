"""Names and files that nothing else has yet, for what an import is about to write into one folder."""

from __future__ import annotations

from collections.abc import Iterable

from integrator_tui.interchange.imported import Remark
from integrator_tui.model.text import visible
from integrator_tui.workspace.editor import Editor


class FreeNames:
    """Gives names in `folder`, each once; `taken` are those that connections there have."""

    def __init__(self, editor: Editor, folder: str, taken: Iterable[str]) -> None:
        self._editor = editor
        self._folder = folder
        self._taken = set(taken)
        self._files: set[str] = set()

    def name(self, wanted: str, line: int) -> tuple[str, list[Remark]]:
        """Return a name, with a number behind it where it is taken, and what is to be told of that."""
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted} {number}"
        self._taken.add(name)
        if name == wanted:
            return name, []
        where = f" in {self._folder}" if self._folder else ""
        text = f"there is a connection {visible(wanted)}{where} already: this one is named {visible(name)}"
        return name, [Remark(line, text)]

    def file(self, name: str) -> str:
        """Return the file of a connection of that name, relative to the workspace."""
        file, number = self._editor.new_file_name(name, self._folder), 1
        while file in self._files:
            number += 1
            file = self._editor.new_file_name(f"{name} {number}", self._folder)
        self._files.add(file)
        return file


def is_numbered(name: str, wanted: str) -> bool:
    """Return whether a name was made of another one that was taken, by a number behind it."""
    return name != wanted and name.removeprefix(f"{wanted} ").isdigit()
