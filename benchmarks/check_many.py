"""`check --all` of 1,000 distinct connections, whole process, against curl, on nginx over loopback.

    python -m benchmarks.check_many [--quick]

Yardstick: `curl --parallel --parallel-max 100`, one transfer a connection, each with `Connection: close` on a
connection of its own. As they are HTTPS at most 1.25x, HTTP at most 2.5x; less the time of one check, which is the
start of a Python program, 1.0x and 1.3x. Processor time stands beside it, and the same at 5,000. Peak memory at
most 150 MB; 5,000 take at most 5.5 times as long as 1,000. nginx comes from Debian (`apt install nginx-light`), its
certificate from an authority made here.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from integrator_tui.demo.certificates import Authority

CONFIGURATION = """
worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_timeout 0; client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{http} backlog=4096; listen 127.0.0.1:{https} ssl backlog=4096;
    ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key;
    location / {{ return 200 "hello\\n"; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Farm:
    """A running nginx."""

    http: str
    https: str
    ca_file: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def nginx(folder: Path) -> Iterator[Farm]:
    """Run nginx with a private authority until the end of the block."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    authority = Authority.create("Benchmark Authority")
    credentials = authority.issue("127.0.0.1")
    (folder / "ca.pem").write_text(authority.pem())
    (folder / "server.pem").write_text(credentials.certificates_pem())
    (folder / "server.key").write_text(credentials.key_pem())
    http, https = free_port(), free_port()
    (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, http=http, https=https))
    process = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", "stderr"])
    try:
        while True:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", https)):
                break
        yield Farm(f"http://127.0.0.1:{http}", f"https://127.0.0.1:{https}", folder / "ca.pem")
    finally:
        process.terminate()
        process.wait()


def write_connections(folder: Path, base_url: str, count: int, ca_file: Path | None) -> None:
    """Write `count` plain connection files, each asking for a path of its own."""
    folder.mkdir()
    ca = f"ca_cert_file: {ca_file}\n" if ca_file else ""
    for number in range(count):
        text = f"name: Connection {number}\nbase_url: {base_url}\ntest_path: /c/{number}\n{ca}"
        (folder / f"{number:05d}.yaml").write_text(text)


class Took(NamedTuple):
    """What a command took: seconds by the clock, and of processor, children included."""

    wall: float
    cpu: float


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> tuple[Took, bytes]:
    """Run a command to its end; return what it took and what it printed."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, printed[-200:]
    return Took(elapsed, usage.ru_utime + usage.ru_stime), printed


def ours(folder: Path, count: int) -> Took:
    """Check every connection of `folder` in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "integrator_tui", "--workspace", str(folder)]
    command += ["check", "--all", "--format", "ndjson", "--concurrency", "100"]
    took, printed = run(command, environment)
    passed = sum(json.loads(line)["outcome"] == "passed" for line in printed.splitlines())
    assert passed == count, f"{passed} of {count} passed"
    return took


CURL = ("curl", "--no-progress-meter", "--parallel", "--parallel-max", "100")
TRANSFER = """url = "{}/c/{}"
output = "/dev/null"
write-out = "%{{http_code}}\\n"
header = "Connection: close"
silent
{}"""


def curl(folder: Path, base_url: str, count: int, ca_file: Path | None) -> Took:
    """Fetch the same addresses with curl."""
    config = folder.with_suffix(".curl")
    if not config.exists():
        ca = f'cacert = "{ca_file}"\n' if ca_file else ""
        config.write_text("next\n".join(TRANSFER.format(base_url, number, ca) for number in range(count)))
    took, printed = run([*CURL, "-K", str(config)])
    assert printed.count(b"200\n") == count, printed[:200]
    return took


def compared(root: Path, farm: Farm, scheme: str, count: int, runs: int) -> None:
    """Print how `count` checks compare with as many transfers of curl, each run in turn with one check alone."""
    is_tls = scheme == "HTTPS"
    base_url, ca_file = (farm.https, farm.ca_file) if is_tls else (farm.http, None)
    folder, alone = root / f"{scheme}-{count}", root / f"{scheme}-{count}-alone"
    write_connections(folder, base_url, count, ca_file)
    write_connections(alone, base_url, 1, ca_file)
    rows = []
    for _ in range(runs + 1):
        rows.append((ours(folder, count), ours(alone, 1), curl(folder, base_url, count, ca_file)))
    del rows[0]
    a, one, b = (Took(*map(statistics.median, zip(*column, strict=True))) for column in zip(*rows, strict=True))
    whole = statistics.median(many.wall / theirs.wall for many, _, theirs in rows)
    less = statistics.median((many.wall - single.wall) / theirs.wall for many, single, theirs in rows)
    at_most, at_most_less = (1.25, 1.0) if is_tls else (2.5, 1.3)
    print(
        f"{count} x {scheme}: {a.wall:.2f} s, one alone {one.wall:.2f} s, curl {b.wall:.2f} s ="
        f" {whole:.2f}x (at most {at_most}x), less one {less:.2f}x (at most {at_most_less}x);"
        f" processor {a.cpu:.2f} s, {one.cpu:.2f} s, {b.cpu:.2f} s"
    )


def peak_memory(folder: Path) -> float:
    """Return the peak resident memory of one run in MB."""
    command = [sys.executable, "-m", "integrator_tui", "--workspace", str(folder), "check", "--all"]
    command += ["--format", "ndjson", "--concurrency", "100"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return usage.ru_maxrss / 1024


def main() -> None:
    count, runs = (200, 5) if "--quick" in sys.argv else (1000, 7)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        with nginx(root) as farm:
            for number, times in ((count, runs), (5 * count, 3)):
                for scheme in ("HTTPS", "HTTP"):
                    compared(root, farm, scheme, number, times)
            small, large = root / f"HTTPS-{count}", root / f"HTTPS-{5 * count}"
            print(f"peak memory: {peak_memory(small):.0f} MB (at most 150 MB)")
            pairs = [(ours(large, 5 * count), ours(small, count)) for _ in range(3)]
            growth = statistics.median(many.wall / few.wall for many, few in pairs)
            print(f"{5 * count} against {count}: {growth:.2f} times as long (at most 5.5)")


if __name__ == "__main__":
    main()
