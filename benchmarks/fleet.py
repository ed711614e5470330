"""Lists and lookups in a workspace of 1,008 connections with 9,096 operations, by processor time.

    python -m benchmarks.fleet [--quick]

Yardsticks: `list --json` and a completion, from the index, against `import httpx`, at most 1.0x; the first list,
which reads all files, against ruamel's C parser giving the events of the same files, at most 2x; `show PATH` and
`run NAME OPERATION` against the same in a workspace of that file alone, at most 1.1x. Run it quietly.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.fleet_data import write_fleet
from benchmarks.paired import compare_with_itself, cpu_seconds, report_spread
from integrator_tui.demo.server import running_server
from integrator_tui.workspace.catalog.index import TOO_NEW

EVENTS = """
import sys
from functools import partial
from pathlib import Path
from _ruamel_yaml import CParser
for file in sorted(Path(sys.argv[1]).rglob("*.yaml")):
    parser = CParser(file.read_bytes())
    while parser.get_event() is not None:
        pass
"""

_SERVED = "more/served.yaml"


def main() -> None:
    runs = 7 if "--quick" in sys.argv else 61
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PYTHONDONT"))}
    with tempfile.TemporaryDirectory() as scratch, running_server(Path(scratch)) as addresses:
        environment = {**inherited, "HOME": scratch}
        fleet, one = Path(scratch) / "fleet", Path(scratch) / "one"
        write_fleet(fleet)
        for folder in (fleet, one):
            (folder / "more").mkdir(parents=True)
            (folder / _SERVED).write_text(
                f"name: Served\nbase_url: {addresses.http}\n"
                "operations: [{name: Health, method: GET, path: /health, outputs: {Status: {value: statusCode}}}]\n"
            )
        # The index believes of no file that it is as it was read before it is two seconds old.
        time.sleep(TOO_NEW / 1e9)

        def ours(folder: Path, *arguments: str) -> Callable[[], float]:
            command = [sys.executable, "-m", "integrator_tui", "--workspace", str(folder), *arguments]
            return lambda: cpu_seconds(command, environment)

        def first() -> float:
            shutil.rmtree(Path(scratch) / ".cache", ignore_errors=True)
            return ours(fleet, "list", "--json")()

        def events() -> float:
            return cpu_seconds([sys.executable, "-c", EVENTS, str(fleet)], environment)

        def imported() -> float:
            return cpu_seconds([sys.executable, "-c", "import httpx"], environment)

        report_spread("first list", *compare_with_itself(first, events, runs=min(runs, 11), warm_up=1), 2.0)
        report_spread("list --json", *compare_with_itself(ours(fleet, "list", "--json"), imported, runs=runs), 1.0)
        for title, line in (("a completion of NAME", ("check", "")), ("of OPERATION", ("run", "Served", ""))):
            command = ["complete", "zsh", "--workspace", str(fleet), *line]
            completed = partial(cpu_seconds, [sys.executable, "-m", "integrator_tui", *command], environment)
            report_spread(title, *compare_with_itself(completed, imported, runs=runs), 1.0)
        for title, words in (("show PATH", ("show", _SERVED)), ("run NAME OPERATION", ("run", "Served", "Health"))):
            many, alone = ours(fleet, *words), ours(one, *words)
            report_spread(title, *compare_with_itself(many, alone, runs=runs), 1.1)


if __name__ == "__main__":
    main()
