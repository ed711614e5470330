"""The demo server for every test that needs a real server."""

from __future__ import annotations

import gc
import itertools
import signal
from collections.abc import Generator, Iterator

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer

_numbers = itertools.count(1)
_finished = itertools.count(1)

# A shell starts what it puts into the background with SIGINT ignored, and what the tests start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


FREEZE_EVERY = 50
"""Tests after which what is kept of them is left out by collections of garbage."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage while the tests are found: nearly all that is made then stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """Have no collection of garbage look through the thousands of tests again and again."""
    gc.collect()
    gc.freeze()


def pytest_runtest_logfinish() -> None:
    """Nor through what stays of each test that was run: reports, caches and modules."""
    if next(_finished) % FREEZE_EVERY == 0:
        gc.collect()
        gc.freeze()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreadedDemoServer]:
    """The demo server of `integrator_tui.demo`, one for the whole run, in a thread of its own."""
    with ThreadedDemoServer(tmp_path_factory.mktemp("demo")) as server:
        yield server


@pytest.fixture
def room(demo: ThreadedDemoServer) -> Room:
    """Counters and tokens for one test alone: use `f"{demo.addresses.http}{room.prefix}"` as base URL."""
    return demo.room(f"test{next(_numbers)}")
