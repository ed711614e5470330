"""Which files a command is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.errors import UsageError
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.model.filter import Filter
    from integrator_tui.workspace import Workspace


def found(workspace: Workspace, names: Sequence[str], passphrases: Passphrases) -> tuple[Entry, ...]:
    """Return the entries of these names, as open as they can be; raises what Catalog.find raises."""
    return passphrases.as_far_as_given(lambda locked: workspace.catalog.find_all(names, locked=locked))


def filter_of(text: str) -> Filter:
    """Return the filter that an argument is; raises UsageError where it says what nothing ever is."""
    from integrator_tui.model.filter import IS_WORDS, parsed

    wanted = parsed(text)
    if wanted.unknown:
        from integrator_tui.model.nearest import did_you_mean

        word = wanted.unknown[0]
        near = did_you_mean(word, IS_WORDS)
        raise UsageError(
            f"no connection is ever {visible(word, limit=60)}", f"{near} one of {', '.join(IS_WORDS)}".lstrip()
        )
    return wanted


def fitting(workspace: Workspace, wanted: Filter, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return those of the entries that fit; they have their operations where the filter looks everywhere.

    Raises UsageError where it speaks of results while the history is switched off, HistoryUnavailable.
    """
    from integrator_tui.model.filter import result_words, subject_of

    last = workspace.history.latest() if wanted.needs_results else None
    return tuple(
        entry
        for entry in entries
        if wanted.fits(subject_of(entry), result_words(last.get(entry.file)) if last is not None else ())
    )


def chosen_files(
    workspace: Workspace, names: Sequence[str], passphrases: Passphrases, output: Console
) -> tuple[str, ...]:
    """Return the files of these names, all where none is named; tell it where there are none at all."""
    files = tuple(entry.file for entry in found(workspace, names, passphrases)) if names else workspace.seals.files
    if not files:
        # Silence would be taken for a good word on files that a mistyped folder does not hold.
        output.warning(f"no connections in {workspace.root}")
    return files
