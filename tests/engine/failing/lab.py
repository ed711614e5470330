"""How a failing probe is made, and what its report must say; the cases themselves stand beside this.

A case is a coroutine that probes where it must fail. `stages` lists every stage with `+` passed, `-` failed
or `.` skipped; `hint` is what the hint must name for it to help.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.model.connection import AuthMethod, BasicAuth
from integrator_tui.model.probe import ProbeReport
from tests.engine.certified import Certified
from tests.engine.hostile import Behaviour, HostileServer, silent
from tests.engine.peer import Peer, reply, routes
from tests.engine.probing import check, oauth, target

SECRET: Final = {"client_secret": "s3cr3t-client"}
BASIC: Final = BasicAuth(username="u")


@dataclass(frozen=True)
class Lab:
    """What cases are made with: an engine that trusts nobody, certificates, a folder, and patches."""

    engine: Engine
    certified: Certified
    folder: Path
    patch: pytest.MonkeyPatch

    async def probe(self, url: str, auth: AuthMethod | None = None, **fields: Any) -> ProbeReport:
        return await check(self.engine, target(url, auth, **fields))

    async def hostile(self, behave: Behaviour, context: str = "", **fields: Any) -> ProbeReport:
        """Probe a server that behaves like that, with TLS of that context and the CA of the good ones."""
        if context:
            with HostileServer(behave, self.certified.contexts[context]) as server:
                return await self.probe(f"https://localhost:{server.port}", ca_cert=self.certified.ca, **fields)
        with HostileServer(behave) as server:
            return await self.probe(f"http://{server.netloc}", **fields)

    async def token(self, answer: bytes, auth: AuthMethod | None = None) -> ProbeReport:
        """Probe with a token endpoint of the same origin that answers so."""
        async with Peer(routes({"/token": answer, "/": reply(200, "in")})) as peer:
            return await self.probe(peer.url, auth or oauth(peer.url + "/token"), secrets=SECRET)


Make = Callable[[Lab], Awaitable[ProbeReport]]


class Case(NamedTuple):
    """One way to fail."""

    name: str
    kind: str
    stages: str
    hint: str
    make: Make


CASES: Final[list[Case]] = []


def case(kind: str, stages: str, hint: str) -> Callable[[Make], Make]:
    def noted(make: Make) -> Make:
        CASES.append(Case(make.__name__, kind, stages, hint, make))
        return make

    return noted


def answered(kind: str, stages: str, hint: str, name: str, answer: bytes, auth: AuthMethod | None = None) -> None:
    """The case of a server that answers everything with `answer`."""

    async def make(lab: Lab) -> ProbeReport:
        async with Peer(routes({"/": answer})) as peer:
            return await lab.probe(peer.url + "/", auth, secrets={"password": "s3cr3t-pw"} if auth else None)

    CASES.append(Case(name, kind, stages, hint, make))


def refused(kind: str, hint: str, name: str, answer: bytes, auth: AuthMethod | None = None) -> None:
    """The case of a token endpoint that answers so."""
    CASES.append(
        Case(name, kind, "resolve+ connect+ authenticate- respond.", hint, lambda lab: lab.token(answer, auth))
    )


def mistrusted(kind: str, hint: str, context: str) -> None:
    """The case of a server whose certificate is not believed."""
    stages = "resolve+ connect+ tls- respond."
    CASES.append(Case(context, kind, stages, hint, lambda lab: lab.hostile(silent, context)))


def broken(stages: str, hint: str, name: str, behave: Behaviour, **fields: Any) -> None:
    """The case of a server that does not keep to HTTP."""
    CASES.append(Case(name, "protocol_error", stages, hint, lambda lab: lab.hostile(behave, **fields)))
