"""Where output goes of a check that Nagios runs: all of it to standard output, with Nagios' exit codes.

Rules: nothing ever goes to standard error, not from programs that are started either: check_by_ssh takes a line
there for a failure, and nrpe drops it. An error, an interrupt and a defect of this program are UNKNOWN.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress

from integrator_tui.cli.formats import nagios
from integrator_tui.cli.output.output import Console
from integrator_tui.errors import IntegratorError


class NagiosConsole(Console):
    """Standard output alone. Making it closes standard error for the rest of the process."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.__stderr__.fileno() if sys.__stderr__ is not None else 2)
        os.close(null)
        super().__init__(variables)

    def error(self, error: IntegratorError) -> int:
        """Write an error as UNKNOWN."""
        return self._unknown(error.message, error.hint)

    def broke_off(self, error: BaseException) -> int:
        """Tell what ended the check midway; its words and its variables could hold a secret."""
        if isinstance(error, KeyboardInterrupt):
            return self._unknown("interrupted before the end")
        if isinstance(error, BrokenPipeError):
            return self._unknown("")
        what = f"{type(error).__qualname__}, an error of integrator-tui itself"
        return self._unknown(what, "run the same with --format human to see more")

    def _unknown(self, message: str, hint: str = "") -> int:
        try:
            for line in nagios.unknown(message, hint):
                self.out.write(f"{line}\n")
            self.out.flush()
        except OSError:
            self._give_up()
        return nagios.UNKNOWN

    def _give_up(self) -> None:
        """Point standard output elsewhere: nobody reads it, and the last flush is to meet no closed pipe."""
        with suppress(OSError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self.out.fileno())
            os.close(null)
