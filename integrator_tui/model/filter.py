"""Filter: which entries of a workspace the words of a person choose, in the sidebar and on the command line.

Rules: words are separated by blanks, and quotes hold blanks together; a quote without its end reaches to the end of
the text. All words must hold, of those with one key any. `is:`, `tag:` and `auth:` compare the whole value, `host:`
and `name:` a part of it; any other word, one in quotes from its first character on too, is looked for in everything
that an entry says. A leading `-` negates. Case never counts.

Nothing is forgiven, but where `similar` is asked for: then a plain word of five letters and more may hold one typo,
a letter that is missing, added or changed, or two that are swapped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.model.history import HistoryEntry

RESULT_WORDS: Final = frozenset({"failed", "passed", "warning", "untested"})
"""Words of `is:` that speak of the last result here, and need the history."""

STATE_WORDS: Final = frozenset({"problem", "locked", "unsealed", "unsupported"})
"""Words of `is:` that speak of the file."""

IS_WORDS: Final = (*sorted(RESULT_WORDS), *sorted(STATE_WORDS), "marked")

KEYS: Final = ("is", "tag", "auth", "host", "name")

FORGIVEN_FROM: Final = 5
"""Letters from which on a word may hold a typo."""

_QUOTES: Final = "\"'"
_NOTHING: Final[frozenset[str]] = frozenset()


class Subject(NamedTuple):
    """What a filter looks at, without case: make it once for each entry with `subject_of`.

    `text` holds all that a plain word is found in, `states` the words of `is:` that hold because of the file.
    """

    text: str
    name: str
    host: str
    auth: str
    tags: frozenset[str]
    states: frozenset[str]


class Word(NamedTuple):
    """One word of a filter; `key` is empty for a plain one, `value` is without case."""

    key: str
    value: str
    negated: bool = False

    def holds(self, subject: Subject, facts: Collection[str]) -> bool:
        """Tell whether the word is true, the negation aside; `facts` are further words of `is:` that hold."""
        value = self.value
        match self.key:
            case "":
                return value in subject.text
            case "is":
                return value in subject.states or value in facts
            case "tag":
                return value in subject.tags
            case "auth":
                return value == subject.auth
            case "host":
                return value in subject.host
            case _:
                return value in subject.name


class Filter:
    """The words of one filter. Make it with `parsed`."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = tuple(words)
        self._plain = tuple(word.value for word in words if not word.key and not word.negated)
        self._negated = tuple(word for word in words if word.negated)
        self._any: tuple[tuple[Word, ...], ...] = tuple(
            found
            for key in KEYS
            if (found := tuple(word for word in words if word.key == key and not word.negated))
        )

    @property
    def is_empty(self) -> bool:
        """Whether it lets everything through."""
        return not self.words

    @property
    def needs_results(self) -> bool:
        """Whether it speaks of the last results, which the history knows."""
        return any(word.key == "is" and word.value in RESULT_WORDS for word in self.words)

    @property
    def looks_everywhere(self) -> bool:
        """Whether it looks for a word in all that an entry says, its operations included."""
        return any(not word.key for word in self.words)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The values of `is:` that mean nothing: no entry is ever so."""
        return tuple(word.value for word in self.words if word.key == "is" and word.value not in IS_WORDS)

    @property
    def forgives(self) -> bool:
        """Whether there is a word that may hold a typo."""
        return any(len(word) >= FORGIVEN_FROM for word in self._plain)

    def fits(self, subject: Subject, facts: Collection[str] = _NOTHING, *, similar: bool = False) -> bool:
        """Tell whether an entry is chosen; `facts` are the words of `is:` that hold beside those of its file."""
        text = subject.text
        for word in self._plain:
            if word not in text and not (similar and len(word) >= FORGIVEN_FROM and has_similar(text, word)):
                return False
        return not any(word.holds(subject, facts) for word in self._negated) and all(
            any(word.holds(subject, facts) for word in words) for words in self._any
        )


def result_words(last: HistoryEntry | None) -> frozenset[str]:
    """Return the words of `is:` that the last result of a connection makes true; what could not be tried is a
    problem."""
    if last is None:
        return frozenset({"untested"})
    outcome = "problem" if last.outcome == "error" else last.outcome
    return frozenset({outcome, "warning"} if outcome == "passed" and last.is_warned else {outcome})


def parsed(text: str) -> Filter:
    """Return the filter that a text is; an empty one chooses all, and so does a word that says nothing yet."""
    return Filter([word for raw, quoted in _split(text) if (word := _word(raw, quoted)) is not None])


def subject_of(entry: Entry) -> Subject:
    """Return what a filter looks at in an entry."""
    from integrator_tui.model.listed import operation_rows

    host = _host(entry.base_url)
    of = entry.connection or entry
    operations = (f"{row.name}\n{row.method}\n{row.path}\n{row.description}" for row in operation_rows(entry))
    whole = (
        entry.name,
        entry.file,
        *entry.tags,
        entry.base_url,
        of.test_path,
        entry.auth,
        of.description,
    )
    state = "problem" if entry.state == "seal_broken" else entry.state
    return Subject(
        "\n".join((*whole, *operations)).casefold(),
        entry.name.casefold(),
        host.casefold(),
        entry.auth.casefold(),
        frozenset(tag.casefold() for tag in entry.tags),
        frozenset({state}) & STATE_WORDS,
    )


def chosen(
    wanted: Filter, subjects: Sequence[Subject], facts: Sequence[Collection[str]] = ()
) -> tuple[list[int], bool]:
    """Return the places of those that fit, for a list that is looked at: where none does, of those that fit but for
    typos, and whether that is so. `facts` are those of each subject, none where it is empty."""
    every = facts or [_NOTHING] * len(subjects)
    found = [place for place, subject in enumerate(subjects) if wanted.fits(subject, every[place])]
    if found or not wanted.forgives:
        return found, False
    found = [place for place, subject in enumerate(subjects) if wanted.fits(subject, every[place], similar=True)]
    return found, bool(found)


def has_similar(text: str, word: str) -> bool:
    """Tell whether somewhere in a text stands what is `word` but for one letter missing, added or changed, or two
    that are swapped.

    One half of a word with one typo is right, unless two letters were swapped where the halves meet.
    """
    middle = len(word) // 2
    left, right = word[:middle], word[middle:]
    if f"{left[:-1]}{right[0]}{left[-1]}{right[1:]}" in text:
        return True
    return any(_nearly_begins(text, at + len(left), right) for at in _places(text, left)) or any(
        _nearly_ends(text, at, left) for at in _places(text, right)
    )


def _places(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _nearly_begins(text: str, at: int, word: str) -> bool:
    return _is_near(text[at : at + len(word) + 1], word)


def _nearly_ends(text: str, at: int, word: str) -> bool:
    # From behind a word is read backwards, and so is what stands there.
    return _is_near(text[max(0, at - len(word) - 1) : at][::-1], word[::-1])


def _is_near(there: str, word: str) -> bool:
    """Tell whether a text begins with a word but for one typo."""
    same = next((place for place, (a, b) in enumerate(zip(there, word, strict=False)) if a != b), None)
    if same is None:
        # The word is longer by its last letter at most, or stands there as it is.
        return len(word) - len(there) <= 1
    rest, left = there[same:], word[same:]
    return (
        rest[1:].startswith(left[1:])
        or rest.startswith(left[1:])
        or rest[1:].startswith(left)
        or (len(left) > 1 and rest.startswith(left[1] + left[0] + left[2:]))
    )


def _split(text: str) -> Iterator[tuple[str, bool]]:
    """Give each word without its quotes, and whether it began with one, a minus aside."""
    word, quote, begun, quoted = "", "", False, False
    for char in text:
        if quote:
            if char == quote:
                quote = ""
            else:
                word += char
        elif char in _QUOTES and (not word or word[-1] in ":-"):
            quoted = quoted or word in ("", "-")
            quote, begun = char, True
        elif char.isspace():
            if begun:
                yield word, quoted
            word, begun, quoted = "", False, False
        else:
            word, begun = word + char, True
    if begun:
        yield word, quoted


def _word(raw: str, quoted: bool) -> Word | None:
    """Return what a word means, None where it says nothing yet."""
    negated = raw.startswith("-")
    text = raw[negated:].casefold()
    key, colon, value = text.partition(":")
    if colon and key in KEYS and not quoted:
        return Word(key, value, negated) if value else None
    return Word("", text, negated) if text else None


def _host(url: str) -> str:
    """Return the host of an address with its port, templates as they stand."""
    return (url.partition("://")[2] or url).partition("/")[0].rpartition("@")[2]
