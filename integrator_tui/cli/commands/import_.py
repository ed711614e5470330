"""`import`: connections from what other tools wrote. Nothing is run or fetched, and all is written or nothing.

The report goes to standard output: a line for each file, and one for each change and loss with its line in the
source. With `--dry-run` the files are printed instead, secrets masked, the report as comments in front of them.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.importing.asking import named
from integrator_tui.cli.importing.collections import import_collection, split_environment
from integrator_tui.cli.importing.kinetic import import_export, write_prepared
from integrator_tui.cli.importing.openapi import import_openapi
from integrator_tui.cli.options import parameter
from integrator_tui.cli.output.output import Console
from integrator_tui.errors import UsageError
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.workspace import EnvironmentText, ForeignSource

LIMIT: Final = 8 * 1024 * 1024
"""Bytes of a document that is read."""
LONG_LIMIT: Final = 32 * 1024 * 1024
"""Descriptions of whole interfaces are longer."""
_WITH_VARIABLES: Final = ("postman", "http", "opencollection")
_COLLECTIONS: Final = (*_WITH_VARIABLES, "httpie")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from integrator_tui.workspace import IMPORT_FORMATS

    about = "; ".join(f"{word}: {what}" for word, what in IMPORT_FORMATS.items())
    parser.add_argument("format", choices=tuple(IMPORT_FORMATS), metavar="FORMAT", help=about)
    parser.add_argument(
        "file", metavar="FILE", help="the document, - for standard input; of opencollection its folder too"
    )
    parser.add_argument(
        "--server", type=_number, default=1, metavar="N", help="which server of the document, from 1 (openapi)"
    )
    parser.add_argument(
        "--environment",
        action="append",
        default=[],
        metavar="FILE[:NAME]",
        help="a file of variables, and which of several in it (postman, http, opencollection)",
    )
    add_import_arguments(parser)


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= 1_000_000:
        raise argparse.ArgumentTypeError("a server is a number from 1")
    return int(text)


def add_import_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of every command that writes what it has read elsewhere."""
    parser.add_argument("--folder", default="", metavar="F", help="the folder of the workspace to write to")
    parser.add_argument(
        "--var",
        action="append",
        default=[],
        type=parameter,
        metavar="NAME=VALUE",
        help="a variable of the document",
    )
    parser.add_argument("--base-url", default="", metavar="URL", help="where a request says no address of its own")
    parser.add_argument("--dry-run", action="store_true", help="print the files, secrets masked, and write nothing")


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Import one document."""
    workspace = environment.open_workspace(arguments.workspace)
    if arguments.server != 1 and arguments.format != "openapi":
        raise UsageError("--server is for openapi", "leave it out")
    if arguments.environment and arguments.format not in _COLLECTIONS:
        raise UsageError(
            f"--environment is for {' and '.join(_COLLECTIONS)}", "give variables with --var NAME=VALUE"
        )
    if arguments.format in _COLLECTIONS:
        read = _collection(arguments, environment.current)
        variables = _environment(arguments.environment, environment.current)
        return import_collection(workspace, read, variables, arguments, base_url(arguments.base_url), output)
    text = document(arguments.file, environment.current, LONG_LIMIT if arguments.format == "openapi" else LIMIT)
    source = "" if arguments.file == "-" else arguments.file
    if arguments.format == "kinetic":
        return import_export(workspace, text, arguments, base_url(arguments.base_url), source, output)
    if arguments.format == "openapi":
        file = environment.current / arguments.file if source else None
        return import_openapi(workspace, text, arguments, base_url(arguments.base_url), file, output)
    address = base_url(arguments.base_url)
    with named(source):
        imported = workspace.imports.curl(text, variables=dict(arguments.var), base_url=address)
        prepared = workspace.imports.merged(imported, arguments.folder)
    return write_prepared(workspace, prepared, arguments, source, output)


def _collection(arguments: argparse.Namespace, current: Path) -> ForeignSource:
    """Return the document of requests that is named, one of OpenCollection that is a folder too."""
    from integrator_tui.workspace import ForeignSource

    path = current / arguments.file
    if arguments.format == "opencollection" and arguments.file and path.is_dir():
        return ForeignSource("", path.name, directory=path)
    text = document(arguments.file, current, LONG_LIMIT)
    return ForeignSource(text, path.stem, path.parent.name) if arguments.file != "-" else ForeignSource(text)


def _environment(given: Sequence[str], current: Path) -> tuple[EnvironmentText, ...]:
    from integrator_tui.workspace import EnvironmentText

    found = (split_environment(text, current) for text in given)
    return tuple(EnvironmentText(document(file, current, what="--environment"), name, file) for file, name in found)


def document(file: str, current: Path, limit: int = LIMIT, what: str = "the document") -> str:
    """Return the text of a document, or of standard input; `limit` is the most bytes that are read, and `what` is
    what it is called where standard input has been read already.

    Raises UsageError where it cannot be read.
    """
    shown = "standard input" if file == "-" else visible(file) or "a file without a name"
    try:
        if file == "-":
            from integrator_tui.cli.prompts.standard_input import taken

            data = taken(what, limit + 1)
        else:
            with open(current / file, "rb") as stream:
                data = stream.read(limit + 1)
    except OSError as error:
        raise UsageError(
            f"{shown} cannot be read: {error.strerror}", "name a file, or - for standard input"
        ) from None
    if len(data) > limit:
        raise UsageError(f"{shown} holds more than {limit >> 20} MiB", "give it in parts")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{shown} is not UTF-8", "save it as UTF-8 text") from None


def base_url(text: str) -> str:
    """Return what `--base-url` says. Raises UsageError where that is no address."""
    from integrator_tui.model.url import problems

    wrong = next((problem for problem in problems(text, "--base-url") if problem.is_error), None) if text else None
    if wrong is not None:
        raise UsageError(f"--base-url: {wrong.message}", wrong.hint)
    return text
