"""Bodies: raw, forms, parts and files, as a request of ours sends them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_plus

from integrator_tui.interchange.collections.names import KEYS, ConnectionNames
from integrator_tui.interchange.collections.requests import (
    ForeignBody,
    ForeignFile,
    ForeignForm,
    ForeignPart,
    ForeignParts,
    ForeignRaw,
    Texts,
)
from integrator_tui.interchange.collections.templates import TemplateWriter
from integrator_tui.interchange.collections.variables import MARK, Variables
from integrator_tui.interchange.documents.secret_values import holds_secret
from integrator_tui.interchange.documents.source import DocumentReport
from integrator_tui.model import encoding
from integrator_tui.model.connection import Body, FormBody, MultipartBody, Pairs, Part, RawBody
from integrator_tui.model.encoding import form_field
from integrator_tui.model.secret_names import names_a_secret
from integrator_tui.model.text import visible

FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = "application/json"
_MARKS: Final = re.compile("(\ue000[^\ue001]*\ue001)")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class ForeignBodies:
    """Makes the bodies of one connection."""

    def __init__(self, names: ConnectionNames, report: DocumentReport) -> None:
        self._names = names
        self._report = report

    def of(
        self, body: ForeignBody, given: str, variables: Variables, write: TemplateWriter
    ) -> tuple[Body | None, str]:
        """Return a body, and the Content-Type that has to be said with it, empty where none has; `given` is the one
        that the request's own header says."""
        match body:
            case ForeignForm(fields):
                return self._form(fields, given, variables, write)
            case ForeignParts(parts):
                return MultipartBody(multipart=tuple(self._part(part, write) for part in parts)), ""
            case ForeignFile(path, media_type):
                name = self._file(path)
                return RawBody(raw=f"{{{{{{{name}}}}}}}"), "" if given else media_type
            case ForeignRaw(text, media_type):
                return self._raw(text, given or media_type, given, variables, write)

    def _raw(
        self, text: str, media_type: str, given: str, variables: Variables, write: TemplateWriter
    ) -> tuple[Body | None, str]:
        if not text:
            return None, ""
        kind = encoding.media_type(media_type)
        if kind == FORM and (pairs := _pairs(variables.filled(text))) is not None:
            form = tuple((name, self._field(name, value, write)) for name, value in pairs)
            return FormBody(form=form), ""
        if not media_type:
            media_type = kind = _JSON if text.lstrip()[:1] in ("{", "[") else "text/plain"
            self._report.say(f"the body is sent as {kind}: the document names no type")
        said = "" if given or kind == _JSON else media_type
        return RawBody(raw=write.body(text, said or given or "")), said

    def _form(
        self, fields: Texts, given: str, variables: Variables, write: TemplateWriter
    ) -> tuple[Body | None, str]:
        names = [variables.filled(name) for name, _ in fields]
        if len({*names}) == len(names) and not any(MARK.search(name) or not name for name in names):
            values = (write.named(name, value) for name, (_, value) in zip(names, fields, strict=True))
            return FormBody(form=tuple(zip(names, values, strict=True))), ""
        # A file has each name once: fields of one name are written out.
        pieces = (
            f"{form_field(name) if not MARK.search(name) else write.of_filled(name, raw=False)}="
            f"{self._written(name, value, variables, write)}"
            for name, (_, value) in zip(names, fields, strict=True)
        )
        return RawBody(raw="&".join(pieces)), "" if given else FORM

    def _written(self, name: str, value: str, variables: Variables, write: TemplateWriter) -> str:
        filled = variables.filled(value)
        if names_a_secret(name) or holds_secret(filled, name):
            return write.secret(name, value)
        pieces = _MARKS.split(filled)
        encoded = (piece if at % 2 else form_field(piece) for at, piece in enumerate(pieces))
        return write.of_filled("".join(encoded), raw=False)

    def _field(self, name: str, filled: str, write: TemplateWriter) -> str:
        return write.pair(name, filled) if name.lower() not in KEYS else write.of_filled(filled, raw=False)

    def _part(self, part: ForeignPart, write: TemplateWriter) -> Part:
        media_type = write.value(part.media_type) if part.media_type else None
        if not part.is_file:
            file_name = part.file or None
            return Part(name=write.value(part.name), content=self._content(part, write),
                        content_type=media_type, file_name=file_name)  # fmt: skip
        name = self._file(part.text or part.name)
        return Part(name=write.value(part.name), content=f"{{{{{{{name}}}}}}}", content_type=media_type,
                    file_name=part.file or _base(part.text) or part.name)  # fmt: skip

    def _content(self, part: ForeignPart, write: TemplateWriter) -> str:
        if names_a_secret(part.name):
            return write.named(part.name, part.text)
        return write.body(part.text, part.media_type or "text/plain")

    def _file(self, path: str) -> str:
        name = self._names.parameter(_base(path) or "file")
        shown = visible(path, limit=120)
        self._report.say(f"the file {shown} is not read: give it with --param '{name}=@FILE'" if path else
                         f"a file is sent, which the document does not name: the parameter {name}")  # fmt: skip
        return name


def _base(written: str) -> str:
    return written.replace("\\", "/").rpartition("/")[2]


def _pairs(filled: str) -> Pairs | None:
    """Return a form that was written out as fields, None where they would say something else."""
    found: dict[str, str] = {}
    for piece in filled.split("&"):
        name, equals, value = piece.partition("=")
        if not equals or not name or MARK.search(name):
            return None
        try:
            name = unquote_plus(name, errors="strict")
            plain = unquote_plus(value, errors="strict") if not MARK.search(value) else value
        except UnicodeDecodeError:
            return None
        if name in found or _CONTROL.search(name) or (MARK.search(value) and ("%" in value or "+" in value)):
            return None
        found[name] = plain
    return tuple(found.items())
