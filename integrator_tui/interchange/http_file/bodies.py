"""Bodies of a file: text, files that it names, forms over several lines, parts, GraphQL."""

from __future__ import annotations

import re
from typing import Final

from integrator_tui.interchange.collections.graphql import graphql_body
from integrator_tui.interchange.collections.requests import (
    ForeignBody,
    ForeignFile,
    ForeignPart,
    ForeignParts,
    ForeignRaw,
)
from integrator_tui.interchange.documents.source import DocumentReport
from integrator_tui.model import encoding
from integrator_tui.model.text import visible

_FORM: Final = "application/x-www-form-urlencoded"
_FILE: Final = re.compile(r"<(?:@\w*)?\s+(\S.*)\Z")
_BOUNDARY: Final = re.compile(r"boundary=(?:\"([^\"]+)\"|([^\s;]+))", re.I)
_DISPOSITION: Final = re.compile(r";\s*(name|filename)=(?:\"([^\"]*)\"|([^\s;]+))", re.I)


def body_of(lines: list[str], media_type: str, *, is_graphql: bool, report: DocumentReport) -> ForeignBody | None:
    """Return the body that these lines are, None where they are none; `media_type` is that of the headers."""
    if not lines:
        return None
    kind = encoding.media_type(media_type)
    if is_graphql:
        return _graphql(lines)
    if kind.startswith("multipart/") and (boundary := _BOUNDARY.search(media_type)):
        if kind == "multipart/form-data":
            return ForeignParts(tuple(_parts(lines, boundary[1] or boundary[2], report)))
        report.say(f"left out: a body of the type {visible(kind, limit=60)}")
        return None
    if len(lines) == 1 and (file := _FILE.match(lines[0])):
        return ForeignFile(file[1].rstrip(), media_type or "application/octet-stream")
    if kind == _FORM:
        return ForeignRaw(_form(lines), _FORM)
    return ForeignRaw(_text(lines, report), "")


def _form(lines: list[str]) -> str:
    """Return a form as one text: what begins with `&` goes on with the line above."""
    found = lines[0].strip()
    for line in lines[1:]:
        plain = line.strip()
        found += plain if plain.startswith("&") or found.endswith("&") else f"\n{plain}" if plain else ""
    return found


def _text(lines: list[str], report: DocumentReport) -> str:
    found = []
    for line in lines:
        file = _FILE.match(line)
        if file is None:
            found.append(line)
            continue
        name = _base(file[1].rstrip())
        report.say(
            f"the file {visible(file[1].rstrip(), limit=120)} is not read: give it with --param '{name}=@FILE'"
        )
        found.append(f"{{{{{name}}}}}")
    return "\n".join(found)


def _parts(lines: list[str], boundary: str, report: DocumentReport) -> list[ForeignPart]:
    parts: list[ForeignPart] = []
    waiting: list[str] | None = None
    for line in lines:
        if line.strip() in (f"--{boundary}", f"--{boundary}--"):
            if waiting is not None:
                parts += _part(waiting, report)
            waiting = []
            if line.strip() == f"--{boundary}--":
                return parts
        elif waiting is not None:
            waiting.append(line)
    return parts + (_part(waiting, report) if waiting else [])


def _part(lines: list[str], report: DocumentReport) -> list[ForeignPart]:
    headers: dict[str, str] = {}
    at = 0
    while at < len(lines) and lines[at].strip():
        name, _, value = lines[at].partition(":")
        headers[name.strip().lower()] = value.strip()
        at += 1
    content = lines[at + 1 :]
    said = {key.lower(): quoted or plain for key, quoted, plain in
            _DISPOSITION.findall(headers.get("content-disposition", ""))}  # fmt: skip
    if not said.get("name"):
        report.say("left out: a part without a name")
        return []
    known = {"content-disposition", "content-type"}
    for name in headers.keys() - known:
        report.say(f"left out: the header {visible(name, limit=40)} of the part {visible(said['name'], limit=40)}")
    media_type, file_name = headers.get("content-type", ""), said.get("filename", "")
    if len(content) == 1 and (file := _FILE.match(content[0])):
        return [ForeignPart(said["name"], file[1].rstrip(), media_type, file_name, is_file=True)]
    return [ForeignPart(said["name"], _text(content, report), media_type, file_name)]


def _graphql(lines: list[str]) -> ForeignBody | None:
    """Return a query and, behind an empty line, the variables as one JSON text."""
    text = "\n".join(lines)
    query, _, variables = text.partition("\n\n")
    if variables.strip()[:1] != "{":
        query, variables = text, ""
    operation = re.match(r"\s*(?:query|mutation|subscription)\s+(\w+)", query)
    return graphql_body(query.strip(), variables, operation[1] if operation else "")


def _base(written: str) -> str:
    return written.replace("\\", "/").rpartition("/")[2] or "file"
