"""A client on our transport can be given its answers by respx, for code to which a socket adds nothing."""

from __future__ import annotations

import httpx
import pytest
import respx

from integrator_tui.engine import StagedTransport
from integrator_tui.engine.net.resolver import Resolver

URL = "https://orders.example.com"


async def names(client: httpx.AsyncClient) -> list[str]:
    """What code that is handed a client does with it: pages of a list, the next one named by a header."""
    found: list[str] = []
    address: str | None = "/orders"
    while address:
        answer = await client.get(address, headers={"Authorization": "Bearer t"})
        answer.raise_for_status()
        found += answer.json()
        address = answer.headers.get("X-Next")
    return found


@pytest.fixture
def nobody_looks_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object) -> None:
        raise AssertionError("a name was looked up")

    monkeypatch.setattr(Resolver, "resolve", resolve)


@pytest.mark.usefixtures("nobody_looks_up")
async def test_code_that_takes_a_client_is_tested_without_a_server() -> None:
    async with httpx.AsyncClient(transport=StagedTransport(), base_url=URL) as client:
        # "httpx" puts itself before every transport; what respx does by itself knows httpx's own transport only.
        with respx.mock(using="httpx", base_url=URL) as router:
            first = router.get("/orders").respond(json=["a", "b"], headers={"X-Next": "/orders/2"})
            second = router.get("/orders/2").respond(json=["c"])
            assert await names(client) == ["a", "b", "c"]
            assert first.calls.last.request.headers["authorization"] == "Bearer t"
            assert second.call_count == 1


@pytest.mark.usefixtures("nobody_looks_up")
async def test_a_failure_that_is_hard_to_have_from_a_server() -> None:
    async with httpx.AsyncClient(transport=StagedTransport(), base_url=URL) as client:
        with respx.mock(using="httpx", base_url=URL) as router:
            router.get("/orders").mock(side_effect=[httpx.Response(200, json=[]), httpx.PoolTimeout("all busy")])
            assert await names(client) == []
            with pytest.raises(httpx.PoolTimeout):
                await names(client)
