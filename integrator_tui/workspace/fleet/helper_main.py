"""The main program of a CheckHelper: makes the checks that it is asked for, and tells what came of them.

Rules: it has no identity and asks for none. What needs a secret, a token or somebody's leave, and every file that
something is wrong with, is left to who asks. It writes nothing but its answers, to a pipe, and ends when the pipe
that it is asked through does.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from typing import Final, NoReturn

from integrator_tui.engine.engine import Engine
from integrator_tui.engine.exchange.answer_keeper import SAMPLE, AnswerKeeper
from integrator_tui.engine.net import descriptors
from integrator_tui.errors import NoIdentity
from integrator_tui.workspace.batch.check import Check, broken
from integrator_tui.workspace.batch.frames import Frames, frame
from integrator_tui.workspace.batch.pool import CONCURRENCY
from integrator_tui.workspace.batch.run import needs_nothing
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.fleet.check_helper import READY, HelperStart, MadeApart
from integrator_tui.workspace.probes import Probes
from integrator_tui.workspace.secrets import Secrets

_PIECE: Final = 1 << 16


class _Helper:
    def __init__(self, answers: asyncio.WriteTransport) -> None:
        self._answers = answers
        self._catalog: Catalog | None = None
        self._probes: Probes | None = None
        self._running: set[asyncio.Task[None]] = set()

    def take(self, asked: HelperStart | tuple[int, str]) -> None:
        if isinstance(asked, HelperStart):
            self._begin(asked)
            self._answers.write(frame((READY, None)))
            return
        task = asyncio.create_task(self._answer(*asked))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _begin(self, asked: HelperStart) -> None:
        engine = Engine(asked.network)
        self._catalog = Catalog(asked.root, lambda recipients: False, _refuse)
        self._probes = Probes(
            asked.root,
            self._catalog,
            Secrets(self._catalog, _refuse),
            lambda: engine,
            _refuse,
            _refuse,
            _refuse,
            _refuse,
            _refuse,
            lambda: "",
        )

    async def _answer(self, number: int, file: str) -> None:
        try:
            told = frame((number, await self._made(file)))
        except Exception:
            # Who asked makes it, and meets the same.
            told = frame((number, None))
        self._answers.write(told)

    async def _made(self, file: str) -> MadeApart | None:
        assert self._catalog is not None and self._probes is not None
        check = Check.of(self._catalog.entry(file))
        if check.entry is None or not _is_ours(check) or self._catalog.is_stripped(file):
            return None
        keeper = AnswerKeeper(SAMPLE)
        report = await self._probes.check(check, {}, keeper=keeper)
        return MadeApart(check.entry.revision, report, check.subject, keeper.answer, keeper.redactor)


def _refuse(*_: object) -> NoReturn:
    """In the place of all that a helper does not have."""
    raise NoIdentity("a helper opens nothing", "whoever asks it does")


def _is_ours(check: Check) -> bool:
    connection = check.connection
    if connection is None or broken(check) or not needs_nothing(check):
        return False
    # Who was refused with a name is not tried there again in this run, and a socket may need leave.
    return connection.auth.type == "none" and connection.options.unix_socket is None


async def _serve() -> NoReturn:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    answers, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, sys.stdout)
    frames, helper = Frames(), _Helper(answers)
    while data := await reader.read(_PIECE):
        frames.feed(data)
        for asked in frames.complete():
            helper.take(asked)
    # Sockets are closed by that, and whatever was started for an expression ends when its pipe does.
    os._exit(0)


def main() -> None:
    """Serve until nobody asks any more."""
    descriptors.room(CONCURRENCY)
    gc.set_threshold(100_000, 20, 50)
    gc.freeze()
    try:
        asyncio.run(_serve())
    finally:
        os._exit(1)
