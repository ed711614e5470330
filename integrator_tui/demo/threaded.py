"""The demo server in a thread with a loop of its own: beside an interface, or under tests of any kind."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from integrator_tui.demo.exchange import Addresses
from integrator_tui.demo.room import Room
from integrator_tui.demo.server import DemoServer


class ThreadedDemoServer:
    """A `DemoServer` between `with` and its end, in a thread; see there for `directory` and the files in it."""

    def __init__(self, directory: Path) -> None:
        self._server = DemoServer(directory)
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="demo server", daemon=True)

    @property
    def addresses(self) -> Addresses:
        """The origin of every port."""
        return self._server.addresses

    @property
    def ca_file(self) -> Path:
        """The certificate of the authority that signed the server's own."""
        return self._server.ca_file

    @property
    def client_file(self) -> Path:
        """A client certificate with its key, for the mtls port."""
        return self._server.client_file

    @property
    def encrypted_client_file(self) -> Path:
        """The same, its key under the passphrase `demo-passphrase`."""
        return self._server.encrypted_client_file

    def room(self, name: str = "") -> Room:
        """What was seen below `/in/NAME`, or outside of all rooms."""
        return self._server.room(name)

    def at(self, port: str) -> Room:
        """The connections of a port."""
        return self._server.at(port)

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as failure:
            self._failure = failure
        finally:
            self._started.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with self._server:
            self._started.set()
            await self._stop.wait()
