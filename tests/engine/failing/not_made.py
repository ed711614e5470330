"""Cases of probes that cannot be made, and of proxies."""

from __future__ import annotations

import socket
from typing import Final

from integrator_tui.errors import NoIdentity, SealBroken
from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.secret import Secret, SecretRef
from tests.engine.failing.lab import BASIC, Lab, case
from tests.engine.hostile import HostileServer, answers
from tests.engine.probing import check, target
from tests.engine.proxies import Asked, socks_proxy


async def closed_by(lab: Lab, error: NoIdentity | SealBroken) -> ProbeReport:
    def reveal(name: SecretRef) -> Secret:
        raise error

    wanted = target("http://127.0.0.1:1", BASIC, {"password": "x"})
    return await check(lab.engine, type(wanted)(wanted.connection, reveal))


NOT_MADE: Final = "resolve. connect. authenticate. respond."


@case("locked", NOT_MADE, "keys")
async def no_identity(lab: Lab) -> ProbeReport:
    return await closed_by(lab, NoIdentity("no identity opens it", "see `integrator-tui keys list`"))


@case("seal_broken", NOT_MADE, "seal")
async def broken_seal(lab: Lab) -> ProbeReport:
    return await closed_by(lab, SealBroken("the file was changed", "look, then `integrator-tui seal`"))


@case("missing_parameter", NOT_MADE, "--param")
async def a_parameter_nobody_gave(lab: Lab) -> ProbeReport:
    return await lab.probe("http://127.0.0.1:1", BASIC, test_path="/{{tenant}}")


@case("invalid_file", "resolve. connect. respond.", "http")
async def no_web_address(lab: Lab) -> ProbeReport:
    return await lab.probe("ftp://127.0.0.1")


@case("vantage_failed", "resolve+ connect- tls. respond.", "proxy")
async def a_proxy_that_refuses(lab: Lab) -> ProbeReport:
    with HostileServer(answers(b"HTTP/1.1 403 Forbidden\r\n\r\n")) as proxy:
        return await lab.probe("https://hidden.example", proxy=f"http://{proxy.netloc}")


@case("vantage_failed", "resolve+ connect- tls. respond.", "user")
async def a_proxy_that_wants_a_password(lab: Lab) -> ProbeReport:
    with HostileServer(answers(b"HTTP/1.1 407 Who\r\n\r\n")) as proxy:
        return await lab.probe("https://hidden.example", proxy=f"http://{proxy.netloc}")


@case("vantage_failed", "resolve+ connect- respond.", "running")
async def a_proxy_that_is_down(lab: Lab) -> ProbeReport:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return await lab.probe("http://hidden.example", proxy=f"http://127.0.0.1:{bound.getsockname()[1]}")


@case("vantage_failed", "resolve+ connect- tls. respond.", "proxy")
async def a_socks_proxy_that_refuses(lab: Lab) -> ProbeReport:
    with HostileServer(socks_proxy(Asked(), 0, reply=4)) as proxy:
        return await lab.probe("https://hidden.example", proxy=f"socks5://{proxy.netloc}")
