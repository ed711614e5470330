"""The demo server: every port open on loopback, in the loop at hand or in a thread with its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from integrator_tui.demo.certificates import Authority, Credentials
from integrator_tui.demo.channel import Channel, PlainHttpOnTls, SecureChannel, WatchedReader
from integrator_tui.demo.contexts import contexts
from integrator_tui.demo.conversation import Site
from integrator_tui.demo.exchange import Addresses
from integrator_tui.demo.ports import HOST, PORTS, Port, closed_sockets
from integrator_tui.demo.room import Room

CLIENT_KEY_PASSPHRASE = "demo-passphrase"

_NOT_TLS = b"The plain HTTP request was sent to an HTTPS port.\n"
_NOT_TLS_ANSWER = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (
    len(_NOT_TLS),
    _NOT_TLS,
)


class DemoServer:
    """Every port of the server, open between `async with` and its end, on 127.0.0.1 only.

    `directory` is an existing folder, for the owner alone; the CA certificate (`ca.pem`) and client
    certificates for the mtls port (`client.pem`, and `client-encrypted.pem`, whose key has the
    passphrase `demo-passphrase`) are written there with mode 0600.
    """

    def __init__(self, directory: Path) -> None:
        self.ca_file = directory / "ca.pem"
        self.client_file = directory / "client.pem"
        self.encrypted_client_file = directory / "client-encrypted.pem"
        self.site = Site(Addresses(self.ca_file, {}))
        self._directory = directory
        self._sockets: list[socket.socket] = []
        self._listening: list[socket.socket] = []
        self._conversations: set[asyncio.Task[None]] = set()

    @property
    def addresses(self) -> Addresses:
        """The origin of every port."""
        return self.site.addresses

    def room(self, name: str = "") -> Room:
        """What was seen below `/in/NAME`, or outside of all rooms."""
        return self.site.room(name)

    def at(self, port: str) -> Room:
        """The connections of a port: opened, closed, and refused where a TLS handshake failed.

        The same is told by the path `/in/port-NAME/stats`.
        """
        return self.site.room(f"port-{port}")

    async def __aenter__(self) -> Self:
        authority = Authority.create("Demo Authority")
        self._write_files(authority)
        made = contexts(authority, self._directory)
        origins: dict[str, str] = {}
        try:
            for name, port in PORTS.items():
                listening = socket.create_server((HOST, 0), backlog=512)
                self._listening.append(listening)
                origins[name] = _origin(port.scheme, listening)
            for name, held in closed_sockets().items():
                self._sockets += held
                origins[name] = _origin("http", held[0])
            self.site.addresses = Addresses(self.ca_file, origins)
            for listening, (name, port) in zip(self._listening, PORTS.items(), strict=True):
                self._listen(listening, name, port, made.get(name))
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        for listening in self._listening:
            asyncio.get_running_loop().remove_reader(listening)
        # A task that is cancelled before its first turn would close nothing.
        await asyncio.sleep(0)
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)
        for held in [*self._listening, *self._sockets]:
            held.close()

    def _listen(self, listening: socket.socket, name: str, port: Port, context: ssl.SSLContext | None) -> None:
        # asyncio's own server loses a connection that it accepts while it is being closed.
        loop = asyncio.get_running_loop()

        def accept() -> None:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            client.setblocking(False)
            task = loop.create_task(self._attend(client, name, port, context))
            self._conversations.add(task)
            task.add_done_callback(self._conversations.discard)

        listening.setblocking(False)
        loop.add_reader(listening, accept)

    async def _attend(self, client: socket.socket, name: str, port: Port, context: ssl.SSLContext | None) -> None:
        channel = await _channel(client, context)
        visits = self.at(name)
        visits.connect()
        try:
            if isinstance(channel, SecureChannel):
                await channel.handshake()
            if port.behaviour is None:
                await self.site.converse(channel, name)
            else:
                await port.behaviour(channel)
        except PlainHttpOnTls:
            with contextlib.suppress(OSError):
                await Channel.write(channel, _NOT_TLS_ANSWER)
            visits.refuse()
        except OSError:
            visits.refuse()
        except asyncio.CancelledError:
            channel.abort()
        finally:
            await channel.close()
            visits.disconnect()

    def _write_files(self, authority: Authority) -> None:
        client: Credentials = authority.issue("demo client", client=True)
        _write(self.ca_file, authority.pem())
        _write(self.client_file, client.certificates_pem() + client.key_pem())
        encrypted = client.key_pem(CLIENT_KEY_PASSPHRASE)
        _write(self.encrypted_client_file, client.certificates_pem() + encrypted)


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


@contextlib.contextmanager
def running_server(directory: Path) -> Iterator[Addresses]:
    """The addresses of a server that runs in a thread until the block ends; see `DemoServer` for `directory`."""
    with ThreadedDemoServer(directory) as server:
        yield server.addresses


async def _channel(client: socket.socket, context: ssl.SSLContext | None) -> Channel:
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    reader = WatchedReader(gone)
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, client)
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    if context is None:
        return Channel(reader, writer, gone)
    return SecureChannel(reader, writer, gone, context)


def _origin(scheme: str, listening: socket.socket) -> str:
    return f"{scheme}://{HOST}:{listening.getsockname()[1]}"


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(text)
