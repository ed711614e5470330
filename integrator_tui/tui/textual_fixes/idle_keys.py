"""A key that did nothing is told to the app. Serves Textual 8.2.8, which drops it silently."""

from __future__ import annotations

from typing import TypeVar

from textual.app import App

ReturnT = TypeVar("ReturnT")


class IdleKeysApp(App[ReturnT]):
    """An app that is told of keys that no binding took, or whose action could not be done."""

    def key_did_nothing(self, key: str) -> None:
        """Take a key that nothing came of, by Textual's name of it."""

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        done = await super()._check_bindings(key, priority)
        if not done and not priority:
            self.key_did_nothing(key)
        return done
