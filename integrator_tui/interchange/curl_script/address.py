"""The address of a request as pieces of text: base URL, path and parameters, joined as they are when sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from integrator_tui.interchange.curl_script.shell_text import Literal, Piece, Separator, ShellValue, Where, pieces
from integrator_tui.model.connection import Request
from integrator_tui.model.encoding import EncodingContext, percent
from integrator_tui.model.template import Template, parse
from integrator_tui.model.template_tags import Tag
from integrator_tui.model.url import filled, join

Variable = Callable[[str], str]
_OPENING: Final = ("#", "^")


def address(
    base_url: str, request: Request, variable: Variable, key: tuple[str, ShellValue] | None = None
) -> list[Piece]:
    """Return the pieces of the URL; `key` is a parameter that the method adds behind all others."""
    found = list(_joined(base_url, request.path, variable))
    rest = [*_parameters(request, variable)]
    if key is not None:
        rest.append((None, [Literal(f"{percent(key[0])}="), key[1]]))
    has_query = any(isinstance(piece, Literal) and "?" in piece.text for piece in found)
    # What stands before the next parameter: known, or known to the shell alone.
    before: Piece = Literal("&" if has_query else "?")
    for test, parameter in rest:
        if test is None:
            found += [before, *parameter]
            before = Literal("&")
        elif before == Literal("&"):
            found.append(Where(test, (before, *parameter)))
        else:
            found.append(Where(test, (Separator(), *parameter)))
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


def _parameters(request: Request, variable: Variable) -> Iterator[tuple[str | None, list[Piece]]]:
    """Yield each parameter with the test for what it needs to be there, None where it always is."""
    for name, value in filled(request.params):
        template = parse(value)
        if not value and not request.include_empty_params:
            continue
        written = [Literal(f"{percent(name)}="), *pieces(template, EncodingContext.QUERY, variable)]
        yield None if request.include_empty_params else presence(template, variable), written


def presence(template: Template, variable: Variable) -> str | None:
    """Return the test for a text that may come out empty; None where it never does."""
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
    return f'-n "{"".join(f"${{{variable(tag.name)}:-}}" for tag in outer)}"'


def sections_with_query(path: str) -> bool:
    """Whether a section of a path holds the `?` that begins the query: where it does not stand, the rest is no
    query any more."""
    return any("?" in path[start:end] for start, end in _spans(parse(path)))
