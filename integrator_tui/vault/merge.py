"""Merging two branches' secrets by value.

Rules: what only one side changed since the common version is that side's; what both changed alike is so; what
both changed differently is a conflict, and ours stands meanwhile. The seal is merged as a value like any
other, never made anew: fields that nobody sealed together stay unsealed until somebody looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from integrator_tui.model.sealed import Path, ScalarChanges
from integrator_tui.model.secret import Secret


@dataclass(frozen=True, slots=True)
class Merge:
    """What to write for a merged file, and the names of the secrets that both sides changed differently."""

    sealing: ScalarChanges
    conflicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sides:
    """The values of the common version and of both sides by their paths; absent ones are missing."""

    base: Mapping[Path, Secret]
    ours: Mapping[Path, Secret]
    theirs: Mapping[Path, Secret]

    def pick(self, path: Path) -> Secret | None:
        """Return the merged value; one that a side removed but the merged text holds is still that value."""
        base, ours, theirs = (side.get(path) for side in (self.base, self.ours, self.theirs))
        picked = theirs if ours == base else ours
        left = ours if ours is not None else theirs
        return picked if picked is not None else left

    def conflict(self, path: Path) -> bool:
        """Return whether both sides changed a value, differently."""
        base, ours, theirs = (side.get(path) for side in (self.base, self.ours, self.theirs))
        return ours != theirs and ours != base and theirs != base
