"""`python -m integrator_tui`."""

from integrator_tui.cli import entry

entry()
