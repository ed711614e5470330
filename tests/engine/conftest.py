"""Certificates for the servers of the engine's tests, made once."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.engine.settings import EngineSettings
from tests.engine.certified import Certified, certify


@pytest.fixture(scope="session")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    """Authorities, client certificates and server contexts of every kind."""
    return certify(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    """An engine on a machine that trusts nobody."""
    made = Engine(EngineSettings(ca_file="/dev/null", ca_dir="/dev/null"))
    yield made
    await made.aclose()
