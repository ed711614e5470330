"""The tags of a template: where they stand, which are well formed, and what is said of those that are not."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Final, Literal

from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.pattern import pattern

_TAG: Final = pattern(r"\{\{\{([^{}]+)\}\}\}|\{\{(![\s\S]*?|[^{}]*)\}\}")

Kind = Literal["text", "value", "raw", "#", "^", "/", "!", "bad"]


class Tag(NamedTuple):
    """One pair of braces; `bad` ones hold nothing that can be filled in."""

    kind: Kind
    name: str
    start: int
    end: int


def tags_in(text: str) -> list[Tag]:
    """Return every tag in the order of the text."""
    # Nothing ends behind the last braces, and a comment that nothing ends would be looked for from each beginning.
    return [_tag(match) for match in _TAG.finditer(text, 0, text.rfind("}}") + 2)]


def warnings(text: str, found: list[Tag], whole: Collection[int]) -> Iterator[str]:
    """Yield what is not well formed; `whole` are the indexes of the tags that are. No line holds a value."""
    yield from _broken(text, [tag for index, tag in enumerate(found) if index not in whole])
    yield from _stray(text, found)


def _tag(match: re.Match[str]) -> Tag:
    start, end = match.span()
    if match[1] is not None:
        name = match[1].strip()
        return Tag("raw" if _is_name(name) else "bad", name, start, end)
    content = match[2].strip()
    sigil, name = (content[:1], content[1:].strip()) if content[:1] in tuple("#^/&!>=") else ("", content)
    if sigil == "!":
        return Tag("!", "", start, end)
    if sigil in {">", "="} or not _is_name(name):
        return Tag("bad", content, start, end)
    kinds: dict[str, Kind] = {"#": "#", "^": "^", "/": "/", "&": "raw", "": "value"}
    return Tag(kinds[sigil], name, start, end)


def _is_name(name: str) -> bool:
    return bool(name) and not re.search(r"[\r\n]", name)


def well_formed(tags: list[Tag]) -> set[int]:
    """Return the indexes of the tags that are well formed: sections count only as a pair of the same name."""
    usable: set[int] = set()
    open_sections: list[int] = []
    # Where in `open_sections` each name stands: a text of braces alone would be searched for hours.
    places: defaultdict[str, list[int]] = defaultdict(list)
    for index, tag in enumerate(tags):
        if tag.kind in {"#", "^"}:
            places[tag.name].append(len(open_sections))
            open_sections.append(index)
        elif tag.kind == "/":
            if places[tag.name]:
                place = places[tag.name][-1]
                usable |= {open_sections[place], index}
                for opened in open_sections[place:]:
                    places[tags[opened].name].pop()
                del open_sections[place:]
        elif tag.kind != "bad":
            usable.add(index)
    return usable


def _breaks(text: str) -> list[int]:
    return [match.start() for match in re.finditer("\n", text)]


def _place(breaks: list[int], at: int) -> str:
    line = bisect_left(breaks, at)
    column = at - (breaks[line - 1] if line else -1)
    return f"line {line + 1}, column {column}" if breaks else f"column {column}"


def _broken(text: str, tags: list[Tag]) -> Iterator[str]:
    breaks = _breaks(text) if tags else []
    for tag in tags:
        where = _place(breaks, tag.start)
        match tag.kind:
            case "#" | "^":
                yield f"the section {{{{{tag.kind}{tag.name}}}}} at {where} is never closed and stays as it stands"
            case "/":
                yield f"{{{{/{tag.name}}}}} at {where} closes no open section of that name and stays as it stands"
            case _ if tag.name.startswith("=") or tag.name.endswith("="):
                yield f"the braces at {where} set no other delimiters here and stay as they stand"
            case _:
                yield f"the braces at {where} hold no name that can be filled in and stay as they stand"


def _stray(text: str, tags: list[Tag]) -> Iterator[str]:
    """Braces outside every tag. A lone `}}` is ordinary in JSON, so it counts only where braces do not balance."""
    balance, at, opened, closed = 0, 0, -1, -1
    for start, end in [*((tag.start, tag.end) for tag in tags), (len(text), len(text))]:
        piece = text[at:start]
        if opened < 0 and "{{" in piece:
            opened = at + piece.index("{{")
        if closed < 0 and "}}" in piece:
            closed = at + piece.index("}}")
        balance += piece.count("{") - piece.count("}")
        at = end
    breaks = _breaks(text)
    if opened >= 0:
        yield f"'{{{{' at {_place(breaks, opened)} begins nothing that can be filled in and stays as it stands"
    if closed >= 0 and balance < 0:
        yield f"'}}}}' at {_place(breaks, closed)} ends nothing and stays as it stands"
