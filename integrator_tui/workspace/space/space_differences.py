"""Where a space and the workspace differ: one line a difference, with the field and both values.

Rules: a value is JSON on one line; of long texts the part is shown where they begin to differ. User info in an
address is never shown, and what the space holds in plain under the name of a secret is the name of that secret.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from integrator_tui.interchange.kinetic.comparison import (
    CONNECTION_KEYS,
    MISSING,
    OPERATION_KEYS,
    Difference,
    differences,
    pairs,
    said,
)
from integrator_tui.model.text import visible
from integrator_tui.model.url import without_user_info
from integrator_tui.workspace.space.local_connections import PairedConnection

SHOWN: Final = 160
"""Characters of a value that are shown."""

_BEFORE: Final = 30
_ADDRESSES: Final = frozenset({"baseUrl", "tokenUrl", "documentationLink"})


class SpaceDifference(NamedTuple):
    """A difference of the connection `name`: `ours` and `theirs` as they may be shown, None where there is none."""

    name: str
    field: str
    ours: str | None
    theirs: str | None


def space_differences(pair: PairedConnection, masked: Callable[[str], str]) -> Iterator[SpaceDifference]:
    """Yield every difference of a connection, its operations included."""
    name = visible(pair.name, limit=120)
    if pair.local is None or pair.theirs is None:
        here = pair.local is not None
        where = pair.local.entry.file if pair.local is not None else pair.remote.id if pair.remote else ""
        shown = visible(where, limit=200)
        yield SpaceDifference(name, "connection", shown if here else None, None if here else shown)
        return
    ours, theirs = pair.local.values, pair.theirs
    if pair.local.is_other or (pair.read is not None and pair.read.other is not None):
        keys = [key for key in (*ours, *theirs) if key not in ("id", "operations", "name", "type")]
        for each in differences(ours, theirs, ("name", "type", *dict.fromkeys(keys))):
            yield _shown(name, "", each, masked)
        return
    for each in differences(ours, theirs, CONNECTION_KEYS):
        yield _shown(name, "", each, masked)
    for mine, other, _ in pairs(ours["operations"], theirs["operations"]):
        if mine is None and other is None:
            continue
        called = visible(str((mine or other or {}).get("name")), limit=80)
        place = f"operations.{called}"
        if mine is None or other is None:
            one = mine or other or {}
            said_of = visible(f"{one['config'].get('method')} {one['config'].get('path')}", limit=SHOWN)
            yield SpaceDifference(
                name, place, said_of if other is None else None, said_of if mine is None else None
            )
            continue
        for each in differences(mine, other, OPERATION_KEYS):
            yield _shown(name, f"{place}.", each, masked)


def _shown(name: str, place: str, found: Difference, masked: Callable[[str], str]) -> SpaceDifference:
    ours, theirs = shown_values(found, masked)
    return SpaceDifference(name, visible(f"{place}{found.field}", limit=200), ours, theirs)


def shown_values(found: Difference, masked: Callable[[str], str]) -> tuple[str | None, str | None]:
    """Return both values as they may be shown, None where there is none."""
    texts = [None if value is MISSING else masked(_text(found, value)) for value in (found.ours, found.theirs)]
    start = max(0, _same(texts) - _BEFORE) if any(text and len(text) > SHOWN for text in texts) else 0
    cut = [None if text is None else visible(text[start:], limit=SHOWN) for text in texts]
    return (_from(cut[0], start), _from(cut[1], start))


def _from(text: str | None, start: int) -> str | None:
    return f"…{text}" if text is not None and start else text


def _same(texts: Sequence[str | None]) -> int:
    first, second = (text or "" for text in texts)
    return next((at for at, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]), 0)


def _text(found: Difference, value: Any) -> str:
    if isinstance(value, str) and found.path[-1] in _ADDRESSES:
        value = without_user_info(value)
    return json.dumps(said(found.path, value), ensure_ascii=False)
