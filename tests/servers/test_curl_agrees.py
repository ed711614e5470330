"""Where curl fails we fail, for the same reason; where it passes, we pass with the same status."""

from __future__ import annotations

import pytest

from integrator_tui.engine.engine import Engine
from tests.engine.probing import check, outcomes, stage, target
from tests.servers.curl import curl
from tests.servers.nginx import TLS_SITES, Nginx

BY_CODE = {
    7: {"refused"},
    18: {"protocol_error"},
    35: {"tls_protocol"},
    52: {"protocol_error"},
    60: {"tls_untrusted", "tls_expired", "tls_not_yet_valid", "tls_hostname_mismatch"},
}
"""Failure kinds by curl's exit code (curl(1), EXIT CODES)."""


@pytest.mark.parametrize("site", [*TLS_SITES, "refused"])
async def test_about_tls(engine: Engine, nginx: Nginx, site: str) -> None:
    theirs = curl(nginx.sites[site], nginx.folder / "ca.pem")
    ours = await check(engine, target(nginx.sites[site], ca_cert=nginx.chains.ca))
    if theirs.code:
        assert ours.failure is not None
        assert ours.failure.kind in BY_CODE[theirs.code]
    else:
        assert outcomes(ours)["tls"] == "passed"
        assert stage(ours, "respond").detail["status"] == theirs.status


PATHS = """
    / /asked /status/204 /status/304 /status/401 /status/404 /status/503 /moved /files/text /files/empty /gzip
    /until-close /closed /upstream/refused /upstream/silent /upstream/cut
""".split()


@pytest.mark.parametrize("path", PATHS)
async def test_about_http(engine: Engine, nginx: Nginx, path: str) -> None:
    theirs = curl(nginx.http + path, nginx.folder / "ca.pem")
    ours = await check(engine, target(nginx.http, test_path=path))
    detail = stage(ours, "respond").detail
    if theirs.code:
        assert ours.failure is not None
        assert ours.failure.kind in BY_CODE[theirs.code]
    else:
        assert detail["status"] == theirs.status
        assert (ours.outcome == "passed") == (200 <= theirs.status < 300)


@pytest.mark.parametrize("path", ["/moved", "/moved-away", "/turn"])
async def test_about_redirects(engine: Engine, nginx: Nginx, path: str) -> None:
    theirs = curl(nginx.http + path, nginx.folder / "ca.pem", "--location", "--max-redirs", "10")
    ours = await check(engine, target(nginx.http, test_path=path, follow_redirect=True))
    if theirs.code:
        assert theirs.code == 47
        assert ours.failure is not None
        assert ours.failure.kind == "redirected"
    else:
        assert stage(ours, "respond").detail["status"] == theirs.status
