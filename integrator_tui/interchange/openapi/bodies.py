"""Request bodies: one of the media types that a document offers, as JSON, a form, parts or text."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from integrator_tui.interchange.documents.secret_values import SecretValue, with_secrets
from integrator_tui.interchange.documents.source import DocumentReport, SourceNode, clean, literal
from integrator_tui.interchange.openapi.document import References
from integrator_tui.interchange.openapi.inputs import OperationInputs
from integrator_tui.interchange.openapi.samples import BodySample, fixed_text, type_of
from integrator_tui.model.connection import Body, FormBody, MultipartBody, Pairs, Part, RawBody
from integrator_tui.model.encoding import form_field, media_type
from integrator_tui.model.secret_names import names_a_secret
from integrator_tui.model.text import visible

FORM: Final = "application/x-www-form-urlencoded"
_PARTS: Final = "multipart/form-data"
_JSON: Final = "application/json"
_MARK: Final = re.compile("\ue000([^\ue001]*)\ue001")


class DescribedBody(NamedTuple):
    """A body, and the header that names its type where the body does not say so itself."""

    body: Body | None = None
    headers: Pairs = ()


class Bodies:
    """Makes the body of one operation."""

    def __init__(self, references: References, report: DocumentReport, inputs: OperationInputs) -> None:
        self._references = references
        self._report = report
        self._inputs = inputs

    def of_content(self, content: SourceNode) -> DescribedBody:
        """Return the body of a map from media types to what is sent in each (3.x)."""
        offered = [key for key in content.names() if not key.startswith("x-")]
        if not offered:
            return DescribedBody()
        chosen = min(offered, key=_rank)
        if len(offered) > 1:
            shown = ", ".join(visible(each, limit=40) for each in offered if each != chosen)
            self._report.say(f"the body is sent as {visible(chosen, limit=60)}, not as {shown}", content)
        media = self._references.get(content, chosen)
        return self.of_type(chosen, self._references.get(media, "schema"), self._example(media))

    def of_type(self, written: str, schema: SourceNode, example: Any = None) -> DescribedBody:
        """Return a body of one media type; `example` is None where there is none."""
        kind = media_type(written)
        if "*" in kind:
            kind = written = _JSON
        if kind == FORM and isinstance(example, str):
            return self._typed_form(example)
        if kind == FORM:
            return DescribedBody(FormBody(form=self._form(schema, example)))
        if kind == _PARTS:
            return DescribedBody(MultipartBody(multipart=self._parts(schema, example)))
        if kind == _JSON or kind.endswith(("+json", "/json")):
            raw = self._json(schema, example)
            return DescribedBody(RawBody(raw=raw), () if kind == _JSON else (("Content-Type", _plain(written)),))
        if isinstance(example, str) and example:
            raw = self._text(clean(example), kind)
        else:
            raw = f"{{{{{{{self._inputs.name('body')}}}}}}}"
            shown = visible(written, limit=60)
            self._report.say(f"a body of the type {shown} is not made from its schema: it is an input", schema)
        return DescribedBody(RawBody(raw=raw), (("Content-Type", _plain(written)),))

    def form_fields(self, fields: list[tuple[str, SourceNode]]) -> Pairs:
        """Return fields of a form."""
        return tuple((clean(name), self._value(name, schema)) for name, schema in fields)

    def part(self, name: str, schema: SourceNode) -> Part:
        """Return one part; a file is an input that takes it as it is."""
        if _is_file(schema):
            given = self._inputs.name(name)
            return Part(name=clean(name), content=f"{{{{{{{given}}}}}}}", file_name=clean(name))
        return Part(name=clean(name), content=self._value(name, schema, raw=True))

    def _example(self, media: SourceNode) -> Any:
        if isinstance(media.value, dict) and media.value.get("example") is not None:
            return media.value["example"]
        for key in self._references.get(media, "examples").names():
            found = self._references.get(media, "examples", key)
            if not isinstance(found.value, dict):
                continue
            if found.text("externalValue"):
                self._report.say("left out: externalValue of an example is not fetched", found)
                continue
            # 3.2 has two words for it, the second for what is written out.
            value = found.value.get("value", found.value.get("dataValue", found.value.get("serializedValue")))
            if value is not None:
                return value
        return None

    def _text(self, example: str, kind: str) -> str:
        """Return a text that is written out, with templates where it names a secret."""

        def replaced(found: SecretValue) -> str | None:
            return f"\ue000{self._inputs.name(found.name)}\ue001" if found.value else None

        pieces = _MARK.split(with_secrets(example, kind, replaced))
        return "".join(
            f"{{{{{{{piece}}}}}}}" if number % 2 else literal(piece) for number, piece in enumerate(pieces)
        )

    def _json(self, schema: SourceNode, example: Any) -> str:
        sample = BodySample(self._references, self._inputs)
        if isinstance(example, str) and example.lstrip()[:1] in ("{", "["):
            import json

            try:
                example = json.loads(example)
            except (ValueError, RecursionError):
                return self._text(clean(example), _JSON)
        made = sample.json(lambda: sample.given(example) if example is not None else sample.of_schema(schema))
        self._tell(sample, schema)
        return made

    def _typed_form(self, example: str) -> DescribedBody:
        """Return a form whose example is its text; as text again where a name comes twice, for which a form of ours
        has no place."""
        given = parse_qsl(example.strip(), keep_blank_values=True)
        fields = tuple((clean(name), self._given(name, value)) for name, value in given)
        if len(dict(fields)) == len(fields):
            return DescribedBody(FormBody(form=fields))
        # The value of a secret is encoded when it is filled in.
        written = (
            f"{form_field(name)}={value if names_a_secret(name) and value else form_field(value)}"
            for name, value in fields
        )
        return DescribedBody(RawBody(raw="&".join(written)), (("Content-Type", FORM),))

    def _form(self, schema: SourceNode, example: Any) -> Pairs:
        if isinstance(example, dict):
            return tuple((clean(str(key)), self._given(str(key), value)) for key, value in example.items())
        return self.form_fields(self._fields(schema))

    def _parts(self, schema: SourceNode, example: Any) -> tuple[Part, ...]:
        fields = self._fields(schema)
        if isinstance(example, dict):
            known = dict(fields)
            return tuple(
                self.part(key, known[key])
                if key in known and _is_file(known[key])
                else Part(name=clean(str(key)), content=self._given(str(key), value, raw=True))
                for key, value in example.items()
            )
        return tuple(self.part(name, node) for name, node in fields)

    def _fields(self, schema: SourceNode) -> list[tuple[str, SourceNode]]:
        sample = BodySample(self._references, self._inputs)
        found = list(sample.fields(schema).items()) if isinstance(schema.value, dict) else []
        self._tell(sample, schema)
        return found

    def _value(self, name: str, schema: SourceNode, *, raw: bool = False) -> str:
        fixed = fixed_text(schema, name)
        if fixed:
            return literal(fixed)
        given = self._inputs.name(name)
        return f"{{{{{{{given}}}}}}}" if raw else f"{{{{{given}}}}}"

    def _given(self, name: str, value: Any, *, raw: bool = False) -> str:
        sample = BodySample(self._references, self._inputs)
        made = sample.given(value, name)
        if isinstance(made, str) and made.startswith("\ue000"):
            inner = made.strip("\ue000\ue001")
            return f"{{{{{{{inner}}}}}}}" if raw else f"{{{{{inner}}}}}"
        return literal(made) if isinstance(made, str) else sample.json(lambda: made) if made is not None else ""

    def _tell(self, sample: BodySample, at: SourceNode) -> None:
        if sample.cut:
            self._report.say(
                "the body is made only in part: its schema or example holds itself, or is too large", at
            )
        if sample.left_out:
            shown = ", ".join(visible(name, limit=40) for name in dict.fromkeys(sample.left_out[:12]))
            more = f" and {len(sample.left_out) - 12} more" if len(sample.left_out) > 12 else ""
            self._report.say(f"left out of the body, for they may be absent: {shown}{more}", at)


def _rank(written: str) -> int:
    kind = media_type(written)
    if kind == _JSON:
        return 0
    if kind.endswith("+json"):
        return 1
    return {FORM: 2, _PARTS: 3, "*/*": 4}.get(kind, 5)


def _is_file(schema: SourceNode) -> bool:
    value = schema.value if isinstance(schema.value, dict) else {}
    return type_of(schema) == "file" or value.get("format") == "binary" or "contentMediaType" in value


def _plain(written: str) -> str:
    return clean(written).replace("\n", " ").strip()
