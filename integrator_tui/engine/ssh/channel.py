"""VantageChannel: bytes to and from a target, over one channel of the connection to a vantage."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable

from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.net.channel import SocketChannel
from integrator_tui.engine.ssh.mux import Forward


class VantageChannel(SocketChannel):
    """A forward that was opened, one socket for each direction: so the end of what comes is told while we may still
    write. What ends because the vantage did raises StageFailed, never an end of the target."""

    def __init__(self, forward: Forward, fate: Callable[[], Awaitable[StageFailed | None]]) -> None:
        """Take over `forward`; `fate` tells why the vantage ended, None where it did not."""
        assert forward.of_target is not None
        assert forward.to_target is not None
        super().__init__(forward.of_target)
        self._forward = forward
        self._sending = SocketChannel(forward.to_target)
        self._fate = fate

    async def recv(self) -> bytes:
        """Return the next bytes, empty at the end of the target; raises StageFailed where the vantage ended."""
        try:
            data = await super().recv()
        except OSError as error:
            if self._sock.fileno() >= 0 and (failed := await self._fate()):
                raise failed from error
            raise
        if not data and (failed := await self._fate()):
            raise failed
        return data

    async def send(self, data: bytes) -> None:
        """Write all of `data`; raises OSError, or StageFailed where the vantage ended."""
        try:
            await self._sending.send(data)
        except OSError as error:
            if self._sock.fileno() >= 0 and (failed := await self._fate()):
                raise failed from error
            raise

    def send_now(self, data: bytes) -> None:
        """Write what goes without waiting."""
        self._sending.send_now(data)

    def close(self) -> None:
        """Close now, and with it the channel at the vantage; may be called again."""
        super().close()
        self._sending.close()
        with contextlib.suppress(OSError):
            self._forward.close()
