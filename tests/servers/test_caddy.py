"""caddy with client_auth: alerts as Go sends them, and sites that are chosen by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integrator_tui.engine.engine import Engine
from tests.engine.certified import client_pem
from tests.engine.probing import check, kind, outcomes, stage, target
from tests.servers.caddy import Caddy
from tests.servers.caddy import caddy as running_caddy
from tests.servers.chains import Chains


@pytest.fixture(scope="module", params=["tls1.2", "tls1.3"])
def caddy(
    chains: Chains, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Caddy]:
    folder = tmp_path_factory.mktemp("caddy")
    with running_caddy(folder, chains, request.param) as server:
        (folder / "client.pem").write_text(client_pem(chains.client))
        (folder / "stranger.pem").write_text(client_pem(chains.stranger))
        yield server


async def test_a_server_of_go_that_wants_a_client_certificate(engine: Engine, chains: Chains, caddy: Caddy) -> None:
    report = await check(engine, target(caddy.by_name, ca_cert=chains.ca))
    _, what = kind(report)
    assert what == "tls_protocol"
    assert report.failure is not None
    assert report.failure.message.startswith("the server requires a client certificate")
    assert "options.client_cert_file" in report.failure.hint


async def test_a_client_certificate_that_it_does_not_trust_is_another_matter(
    engine: Engine, chains: Chains, caddy: Caddy
) -> None:
    wanted = target(caddy.by_name, ca_cert=chains.ca, client_cert_file="stranger.pem", folder=caddy.folder)
    report = await check(engine, wanted)
    _, what = kind(report)
    assert what == "tls_protocol"
    assert report.failure is not None
    assert "requires" not in report.failure.message
    assert "the client certificate" in report.failure.message


async def test_a_site_that_is_chosen_by_name_has_none_for_an_address(
    engine: Engine, chains: Chains, caddy: Caddy
) -> None:
    own: dict[str, Any] = {"ca_cert": chains.ca, "client_cert_file": "client.pem", "folder": caddy.folder}
    by_name = await check(engine, target(caddy.by_name, **own))
    assert by_name.outcome == "passed", by_name.failure
    by_address = await check(engine, target(caddy.by_address, **own))
    assert outcomes(by_address)["tls"] == "passed"
    assert kind(by_address) == ("respond", "unexpected_status")
    assert stage(by_address, "respond").detail["status"] == 421
    assert by_address.failure is not None
    assert "an address sends none (SNI): use its name" in by_address.failure.hint
