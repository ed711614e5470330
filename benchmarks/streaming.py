"""`request NAME --stream` of a server that writes as fast as it is read, whole process, against `curl -N`.

    python -m benchmarks.streaming [--quick]

1 GB over HTTP and over HTTPS into /dev/null: at least 50 MB/s or half of curl's rate, whichever is lower. Peak
memory at 1 GB is at most 10 MB above that at 0.1 GB. An event is readable from the pipe at most 20 ms after the
server wrote it, the first one after the head included. The events a second of `--format ndjson` are told beside
it. MB are 10^6 bytes, MB of memory 2^20. --quick streams a tenth.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.paired import compare
from integrator_tui.demo.certificates import Authority

LEAST_RATE = 50
LEAST_SHARE = 0.5
MOST_GROWTH_MB = 10
MOST_DELAY_MS = 20
EVENTS_ON_THE_CLOCK = 21

Command = list[str]


@contextlib.contextmanager
def server(*certificate: str) -> Iterator[int]:
    """Run the server in a process of its own and yield its port."""
    command = [sys.executable, "-m", "benchmarks.stream_server", *certificate]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        yield int(process.stdout.readline())
        process.stdin.close()


@dataclass(frozen=True, slots=True)
class Farm:
    """Both servers, and a workspace with a connection for each."""

    folder: Path
    ca_file: Path
    base_urls: dict[str, str]

    def ours(self, scheme: str, path: str, *more: str) -> Command:
        program = (sys.executable, "-m", "integrator_tui", "--workspace", str(self.folder))
        return [*program, "request", scheme, path, *more]

    def curl(self, scheme: str, path: str) -> Command:
        return ["curl", "-sSfN", "--cacert", str(self.ca_file), self.base_urls[scheme] + path]


@contextlib.contextmanager
def farm(folder: Path) -> Iterator[Farm]:
    """Run both servers under an authority made here until the end of the block."""
    authority = Authority.create("Benchmark Authority")
    credentials = authority.issue("127.0.0.1")
    ca_file, certificate, key = folder / "ca.pem", folder / "server.pem", folder / "server.key"
    ca_file.write_text(authority.pem())
    certificate.write_text(credentials.certificates_pem())
    key.write_text(credentials.key_pem())
    with server() as plain, server(str(certificate), str(key)) as encrypted:
        base_urls = {"HTTP": f"http://127.0.0.1:{plain}", "HTTPS": f"https://127.0.0.1:{encrypted}"}
        for scheme, base_url in base_urls.items():
            ca = "ca_cert_file: ca.pem\n" if scheme == "HTTPS" else ""
            (folder / f"{scheme}.yaml").write_text(f"name: {scheme}\nbase_url: {base_url}\n{ca}")
        yield Farm(folder, ca_file, base_urls)


def seconds(command: Command) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def peak_memory(command: Command) -> float:
    """Return the peak resident memory of a command in MB."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return usage.ru_maxrss / 1024


def delays(command: Command) -> list[float]:
    """Return for each event the milliseconds from the server's write to its line in the pipe."""
    found = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        for line in process.stdout:
            now = time.monotonic_ns()
            if line.startswith(b"{"):
                found.append((now - int(json.loads(line)["data"])) / 1e6)
            elif line.startswith(b"data: "):
                found.append((now - int(line[6:])) / 1e6)
        said = process.stderr.read().decode()
    assert len(found) == EVENTS_ON_THE_CLOCK, said
    return found


def report_delays(title: str, command: Command, runs: int) -> bool:
    """Print the delays of a command's events; return whether the medians keep to the limit."""
    measured = [delays(command) for _ in range(runs)]
    first, later = [run[0] for run in measured], [delay for run in measured for delay in run[1:]]
    print(f"{title}: first event {spread(first)}, later ones {spread(later)} (at most {MOST_DELAY_MS} ms)")
    return max(statistics.median(first), statistics.median(later)) <= MOST_DELAY_MS


def spread(milliseconds: Sequence[float]) -> str:
    return f"{statistics.median(milliseconds):.1f} ms (worst {max(milliseconds):.1f})"


def report(farm: Farm, scheme: str, size: int, events: int, runs: int) -> bool:
    """Print the figures of one scheme; return whether ours keep to their limits."""
    path = f"/bytes/{size}"
    stream, fetch = farm.ours(scheme, path, "--stream"), farm.curl(scheme, path)
    a, b, _ = compare(lambda: seconds(stream), lambda: seconds(fetch), runs=runs, warm_up=1)
    rate, yardstick = size / a / 1e6, size / b / 1e6
    least = min(LEAST_RATE, LEAST_SHARE * yardstick)
    print(f"{scheme}: {rate:.0f} MB/s against {yardstick:.0f} MB/s (at least {least:.0f} MB/s)")
    small = peak_memory(farm.ours(scheme, f"/bytes/{size // 10}", "--stream"))
    growth = peak_memory(stream) - small
    print(f"{scheme}: memory {small:.0f} MB, {growth:+.1f} MB at ten times the size (at most {MOST_GROWTH_MB} MB)")
    as_lines = ("--stream", "--format", "ndjson")
    taken = statistics.median(seconds(farm.ours(scheme, f"/events/{events}", *as_lines)) for _ in range(3))
    print(f"{scheme}: {events / taken:.0f} events/s as ndjson")
    on_the_clock = f"/clock/{EVENTS_ON_THE_CLOCK}"
    in_time = report_delays(f"{scheme} ndjson", farm.ours(scheme, on_the_clock, *as_lines), runs)
    in_time &= report_delays(f"{scheme} as it comes", farm.ours(scheme, on_the_clock, "--stream"), runs)
    report_delays(f"{scheme} curl -N", farm.curl(scheme, on_the_clock), runs)
    return in_time and rate >= least and growth <= MOST_GROWTH_MB


def main() -> None:
    size, events, runs = (10**8, 50_000, 3) if "--quick" in sys.argv else (10**9, 500_000, 5)
    with tempfile.TemporaryDirectory() as scratch, farm(Path(scratch)) as running:
        kept = [report(running, scheme, size, events, runs) for scheme in running.base_urls]
    sys.exit(not all(kept))


if __name__ == "__main__":
    main()
