"""ControlConnection: one ssh process that holds the connection to a vantage open, and the channels over it.

Rules: its errors are read as they come, so that it never waits for us; a channel that is given up, or whose caller
is cancelled, is closed at once. Ending it ends ssh and whatever ssh started, and removes the control socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path
from typing import Final

from integrator_tui import atomic
from integrator_tui.engine.failure import StageFailed, vantage_failed
from integrator_tui.engine.net import descriptors
from integrator_tui.engine.ssh import said
from integrator_tui.engine.ssh.channel import VantageChannel
from integrator_tui.engine.ssh.command import SshSettings, command, control_folder, control_path, environment
from integrator_tui.engine.ssh.mux import Forward, MuxError, is_served
from integrator_tui.engine.ssh.said import Said

_START_PATIENCE: Final = 5.0
"""Seconds for which the start is tried again where descriptors or processes are short."""

_PAUSE: Final = 0.05
"""Seconds until the control socket is looked for again, where ssh says nothing."""

_PING_SECONDS: Final = 2.0
"""How long a vantage that may be silent is asked for a word."""

_END_SECONDS: Final = 1.0
"""How long ssh gets to say farewell."""

_FOR_CHANNEL: Final = 5
"""Files open at once while a channel is asked for."""

_LONGEST_LINE: Final = 1 << 14


class ControlConnection:
    """The way to one vantage. `start` it once, and close it."""

    def __init__(self, settings: SshSettings, host: str) -> None:
        self.host = host
        self._settings = settings
        self._folder = ""
        self._path = ""
        self._said = Said()
        self._rest = b""
        self._errors = -1
        self._hold = -1
        self._process: asyncio.subprocess.Process | None = None
        self._exit: asyncio.Task[int] | None = None
        self._news = asyncio.Event()
        self._closing = False

    @property
    def is_open(self) -> bool:
        """Whether ssh still runs, as far as one can tell."""
        return self._exit is not None and not self._exit.done() and not self._closing

    async def start(self, connect_timeout: float, timeout: float) -> None:
        """Start ssh and wait until it is connected, for `timeout` seconds at most; raises StageFailed.
        `connect_timeout` is how long ssh waits for the host's first word.

        It is closed where it could not be started, or is cancelled.
        """
        connected = False
        try:
            async with asyncio.timeout(timeout):
                await self._run(connect_timeout)
                await self._connected()
            connected = True
        except TimeoutError:
            raise said.start_timeout(self.host, timeout) from None
        finally:
            if not connected:
                await asyncio.shield(self.aclose())

    async def open(self, host: str, port: int, timeout: float) -> VantageChannel:
        """Return a channel to a target, whose name is looked up at the far end; raises StageFailed."""
        await descriptors.wait_for_room(_FOR_CHANNEL)
        try:
            async with asyncio.timeout(timeout):
                return await self._opened(host, port)
        except TimeoutError:
            if not await self.is_answering():
                raise await self._ended() from None
            raise said.connect_timeout(self.host, host, port, timeout) from None

    async def is_answering(self) -> bool:
        """Ask the vantage for a word, and tell whether it came.

        A way to its own port 0, on which nobody listens, is refused by the far end itself.
        """
        try:
            async with asyncio.timeout(_PING_SECONDS):
                (await self._opened("localhost", 0)).close()
        except StageFailed as failed:
            return self.is_open or failed.kind != "vantage_failed"
        except TimeoutError:
            return False
        return True

    async def fate(self) -> StageFailed | None:
        """Return why this way ended, None where it did not."""
        if not self.is_open or not await is_served(self._path):
            return await self._ended()
        return None

    async def aclose(self) -> None:
        """End ssh, and wait for its end; may be called again."""
        self._closing = True
        if self._hold >= 0:
            os.close(self._hold)
            self._hold = -1
        if self._process is not None and self._exit is not None:
            self._kill(signal.SIGTERM)
            await asyncio.wait([self._exit], timeout=_END_SECONDS)
            self._kill(signal.SIGKILL)
            await asyncio.wait([self._exit])
            self._process = None
        self._unwatch()
        if self._folder:
            atomic.remove_folder(Path(self._folder))
            self._folder = ""

    async def _run(self, connect_timeout: float) -> None:
        if not self._settings.program:
            raise vantage_failed("there is no ssh in PATH", "install OpenSSH's client (openssh-client)")
        self._folder = control_folder(self._settings)
        self._path = control_path(self._folder)
        try:
            self._process = await descriptors.patiently(lambda: self._spawned(connect_timeout), _START_PATIENCE)
        except (OSError, RuntimeError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            hint = "raise the limits of processes and open files (`ulimit -u`, `ulimit -n`)"
            raise vantage_failed(f"ssh could not be started: {reason.lower()}", hint) from None
        self._exit = asyncio.create_task(self._process.wait())
        self._exit.add_done_callback(lambda _: self._news.set())

    async def _spawned(self, connect_timeout: float) -> asyncio.subprocess.Process:
        errors, errors_end = os.pipe()
        held, hold = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *command(self._settings, self._folder, self.host, connect_timeout),
                stdin=held,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=errors_end,
                env=environment(self._settings),
                start_new_session=True,
            )
        except BaseException:
            os.close(errors)
            os.close(hold)
            raise
        finally:
            os.close(errors_end)
            os.close(held)
        self._errors, self._hold = errors, hold
        os.set_blocking(errors, False)
        asyncio.get_running_loop().add_reader(errors, self._arrived)
        return process

    async def _connected(self) -> None:
        """Wait until the control socket is there, which ssh makes when it is connected and let in."""
        assert self._exit is not None
        while not os.path.exists(self._path):
            if self._exit.done():
                self._arrived()
                raise said.not_started(self.host, self._said.own)
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PAUSE):
                    await self._news.wait()

    async def _opened(self, host: str, port: int) -> VantageChannel:
        try:
            forward = await Forward.over(self._path)
        except OSError as error:
            raise await self._ended() from error
        opened = False
        try:
            forward.ask(host, port)
            await forward.opened()
            channel = VantageChannel(forward, self.fate)
            opened = True
            return channel
        except MuxError as refused:
            # It says why before it refuses.
            self._arrived()
            reason = self._said.reason(host, port)
            raise said.target_failed(reason or str(refused), self.host, host, port) from refused
        except OSError as error:
            raise await self._ended() from error
        finally:
            if not opened:
                forward.close()

    async def _ended(self) -> StageFailed:
        """Return the failure of a way that ended, or is silent; what ssh says of it may come a moment later."""
        if self._exit is not None:
            await asyncio.wait([self._exit], timeout=_PAUSE)
        self._arrived()
        if self.is_open and not self._said.own:
            return said.not_answering(self.host)
        return said.ended(self.host, self._said.own)

    def _arrived(self) -> None:
        """Take what ssh has written so far."""
        while self._errors >= 0:
            try:
                data = os.read(self._errors, 1 << 16)
            except BlockingIOError:
                break
            if not data:
                self._unwatch()
                break
            *lines, self._rest = (self._rest + data).split(b"\n")
            for line in lines:
                self._said.add(line.rstrip(b"\r").decode("utf-8", "replace"))
            self._rest = self._rest[-_LONGEST_LINE:]
        self._news.set()

    def _unwatch(self) -> None:
        if self._errors >= 0:
            asyncio.get_running_loop().remove_reader(self._errors)
            os.close(self._errors)
            self._errors = -1

    def _kill(self, number: signal.Signals) -> None:
        """Signal ssh, what it started, and who waits for our end: they are one group."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)
