"""The command that opens the way to a vantage: the system's own ssh, and what it is told.

Rules: it asks nothing and has nobody to ask (BatchMode, no terminal, no askpass), believes known host keys alone,
forwards neither agent nor X11 nor Kerberos tickets, listens on no port whatever the user's configuration says, runs
no command, here or there, and ends with this process, however that ends. Everything else is as the user's own
configuration has it: addresses, keys, agents, ProxyJump. See ssh_config(5).
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from integrator_tui import atomic
from integrator_tui.engine.failure import vantage_failed
from integrator_tui.model.named_tuple import NamedTuple

LONGEST_PATH: Final = 90
"""Bytes of a control path at most: ssh adds 17 while it makes the socket, and sun_path holds 108 (unix(7))."""

ALIVE_SECONDS: Final = 1
ALIVE_COUNT: Final = 3
"""A vantage that answers nothing for so many intervals is given up."""

_NAME: Final = "c"
_PREFIX: Final = "itui-"
_EXPANDED: Final = frozenset("%$~\"'\\ \t")
"""What ssh takes for more than itself in a control path, or for its end."""

_OPTIONS: Final = (
    # Older programs do not know it, and a master that goes to the background would be nobody's child.
    "IgnoreUnknown=ForkAfterAuthentication",
    "ForkAfterAuthentication=no",
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "UpdateHostKeys=no",
    "ForwardAgent=no",
    "ForwardX11=no",
    "GSSAPIDelegateCredentials=no",
    "RequestTTY=no",
    "PermitLocalCommand=no",
    "RemoteCommand=none",
    "ClearAllForwardings=yes",
    "Tunnel=no",
    "ControlMaster=yes",
    "ControlPersist=no",
    "ConnectionAttempts=1",
    f"ServerAliveInterval={ALIVE_SECONDS}",
    f"ServerAliveCountMax={ALIVE_COUNT}",
    # It says which channel leads where, and why one could not be opened.
    "LogLevel=DEBUG1",
)

_SCRIPT: Final = """\
folder=$1
shift
exec 3<&0 </dev/null
(
  trap '' TERM HUP INT
  read -r _ <&3
  kill -TERM 0
  sleep 1
  rm -rf -- "$folder"
  kill -KILL 0
) >/dev/null 2>&1 &
exec 3<&-
trap : TERM HUP INT
"$@"
exit $?
"""
"""Runs ssh, and ends it with all that it started when nobody holds the other end of the standard input any more: a
process that was killed closes nothing else."""


class SshSettings(NamedTuple):
    """`program` is the path of ssh, empty where there is none; `environment` the variables that it gets; `folder`
    where this user has what goes with the login (the XDG Base Directory Specification's runtime folder)."""

    program: str = ""
    environment: Mapping[str, str] = MappingProxyType({})
    folder: Path | None = None


def control_folder(settings: SshSettings) -> str:
    """Make a new folder of 0700 whose control path is short enough, and return it; raises StageFailed."""
    reasons = []
    own = (os.fspath(settings.folder),) if settings.folder is not None else ()
    for parent in (*own, "/tmp", "/var/tmp", "/dev/shm"):
        longest = len(os.fsencode(parent)) + len(f"/{_PREFIX}12345678/{_NAME}")
        if longest > LONGEST_PATH or _EXPANDED & set(parent):
            continue
        try:
            return os.fspath(atomic.private_folder(parent, _PREFIX))
        except OSError as error:
            reasons.append(f"{parent}: {(error.strerror or str(error)).lower()}")
    why = ", ".join(reasons) or "no path is short enough"
    hint = "make room in /tmp, or set XDG_RUNTIME_DIR to a folder of yours with a short path"
    raise vantage_failed(f"there is no place for ssh's control socket: {why}", hint)


def control_path(folder: str) -> str:
    """Return the path of the control socket in a folder that `control_folder` made."""
    return f"{folder}/{_NAME}"


def command(settings: SshSettings, folder: str, host: str, connect_timeout: float) -> list[str]:
    """Return the words of the process that holds the way to `host` open; its standard input is a pipe that is
    closed to end it. `connect_timeout`, in seconds, bounds ssh's own connect and greeting."""
    words = [settings.program, "-N", "-T", "-a", "-x"]
    for option in (
        *_OPTIONS,
        f"ControlPath={control_path(folder)}",
        f"ConnectTimeout={max(1, math.ceil(connect_timeout))}",
    ):
        words += ("-o", option)
    return ["/bin/sh", "-c", _SCRIPT, "sh", folder, *words, "--", host]


def environment(settings: SshSettings) -> dict[str, str]:
    """Return the variables that ssh gets: messages in English, and no program that asks in a terminal's place."""
    kept = {name: value for name, value in settings.environment.items() if name != "SSH_ASKPASS"}
    return {**kept, "LC_ALL": "C", "SSH_ASKPASS_REQUIRE": "never"}
