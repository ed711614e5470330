"""What is sent as pieces: text, what is filled in, and what is there only where something is filled in.

An address is joined as it is when it is sent. How a piece is written is the business of each format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from integrator_tui.model.connection import Request
from integrator_tui.model.encoding import EncodingContext, form_field, percent, typed_url
from integrator_tui.model.template import Template, parse
from integrator_tui.model.template_tags import Tag
from integrator_tui.model.url import filled, join

Variable = Callable[[str], str]
"""Gives the variable that stands for a name of a template."""
_OPENING: Final = ("#", "^")


@dataclass(frozen=True, slots=True)
class Literal:
    """Text as it is sent."""

    text: str


@dataclass(frozen=True, slots=True)
class Filled:
    """What a variable is filled in with, written for `context`; `raw` as in `encoding.write`."""

    variable: str
    context: EncodingContext = EncodingContext.TEXT
    raw: bool = False


@dataclass(frozen=True, slots=True)
class Where:
    """Pieces that are there where one of the variables is set and not empty; with `empty` where none is."""

    variables: tuple[str, ...]
    pieces: tuple[Piece, ...]
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Separator:
    """What stands before a parameter of a query: `?` before the first one that is there, else `&`."""


Piece = Literal | Filled | Where | Separator


def pieces(
    template: Template, context: EncodingContext, variable: Variable, *, in_query: bool = False
) -> Iterator[Piece]:
    """Yield a template as pieces, values written for `context`; `in_query` where a URL's path has ended before."""
    now = context
    if context is EncodingContext.URL:
        now = EncodingContext.QUERY if in_query else EncodingContext.PATH

    def between(at: int, end: int) -> Iterator[Piece]:
        nonlocal now
        while at < end:
            step = template.steps[at]
            at += 1
            if step.kind == "text":
                yield Literal(_literal(step.text, context))
                if context is EncodingContext.URL and "?" in step.text:
                    now = EncodingContext.QUERY
            elif step.kind in {"#", "^"}:
                inner = tuple(between(at, step.after))
                yield Where((variable(step.text),), inner, empty=step.kind == "^")
                at = step.after
            else:
                yield Filled(variable(step.text), now, step.kind == "raw")

    yield from between(0, len(template.steps))


def _literal(text: str, context: EncodingContext) -> str:
    match context:
        case EncodingContext.URL:
            return typed_url(text)
        case EncodingContext.FORM:
            return form_field(text)
        case EncodingContext.QUERY:
            return percent(text)
    return text


def names(*templates: str) -> tuple[str, ...]:
    """Return the names that templates hold, in the order of their appearance."""
    return tuple(dict.fromkeys(name for text in templates for name in parse(text).names))


def every(found: Iterable[Piece]) -> Iterator[Piece]:
    """Yield pieces, and those within them."""
    for piece in found:
        yield piece
        if isinstance(piece, Where):
            yield from every(piece.pieces)


def run_together(made_of: Iterable[Piece]) -> Iterator[Piece]:
    """Yield pieces, literals next to each other as one."""
    text = ""
    for piece in made_of:
        if isinstance(piece, Literal):
            text += piece.text
            continue
        if text:
            yield Literal(text)
            text = ""
        yield piece
    if text:
        yield Literal(text)


def address(
    base_url: str, request: Request, variable: Variable, key: tuple[str, Filled] | None = None
) -> list[Piece]:
    """Return the pieces of the URL; `key` is a parameter that the method adds behind all others."""
    found = list(_joined(base_url, request.path, variable))
    rest: list[tuple[tuple[str, ...] | None, list[Piece]]] = [*_parameters(request, variable)]
    if key is not None:
        rest.append((None, [Literal(f"{percent(key[0])}="), key[1]]))
    has_query = any(isinstance(piece, Literal) and "?" in piece.text for piece in found)
    # What stands before the next parameter: known, or known to the shell alone.
    before: Piece = Literal("&" if has_query else "?")
    for needed, parameter in rest:
        if needed is None:
            found += [before, *parameter]
            before = Literal("&")
        elif before == Literal("&"):
            found.append(Where(needed, (before, *parameter)))
        else:
            found.append(Where(needed, (Separator(), *parameter)))
            before = Separator()
    return found


def _joined(base_url: str, path: str, variable: Variable) -> Iterator[Piece]:
    """Yield base URL and path as one; what is filled in is no text of a URL, and a marker stands in its place."""
    mark = "zq"
    while mark in base_url or mark in path:
        mark += "z"
    held: list[list[Piece]] = []

    def marked(text: str) -> str:
        template = parse(text)
        out, at, in_query = "", 0, False
        for start, end in _spans(template):
            out += text[at:start]
            in_query = "?" in text[:start]
            inner = parse(text[start:end])
            held.append(list(pieces(inner, EncodingContext.URL, variable, in_query=in_query)))
            out += f"{mark}{len(held) - 1}{mark}"
            at = end
        return out + text[at:]

    written = join(marked(base_url), marked(path)).split(mark)
    for number, piece in enumerate(written):
        if number % 2:
            yield from held[int(piece)]
        elif piece:
            yield Literal(piece)


def _spans(template: Template) -> Iterator[tuple[int, int]]:
    """Yield where the values and the outermost sections of a text stand."""
    depth, start = 0, 0
    for tag in template.tags:
        if tag.kind in _OPENING:
            start = start if depth else tag.start
            depth += 1
        elif tag.kind == "/":
            depth -= 1
            if not depth:
                yield start, tag.end
        elif not depth:
            yield tag.start, tag.end


def _parameters(request: Request, variable: Variable) -> Iterator[tuple[tuple[str, ...] | None, list[Piece]]]:
    """Yield each parameter with the variables of which it needs one, None where it is always there."""
    for name, value in filled(request.params):
        template = parse(value)
        if not value and not request.include_empty_params:
            continue
        written = [Literal(f"{percent(name)}="), *pieces(template, EncodingContext.QUERY, variable)]
        yield None if request.include_empty_params else presence(template, variable), written


def presence(template: Template, variable: Variable) -> tuple[str, ...] | None:
    """Return the variables of which a text needs one not to come out empty; None where it never does."""
    outer: list[Tag] = []
    depth, at, text = 0, 0, ""
    for tag in template.tags:
        if not depth:
            text += template.text[at : tag.start]
            if tag.kind != "!":
                outer.append(tag)
        depth += {"#": 1, "^": 1, "/": -1}.get(tag.kind, 0)
        at = tag.end
    text += template.text[at:]
    if text or not outer or any(tag.kind == "^" for tag in outer):
        return None
    return tuple(variable(tag.name) for tag in outer)


def sections_with_query(path: str) -> bool:
    """Whether a section of a path holds the `?` that begins the query: where it does not stand, the rest is no
    query any more."""
    return any("?" in path[start:end] for start, end in _spans(parse(path)))
