"""Proxy: where a connection goes through, and the rules that choose it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proxy:
    scheme: str
    host: str
    port: int
