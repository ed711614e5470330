"""The answer's body of 5 MB, laid out, folded, searched and filtered: python -m benchmarks.answer_view [--quick]

The body is JSON on one line, and the same indented. The first row's time is from the key that shows the body to the
output in which the row was painted; a key's from writing it to the output in which the number of the current line
was painted, pressed from the first moment on, while the rest is still being laid out. Laying out is held against
json.loads and json.dumps with an indent, a search against the count of the same text in a lowered copy. Folding is
that of an array of 100,000 objects. A filter's key is one pressed while an expression runs on the body.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter

from benchmarks.paired import compare, report
from benchmarks.pty_recorder import PtyRecorder
from integrator_tui.engine.javascript.sandbox import Sandbox
from integrator_tui.tui.widgets.answer.document import AnswerDocument, LinesView
from integrator_tui.tui.widgets.answer.search import BodySearch

KEY_LIMIT_MS, FOLD_LIMIT_MS, SEARCH_LIMIT_MS, MEMORY_LIMIT_MB = 100, 50, 300, 50
NEVER = 3.0
NEEDLE = "order 27999"


def body(indent: int | None, items: int = 28_000) -> bytes:
    """Return about 5 MB of JSON."""
    made = [
        {"id": n, "name": f"Order {n}", "tags": ["a", "b"], "price": n * 1.5, "ok": True, "text": "lorem " * 11}
        for n in range(items)
    ]  # fmt: skip
    return json.dumps({"items": made}, indent=indent).encode()


def laid_out(data: bytes) -> LinesView:
    """Return the whole body laid out."""
    view = AnswerDocument(data, "application/json").view
    while not view.advance(1):
        pass
    assert isinstance(view, LinesView)
    return view


def dumped(text: str) -> str:
    """Return the same as Python lays it out."""
    return json.dumps(json.loads(text), indent=2)


def timed(run: object) -> float:
    """Return the seconds that a call takes."""
    began = perf_counter()
    assert callable(run)
    run()
    return perf_counter() - began


def keys(data: bytes, presses: int) -> tuple[float, list[float], float]:
    """Show the body in a terminal; return seconds to the first row, those of each key, and the memory in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        source, account = Path(folder) / "body.json", Path(folder) / "account"
        source.write_bytes(data)
        argv = [sys.executable, "-m", "benchmarks.answer_view_app", str(source), str(account)]
        terminal = PtyRecorder(argv, {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"})
        terminal.drain(3)
        first = terminal.seconds_until(b"items", terminal.press(b"\x14"), NEVER)
        times = []
        for number in range(presses):
            times.append(terminal.seconds_until(f"{number + 2}/".encode(), terminal.press(b"j"), NEVER))
        terminal.drain(1)
        terminal.press(b"\x11")
        terminal.close()
        return first, times, float(account.read_text())


async def filtering(data: bytes, runs: int) -> tuple[float, float]:
    """Return the median seconds of a filter over the body, and the longest that the loop stood still meanwhile."""
    sandbox, text, times, worst = Sandbox(), data.decode(), [], 0.0
    for _ in range(runs):
        task = asyncio.ensure_future(
            sandbox.evaluate("body.items.map(i => i.id)", body=text, status=200, headers={})
        )
        began = last = perf_counter()
        while not task.done():
            await asyncio.sleep(0.001)
            worst, last = max(worst, perf_counter() - last), perf_counter()
        await task
        times.append(perf_counter() - began)
    await sandbox.aclose()
    return statistics.median(times), worst


def main() -> int:
    """Measure all of it; exit 1 where a limit does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    runs = 3 if parser.parse_args().quick else 9
    holds = True
    for title, data in (("one line", body(None)), ("indented", body(2))):
        figures = compare(
            partial(timed, partial(laid_out, data)),
            partial(timed, partial(dumped, data.decode())),
            runs=runs,
        )
        report(f"{title}, {len(data) / 1e6:.1f} MB, laid out against loads and dumps", figures, 3.0)
        view = laid_out(data)

        def search(view: LinesView = view) -> None:
            found = BodySearch(view, NEEDLE)
            while not found.advance(1):
                pass
            assert len(found.places) == 1

        def count(data: bytes = data) -> int:
            return data.lower().count(NEEDLE.encode())

        figures = compare(lambda: timed(search), lambda: timed(count), runs=runs)
        report(f"{title}, a search against the count in a lowered copy", figures, 20.0)
        holds &= figures[0] * 1000 <= SEARCH_LIMIT_MS
        shown = [keys(data, 60) for _ in range(1 if runs == 3 else 3)]
        every = sorted(seconds for _, times, _ in shown for seconds in times)
        first = statistics.median(seconds for seconds, _, _ in shown)
        memory = max(grown for _, _, grown in shown)
        p99 = every[int(len(every) * 0.99)] * 1000
        print(
            f"{title}, first row {first * 1000:.0f} ms, a key p50 {every[len(every) // 2] * 1000:.1f}"
            f" p99 {p99:.1f} ms (at most {KEY_LIMIT_MS}), memory +{memory:.0f} MB (at most {MEMORY_LIMIT_MB})"
        )
        holds &= p99 <= KEY_LIMIT_MS and memory <= MEMORY_LIMIT_MB
    view = laid_out(json.dumps({"items": [{"id": n, "tags": [n]} for n in range(100_000)]}).encode())
    for name, step in (
        ("fold", lambda: view.folds.fold(1)),
        ("unfold", lambda: view.folds.unfold(1)),
        ("fold all", view.folds.fold_all),
        ("unfold that array", lambda: view.folds.unfold(1)),
        ("unfold all", view.folds.unfold_all),
    ):
        ms = timed(step) * 1000
        print(f"an array of 100,000 objects, {name}: {ms:.1f} ms (at most {FOLD_LIMIT_MS})")
        holds &= ms <= FOLD_LIMIT_MS
    median, worst = asyncio.run(filtering(body(None), runs))
    print(f"a filter over 5 MB: {median * 1000:.0f} ms, keys wait {worst * 1000:.0f} ms at most ({KEY_LIMIT_MS})")
    return 0 if holds and worst * 1000 <= KEY_LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
