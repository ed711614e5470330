"""An interrupt ends a command even where it hits the loop between a future and the task that waits for it."""

from __future__ import annotations

import subprocess
import sys

ASLEEP = """
import asyncio, signal, sys
from asyncio import events
from integrator_tui.cli import event_loop

def interrupt(number, frame):
    raise KeyboardInterrupt

signal.signal(signal.SIGTERM, interrupt)

async def main():
    loop = asyncio.get_running_loop()
    waited = loop.create_future()
    run = events.Handle._run

    def run_or_not(handle):
        # The task's waking, taken out of the queue and not run.
        if waited.done():
            events.Handle._run = run
            signal.raise_signal(signal.SIGTERM)
        run(handle)

    events.Handle._run = run_or_not
    loop.call_later(0.01, waited.set_result, None)
    await waited

try:
    event_loop.run(main())
except KeyboardInterrupt:
    print("interrupted")
"""


def test_a_task_that_nothing_wakes_any_more_is_given_up() -> None:
    done = subprocess.run([sys.executable, "-c", ASLEEP], capture_output=True, text=True, timeout=30)
    assert done.stdout == "interrupted\n"


def test_what_comes_of_a_coroutine_is_what_comes_of_the_command() -> None:
    script = (
        "from integrator_tui.cli import event_loop\n"
        "async def main(fails):\n"
        "    if fails: raise LookupError('why')\n"
        "    return 7\n"
        "print(event_loop.run(main(False)))\n"
        "try: event_loop.run(main(True))\n"
        "except LookupError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)
    assert (done.stdout, done.stderr) == ("7\nwhy\n", "")


ENDED_LATER = """
import asyncio, os, signal, threading
from integrator_tui.cli import event_loop

async def main():
    global process
    process = await asyncio.create_subprocess_exec("sleep", "600")
    raise KeyboardInterrupt

try:
    event_loop.run(main())
except KeyboardInterrupt:
    os.kill(process.pid, signal.SIGKILL)
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join()
    print("interrupted")
"""


def test_a_program_that_ends_after_the_loop_is_no_words_on_standard_error() -> None:
    done = subprocess.run([sys.executable, "-c", ENDED_LATER], capture_output=True, text=True, timeout=30)
    assert (done.stdout, done.stderr) == ("interrupted\n", "")
