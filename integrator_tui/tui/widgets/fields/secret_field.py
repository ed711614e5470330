"""One secret: masked while it is typed, and where it is stored; shown only while its reader asks for it.

The field holds what was typed, never what is stored: a stored value reaches it only to be revealed, and goes
with the next key, with the focus, or after ten seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from integrator_tui.model.secret import Secret
from integrator_tui.model.text import visible
from integrator_tui.tui.widgets.drawing.ink import inks
from integrator_tui.tui.widgets.fields.labelled import Label
from integrator_tui.tui.widgets.fields.text_field import TextField
from integrator_tui.tui.widgets.pasted import LONGEST_LINE, refusal, with_line_feeds

STORED = "••••••••  stored; typing replaces it"
REMOVED = "removed when you save; F8 keeps it"
_REVEALED_FOR = 10.0


class SecretField(TextField):
    """A password field that knows whether a value is stored."""

    @dataclass
    class RevealRequested(Message):
        """The user wants to see the value of `field`: it goes to `reveal`."""

        field: SecretField

    def __init__(self, label: Label, value: str = "", *, stored: bool = False, classes: str | None = None) -> None:
        super().__init__(label, value, password=True, classes=classes)
        self._plain_placeholder = label.placeholder
        self._revealed: Secret | None = None
        self._timer: Timer | None = None
        self._removed = False
        self.set_stored(stored)

    @property
    def stored(self) -> bool:
        return self._stored

    def set_stored(self, stored: bool) -> None:
        """Say whether the file holds a value that stays unless another is typed."""
        self._stored = stored
        self.placeholder = STORED if stored else self._plain_placeholder

    @property
    def removed(self) -> bool:
        """Whether the stored value is to go, and nothing was typed in its place."""
        return self._removed and not self.value

    @property
    def removable(self) -> bool:
        """Whether there is something to remove, or a removal to take back."""
        return bool(self._stored or self._removed or self.value)

    def toggle_removed(self) -> None:
        """Empty the field and let the stored value go, or keep it after all."""
        self.mask()
        kept = self._stored and not self.removed
        self.set_value("")
        if kept or self._removed:
            self._removed, self._stored = kept, not kept
            self.placeholder = REMOVED if kept else STORED

    def toggle_reveal(self) -> None:
        """Ask for the value, or hide it again."""
        if self._revealed is not None:
            self.mask()
        elif self._stored or self.value:
            self.post_message(self.RevealRequested(self))
        else:
            why = "it is removed when you save" if self._removed else "nothing is stored or typed here yet"
            self.notify(f"Reveal: {why}", timeout=5, markup=False)

    def reveal(self, secret: Secret) -> None:
        """Show `secret` until the next key."""
        self._revealed = secret
        self._timer = self.set_timer(_REVEALED_FOR, self.mask)
        self.refresh()

    def mask(self) -> None:
        """Hide the value."""
        if self._timer is not None:
            self._timer.stop()
        self._revealed = self._timer = None
        self.refresh()

    def on_paste(self, event: events.Paste) -> None:
        # A secret may have several lines, as keys have; a line end at its end comes from the copying.
        event.stop()
        event.prevent_default()
        text = with_line_feeds(event.text).removesuffix("\n")
        if len(text) > LONGEST_LINE:
            self.notify(refusal(len(text)), severity="error", markup=False)
        else:
            self.replace(text, *sorted(self.selection))

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and event.key != "f2" and self._revealed is not None:
            self.mask()
        await super().on_event(event)

    def on_blur(self) -> None:
        if self._revealed is not None:
            self.mask()

    def render_line(self, y: int) -> Strip:
        if self._revealed is None or y:
            return super().render_line(y)
        base, ink = self.rich_style, inks(self.app)
        text = visible(self._revealed.reveal()) or "(empty)"
        if cell_len(text) > self.size.width > 0:
            # Nobody takes a beginning for the whole of a secret.
            text = set_cell_size(text, self.size.width - 1) + "…"
        segments = [Segment(text[0], base + ink.caret), Segment(text[1:], base + ink.warning)]
        return Strip(segments).extend_cell_length(self.size.width + 1, base)
