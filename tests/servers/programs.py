"""Programs that no Python package brings: found, or the test is skipped, which continuous integration forbids."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

_PACKAGES = {
    "nginx": "nginx-light",
    "node": "nodejs",
    "npm": "npm",
    "openssl": "openssl",
    "curl": "curl",
    "bash": "bash",
    "sh": "dash",
    "zsh": "zsh",
    "jq": "jq",
    "http": "httpie",
    "haproxy": "haproxy",
    "caddy": "caddy",
    "squid": "squid",
    "promtool": "prometheus",
    "prometheus-blackbox-exporter": "prometheus-blackbox-exporter",
    "prometheus-node-exporter": "prometheus-node-exporter",
    "systemd-analyze": "systemd",
    "nrpe": "nagios-nrpe-server",
    "check_nrpe": "nagios-nrpe-plugin",
    "check_by_ssh": "monitoring-plugins-basic",
    "sshd": "openssh-server",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "crontab": "cron",
    "xmllint": "libxml2-utils",
    "nsenter": "util-linux",
}


def program(name: str) -> str:
    """Return the path of a program; without it the test is skipped, or fails where CI is set."""
    folders = (os.environ.get("PATH", ""), "/usr/sbin", "/usr/lib/nagios/plugins")
    found = shutil.which(name, path=os.pathsep.join(folders))
    if found is None:
        missing(f"{name} is missing (Debian: apt install {_PACKAGES[name]})")
    return found


def missing(what: str) -> NoReturn:
    """Skip the test, or fail it where CI is set: there everything has been installed."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}; .ci/servers installs it")
    pytest.skip(what)


def free_ports(count: int) -> list[int]:
    """Return ports that nothing listens on now, each only once."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


@contextmanager
def running(
    command: list[str], port: int, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the end of the block; it is up when `port` is connected to. Its words go to `log`."""
    with (
        log.open("ab") as words,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=words, stderr=words, env=environment) as process,
    ):
        try:
            while not _answers(port):
                if process.poll() is not None:
                    pytest.fail(f"{command[0]} ended with {process.returncode}: {log.read_text()[-2000:]}")
                time.sleep(0.01)
            yield process
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
