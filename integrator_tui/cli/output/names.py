"""Names as people are told them: those that several connections have, with their files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from integrator_tui.model.text import visible


def told_apart(named: Iterable[tuple[str, str | None]]) -> list[str]:
    """Return each name, with its file behind it where connections of several files have it; visible text."""
    pairs = list(named)
    files = Counter(name for name, _ in set(pairs))
    return [visible(f"{name} ({file})" if file is not None and files[name] > 1 else name) for name, file in pairs]
