"""Search: which entries a filter finds, quickly for ten thousand of them while somebody types.

What is searched of an entry is put together once; a filter that only narrows the one before it looks at what that
found, and one that is taken back was looked for already. Where nothing is found exactly, words may hold a typo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from integrator_tui.model.entry import Entry
from integrator_tui.model.filter import FORGIVEN_FROM, Filter, Subject, has_similar, parsed, subject_of
from integrator_tui.tui.widgets.connections.facts import RowFacts

_Places = Sequence[int]


class SearchHits(NamedTuple):
    """What a filter found, in the order of the entries, None where there is no filter, and whether that is only
    similar to what was typed."""

    entries: Sequence[Entry] | None
    is_similar: bool = False


class _Step(NamedTuple):
    """A filter of plain words that was typed on the way to the one there is now, and what it found."""

    text: str
    places: _Places
    is_similar: bool


class Search:
    """Finds among the entries that `replace` was given; `facts` and `is_marked` tell what is known of one."""

    def __init__(self, facts: Callable[[Entry], RowFacts], is_marked: Callable[[Entry], bool]) -> None:
        self._facts = facts
        self._is_marked = is_marked
        self._entries: Sequence[Entry] = ()
        self._subjects: list[Subject] = []
        self._of: dict[str, tuple[Entry, Subject]] = {}
        self._steps: list[_Step] = []
        self.depends_on_facts = False
        """Whether what was found last depends on results, states or marks."""

    def replace(self, entries: Sequence[Entry]) -> None:
        """Look among these entries from now on."""
        self._entries = entries
        self._subjects, self._steps = [], []

    def prepare(self) -> None:
        """Put together what is searched, of those entries that are not the ones of before."""
        if len(self._subjects) == len(self._entries):
            return
        before, self._of = self._of, {}
        for entry in self._entries:
            known = before.get(entry.file)
            if known is None or known[0] is not entry:
                known = (entry, subject_of(entry))
            self._of[entry.file] = known
            self._subjects.append(known[1])

    def find(self, text: str) -> SearchHits:
        """Return what a filter finds."""
        wanted = parsed(text)
        self.depends_on_facts = any(word.key == "is" for word in wanted.words)
        if wanted.is_empty:
            self._steps.clear()
            return SearchHits(None)
        self.prepare()
        is_plain = all(not word.key and not word.negated for word in wanted.words)
        places, is_similar = self._plain(text, wanted) if is_plain else self._every(wanted)
        return SearchHits([self._entries[place] for place in places], is_similar)

    def _plain(self, text: str, wanted: Filter) -> tuple[_Places, bool]:
        while self._steps and not text.startswith(self._steps[-1].text):
            self._steps.pop()
        step = self._steps[-1] if self._steps else None
        if step is None or step.text != text:
            base = range(len(self._subjects)) if step is None or step.is_similar else step.places
            words = [word.value for word in wanted.words]
            places, is_similar = self._holding(words, base), False
            if not places and wanted.forgives:
                places, is_similar = self._similar(words), True
            step = _Step(text, places, is_similar and bool(places))
            self._steps.append(step)
        return step.places, step.is_similar

    def _holding(self, words: Iterable[str], places: _Places) -> _Places:
        subjects = self._subjects
        for word in words:
            places = [place for place in places if word in subjects[place].text]
        return places

    def _similar(self, words: Sequence[str]) -> _Places:
        """Return where each word stands but for a typo. A word that stands somewhere as it is was meant so, if that
        finds anything."""
        everywhere = range(len(self._subjects))
        meant = [word for word in words if len(word) < FORGIVEN_FROM or self._stands(word)]
        rest = [word for word in words if word not in meant]
        places = self._nearly_holding(rest, self._holding(meant, everywhere)) if rest else ()
        if not places and len(rest) < len(words):
            short = [word for word in words if len(word) < FORGIVEN_FROM]
            places = self._nearly_holding(set(words) - set(short), self._holding(short, everywhere))
        return places

    def _stands(self, word: str) -> bool:
        return any(word in subject.text for subject in self._subjects)

    def _nearly_holding(self, words: Iterable[str], places: _Places) -> _Places:
        subjects = self._subjects
        for word in words:
            places = [
                place for place in places if word in (text := subjects[place].text) or has_similar(text, word)
            ]
        return places

    def _every(self, wanted: Filter) -> tuple[_Places, bool]:
        self._steps.clear()
        subjects, entries = self._subjects, self._entries
        facts = [self._words(entry) for entry in entries] if self.depends_on_facts else [()] * len(entries)
        found = [place for place, subject in enumerate(subjects) if wanted.fits(subject, facts[place])]
        if found or not wanted.forgives:
            return found, False
        found = [p for p, subject in enumerate(subjects) if wanted.fits(subject, facts[p], similar=True)]
        return found, bool(found)

    def _words(self, entry: Entry) -> tuple[str, ...]:
        """Return the words of `is:` that hold besides those of the file."""
        facts = self._facts(entry)
        result = facts.result
        found = [facts.state, result.outcome if result is not None else "untested"]
        if facts.is_problem:
            found.append("problem")
        if result is not None and result.warned:
            found.append("warning")
        if self._is_marked(entry):
            found.append("marked")
        return tuple(found)
