"""The body of a request: pairs, text or parts, and after them which of these it is.

What was typed for one kind of body comes back when that kind is chosen again, also in an editor made later.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message

from integrator_tui.model.connection import Body, FormBody, MultipartBody, Part, RawBody
from integrator_tui.tui.textual_fixes.focus_order import InOrder
from integrator_tui.tui.widgets.fields.choice_field import ChoiceField
from integrator_tui.tui.widgets.fields.labelled import Label
from integrator_tui.tui.widgets.fields.pairs_editor import NameValues, PairsEditor
from integrator_tui.tui.widgets.fields.text_block import TextBlock

KINDS = (("form", "Form URL Encoded"), ("raw", "Raw"), ("multipart", "Multipart"))
BODY_HINTS = {
    "form": "Encoded as a query string; {{name}}: a secret or asked for",
    "raw": "Sent as written, as JSON unless a Content-Type is set",
    "multipart": "One part a row, as multipart/form-data",
}


class BodyEditor(InOrder, Container):
    """An editor of a Body. One that is empty is None, as a request without a body."""

    @dataclass(repr=False)
    class Edited(Message):
        """The user changed the body of `field`, which belongs to the key `path`."""

        field: BodyEditor
        path: str
        value: Body | None

        @property
        def control(self) -> BodyEditor:
            return self.field

    def __init__(self, path: str, value: Body | None, others: dict[str, Body | None]) -> None:
        """`others` are the bodies by their kind that were left for this one; the editor keeps them there."""
        super().__init__(classes="body")
        self._path = path
        self._kind: str = value.kind if value is not None else "form"
        self._bodies = others
        self._bodies[self._kind] = value
        self._parts: tuple[Part, ...] = ()

    def compose(self) -> ComposeResult:
        yield self._content()
        label = Label("Body Type", f"{self._path}.kind", hint="How the body is written and encoded")
        yield ChoiceField(label, KINDS, self._kind)

    def _content(self) -> PairsEditor | TextBlock:
        label = Label("Body", self._path, hint=BODY_HINTS[self._kind])
        self._parts = ()
        match self._bodies.get(self._kind):
            case RawBody(raw=text):
                return TextBlock(label, text)
            case MultipartBody(multipart=parts):
                self._parts = parts
                return PairsEditor(label, tuple((part.name, part.content) for part in parts))
            case FormBody(form=pairs):
                return PairsEditor(label, pairs)
        return TextBlock(label) if self._kind == "raw" else PairsEditor(label)

    @on(PairsEditor.Edited)
    def _pairs_edited(self, event: PairsEditor.Edited) -> None:
        event.stop()
        self._take(self._multipart(event) if self._kind == "multipart" else _form(event.value))

    @on(TextBlock.Edited)
    def _text_edited(self, event: TextBlock.Edited) -> None:
        event.stop()
        self._take(RawBody(raw=event.value) if event.value else None)

    @on(ChoiceField.Edited)
    async def _kind_chosen(self, event: ChoiceField.Edited) -> None:
        event.stop()
        self._kind = event.value
        await self.query_children().first().remove()
        await self.mount(self._content(), before=0)
        self._take(self._bodies.get(self._kind))

    def _take(self, body: Body | None) -> None:
        self._bodies[self._kind] = body
        self.post_message(self.Edited(self, self._path, body))

    def _multipart(self, event: PairsEditor.Edited) -> MultipartBody | None:
        """Parts keep the content type and the file name they came with, whatever they are called now."""
        parts = tuple(
            (Part() if at is None else self._parts[at]).model_copy(update={"name": name, "content": content})
            for (name, content), at in zip(event.value, event.origins, strict=True)
        )
        return MultipartBody(multipart=parts) if parts else None


def _form(pairs: NameValues) -> FormBody | None:
    return FormBody(form=pairs) if pairs else None
