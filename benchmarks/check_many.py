"""`check --all` of 1,000 distinct connections, whole process, against curl, on nginx over loopback.

    python -m benchmarks.check_many [--quick]

Yardstick: `curl --parallel --parallel-max 100`, one transfer a connection, each on a connection of its own.
HTTPS at most 1.25x, HTTP at most 2.5x; peak memory at most 150 MB; 5,000 take at most 5.5 times as long as
1,000. nginx comes from Debian (`apt install nginx-light`), its certificate from an authority made here.
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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.paired import compare
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


def ours(folder: Path, count: int) -> float:
    """Check every connection of `folder` in a process of its own and return its wall time in seconds."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "integrator_tui", "--workspace", str(folder)]
    command += ["check", "--all", "--format", "ndjson", "--concurrency", "100"]
    started = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=True)
    elapsed = time.perf_counter() - started
    passed = sum(json.loads(line)["outcome"] == "passed" for line in done.stdout.splitlines())
    assert passed == count, f"{passed} of {count} passed"
    return elapsed


CURL = ("curl", "--no-progress-meter", "--parallel", "--parallel-max", "100")
TRANSFER = 'url = "{}/c/{}"\noutput = "/dev/null"\nwrite-out = "%{{http_code}}\\n"\nsilent\n{}'


def curl(folder: Path, base_url: str, count: int, ca_file: Path | None) -> float:
    """Fetch the same addresses with curl and return its wall time in seconds."""
    config = folder.with_suffix(".curl")
    if not config.exists():
        ca = f'cacert = "{ca_file}"\n' if ca_file else ""
        config.write_text("next\n".join(TRANSFER.format(base_url, number, ca) for number in range(count)))
    started = time.perf_counter()
    done = subprocess.run([*CURL, "-K", str(config)], stdout=subprocess.PIPE, check=True)
    elapsed = time.perf_counter() - started
    assert done.stdout.count(b"200\n") == count, done.stdout[:200]
    return elapsed


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
            for scheme, base_url, limit in (("HTTPS", farm.https, 1.25), ("HTTP", farm.http, 2.5)):
                ca_file = farm.ca_file if scheme == "HTTPS" else None
                folder = root / scheme.lower()
                write_connections(folder, base_url, count, ca_file)
                a, b, ratio = compare(
                    lambda f=folder: ours(f, count),  # type: ignore[misc]
                    lambda f=folder, u=base_url, c=ca_file: curl(f, u, count, c),  # type: ignore[misc]
                    runs=runs,
                    warm_up=1,
                )
                print(f"{count} x {scheme}: {a:.2f} s against {b:.2f} s = {ratio:.2f}x (at most {limit}x)")
            print(f"peak memory: {peak_memory(root / 'https'):.0f} MB (at most 150 MB)")
            large = root / "large"
            write_connections(large, farm.https, 5 * count, farm.ca_file)
            small = statistics.median(ours(root / "https", count) for _ in range(3))
            growth = statistics.median(ours(large, 5 * count) for _ in range(3)) / small
            print(f"{5 * count} against {count}: {growth:.2f} times as long (at most 5.5)")


if __name__ == "__main__":
    main()
