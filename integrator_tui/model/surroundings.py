"""Surroundings: what the command line found around it, as plain values that the layers below are handed.

Nothing below the command line reads the environment, the arguments or the home directory.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.secret import Secret

if TYPE_CHECKING:
    from integrator_tui.model.ways_in import WaysIn


class Surroundings(NamedTuple):
    """Folders, identity sources and network settings of this user on this machine.

    `config` holds the user's settings and themes, `state` what this machine remembers, `cache` what can be
    made again; none of them needs to exist. `age_key` to `age_keys_file` are the places where sops looks for
    identities, in its order; `sops_config` is the `.sops.yaml` that `$SOPS_CONFIG` names. `proxies` maps `http`,
    `https`, `all` and `no` to the environment's values.
    `lent_identity` is an age identity for this session alone, as the demo lends one for its samples. `editor` is
    the command of the user's editor, empty where none is named; `runtime` the folder of this login for what is not
    to reach a disk, as the XDG Base Directory Specification has it; `ways_in` what this command line has dialled
    otherwise; `ssh_config` the user's own configuration of ssh; `cores` how many processors this process may use.
    """

    config: Path
    state: Path
    cache: Path
    age_key: Secret | None = None
    age_key_file: Path | None = None
    age_key_command: str | None = None
    age_keys_file: Path | None = None
    sops_config: Path | None = None
    ssl_cert_file: Path | None = None
    ssl_cert_dir: Path | None = None
    proxies: Mapping[str, str] = MappingProxyType({})
    command_environment: Mapping[str, str] = MappingProxyType({})
    lent_identity: Secret | None = None
    editor: str = ""
    runtime: Path | None = None
    ways_in: WaysIn | None = None
    ssh_config: Path | None = None
    cores: int = 1

    @property
    def settings_file(self) -> Path:
        return self.config / "settings.yaml"

    @property
    def themes(self) -> Path:
        return self.config / "themes"
