"""A disk that takes its time: no key waits for it, and what is known is shown meanwhile."""

from __future__ import annotations

import threading

import pytest
from textual.events import Key

from integrator_tui.model.entry import Entry
from integrator_tui.tui.main import connections_page
from integrator_tui.tui.main.screen import MainScreen
from tests.tui.driver import LARGE, running
from tests.tui.fake_workspace import FakeWorkspace
from tests.tui.samples import workspace
from tests.waiting import LIMIT


class SlowDisk:
    """Stands before a workspace, and lets no file be read until it may be."""

    def __init__(self, made: FakeWorkspace) -> None:
        self.read: list[str] = []
        self.may_go_on = threading.Event()
        self._entry = made.entry
        made.entry = self.entry  # type: ignore[method-assign]

    def entry(self, file: str) -> Entry:
        assert threading.current_thread() is not threading.main_thread(), "a key would wait for the disk"
        self.read.append(file)
        assert self.may_go_on.wait(LIMIT)
        return self._entry(file)


async def test_the_selection_moves_while_a_file_is_read_and_the_last_one_is_shown() -> None:
    made = workspace()
    disk = SlowDisk(made)
    disk.may_go_on.set()
    async with running(made, LARGE) as user:
        assert isinstance(user.app.screen, MainScreen)
        await user.press("end")
        disk.may_go_on.clear()
        disk.read.clear()
        await user._step("up")
        await user.until(lambda: disk.read, "the first of them to be read")
        await user._step("up", "up", "down")
        assert user.sidebar.selected == "orders.yaml"
        await user.shows("https://orders.example.com")
        assert "Order service" not in user.text, "more than the list knows"
        disk.may_go_on.set()
        await user.shows("Order service")
        entry = user.app.screen.selected
        assert entry is not None and entry.file == "orders.yaml" and entry.connection is not None
        assert disk.read == ["prod/billing.yaml", "orders.yaml"], "what lay between was not read"


async def test_what_is_read_at_once_is_painted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections_page, "_MOMENT", LIMIT)
    async with running(workspace(), LARGE) as user:
        screen = user.app.screen
        assert isinstance(screen, MainScreen)
        shown: list[bool] = []
        show = screen.show_known

        def noted() -> None:
            shown.append(screen.is_selected_read)
            show()

        monkeypatch.setattr(screen, "show_known", noted)
        await user.press("home", "down", "down", "up", "ctrl+r")
        await user.press("down")
        assert shown and all(shown)


async def test_a_key_of_what_is_not_read_yet_waits_for_it_and_holds_up_no_other() -> None:
    made = workspace()
    disk = SlowDisk(made)
    disk.may_go_on.set()
    async with running(made, LARGE) as user:
        await user.press("home")
        disk.may_go_on.clear()
        await user._step("down")
        user.app.key_order.put(Key("e", "e"))
        await user.until(lambda: disk.read[-1:] == ["orders.yaml"], "its file to be read")
        disk.may_go_on.set()
        await user.shows("Connection Name")
        assert "Orders API" in user.text
