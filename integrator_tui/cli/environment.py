"""What the process was started with, read once: environment, home, current directory, standard streams."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from integrator_tui.errors import UsageError
from integrator_tui.model.named_tuple import NamedTuple

if TYPE_CHECKING:
    from integrator_tui.model.surroundings import Surroundings
    from integrator_tui.model.ways_in import WaysIn
    from integrator_tui.workspace import Workspace

WORKSPACE_FILE = "integrator.yaml"
WORKSPACE_VARIABLE = "INTEGRATOR_TUI_WORKSPACE"
APPLICATION = "integrator-tui"

_NO_HOME: Final = Path("/dev/null/HOME-is-not-set")
"""In place of a home folder where there is none: nothing is ever found there, or made, and its name says why."""


class Environment(NamedTuple):
    """The parts of the process' environment that decide anything; `home` is None where nothing says where it is,
    `ways_in` what a command was told to dial."""

    variables: Mapping[str, str]
    home: Path | None
    current: Path
    ways_in: WaysIn | None = None

    @classmethod
    def read(cls) -> Environment:
        """Return the environment of this process."""
        return cls(dict(os.environ), _home(), _current())

    def _folder(self, variable: str, default: str) -> Path:
        # The XDG Base Directory Specification: a relative path there is invalid and ignored.
        value = self.variables.get(variable, "")
        return Path(value) if value.startswith("/") else (self.home or _NO_HOME) / default

    @property
    def config_home(self) -> Path:
        return self._folder("XDG_CONFIG_HOME", ".config")

    @property
    def config(self) -> Path:
        return self.config_home / APPLICATION

    def surroundings(self) -> Surroundings:
        """Return what the layers below are told of this environment."""
        from integrator_tui.model.secret import Secret
        from integrator_tui.model.surroundings import Surroundings

        variables = self.variables
        key = variables.get("SOPS_AGE_KEY")
        return Surroundings(
            config=self.config,
            state=self._folder("XDG_STATE_HOME", ".local/state") / APPLICATION,
            cache=self._folder("XDG_CACHE_HOME", ".cache") / APPLICATION,
            age_key=Secret(key) if key else None,
            age_key_file=self._path("SOPS_AGE_KEY_FILE"),
            age_key_command=variables.get("SOPS_AGE_KEY_CMD") or None,
            age_keys_file=None if self._lies_nowhere(self.config_home) else self.config_home / "sops/age/keys.txt",
            sops_config=self._path("SOPS_CONFIG"),
            ssl_cert_file=self._path("SSL_CERT_FILE"),
            ssl_cert_dir=self._path("SSL_CERT_DIR"),
            proxies=self._proxies(),
            command_environment=variables,
            editor=variables.get("VISUAL") or variables.get("EDITOR") or "",
            runtime=self._path("XDG_RUNTIME_DIR"),
            ways_in=self.ways_in,
            ssh_config=self.home / ".ssh/config" if self.home is not None else None,
            cores=cores(),
        )

    def _path(self, variable: str) -> Path | None:
        value = self.variables.get(variable)
        return self.current / value if value else None

    def _proxies(self) -> dict[str, str]:
        """Return the proxy settings; upper case loses to lower case, and `HTTP_PROXY` is not read where a
        web server could have set it from a request header (httpoxy)."""
        found: dict[str, str] = {}
        for kind in ("http", "https", "all", "no"):
            value = self.variables.get(f"{kind}_proxy")
            if value is None and not (kind == "http" and "REQUEST_METHOD" in self.variables):
                value = self.variables.get(f"{kind.upper()}_PROXY")
            if value:
                found[kind] = value
        return found

    def workspace(self, argument: str | None) -> Path:
        """Return the workspace's folder: the argument, `$INTEGRATOR_TUI_WORKSPACE`, the nearest parent of the
        current directory that holds `integrator.yaml`, else the user's own connections.

        Raises UsageError where one that was named does not exist: it is not taken for one that is empty.
        """
        folder = self.workspace_to_be(argument)
        if self._named(argument) and not os.path.lexists(folder):
            where = "--workspace" if argument else f"${WORKSPACE_VARIABLE}"
            hint = f"correct {where}, or make the folder: integrator-tui open {quoted(folder)}"
            raise UsageError(f"there is no folder {folder}", hint)
        return folder

    def workspace_to_be(self, argument: str | None) -> Path:
        """Return the workspace's folder, which need not exist; raises UsageError where nothing says which it is."""
        if argument == "":
            raise UsageError("the name of the workspace is empty", "give the folder of the connections, or none")
        if named := self._named(argument):
            return self.current / named
        for folder in (self.current, *self.current.parents):
            # A folder that may not be looked into is no workspace of this user.
            if os.path.isfile(folder / WORKSPACE_FILE):
                return folder
        if self._lies_nowhere(self.config):
            hint = "name a workspace with --workspace, or set HOME or XDG_CONFIG_HOME"
            raise UsageError("there is no home folder: HOME is not set, and this user has none", hint)
        return self.config / "connections"

    def open_workspace(self, argument: str | None) -> Workspace:
        """Return the workspace in the folder that `workspace` tells; raises what that raises."""
        return self.workspace_at(self.workspace(argument))

    def workspace_at(self, folder: Path) -> Workspace:
        """Return the workspace in a folder, which need not exist."""
        # It costs an import that a command with wrong arguments does without.
        from integrator_tui.workspace import Workspace

        return Workspace(folder, self.surroundings())

    def _named(self, argument: str | None) -> str | None:
        return argument or self.variables.get(WORKSPACE_VARIABLE)

    def _lies_nowhere(self, folder: Path) -> bool:
        return folder.is_relative_to(_NO_HOME)


def quoted(path: Path) -> str:
    """Return a path as a shell takes it, for a hint that is pasted there."""
    from shlex import quote

    return quote(str(path))


def _home() -> Path | None:
    home = os.environ.get("HOME")
    try:
        return Path(home) if home else Path.home()
    except RuntimeError:
        # A container that runs as a number which no passwd file knows.
        return None


def _current() -> Path:
    try:
        return Path.cwd()
    except OSError:
        # Somebody removed the folder; only what is named relative to it needs it, and is told as missing then.
        return Path(os.environ.get("PWD") or "/")


def cores() -> int:
    """Return how many cores another process beside this one could use; elsewhere than on Linux none is begun."""
    with suppress(OSError):
        if sys.platform == "linux":
            return len(os.sched_getaffinity(0))
    return 1
