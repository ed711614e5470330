"""What comes of a form."""

from __future__ import annotations

from dataclasses import dataclass

from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.probe import ProbeReport


@dataclass(frozen=True, slots=True)
class Saved:
    """The draft was saved as this entry; `report` is the result of a test of it, where it was tested as it is."""

    entry: Entry
    report: ProbeReport | None = None


@dataclass(frozen=True, slots=True)
class OperationEdited:
    """The draft holds the operation as it was edited; nothing is saved."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class TakenFromDisk:
    """The version on disk was taken in place of what was typed."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Refilled:
    """The form of a new connection is to begin with this draft in place of what was typed."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Left:
    """Nothing was saved; `report` is the result of a test of the file as it stands, where it was tested here."""

    stored: Draft
    report: ProbeReport | None = None


FormOutcome = Saved | TakenFromDisk | Refilled | Left
OperationOutcome = Saved | TakenFromDisk | OperationEdited
