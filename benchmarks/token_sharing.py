"""1,000 connections that share a token endpoint with 7 credentials: one `check --all` fetches exactly 7 tokens.

    python -m benchmarks.token_sharing [--quick]

Every file is sealed with a secret of its own, of which there are 7 values. The endpoint and the guarded path are
the demo server's, which counts the requests and the tokens it gave. Yardstick for the time: the same connections
without authentication, in turn; what a token costs there is opening 1,000 sealed files. --quick checks 100.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.paired import compare
from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace

CREDENTIALS = 7

PLAIN = """\
name: Service {number}
base_url: {base_url}
test_path: /health
"""
SHARING = """\
name: Service {number}
base_url: {base_url}
test_path: /bearer/health
auth:
  type: http_bearer_token
  request:
    path: /token/form
    body:
      form: {{client_id: demo-client, client_secret: "{{{{client_secret}}}}", tenant: "{{{{tenant}}}}"}}
  token_output: body.access_token
  expiration_output: body.expires_in
secrets:
  client_secret: demo-secret
  tenant: tenant-{credential}
"""


def make(home: Path, base_url: str, count: int) -> None:
    """Write `count` plain connections, and as many sealed ones that fetch a token."""
    given = Surroundings(home / "config", home / "state", home / "cache", age_keys_file=home / "keys.txt")
    for name, text in (("plain", PLAIN), ("sharing", SHARING)):
        (home / name).mkdir()
        workspace = Workspace(home / name, given)
        workspace.keys.create_identity()
        for number in range(count):
            file = f"service-{number:04}.yaml"
            filled = text.format(number=number, base_url=base_url, credential=number % CREDENTIALS)
            (home / name / file).write_text(filled)
            if text is SHARING:
                workspace.seals.reseal(workspace.catalog.entry(file))


def check_all(home: Path, name: str, count: int) -> float:
    """Check every connection in a process of its own and return its wall time in seconds."""
    command = [sys.executable, "-m", "integrator_tui", "--workspace", str(home / name)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "SOPS_AGE_KEY_FILE": str(home / "keys.txt")}
    started = time.perf_counter()
    done = subprocess.run(
        [*command, "check", "--all", "--format", "ndjson"], stdout=subprocess.PIPE, env=environment, check=False
    )
    elapsed = time.perf_counter() - started
    outcomes = [json.loads(line)["outcome"] for line in done.stdout.splitlines()]
    assert outcomes == ["passed"] * count, {outcome: outcomes.count(outcome) for outcome in outcomes}
    return elapsed


def check_counted(home: Path, room: Room, count: int) -> float:
    """The same for those that need a token; every run has to ask for each token once."""
    room.reset()
    elapsed = check_all(home, "sharing", count)
    asked, given = room.counts.by_path["/token/form"], len(room.issued)
    let_in = room.counts.by_path["/bearer/health"]
    if (asked, given, let_in, room.counts.refused) != (CREDENTIALS, CREDENTIALS, count, 0):
        sys.exit(f"{asked} token requests, {given} tokens, {let_in} tests, {room.counts.refused} refused")
    return elapsed


def main() -> None:
    count, runs = (100, 3) if "--quick" in sys.argv else (1000, 5)
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        (home / "demo").mkdir(0o700)
        # Each run is to fetch its own.
        (home / ".config/integrator-tui").mkdir(parents=True)
        (home / ".config/integrator-tui/settings.yaml").write_text("token_cache: false\n")
        with ThreadedDemoServer(home / "demo") as server:
            room = server.room("sharing")
            make(home, server.addresses.http + room.prefix, count)
            a, b, ratio = compare(
                lambda: check_counted(home, room, count),
                lambda: check_all(home, "plain", count),
                runs=runs,
                warm_up=1,
            )
    print(f"{count} connections, {CREDENTIALS} credentials: {CREDENTIALS} tokens in each of {runs + 1} runs")
    print(f"{a:.2f} s against {b:.2f} s without authentication = {ratio:.2f}x (no limit)")


if __name__ == "__main__":
    main()
