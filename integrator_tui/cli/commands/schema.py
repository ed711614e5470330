"""`schema`: the JSON Schema of a connection file, for editors and validators."""

from __future__ import annotations

import argparse

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There are none."""


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Print the schema."""
    from integrator_tui.workspace import schema

    output.json(schema())
    return 0
