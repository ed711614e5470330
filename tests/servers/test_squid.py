"""Through squid: what it refuses is told with the reason that it names, as its own and not the server's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrator_tui.engine.engine import Engine
from tests.engine.probing import check, kind, stage, target
from tests.servers.nginx import Nginx
from tests.servers.programs import free_ports
from tests.servers.squid import PASSWORD, USER, Squid
from tests.servers.squid import squid as running_squid


@pytest.fixture(scope="module")
def squid() -> Iterator[Squid]:
    with running_squid() as server:
        yield server


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_what_it_lets_through(engine: Engine, nginx: Nginx, squid: Squid, scheme: str) -> None:
    url = nginx.http if scheme == "http" else nginx.sites["good"]
    report = await check(engine, target(url, ca_cert=nginx.chains.ca, proxy=squid.open))
    assert report.outcome == "passed", report.failure
    assert stage(report, "connect").detail["proxy"] == squid.open


REFUSED = {
    "ERR_CONNECT_FAIL 111": ("", "could not connect to the host"),
    "ERR_ACCESS_DENIED 0": ("forbidden.invalid", "its rules do not allow this"),
}


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("reason", REFUSED)
async def test_what_it_refuses(engine: Engine, squid: Squid, scheme: str, reason: str) -> None:
    host, hint = REFUSED[reason]
    [nobody] = free_ports(1)
    url = f"{scheme}://{host or '127.0.0.1'}:{nobody}"
    report = await check(engine, target(url, verify=False, proxy=squid.open))
    where, what = kind(report)
    if scheme == "https":
        assert (where, what) == ("connect", "vantage_failed")
    else:
        assert (where, what) == ("respond", "forbidden" if host else "server_error")
    assert report.failure is not None
    assert f"({reason})" in report.failure.message
    assert hint in report.failure.hint
    assert "squid, a proxy, answered this" in report.failure.hint


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("credentials", ["", f"{USER}:{PASSWORD}@"])
async def test_digest_alone_is_named(
    engine: Engine, nginx: Nginx, squid: Squid, scheme: str, credentials: str
) -> None:
    url = nginx.http if scheme == "http" else nginx.sites["good"]
    proxy = squid.digest.replace("http://", f"http://{credentials}")
    report = await check(engine, target(url, ca_cert=nginx.chains.ca, proxy=proxy))
    _, what = kind(report)
    assert what == "vantage_failed"
    assert report.failure is not None
    assert "asks for Digest (407), and here Basic alone is spoken" in report.failure.message
    assert PASSWORD not in str(report)
