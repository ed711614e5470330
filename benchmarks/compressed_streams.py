"""The first event of a stream behind proxies that compress: nginx with gzip, haproxy with compression.

    python -m benchmarks.compressed_streams [--quick]

A stream gives an event a second. `request NAME --stream` (whole process) has the first one at most 500 ms after
the server wrote it, and a `check` of it passes; `curl -N`, which offers no compression, is the yardstick in the
same run, pair by pair. How long the same takes with the header `Accept-Encoding: gzip` is told beside it: that is
what the proxies make of a client that offers compression to a stream. --quick takes fewer runs. It needs
`apt install nginx-light haproxy`.
"""

from __future__ import annotations

import contextlib
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.servers.compressing import COMPRESSING, compressing

MOST_MS = 500
BETWEEN_EVENTS = 1.0
EVENTS = 3
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
)

Command = list[str]


@contextlib.contextmanager
def stream() -> Iterator[int]:
    """Serve the stream until the end of the block and give its port. Each event says when it was written."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    peer, _ = listener.accept()
                    threading.Thread(target=serve, args=(peer,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def serve(peer: socket.socket) -> None:
    """Answer one request with an event a second."""
    with peer, contextlib.suppress(OSError):
        while b"\r\n\r\n" not in peer.recv(1 << 16):
            pass
        peer.sendall(HEAD)
        for _ in range(EVENTS):
            event = b"data: %d\n\n" % time.monotonic_ns()
            peer.sendall(b"%x\r\n%b\r\n" % (len(event), event))
            time.sleep(BETWEEN_EVENTS)
        peer.sendall(b"0\r\n\r\n")


def first_event(command: Command) -> float:
    """Return the milliseconds from the server's write of the first event to its line in the pipe."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith(b"data: "):
                waited = (time.monotonic_ns() - int(line[6:])) / 1e6
                process.kill()
                return waited
    raise SystemExit(f"no event came: {' '.join(command)}")


def spread(milliseconds: Sequence[float]) -> str:
    return f"{statistics.median(milliseconds):.1f} ms (worst {max(milliseconds):.1f})"


def report(name: str, origin: str, folder: Path, runs: int) -> bool:
    """Print the figures behind one proxy; return whether ours keep to the limit."""
    (folder / f"{name}.yaml").write_text(
        f"name: {name}\nbase_url: {origin}\noptions: {{stream_response: true, timeout: {{read: 10}}}}\n"
    )
    program = [sys.executable, "-m", "integrator_tui", "--workspace", str(folder)]
    ours, theirs = [*program, "request", name, "--stream"], ["curl", "-sSN", origin]
    pairs = [(first_event(ours), first_event(theirs)) for _ in range(runs)]
    mine, others = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    offering = [first_event([*ours, "-H", "Accept-Encoding: gzip"]) for _ in range(max(1, runs // 3))]
    print(f"{name}: first event {spread(mine)} (at most {MOST_MS} ms), curl -N {spread(others)}")
    print(f"{name}: first event where gzip is offered {spread(offering)}")
    checked = subprocess.run([*program, "check", name], stdout=subprocess.DEVNULL, check=False).returncode == 0
    print(f"{name}: check {'passed' if checked else 'failed'}")
    return checked and statistics.median(mine) <= MOST_MS


def main() -> None:
    runs = 3 if "--quick" in sys.argv else 15
    with tempfile.TemporaryDirectory() as scratch, stream() as upstream:
        folder = Path(scratch) / "workspace"
        folder.mkdir()
        kept = []
        for name in COMPRESSING:
            with compressing(name, Path(scratch) / name, upstream) as origin:
                kept.append(report(name, origin, folder, runs))
    sys.exit(not all(kept))


if __name__ == "__main__":
    main()
