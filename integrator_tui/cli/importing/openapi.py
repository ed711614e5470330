"""OpenAPI documents: each origin and way to prove oneself becomes a file, or is merged into the file here."""

from __future__ import annotations

import argparse
from pathlib import Path

from integrator_tui.cli.importing.kinetic import write_prepared
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.questions import answer, can_ask
from integrator_tui.errors import UsageError
from integrator_tui.interchange.openapi.servers import THE_BASE_URL
from integrator_tui.model.text import visible
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
    try:
        prepared = _prepared(workspace, text, arguments, base_url, file, output)
    except UsageError as error:
        error.message = f"{visible(source)}: {error.message}" if source else error.message
        raise
    return write_prepared(workspace, prepared, arguments, source, output)


def _prepared(
    workspace: Workspace,
    text: str,
    arguments: argparse.Namespace,
    base_url: str,
    file: Path | None,
    output: Console,
) -> PreparedImport:
    """Return what is to be written; on a terminal, what decides where requests go and is not known is asked for."""
    given = dict(arguments.var)
    for wanted in (True, False):
        prepared = workspace.openapi.prepared(
            text,
            beside=file.resolve().parent if file is not None else None,
            folder=arguments.folder,
            variables=given,
            base_url=base_url,
            server=arguments.server,
        )
        if not (wanted and prepared.open and can_ask()):
            break
        for name in prepared.open:
            if name == THE_BASE_URL:
                base_url = answer(output, "Base URL:")
            else:
                given[name] = answer(output, f"{visible(name, limit=60)}:")
    if prepared.open:
        raise UsageError(
            f"not known, and needed to say where requests go: {', '.join(prepared.open)}",
            "give each with --var NAME=VALUE, or all with --base-url URL; nothing was written",
        )
    return prepared
