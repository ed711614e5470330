"""SPACE on the command line: which space is meant, who logs in there, and the secrets that this takes."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeVar

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.passphrase import asked_silently
from integrator_tui.cli.selection import found
from integrator_tui.errors import NotFound, UsageError
from integrator_tui.model.secret import Secret
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.cli.prompts.passphrase import Passphrases
    from integrator_tui.workspace import Space, SpaceGiven, Workspace

_Found = TypeVar("_Found")

PASSWORD: Final = "INTEGRATOR_TUI_SPACE_PASSWORD"
CLIENT_SECRET: Final = "INTEGRATOR_TUI_SPACE_CLIENT_SECRET"


def add_space_arguments(
    parser: argparse.ArgumentParser,
    *,
    metavar: str = "SPACE",
    about: str = "the connection of a space, or its URL with --user",
) -> None:
    """The options of every command that goes to a space."""
    parser.add_argument("space", metavar=metavar, help=about)
    add_login_arguments(parser)
    parser.add_argument(
        "--folder",
        metavar="F",
        help="the folder of the workspace that belongs to the space; without it that of its connection",
    )


def add_login_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that say who logs in."""
    parser.add_argument(
        "--user", default="", metavar="NAME", help=f"who logs in; the password is asked for, or in ${PASSWORD}"
    )
    parser.add_argument(
        "--client",
        default="",
        metavar="ID",
        help=f"log in by the code flow of this client; its secret: ${CLIENT_SECRET}",
    )


def opened_space(
    workspace: Workspace,
    arguments: argparse.Namespace,
    environment: Environment,
    passphrases: Passphrases,
    output: Console,
) -> Space:
    """Return the space that is meant; raises UsageError, LockedError."""
    workspace.guard_memory()
    given = _given(arguments, environment)
    folder = getattr(arguments, "folder", None)
    if "://" in arguments.space:
        return workspace.spaces.of_url(arguments.space, given, folder)
    try:
        entry = found(workspace, (arguments.space,), passphrases)[0]
    except NotFound as error:
        hint = f"{error.hint}; or give the URL of the space, with --user" if error.hint else ""
        raise NotFound(error.message, hint or "give a connection, or the URL of the space with --user") from None
    if entry.connection is not None and not entry.connection.options.verify:
        output.warning(f"{entry.name}: its certificate is not verified: anybody on the way can be the space")
    return passphrases.unlocked(workspace.spaces.of_entry, entry, given, folder)


async def of_space(space: Space, wanted: Awaitable[_Found]) -> _Found:
    """Return what is asked of a space, whose connections are closed behind it."""
    try:
        return await wanted
    finally:
        await space.client.aclose()


def require_folder(workspace: Workspace, folder: str | None) -> None:
    """Raise UsageError where a folder that was named is not there: what is in it would be nothing."""
    path = workspace.places.folder(folder or "")
    if not path or (workspace.root / path).is_dir():
        return
    from integrator_tui.model.nearest import did_you_mean

    hint = did_you_mean(path, workspace.places.folders()) or "name one of the workspace; pull makes it"
    raise UsageError(f"there is no folder {visible(path, limit=200)} in {visible(str(workspace.root))}", hint)


def _given(arguments: argparse.Namespace, environment: Environment) -> SpaceGiven:
    from integrator_tui.workspace import SpaceGiven

    secret = environment.variables.get(CLIENT_SECRET)
    return SpaceGiven(
        _password(environment), arguments.user, arguments.client, Secret(secret) if secret is not None else None
    )


def _password(environment: Environment) -> Callable[[str], Secret]:
    def password(user: str) -> Secret:
        value = environment.variables.get(PASSWORD)
        if value is not None:
            return Secret(value)
        asked = asked_silently(f"Password of {visible(user, limit=80)}: ")
        if asked is None:
            hint = f"set {PASSWORD}, or run this on a terminal"
            raise UsageError(f"the password of {visible(user, limit=80)} is not given", hint)
        return asked

    return password
