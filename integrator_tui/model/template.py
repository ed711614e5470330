"""Template: text with `{{name}}` in it, in the Mustache that Kinetic's Integrator uses.

Rules: `{{name}}` is the value written for where it stands, `{{{name}}}` and `{{&name}}` the value raw;
`{{#name}}…{{/name}}` is kept where the value is there and not empty, `{{^name}}…{{/name}}` where it is
not; `{{.}}` in a section is that section's value, `{{! … }}` a comment. Names are free text without
braces and line breaks, spaces around them not counted. A section tag or comment alone on its line takes
the line with it. What is not well formed stays as it stands and is told as a warning, never an error; so do
Mustache's tags for other delimiters, `{{=<% %>=}}`: for braces that are meant, write `{{{! }}{name}}`.
A template is rendered once: what a value holds is text, whatever it looks like. A name used only as, or
inside, its own section is optional; any other is required. No value leaves its segment of a path: `.` and `..`
mean another place to every client, however they are encoded (RFC 3986 sections 5.2.4 and 6.2.2.3).

Sources: mustache(5) and the Mustache specification 1.4 (standalone lines, comments).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from integrator_tui.errors import MissingParameter, RequestFailed
from integrator_tui.model.encoding import EncodingContext, raw_body_context, typed_url, write
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.pattern import pattern
from integrator_tui.model.template_tags import Kind, Tag, tags_in, warnings, well_formed

__all__ = ["EncodingContext", "Template", "parse", "raw_body_context"]

_NOT_IN_A_HEADER: Final = pattern(r"[\x00-\x08\x0a-\x1f\x7f]")
_LINE_REST: Final = pattern(r"[ \t]*(?:\r?\n|\Z)")
_DOT: Final = pattern(r"%2e", re.IGNORECASE)


class _Step(NamedTuple):
    """One instruction: write text or a value, or skip to `after` where a section does not hold."""

    kind: Kind
    text: str
    after: int = 0


class Template(NamedTuple):
    """A parsed template. `names` are all names used, `required` those that must have a value, both in the
    order of their appearance; `warnings` say what was not well formed."""

    text: str
    names: tuple[str, ...]
    required: tuple[str, ...]
    warnings: tuple[str, ...]
    steps: tuple[_Step, ...]
    tags: tuple[Tag, ...]

    @property
    def is_literal(self) -> bool:
        """Whether rendering gives the text itself."""
        return not self.tags

    @property
    def is_one_value(self) -> bool:
        """Whether the text is one value and nothing else, as in `limit: "{{Limit}}"`."""
        if len(self.tags) != 1:
            return False
        tag = self.tags[0]
        return tag.kind in {"value", "raw"} and (tag.start, tag.end) == (0, len(self.text))

    @property
    def is_one_section(self) -> bool:
        """Whether the text is one section and nothing else, as in `X-Trace: "{{#Trace}}{{Trace}}{{/Trace}}"`."""
        if len(self.tags) < 2:
            return False
        first, last = self.tags[0], self.tags[-1]
        between = any(tag.kind == "/" and tag.name == first.name for tag in self.tags[1:-1])
        is_pair = first.kind == "#" and last.kind == "/" and first.name == last.name and not between
        return is_pair and first.start == 0 and last.end == len(self.text)

    def masked(self, filler: str) -> str:
        """Return the text with each character of a well-formed tag replaced by `filler`, places kept."""
        if self.is_literal:
            return self.text
        pieces, at = [], 0
        for tag in self.tags:
            pieces += [self.text[at : tag.start], filler * (tag.end - tag.start)]
            at = tag.end
        return "".join([*pieces, self.text[at:]])

    def missing(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the required names that `values` does not hold."""
        return tuple(name for name in self.required if name not in values)

    def render(self, values: Mapping[str, str], context: EncodingContext) -> str:
        """Return the text with its values written for `context`.

        Only values are encoded, except under Context.URL, where what was typed around them is made valid
        too. Raises MissingParameter naming every required name without a value, and RequestFailed for a
        header value that would hold a line break or another control character, and for a value that would
        leave its segment of a path.
        """
        if missing := self.missing(values):
            raise MissingParameter(missing)
        if self.is_literal:
            return self._in_a_header(self.text) if context is EncodingContext.HEADER else self._literal(context)
        if context is EncodingContext.URL:
            self._refuse_dots(values)
        rendered = "".join(written for written, _ in self._written(values, context))
        return self._in_a_header(rendered) if context is EncodingContext.HEADER else rendered

    def _literal(self, context: EncodingContext) -> str:
        return typed_url(self.text) if context is EncodingContext.URL else self.text

    def _in_a_header(self, rendered: str) -> str:
        if _NOT_IN_A_HEADER.search(rendered):
            names = ", ".join(self.names)
            raise RequestFailed(
                "a header value would hold a line break or another control character",
                f"look at the value of {names}" if names else "a header value is one line",
            )
        return rendered

    def emptied(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the names whose values leave a segment of the path empty."""
        return tuple(dict.fromkeys(name for text, names in self._segments(values) if not text for name in names))

    def _refuse_dots(self, values: Mapping[str, str]) -> None:
        for text, names in self._segments(values):
            # What stands behind a semicolon is no part of the name of a segment to many servers (RFC 3986 3.3).
            if names and _DOT.sub(".", text).partition(";")[0] in {".", ".."}:
                raise RequestFailed(
                    f"the value of {' and '.join(names)} would leave its segment of the path: it would be . or ..",
                    "give another value; encoding it does not help, since every client takes such a segment out",
                )

    def _segments(self, values: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each segment of the path as it will be written, with the names whose values stand in it."""
        text, names = "", list[str]()
        for written, name in self._written(values, EncodingContext.URL):
            path, question, _ = written.partition("?")
            first, *others = path.split("/")
            text += first
            names += [name] if name else []
            for other in others:
                yield text, tuple(names)
                text, names = other, [name] if name else []
            if question:
                break
        yield text, tuple(names)

    def _written(self, values: Mapping[str, str], context: EncodingContext) -> Iterator[tuple[str, str]]:
        """Yield the pieces of the text as they are written, each with the name whose value it is, if any."""
        now = EncodingContext.PATH if context is EncodingContext.URL else context
        at = 0
        while at < len(self.steps):
            step = self.steps[at]
            at += 1
            match step.kind:
                case "text":
                    yield (typed_url(step.text) if context is EncodingContext.URL else step.text), ""
                    if context is EncodingContext.URL and "?" in step.text:
                        now = EncodingContext.QUERY
                case "#" | "^":
                    if bool(values.get(step.text)) is (step.kind == "^"):
                        at = step.after
                case _:
                    yield write(values.get(step.text, ""), now, raw=step.kind == "raw"), step.text


@lru_cache(maxsize=1024)
def parse(text: str) -> Template:
    """Return `text` as a Template; no text is refused."""
    if "{{" not in text and "}}" not in text:
        return Template(text, (), (), (), (_Step("text", text),), ())
    found = tags_in(text)
    whole = well_formed(found)
    tags = tuple(tag for index, tag in enumerate(found) if index in whole)
    names, required = _names(tags)
    told = tuple(warnings(text, found, whole))
    return Template(text, names, required, told, tuple(_compile(text, tags)), tags)


def _names(tags: tuple[Tag, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    used: dict[str, bool] = {}
    inside: Counter[str] = Counter()
    depth = 0
    for tag in tags:
        match tag.kind:
            case "#" | "^":
                inside[tag.name] += 1
                depth += 1
                used.setdefault(tag.name, False)
            case "/":
                inside[tag.name] -= 1
                depth -= 1
            case "value" | "raw" if not (tag.name == "." and depth):
                used[tag.name] = used.get(tag.name, False) or not inside[tag.name]
    return tuple(used), tuple(name for name, needed in used.items() if needed)


def _compile(text: str, tags: tuple[Tag, ...]) -> Iterator[_Step]:
    steps: list[_Step] = []
    sections: list[int] = []
    at = 0
    for tag in tags:
        start, end = _extent(text, tag)
        if text[at:start]:
            steps.append(_Step("text", text[at:start]))
        at = max(at, end)
        match tag.kind:
            case "#" | "^":
                sections.append(len(steps))
                steps.append(_Step(tag.kind, tag.name))
            case "/":
                opened = sections.pop()
                steps[opened] = _Step(steps[opened].kind, tag.name, len(steps))
            case "value" | "raw":
                own = steps[sections[-1]].text if tag.name == "." and sections else tag.name
                steps.append(_Step(tag.kind, own))
    if text[at:]:
        steps.append(_Step("text", text[at:]))
    return iter(steps)


def _extent(text: str, tag: Tag) -> tuple[int, int]:
    """The span that a tag takes out of the text: its whole line where it writes nothing and stands alone."""
    if tag.kind in {"value", "raw"}:
        return tag.start, tag.end
    if not (rest := _LINE_REST.match(text, tag.end)):
        return tag.start, tag.end
    line = text.rfind("\n", 0, tag.start) + 1
    return (line, rest.end()) if not text[line : tag.start].strip(" \t") else (tag.start, tag.end)
