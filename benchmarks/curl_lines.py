"""Reading curl command lines: python -m benchmarks.curl_lines

The lines of tests/interchange/curl_lines.sh, each read by itself, and a file of 10,000 commands of four lines read
at once: at least 10,000 commands a second of processor time each, the median of five runs.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from integrator_tui.errors import UsageError
from integrator_tui.interchange.curl.reader import read

AT_LEAST = 10_000
RUNS = 5
COMMAND = """\
curl -X POST 'https://api.example.com/v1/orders/{number}?expand=items' \\
  -H "Authorization: Bearer abc.def.ghi" \\
  -H 'Content-Type: application/json' \\
  -d '{{"name": "x", "count": {number}}}'
"""


def lines() -> list[str]:
    source = Path(__file__).parent.parent / "tests/interchange/curl_lines.sh"
    return [line.replace("\\n", "\n") for line in source.read_text().splitlines()]


def one_by_one(commands: list[str]) -> int:
    for command in commands:
        with suppress(UsageError):
            read(command)
    return len(commands)


def at_once(count: int) -> Callable[[], int]:
    text = "".join(COMMAND.format(number=number) for number in range(count))

    def run() -> int:
        read(text)
        return count

    return run


def measure(title: str, run: Callable[[], int]) -> bool:
    """Print how many commands a second were read; return whether those are enough."""
    run()
    rates = []
    for _ in range(RUNS):
        gc.collect()
        started = time.process_time()
        count = run()
        rates.append(count / (time.process_time() - started))
    rate = statistics.median(rates)
    print(f"{title}: {rate:,.0f} commands a second (at least {AT_LEAST:,})")
    return rate >= AT_LEAST


def main() -> int:
    """Measure; exit 1 where a limit is not kept."""
    commands = lines() * 20
    kept = [
        measure("one by one", lambda: one_by_one(commands)),
        measure("a file of 10,000", at_once(10_000)),
    ]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
