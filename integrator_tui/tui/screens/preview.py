"""What a connection would send, secrets masked, and where each value came from. Looking sends nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll

from integrator_tui.errors import IntegratorError
from integrator_tui.model.entry import Draft
from integrator_tui.model.preview import TITLES, Preview, RequestPreview
from integrator_tui.tui.actions import Action, bar_keys, bindings
from integrator_tui.tui.dialogs.base import Page
from integrator_tui.tui.flows.parameters import parameters_given
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.labels import label_of, labelled
from integrator_tui.tui.widgets.copied import copied
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.sheet import Sheet, SheetGroup, SheetLine
from integrator_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from integrator_tui.model.connection import Operation
    from integrator_tui.model.parameters import Purpose
    from integrator_tui.tui.services import WorkspaceServices

ACTIONS = (
    Action("copy", ("y",), "Copy", "Copy the requests as they are shown, secrets masked", "Copy"),
    Action("back", ("escape", "q"), "Back", "Leave; nothing was sent", "Back"),
)

_REFUSED = "The seal of this file is broken: nothing of this is sent before what it says now is sealed."


class PreviewScreen(Page[None]):
    """Shows what a draft would send, after asking for the parameters that it needs."""

    CSS_PATH = "preview.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    AUTO_FOCUS = "#preview"

    def __init__(
        self,
        workspace: WorkspaceServices,
        draft: Draft,
        parameters: dict[str, str],
        operation: Operation | None = None,
        *,
        asked: bool = False,
    ) -> None:
        """`operation` is what is shown in place of the test; `asked` says that its inputs were asked for already,
        and those that are absent are left out."""
        super().__init__()
        self._purpose: Purpose = operation or "test"
        self._asked = asked
        self._workspace, self._draft, self._parameters = workspace, draft, parameters
        self._preview: Preview | None = None

    def compose(self) -> ComposeResult:
        name, purpose = self._draft.connection.name, self._purpose
        title = name if isinstance(purpose, str) else f"{purpose.name or 'a request'} of {name}"
        yield TitleBar(f"Preview  {title}", "nothing is sent")
        with VerticalScroll(id="preview"):
            yield Sheet(name_width=18)
        yield KeyBar(*bar_keys(ACTIONS))

    def why_not(self, action: str) -> str:
        """Say why an action cannot be done now."""
        return "nothing can be sent, so there is nothing to copy" if action == "copy" else ""

    def on_mount(self) -> None:
        self.app.clear_notifications()
        self.flow("preview", self._look)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._preview is not None if action == "copy" else True

    async def _look(self) -> None:
        previews = self._workspace.previews
        names = previews.parameters(self._draft, self._purpose)
        if not self._asked and not await parameters_given(self.app, names, self._parameters, button="Preview"):
            self.dismiss(None)
            return
        known = self._parameters
        given = known if self._asked else {name: known.get(name, "") for name in names}
        sheet = self.query_one(Sheet)
        try:
            self._preview = await unlocked(
                self.app, self._workspace, previews.of_draft, self._draft, given, self._purpose
            )
        except IntegratorError as error:
            lines = (SheetLine("", f"✗ {error.message}", "bad"), SheetLine("hint", labelled(error.hint)))
            sheet.show((SheetGroup("Nothing can be sent", lines),))
        else:
            sheet.show(tell(self._preview))

    def action_copy(self) -> None:
        """Copy the requests as they are shown."""
        if self._preview is not None:
            text = "\n\n".join(request.text.rstrip("\n") for request in self._preview.requests)
            self.app.copy_to_clipboard(text)
            self.notify(f"{copied('requests')}; secrets are masked", timeout=4, markup=False)

    def action_back(self) -> None:
        """Leave."""
        self.dismiss(None)


def tell(preview: Preview) -> tuple[SheetGroup, ...]:
    """Return what is shown of a preview: the requests, and behind each where its values came from."""
    groups = [SheetGroup("", (SheetLine("", f"! {_REFUSED}", "bad"),))] if preview.refused else []
    for request in preview.requests:
        title = TITLES[request.kind]
        groups.append(SheetGroup(f"{title[0].upper()}{title[1:]}", tuple(_request(request))))
        groups.append(SheetGroup("Where its values come from", tuple(_values(request))))
    return tuple(groups)


def _request(request: RequestPreview) -> Iterator[SheetLine]:
    line, *headers = request.head
    yield SheetLine("", line, "strong")
    yield from (SheetLine("", header) for header in headers)
    if request.shown_body:
        yield SheetLine("", "")
        yield from (
            SheetLine("", row) for row in request.shown_body.rstrip("\r\n").replace("\r\n", "\n").split("\n")
        )
    yield from (SheetLine("", f"! {note}", "warn") for note in request.notes)


def _values(request: RequestPreview) -> Iterator[SheetLine]:
    for value in request.values:
        source = f"← {_source(value.source)}"
        yield SheetLine(value.place, f"{value.text}  {source}" if value.text else source)


def _source(source: str) -> str:
    """Where a value came from, with the label of its field in place of the key; names stay as they are.

    What stands in no file was written in the request line here.
    """
    source = source.replace("the command line", "the request line", 1)
    key, comma, names = source.partition(", ")
    field, _, name = key.rpartition(".")
    free = label_of(key) == key and label_of(field) != field
    if free:
        return f"{label_of(field)} {name}{comma}{names}"
    return f"{labelled(key) if label_of(key) == key else label_of(key)}{comma}{names}"
