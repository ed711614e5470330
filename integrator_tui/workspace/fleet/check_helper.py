"""CheckHelper: a second process for who has threads, which makes checks that hold no secret and fetch no token.

Rules: a process with threads is never forked, so this one is a new Python, told over a pipe which files to check.
It is told no secret, and inherits none. It ends when nobody reads it any more, whatever became of who began it.
Whatever becomes of it, killed, stopped or broken, or where there can be none, nothing is raised: what it was asked
is answered with None, and made by who asked.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, Final

from integrator_tui.engine.settings import EngineSettings
from integrator_tui.model.answer import ReceivedAnswer
from integrator_tui.model.history import HistorySubject
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.redact import Redactor
from integrator_tui.model.revision import Revision
from integrator_tui.workspace.batch.frames import Frames, frame

READY: Final = -1
"""The number under which the helper says that it can be asked."""

_MAIN: Final = """\
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from integrator_tui.workspace.fleet.helper_main import main
main()
"""
_VARIABLES: Final = frozenset(
    """PATH TZ LANG LC_ALL LC_CTYPE LD_LIBRARY_PATH LD_PRELOAD DYLD_LIBRARY_PATH OPENSSL_CONF OPENSSL_MODULES
    OPENSSL_ia32cap RES_OPTIONS LOCALDOMAIN HOSTALIASES SSLKEYLOGFILE""".split()
)
"""Variables that the C library, OpenSSL and Python's ssl read; any other may hold a secret."""
_PIECE: Final = 1 << 16
_LOOK: Final = 0.5
"""Seconds of silence after which it is looked whether the helper goes on."""
_END: Final = 5.0
"""Seconds that the end of a killed process is waited for: one that a file system holds ends when that lets go."""


class HelperStart(NamedTuple):
    """What a helper is told first: the workspace, and how its user reaches the network, no secret among it."""

    root: Path
    network: EngineSettings


class MadeApart(NamedTuple):
    """A check that a helper made: the version of the file, the report, what the history is told that it is about,
    and where something was answered a bounded part of that, with what knows the secrets in it."""

    revision: Revision
    report: ProbeReport
    subject: HistorySubject
    answer: ReceivedAnswer | None
    redactor: Redactor


class CheckHelper:
    """A process that is begun at once and can be asked once `is_ready`. Made in a running loop; stop it at the end.

    Of the variables in `environment` it gets those that say how names, time and libraries are found.
    """

    def __init__(self, start: HelperStart, environment: Mapping[str, str]) -> None:
        self.is_ready = False
        self._numbers = count()
        self._asked: dict[int, asyncio.Future[MadeApart | None]] = {}
        self._unsent: list[bytes] = []
        self._process: asyncio.subprocess.Process | None = None
        self._work = asyncio.create_task(self._run(start, environment))

    @property
    def asked(self) -> int:
        """How many checks it has not answered yet."""
        return len(self._asked)

    @property
    def process(self) -> int | None:
        """The number of its process, None where there is none."""
        return self._process.pid if self._process is not None else None

    async def check(self, file: str) -> MadeApart | None:
        """Return what came of the check of a file; None where it is left to who asks."""
        process = self._process
        if not self.is_ready or process is None or process.stdin is None:
            return None
        number = next(self._numbers)
        answer: asyncio.Future[MadeApart | None] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        if not self._unsent:
            # What is begun in one turn of the loop goes out as one piece.
            asyncio.get_running_loop().call_soon(self._send, process.stdin)
        self._unsent.append(frame((number, file)))
        try:
            return await answer
        finally:
            self._asked.pop(number, None)

    def _send(self, pipe: asyncio.StreamWriter) -> None:
        pipe.write(b"".join(self._unsent))
        self._unsent.clear()

    async def stop(self) -> None:
        """End the process, whatever it does, and wait for that."""
        self._work.cancel()
        await asyncio.wait([self._work])

    async def _run(self, start: HelperStart, environment: Mapping[str, str]) -> None:
        if not sys.executable:
            return
        with suppress(OSError, RuntimeError):
            # The second is a thread that cannot be made: what waits for the process's end may be one.
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, *_options(), "-c", _MAIN, json.dumps(_path())),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={name: value for name, value in environment.items() if name in _VARIABLES},
                cwd="/",
                start_new_session=True,
            )
        if self._process is None:
            return
        try:
            assert self._process.stdin and self._process.stdout
            self._process.stdin.write(frame(start))
            await self._read(self._process, self._process.stdout)
        finally:
            self.is_ready = False
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_result(None)
            await _end(self._process)

    async def _read(self, process: asyncio.subprocess.Process, output: asyncio.StreamReader) -> None:
        """Take answers until no more come."""
        frames, seen_stopped = Frames(), False
        while True:
            try:
                async with asyncio.timeout(_LOOK if self._asked or not self.is_ready else None):
                    data = await output.read(_PIECE)
            except TimeoutError:
                seen_stopped = _look(process.pid, seen_stopped)
                continue
            except OSError:
                return
            if not data:
                return
            frames.feed(data)
            for number, made in frames.complete():
                self._take(number, made)

    def _take(self, number: int, made: Any) -> None:
        if number == READY:
            self.is_ready = True
        answer = self._asked.get(number)
        if answer is not None and not answer.done():
            answer.set_result(made)


def _options() -> list[str]:
    """The options of a Python that is of nobody's making but ours, and finds what was compiled."""
    options = ["-I", "-S"]
    if sys.dont_write_bytecode:
        options.append("-B")
    if sys.pycache_prefix:
        options += ["-X", f"pycache_prefix={sys.pycache_prefix}"]
    return options


def _path() -> list[str]:
    """Where modules are found here, so that the other process finds the same; at last ours, however it is
    installed."""
    own = str(Path(__file__).parents[3])
    return list(dict.fromkeys((*(os.path.abspath(part) for part in sys.path), own)))


def _look(process: int, seen_stopped: bool) -> bool:
    """Look whether a process is stopped, as nothing came of it for a while; seen so twice it is ended."""
    with suppress(ChildProcessError):
        stopped = os.waitid(os.P_PID, process, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None
        if stopped and seen_stopped:
            # Its end of the pipe closes with it, and what stands in the pipe is read before.
            os.kill(process, signal.SIGKILL)
        return stopped
    return False


async def _end(process: asyncio.subprocess.Process) -> None:
    assert process.stdin and process.stdout
    with suppress(ProcessLookupError):
        process.kill()
    process.stdin.close()
    with suppress(TimeoutError, OSError):
        async with asyncio.timeout(_END):
            # What stands unread in the pipe would keep it open, and the process would never be waited for.
            await process.stdout.read()
            await process.wait()
