"""`check NAME`, `request NAME` of a loopback connection and `--help`, whole processes, by processor time.

    python -m benchmarks.check_one [--quick]

Yardsticks: for check and request a Python that imports httpx, ruamel.yaml and makes one pydantic model, at most
1.0x; for the help `import httpx`, at most 0.5x.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.paired import Timed, compare_with_itself, cpu_seconds, report_spread
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
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as scratch, running_server(Path(scratch)) as addresses:
        environment = {**inherited, "HOME": scratch}
        folder = Path(scratch) / "connections"
        write_connections(folder, addresses.http)

        def timed(*arguments: str) -> Timed:
            return lambda: cpu_seconds([sys.executable, *arguments], environment)

        runs = 15 if "--quick" in sys.argv else 61
        for command in ("check", "request"):
            ours = timed("-m", "integrator_tui", "--workspace", str(folder), command, "Orders")
            ratios = compare_with_itself(ours, timed("-c", YARDSTICK), runs=runs)
            report_spread(f"{command} NAME", *ratios, 1.0)
        told = timed("-m", "integrator_tui", "--help")
        report_spread("--help", *compare_with_itself(told, timed("-c", "import httpx"), runs=runs), 0.5)


if __name__ == "__main__":
    main()
