"""Moved: a connection that has another place or name by our own doing, so that what is known of it goes with it."""

from __future__ import annotations

from typing import NamedTuple


class Moved(NamedTuple):
    """What is known of the file `old` is known of `new` from now on, whose connection is called `name`.

    `was` and `now` are the SHA-256 of the file before and after, in hexadecimal, where it says the same otherwise:
    a result of the one is a result of the other. None where it may say something else.
    """

    old: str
    new: str
    name: str
    was: str | None = None
    now: str | None = None
