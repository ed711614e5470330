"""What a token costs that another process fetched, and how many are fetched where 200 processes want one at once.

    python -m benchmarks.token_cache [--quick]

A `request` with a token from the cache against the same with a stored one (Raw Bearer Token): processor time, user
and system, children included, in interleaved pairs; beside them the first against itself, so that one sees how far
two equal things lie apart. Then 200 requests at once by a shell, with no token kept: one is fetched.
--quick takes 9 pairs and 20 requests.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.paired import compare_with_itself, cpu_seconds, report_spread
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace

LIMIT = 1.10

RAW = """\
name: Raw
base_url: {url}
auth: {{type: raw_bearer_token}}
secrets: {{token: demo-raw-token}}
"""
OAUTH = """\
name: Fetched
base_url: {url}
auth:
  type: oauth2
  access_token_url: {url}/oauth/token
  client_id: demo-header
  client_auth: basic_auth
secrets: {{client_secret: demo-header-secret}}
"""
BEARER = """\
name: Described
base_url: {url}
auth:
  type: http_bearer_token
  request:
    path: /token/form
    body: {{form: {{client_id: demo-client, client_secret: '{{{{client_secret}}}}'}}}}
  token_output: body.access_token
  expiration_output: body.expires_in
secrets: {{client_secret: demo-secret}}
"""


def main() -> None:
    runs, count = (9, 20) if "--quick" in sys.argv else (61, 200)
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        (home / "demo").mkdir(0o700)
        with ThreadedDemoServer(home / "demo") as server:
            room = server.room("tokens")
            given = Surroundings(
                home / ".config/integrator-tui",
                home / ".local/state/integrator-tui",
                home / ".cache/integrator-tui",
                age_keys_file=home / "keys.txt",
            )
            workspace = Workspace(home / "work", given)
            workspace.make()
            workspace.keys.create_identity()
            for file, text in (("raw", RAW), ("oauth", OAUTH), ("bearer", BEARER)):
                (home / f"work/{file}.yaml").write_text(text.format(url=server.addresses.http + room.prefix))
                workspace.seals.reseal(workspace.catalog.entry(f"{file}.yaml"))
            command = [sys.executable, "-m", "integrator_tui", "--workspace", str(home / "work"), "request"]
            environment = {
                "PATH": os.environ["PATH"], "HOME": str(home), "SOPS_AGE_KEY_FILE": str(home / "keys.txt"),
            }  # fmt: skip

            def spent(name: str, path: str) -> float:
                return cpu_seconds([*command, name, path], environment)

            for name in ("Fetched", "Described"):
                ratios, same = compare_with_itself(
                    partial(spent, name, "/bearer/health"), partial(spent, "Raw", "/raw/health"), runs=runs
                )
                report_spread(f"request with a kept token, {name}, against a raw one", ratios, same, LIMIT)
            fetched = len(room.issued)
            print(f"tokens fetched by all these: {fetched} (2)")

            room.reset()
            workspace.kept_tokens.drop("oauth.yaml")
            loop = f'for i in $(seq {count}); do "$@" > /dev/null || echo failed & done; wait'
            done = subprocess.run(
                ["sh", "-c", loop, "sh", *command, "Fetched", "/bearer/health"],
                env=environment, stdout=subprocess.PIPE, check=True,
            )  # fmt: skip
            asked, passed = room.counts.by_path["/oauth/token"], room.counts.by_path["/bearer/health"]
            print(f"{count} requests at once: {passed} answered, {asked} token requests (1)")
            if done.stdout or (fetched, asked, passed) != (2, 1, count):
                sys.exit(1)


if __name__ == "__main__":
    main()
