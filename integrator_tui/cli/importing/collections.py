"""Documents of requests (Postman …): each origin and method becomes a file, or is merged into the file here."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from integrator_tui.cli.importing.asking import named, settled
from integrator_tui.cli.importing.kinetic import write_prepared
from integrator_tui.cli.output.output import Console

if TYPE_CHECKING:
    from integrator_tui.workspace import EnvironmentText, ForeignSource, PreparedImport, Workspace


def import_collection(
    workspace: Workspace,
    source: ForeignSource,
    environment: tuple[EnvironmentText, ...],
    arguments: argparse.Namespace,
    base_url: str,
    output: Console,
) -> int:
    """Import a document and report every file, change and loss."""
    file = "" if arguments.file == "-" else arguments.file

    def prepare(given: Mapping[str, str], url: str) -> PreparedImport:
        return workspace.collections.prepared(
            arguments.format,
            source,
            folder=arguments.folder,
            variables=given,
            environment=environment,
            base_url=url,
        )

    with named(file):
        prepared = settled(prepare, dict(arguments.var), base_url, output)
    return write_prepared(workspace, prepared, arguments, file, output)


def split_environment(text: str, current: Path) -> tuple[str, str]:
    """Return the two sides of FILE[:NAME]; a file whose own name holds the colon is that file."""
    file, colon, name = text.rpartition(":")
    if not colon or (current / text).exists() or not file:
        return text, ""
    return file, name
