"""`merge`: git's merge driver for connection files (docs/git.md)."""

from __future__ import annotations

import argparse
import os
import stat
from pathlib import Path

from integrator_tui import atomic
from integrator_tui.cli.environment import WORKSPACE_FILE, Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.prompts.questions import settle_new_recipients
from integrator_tui.errors import IntegratorError, SaveError, UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("base", metavar="BASE", help="the common version: %%O")
    parser.add_argument("ours", metavar="OURS", help="our version, which receives the result: %%A")
    parser.add_argument("theirs", metavar="THEIRS", help="their version: %%B")
    parser.add_argument("path", metavar="PATH", nargs="?", help="the file in the repository: %%P")


def spelled(arguments: list[str]) -> list[str]:
    """Return the arguments with `--` before a PATH that begins with `-`: git puts the name of any file there."""
    words = arguments[arguments.index("merge") + 1 :]
    last = words[-1] if len(words) > 3 else ""
    if not last.startswith("-") or "--" in words or last.startswith("--workspace="):
        return arguments
    return [*arguments[:-1], "--", last]


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Merge three versions of a file into OURS; return 0 where it is merged, 1 where somebody has to look."""
    path = environment.current / (arguments.path or arguments.ours)
    root = _root(arguments, environment, path)
    workspace = environment.workspace_at(root)
    try:
        settle_new_recipients(workspace, output)
    except IntegratorError as error:
        output.error(error)
    file = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    ours = environment.current / arguments.ours
    try:
        versions = [(environment.current / name).read_bytes() for name in (arguments.base, ours, arguments.theirs)]
        merged = Passphrases(workspace, output).as_far_as_given(
            lambda locked: workspace.three_way.merge(file, *versions, locked=locked)
        )
    except OSError as error:
        raise UsageError(
            f"{error.filename}: {(error.strerror or '').lower()}", "give the paths of three files"
        ) from None
    _write(ours, merged.data)
    for finding in merged.findings:
        output.error(type(finding)(f"{file}: {finding.message}", finding.hint))
    return 0 if merged.clean else 1


def _write(ours: Path, data: bytes) -> None:
    """Write the result to the file that git reads it from; raise SaveError where it cannot be, and it is unchanged.

    It keeps its permissions: git, or whoever merges by hand, made the file, and a link to it stays one.
    """
    target = Path(os.path.realpath(ours))
    try:
        mode = os.stat(target).st_mode
        if not stat.S_ISREG(mode):
            raise SaveError(f"{ours} is not a regular file", "give the paths of three files")
        atomic.replace(target, data, mode=stat.S_IMODE(mode))
    except OSError as error:
        what = f"{ours} cannot be written: {(error.strerror or str(error)).lower()}"
        raise SaveError(what, "what was there before is there still") from None


def _root(arguments: argparse.Namespace, environment: Environment, path: Path) -> Path:
    """Return the workspace that the file belongs to: the one that was named, else the nearest folder above the file
    that holds `integrator.yaml` or `.sops.yaml`, else where workspaces are found."""
    if not arguments.workspace:
        for folder in path.parents:
            if any(os.path.isfile(folder / name) for name in (WORKSPACE_FILE, ".sops.yaml")):
                return folder
            if folder == environment.current:
                break
    return environment.workspace(arguments.workspace)
