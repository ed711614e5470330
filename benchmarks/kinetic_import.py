"""Importing an export of Integrator of the usual size: python -m benchmarks.kinetic_import, on a quiet machine

42 connections with 379 operations, in the shapes of public exports: the whole command into an empty workspace, and
once more into the full one, each at most a second of wall time, the median of five runs.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

AT_MOST = 1.0
RUNS = 5
CONNECTIONS, OPERATIONS = 42, 379
METHODS: tuple[dict[str, Any] | None, ...] = (
    None,
    {"authType": "basic", "username": "changeit", "password": "changeit"},
    {
        "authType": "client_credentials",
        "tokenUrl": "https://id.example.com/t",
        "clientId": "a",
        "clientSecret": None,
    },
)
RAW = """{
  {{#Core State}}"coreState": "{{Core State}}",{{/Core State}}
  "values": {{{Values [object]}}}
}
"""


def operation(number: int) -> dict[str, Any]:
    form = {"bodyType": "www_form_urlencoded", "form": {}}
    config = {
        "configType": "http",
        "method": "GET" if number % 3 else "POST",
        "path": "/things/{{Thing Id*}}",
        "params": {"limit": "{{Limit [0-1000]}}", "include": "{{Include}}"},
        "headers": {"accept": "application/json", "content-type": "application/json"},
        "body": form if number % 3 else {"bodyType": "raw", "raw": RAW},
    }
    outputs = {
        "Items": {"value": "body.results", "children": {"Name": "current.name", "At": "`${current.created} Z`"}},
        "_Status Code": {"value": "statusCode"},
    }
    return {"id": f"operation-{number}", "name": f"Operation {number}", "config": config, "outputs": outputs}


def export() -> list[dict[str, Any]]:
    return [
        {
            "id": f"connection-{number}",
            "name": f"System {number}",
            "type": "http",
            "config": {"configType": "http", "baseUrl": "https://update.me", "auth": METHODS[number % 3]},
            "secrets": {},
            "operations": [operation(each) for each in range(number, OPERATIONS, CONNECTIONS)],
        }
        for number in range(CONNECTIONS)
    ]


def seconds(document: Path, home: Path) -> float:
    command = [sys.executable, "-m", "integrator_tui", "--workspace", str(home / "work"), "import", "kinetic"]
    command += [str(document), "--base-url", "https://api.example.com"]
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "HOME": str(home)})
    return time.perf_counter() - begin


def main() -> int:
    rows = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            (home / "work").mkdir()
            document = home / "export.json"
            document.write_text(json.dumps(export(), indent=2))
            rows.append((seconds(document, home), seconds(document, home)))
    medians = [statistics.median(row[at] for row in rows) for at in (0, 1)]
    for what, median in zip(("into an empty workspace", "once more"), medians, strict=True):
        print(f"{CONNECTIONS} connections, {OPERATIONS} operations, {what}: {median:.2f} s (at most {AT_MOST} s)")
    return 0 if max(medians) <= AT_MOST else 1


if __name__ == "__main__":
    sys.exit(main())
