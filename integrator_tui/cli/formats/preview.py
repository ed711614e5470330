"""What would be sent, for `--dry-run`: for people, or as JSON.

For people each request is a block: a line that begins with `#` and says which it is, the request as it would be
sent, and behind a line `# values` each of its values with where it came from. Off a terminal the request is exactly
what would be sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from integrator_tui.cli.output.output import Console
from integrator_tui.errors import IntegratorError, LockedError, SealBroken
from integrator_tui.model.preview import TITLES, Preview, RequestPreview
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.model.connection import Operation
    from integrator_tui.model.entry import Entry
    from integrator_tui.workspace import Workspace

LOCKED: Final = LockedError.exit_code

_WIDEST: Final = 40

Ask = Callable[[], Preview]


class DryRun:
    """Shows previews as they are made. `exit_code` is the worst of them: 3 wins over 2, 2 over 1."""

    def __init__(self, output: Console, form: str = "human") -> None:
        self._output = output
        self._form = form
        self._shown: list[dict[str, Any]] = []
        self._count = 0
        self.exit_code = 0

    def add(self, name: str, file: str | None, ask: Ask) -> None:
        """Show what `ask` gives, or tell why it gives nothing."""
        try:
            preview = ask()
        except IntegratorError as error:
            self._fail(error.exit_code)
            self._output.error(error)
            failure = {"message": visible(error.message), "hint": visible(error.hint)}
            self._write(Preview(name, file), {**Preview(name, file).to_json(), "failure": failure})
            return
        self._write(preview, preview.to_json())
        self._output.flush()
        if preview.refused:
            self._refuse(preview)

    def _refuse(self, preview: Preview) -> None:
        """Tell that nothing of this would be sent before its file is sealed."""
        self._fail(LOCKED)
        name = preview.file or preview.name
        self._output.error(
            SealBroken(
                f"{preview.name}: seal_broken: nothing of this would be sent: the seal of {name} is broken",
                f"look at what the file says now, and seal it: integrator-tui seal {name}",
            )
        )

    def end(self) -> int:
        """Write what comes last, and return the exit code."""
        if self._form == "json":
            self._output.json(self._shown)
        return self.exit_code

    def _fail(self, code: int) -> None:
        self.exit_code = max(self.exit_code, code)

    def _write(self, preview: Preview, value: dict[str, Any]) -> None:
        if self._form == "json":
            self._shown.append(value)
        elif self._form == "ndjson":
            self._output.line(json.dumps(value, ensure_ascii=False))
        else:
            for request in preview.requests:
                if self._count:
                    self._output.line()
                self._count += 1
                for line in _block(preview, request, self._output):
                    self._output.line(line)


def dry_run(
    workspace: Workspace,
    entry: Entry,
    sent: Operation,
    given: Mapping[str, str],
    output: Console,
    *,
    content: bytes | None = None,
) -> int:
    """Show what one request of a connection would send, and return the exit code."""
    showing = DryRun(output)
    showing.add(entry.name, entry.file, lambda: workspace.previews.of_entry(entry, given, sent, content=content))
    return showing.end()


def _block(preview: Preview, request: RequestPreview, output: Console) -> Iterable[str]:
    terminal = output.out.isatty()

    def shown(text: str) -> str:
        return visible(text.replace("\r\n", "\n"), keep="\n") if terminal else text

    yield output.styled(f"# {visible(preview.name)}: {TITLES[request.kind]}: {visible(request.url)}", "bold")
    yield from map(visible, request.head)
    yield ""
    if request.shown_body:
        yield shown(request.shown_body)
        yield ""
    for note in request.notes:
        yield output.styled(f"# {visible(note)}", "warning")
    yield output.styled("# values", "dim")
    width = max((min(len(_left(value)), _WIDEST) for value in request.values), default=0)
    for value in request.values:
        yield f"{_left(value):<{width}}  ← {visible(value.source)}"


def _left(value: tuple[str, str, str]) -> str:
    place, text, _ = value
    return f"{visible(place)}: {visible(text, limit=200)}"
