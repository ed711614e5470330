"""The parent's side of the JavaScript process: started when first needed, asked job by job, replaced when it dies.

The child's own limits end an expression first; the deadline here is for a child that neither answers nor
uses its processor.
"""

from __future__ import annotations

import asyncio
import errno
import importlib.util
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from integrator_tui.engine.javascript.worker import WHOLE_SECONDS, frame
from integrator_tui.engine.net.descriptors import patiently
from integrator_tui.errors import ExpressionError

LARGEST_ANSWER: Final = 8 << 20
"""Bytes of JSON that an expression may give."""

_START_SECONDS: Final = 5.0
"""How long a start is tried again where descriptors or processes are short."""

_WORKER: Final = Path(__file__).with_name("worker.py")
_TIME_SIGNALS: Final = frozenset({signal.SIGPROF, signal.SIGXCPU, signal.SIGVTALRM})


class OverTime(Exception):
    """The job ended with its process because it ran over its time."""


class Died(Exception):
    """The process ended on its own: the engine broke, or ran out of memory in a way it could not tell."""


class NotStarted(ExpressionError):
    """There can be no process now: the system gives no more of them, no memory or no descriptors."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of processor time and bytes of memory for one expression; `whole` is what the process may map."""

    seconds: float = 0.25
    memory: int = 64 << 20
    whole: int = 640 << 20

    @property
    def deadline(self) -> float:
        """Seconds of real time after which a silent process is taken for lost."""
        return 4 * WHOLE_SECONDS


async def _child() -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(_WORKER)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
            limit=1 << 20,
        )
    except RuntimeError:
        # Before Python 3.12 asyncio waits for each child in a thread, and there can be no other.
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from None


class JavaScriptProcess:
    """One child. Not for concurrent use: one job at a time. `niceness` is added to our own."""

    def __init__(self, limits: Limits, niceness: int = 0) -> None:
        self.starts = 0
        """How many processes there have been: an answer that one keeps is gone with it."""
        self._limits = limits
        self._niceness = niceness
        self._process: asyncio.subprocess.Process | None = None

    @property
    def is_running(self) -> bool:
        """Whether the next job needs no new process, as far as one can tell."""
        return self._process is not None

    async def ask(self, *fields: bytes) -> tuple[str, bytes]:
        """Send a job and return the kind and the text of its answer.

        Raises OverTime or Died where the process ended instead, ExpressionError where it cannot be started
        or its answer is too large. After any of these, and after a cancellation, the next job gets a new one.
        """
        answered = False
        try:
            async with asyncio.timeout(self._limits.deadline):
                process = self._process or await self._start()
                assert process.stdin and process.stdout
                process.stdin.write(frame(*fields))
                await process.stdin.drain()
                kind, text = await self._answer(process.stdout)
            answered = True
            return kind, text
        except TimeoutError:
            raise OverTime from None
        except (asyncio.IncompleteReadError, ConnectionError):
            code = await self.stop()
            raise OverTime if -code in _TIME_SIGNALS else Died(f"signal {-code}" if code < 0 else "") from None
        finally:
            if not answered:
                await self.stop()

    async def stop(self) -> int:
        """End the child and wait for it; returns its return code, 0 where there was none."""
        process, self._process = self._process, None
        if process is None:
            return 0
        assert process.stdin and process.stdout
        if not process.stdout.at_eof():
            _kill(process)
        process.stdin.close()
        # What stands unread in the pipe would keep it open, and the child would never be waited for.
        await process.stdout.read()
        with suppress(ConnectionError):
            await process.stdin.wait_closed()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                return await process.wait()
        _kill(process)
        return await process.wait()

    async def _start(self) -> asyncio.subprocess.Process:
        found = importlib.util.find_spec("_quickjs")
        if found is None or found.origin is None or not sys.executable:
            hint = "install integrator-tui again: it brings quickjs-ng along"
            raise ExpressionError("the JavaScript engine is not installed here", hint)
        try:
            self._process = process = await patiently(_child, _START_SECONDS)
        except (OSError, RuntimeError) as error:
            # The second is a thread that cannot be made: what waits for the child's end may be one.
            reason = error.strerror if isinstance(error, OSError) else str(error)
            hint = f"{reason}: raise the limits of processes and open files (`ulimit -u`, `ulimit -n`)"
            raise NotStarted("the JavaScript engine could not be started", hint) from None
        self.starts += 1
        assert process.stdin
        numbers = (self._niceness, self._limits.memory, self._limits.whole)
        process.stdin.write(frame(str(Path(found.origin).parent).encode(), *(b"%d" % number for number in numbers)))
        return process

    @staticmethod
    async def _answer(stream: asyncio.StreamReader) -> tuple[str, bytes]:
        await stream.readexactly(4)
        fields = []
        for _ in range(2):
            size = int.from_bytes(await stream.readexactly(4), "big")
            if size > LARGEST_ANSWER:
                message = f"the expression gave more than {LARGEST_ANSWER >> 20} MiB"
                raise ExpressionError(message, "pick the part that is needed")
            fields.append(await stream.readexactly(size))
        return fields[0].decode(), fields[1]


def _kill(process: asyncio.subprocess.Process) -> None:
    """Kill the child with its forks: it leads a session of its own. `kill` of asyncio would reap it unseen."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
