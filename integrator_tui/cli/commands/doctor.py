"""`doctor`: what this machine has and lacks. Nothing is sent or changed, and what is found is no error."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from integrator_tui.cli.doctor import machine, places
from integrator_tui.cli.doctor.finding import Finding
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.model.stages import MARKS
from integrator_tui.model.text import visible

_STYLES = {"ok": "passed", "missing": "skipped", "problem": "failed"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as a JSON list of {area, state, message, hint}")


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Print what was found."""
    findings = tuple(_findings(arguments.workspace, environment))
    if arguments.json:
        output.json([finding._asdict() for finding in findings])
        return 0
    for finding in findings:
        style = _STYLES[finding.state]
        mark = output.styled(MARKS[style], style)
        output.line(f"{mark} {finding.area:<13} {visible(finding.message)}")
        if finding.hint:
            output.line(f"  {'':<13} hint: {visible(finding.hint)}")
    return 0


def _findings(workspace: str | None, environment: Environment) -> Iterator[Finding]:
    yield from machine.program()
    yield from places.workspace(workspace, environment)
    yield from places.identities(workspace, environment)
    yield from places.sources(workspace, environment)
    yield from places.permissions(environment)
    yield from machine.terminal(environment.variables)
    yield from machine.trusted(environment.variables)
    yield from machine.proxies(environment.surroundings().proxies)
    yield from machine.ssh(environment.variables)
