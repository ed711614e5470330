"""OpenAPI documents: each origin and way to prove oneself becomes a file, or is merged into the file here."""

from __future__ import annotations

import argparse
from pathlib import Path

from integrator_tui.cli.importing.kinetic import write_prepared
from integrator_tui.cli.output.output import Console
from integrator_tui.errors import UsageError
from integrator_tui.model.text import visible
from integrator_tui.workspace import Workspace


def import_openapi(
    workspace: Workspace,
    text: str,
    arguments: argparse.Namespace,
    base_url: str,
    file: Path | None,
    output: Console,
) -> int:
    """Import the text of a document, that of `file` where it is one, and report every file, change and loss."""
    source = arguments.file if file is not None else ""
    try:
        prepared = workspace.openapi.prepared(
            text,
            beside=file.resolve().parent if file is not None else None,
            folder=arguments.folder,
            variables=dict(arguments.var),
            base_url=base_url,
            server=arguments.server,
        )
    except UsageError as error:
        error.message = f"{visible(source)}: {error.message}" if source else error.message
        raise
    return write_prepared(workspace, prepared, arguments, source, output)
