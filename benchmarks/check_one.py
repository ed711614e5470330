"""`check NAME` of a loopback connection, whole process, against a Python that imports what it cannot do without.

    python -m benchmarks.check_one

Yardstick: a Python that imports httpx, ruamel.yaml and makes one pydantic model. At most 1.5x.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.paired import Timed, compare, report
from integrator_tui.demo.server import running_server

YARDSTICK = """
import httpx, ruamel.yaml
from pydantic import BaseModel
class Model(BaseModel):
    name: str
Model(name="x")
"""


def process(*command: str) -> Timed:
    # As installed: bytecode is written at the first run and read afterwards.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def run() -> float:
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        return time.perf_counter() - started

    return run


def write_connections(folder: Path, url: str, extra: Sequence[str] = ()) -> None:
    folder.mkdir()
    (folder / "orders.yaml").write_text(
        "\n".join([f"name: Orders\nbase_url: {url}\ntest_path: /health", *extra]) + "\n"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch, running_server(Path(scratch)) as addresses:
        folder = Path(scratch) / "connections"
        write_connections(folder, addresses.http)
        ours = process(sys.executable, "-m", "integrator_tui", "--workspace", str(folder), "check", "Orders")
        report("check NAME", compare(ours, process(sys.executable, "-c", YARDSTICK)), 1.5)


if __name__ == "__main__":
    main()
