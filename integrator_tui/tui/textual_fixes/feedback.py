"""What an app says of itself: few notices at once, and why a key did nothing. Serves Textual 8.2.8.

Its toasts stay until their time is over, however many there are, and cover what they speak of; a key that no
binding took is dropped silently.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final, TypeVar

from textual.app import App
from textual.css.query import NoMatches
from textual.notifications import Notify
from textual.widgets._toast import ToastRack

ReturnT = TypeVar("ReturnT")

AT_ONCE: Final = 2
"""Notices that are shown at the same time: the newest."""


class FewNoticesApp(App[ReturnT]):
    """An app that takes older notices away for a new one, and shows the same words once."""

    def _on_notify(self, event: Notify) -> None:
        # Textual calls the handler of every class, the base's after this one.
        others = []
        for notice in list(self._notifications):
            if notice.message == event.notification.message:
                self._unnotify(notice, refresh=False)
            else:
                others.append(notice)
        for notice in others[: max(0, len(others) - AT_ONCE + 1)]:
            self._unnotify(notice, refresh=False)

    def drop_information(self) -> None:
        """Take away what only informs, as it would cover what is asked now; errors and warnings stay."""
        for notice in list(self._notifications):
            if notice.severity == "information":
                self._unnotify(notice, refresh=False)
        # Below a dialog the toasts of its screen are seen, too.
        for screen in self.screen_stack:
            with suppress(NoMatches):
                self.call_later(screen.get_child_by_type(ToastRack).show, self._notifications)


class IdleKeysApp(App[ReturnT]):
    """An app that is told of keys that no binding took, or whose action could not be done."""

    def key_did_nothing(self, key: str) -> None:
        """Take a key that nothing came of, by Textual's name of it."""

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        done = await super()._check_bindings(key, priority)
        if not done and not priority:
            self.key_did_nothing(key)
        return done
