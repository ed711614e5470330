"""What the process was started with, read once: environment, home, current directory, standard streams."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from integrator_tui.cli.prompts import passphrase
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings

WORKSPACE_FILE = "integrator.yaml"
APPLICATION = "integrator-tui"


class Environment(NamedTuple):
    """The parts of the process' environment that decide anything."""

    variables: Mapping[str, str]
    home: Path
    current: Path

    @classmethod
    def read(cls) -> Environment:
        """Return the environment of this process."""
        home = os.environ.get("HOME")
        return cls(dict(os.environ), Path(home) if home else Path.home(), _current())

    def _folder(self, variable: str, default: str) -> Path:
        # The XDG Base Directory Specification: a relative path there is invalid and ignored.
        value = self.variables.get(variable, "")
        return Path(value) if value.startswith("/") else self.home / default

    @property
    def config_home(self) -> Path:
        return self._folder("XDG_CONFIG_HOME", ".config")

    @property
    def config(self) -> Path:
        return self.config_home / APPLICATION

    def surroundings(self, *, full_screen: bool = False) -> Surroundings:
        """Return what the layers below are told of this environment; what fills the screen asks on it itself."""
        variables = self.variables
        key = variables.get("SOPS_AGE_KEY")
        return Surroundings(
            config=self.config,
            state=self._folder("XDG_STATE_HOME", ".local/state") / APPLICATION,
            cache=self._folder("XDG_CACHE_HOME", ".cache") / APPLICATION,
            age_key=Secret(key) if key else None,
            age_key_file=self._path("SOPS_AGE_KEY_FILE"),
            age_key_command=variables.get("SOPS_AGE_KEY_CMD") or None,
            age_keys_file=self.config_home / "sops" / "age" / "keys.txt",
            sops_config=self._path("SOPS_CONFIG"),
            ssl_cert_file=self._path("SSL_CERT_FILE"),
            ssl_cert_dir=self._path("SSL_CERT_DIR"),
            proxies=self._proxies(),
            command_environment=variables,
            ask_passphrase=None if full_screen else passphrase.ask,
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
        current directory that holds `integrator.yaml`, else the user's own connections."""
        named = argument or self.variables.get("INTEGRATOR_TUI_WORKSPACE")
        if named:
            return self.current / named
        for folder in (self.current, *self.current.parents):
            if (folder / WORKSPACE_FILE).is_file():
                return folder
        return self.config / "connections"


def _current() -> Path:
    try:
        return Path.cwd()
    except OSError:
        # Somebody removed the folder; only what is named relative to it needs it, and is told as missing then.
        return Path(os.environ.get("PWD") or "/")
