"""A text area that gives the text it was given, but for what was edited in it.

That of Textual 8.2.8 breaks lines wherever Python's `str.splitlines` does, at form feeds, U+0085 and U+2028 too,
and joins them by the line end that it met first: one letter typed changes the whole text. Here LF alone ends one.
"""

from __future__ import annotations

from textual import events
from textual.document._document import Document, EditResult, Location
from textual.document._document_navigator import DocumentNavigator
from textual.document._wrapped_document import WrappedDocument
from textual.widgets import TextArea


class ExactDocument(Document):
    """A document whose lines end at LF."""

    def __init__(self, text: str) -> None:
        super().__init__("")
        self._lines = text.split("\n")

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        (top_row, top_column), (bottom_row, bottom_column) = top, bottom = sorted((start, end))
        replaced = self.get_text_range(top, bottom)
        lines = self._lines
        before = lines[top_row][:top_column] if top_row < len(lines) else ""
        after = lines[bottom_row][bottom_column:] if bottom_row < len(lines) else ""
        inserted = text.split("\n")
        end_of_text = len(inserted[-1]) + (len(before) if len(inserted) == 1 else 0)
        inserted[0] = before + inserted[0]
        inserted[-1] += after
        lines[top_row : bottom_row + 1] = inserted
        return EditResult((top_row + len(inserted) - 1, end_of_text), replaced)


class ExactTextArea(TextArea):
    """A plain text area over an ExactDocument."""

    async def paste(self, text: str) -> None:
        """Take in a text as if it had been pasted."""
        await self._on_paste(events.Paste(text))

    def _set_document(self, text: str, language: str | None) -> None:
        super()._set_document("", None)
        self.document = ExactDocument(text)
        self.wrapped_document = WrappedDocument(self.document, tab_width=self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self._build_highlight_map()
        self._rewrap_and_refresh_virtual_size()
