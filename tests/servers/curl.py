"""curl, whose word on a server is the measure of ours."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.servers.programs import program


@dataclass(frozen=True, slots=True)
class Said:
    """How curl ended (its exit code), the status it was answered, and how many bytes of body it took."""

    code: int
    status: int
    size: int


def curl(url: str, ca: Path, *arguments: str) -> Said:
    """Ask `url` once, trusting `ca` alone."""
    line = [program("curl"), "-q", "-s", "--noproxy", "*", "--max-time", "10", "--cacert", str(ca), *arguments]
    line += ["--compressed", "--capath", "/dev/null", "-o", "/dev/null", "-w", "%{http_code} %{size_download}", url]
    done = subprocess.run(line, stdout=subprocess.PIPE, check=False)
    status, size = done.stdout.split()
    return Said(done.returncode, int(status), int(size))
