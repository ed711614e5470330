"""Asks which file to save a log to, and writes it there in a thread, so that a big one blocks nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from textual.message import Message
from textual.widgets import Input

from integrator_tui.tui.widgets.log.file import write_log
from integrator_tui.tui.widgets.log.prompt import LogPrompt


class LogSaveBar(LogPrompt):
    """Writes what `lines` gives when Enter was pressed; `home` is what `~` at the start of a name stands for."""

    @dataclass
    class Saved(Message):
        """The log was written to `path`, readable by its owner only."""

        path: Path
        lines: int

    @dataclass
    class SaveFailed(Message):
        """The log could not be written to `path`; `message` and `hint` say why."""

        path: Path
        message: str
        hint: str

    def __init__(self, lines: Callable[[], Iterable[str]], home: Path | None) -> None:
        super().__init__("Save to")
        self._lines = lines
        self._home = home

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.remark("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        name = event.value.strip()
        if not name:
            self.remark("type a file name")
            return
        self.remark("saving…")
        self.run_worker(self._save(self._path(name), self._lines()), exclusive=True, group="log-save")

    def _path(self, name: str) -> Path:
        if self._home is not None and (name == "~" or name.startswith("~/")):
            return self._home / name[2:]
        return Path(name)

    async def _save(self, path: Path, lines: Iterable[str]) -> None:
        try:
            count = await asyncio.to_thread(write_log, path, lines)
        except FileExistsError:
            self._fail(path, "exists already", "choose another name")
        except OSError as error:
            self._fail(path, error.strerror or type(error).__name__, "choose a folder that you can write to")
        except ValueError:
            self._fail(path, "is not a file name", "choose another name")
        else:
            self.post_message(self.Saved(path, count))

    def _fail(self, path: Path, what: str, hint: str) -> None:
        self.remark(f"{what}; {hint}")
        self.post_message(self.SaveFailed(path, f"{path} {what}", hint))
