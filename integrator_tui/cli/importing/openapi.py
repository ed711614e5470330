"""OpenAPI documents: each origin and way to prove oneself becomes a file, or is merged into the file here."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from integrator_tui.cli.importing.asking import named, settled
from integrator_tui.cli.importing.kinetic import write_prepared
from integrator_tui.cli.output.output import Console

if TYPE_CHECKING:
    from integrator_tui.workspace import PreparedImport, Workspace


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

    def prepare(given: Mapping[str, str], url: str) -> PreparedImport:
        return workspace.openapi.prepared(
            text,
            beside=file.resolve().parent if file is not None else None,
            folder=arguments.folder,
            variables=given,
            base_url=url,
            server=arguments.server,
        )

    with named(source):
        prepared = settled(prepare, dict(arguments.var), base_url, output)
    return write_prepared(workspace, prepared, arguments, source, output)
