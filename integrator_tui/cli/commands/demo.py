"""`demo`: a scratch workspace, the demo server beside it, and the interface on both; nothing of it stays.

Where the user has an identity, the samples' secrets are sealed to it, so that every command and `sops`
read them; else an identity of the scratch folder is lent to this session alone.
"""

from __future__ import annotations

import argparse
import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrator_tui import atomic
from integrator_tui.cli.commands.open import refuse_unusable_terminal, show
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.model.secret import Secret

if TYPE_CHECKING:
    from pathlib import Path

    from integrator_tui.demo.exchange import Addresses
    from integrator_tui.workspace import Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--serve", action="store_true", help="no interface: print the addresses as JSON and stay")


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A running demo: where its server listens, and the workspace that points at it."""

    addresses: Addresses
    workspace: Workspace
    key_file: Path | None


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Run the demo and return its exit code."""
    if not arguments.serve:
        refuse_unusable_terminal(environment)
    with demonstration(environment) as demo:
        if not arguments.serve:
            return show(demo.workspace, environment, arguments.driver)
        if demo.key_file:
            output.warning(f"the samples' secrets open with SOPS_AGE_KEY_FILE={demo.key_file}")
        facts = {
            "http": demo.addresses.http,
            "https": demo.addresses.https,
            "ca_file": str(demo.addresses.ca_file),
            "workspace": str(demo.workspace.root),
        }
        output.line(json.dumps(facts))
        output.flush()
        while True:
            signal.pause()


@contextmanager
def demonstration(environment: Environment) -> Iterator[Demonstration]:
    """Start the demo server and fill a scratch workspace; both are gone afterwards."""
    from integrator_tui.demo.server import running_server
    from integrator_tui.demo.workspace import DEMO_SECRETS, fill
    from integrator_tui.workspace import Workspace

    with atomic.scratch_folder("integrator-tui-demo-") as scratch, running_server(scratch) as addresses:
        folder = scratch / "connections"
        fill(folder, addresses)
        # What a machine remembers of its workspaces would name one that is gone.
        given = environment.surroundings()
        surroundings = given._replace(state=scratch / "state", sops_config=None)
        # Rules of a folder above are not meant for it.
        atomic.create(folder / ".sops.yaml", b"creation_rules:\n")
        workspace = Workspace(folder, surroundings)
        key_file = None
        if not any(found.recipient for found in workspace.keys.identities()):
            key_file = scratch / "keys.txt"
            lent = workspace.keys.lend_identity(key_file)
            workspace = Workspace(folder, surroundings._replace(lent_identity=lent))
        for file, secrets in DEMO_SECRETS.items():
            typed = {name: Secret(value) for name, value in secrets.items()}
            workspace.editor.store_secrets(workspace.catalog.entry(file), typed)
        yield Demonstration(addresses, workspace, key_file)
