"""Certificates for the servers of the engine's tests, made once."""

from __future__ import annotations

import pytest

from tests.engine.certified import Certified, certify


@pytest.fixture(scope="session")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    """Authorities, client certificates and server contexts of every kind."""
    return certify(tmp_path_factory.mktemp("certificates"))
