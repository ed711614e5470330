"""40 connections whose expression never ends, and a good one: how long the good one takes beside them.

    python -m benchmarks.endless_expressions [--quick]

`check --all --timeout 5 --concurrency 60` against `check` of the good connection alone, in turn. The time of the
good one is its own `duration_ms`; no other may take longer than its --timeout and half a second. Every expression
is a text of its own, so that nothing can be known of one from another; a second run has one text for all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.paired import compare
from integrator_tui.demo.server import ThreadedDemoServer

ENDLESS = 40
TIMEOUT = 5.0
LIMIT = 1.5
MORE_SECONDS = 0.5

CONNECTION = """\
name: {name}
base_url: {base_url}
test_path: /health
auth:
  type: http_bearer_token
  request:
    path: /token/form
    body:
      form: {{client_id: demo-client, client_secret: demo-secret, tenant: {name}}}
  token_output: "{output}"
  expiration_output: body.expires_in
"""


def make(workspace: Path, base_url: str, endless: Callable[[int], str]) -> None:
    """Write the connections; the good one comes last."""
    workspace.mkdir()
    for number in range(ENDLESS):
        text = CONNECTION.format(name=f"endless-{number:02}", base_url=base_url, output=endless(number))
        (workspace / f"endless-{number:02}.yaml").write_text(text)
    good = CONNECTION.format(name="good", base_url=base_url, output="body.access_token")
    (workspace / "good.yaml").write_text(good)


def check(workspace: Path, *what: str) -> tuple[float, float]:
    """Return the seconds that the good one took, and those of the slowest other."""
    command = [sys.executable, "-m", "integrator_tui", "--workspace", str(workspace), "check", *what]
    options = ["--timeout", f"{TIMEOUT:g}", "--concurrency", "60", "--format", "ndjson"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(workspace)}
    done = subprocess.run([*command, *options], stdout=subprocess.PIPE, env=environment, check=False)
    results = {result["name"]: result for result in map(json.loads, done.stdout.splitlines())}
    good = results.pop("good")
    assert good["outcome"] == "passed", good["failure"]
    assert all(result["failure"]["kind"] == "token_output_failed" for result in results.values()), results
    slowest = max((result["duration_ms"] for result in results.values()), default=0.0)
    return good["duration_ms"] / 1000, slowest / 1000


def main() -> None:
    runs = 3 if "--quick" in sys.argv else 9
    kinds: dict[str, Callable[[int], str]] = {
        "each its own": lambda number: f"(() => {{ for (let i = {number}; ; i++); }})()",
        "one text for all": lambda number: "(() => { for (;;); })()",
    }
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        (home / "demo").mkdir(0o700)
        with ThreadedDemoServer(home / "demo") as server:
            room = server.room("endless")
            for title, endless in kinds.items():
                workspace = home / title.replace(" ", "-")
                make(workspace, server.addresses.http + room.prefix, endless)
                slowest: list[float] = []

                def beside(workspace: Path = workspace, slowest: list[float] = slowest) -> float:
                    good, other = check(workspace, "--all")
                    slowest.append(other)
                    return good

                def alone(workspace: Path = workspace) -> float:
                    return check(workspace, "good")[0]

                ours, yardstick, ratio = compare(beside, alone, runs=runs, warm_up=1)
                print(f"{ENDLESS} endless expressions, {title}: the good one {ours * 1000:.0f} ms", end=" ")
                print(f"against {yardstick * 1000:.0f} ms alone = {ratio:.2f}x (at most {LIMIT}x);", end=" ")
                print(f"the slowest of the others {max(slowest):.2f} s (at most {TIMEOUT + MORE_SECONDS:g} s)")
                failed |= ratio > LIMIT or max(slowest) > TIMEOUT + MORE_SECONDS
    sys.exit(failed)


if __name__ == "__main__":
    main()
