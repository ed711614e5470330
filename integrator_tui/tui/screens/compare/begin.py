"""What is asked before connections are compared: what of them, the parameters, and whether it may be sent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from textual.app import App

from integrator_tui.errors import PassphraseNeeded
from integrator_tui.model.entry import Draft, Entry, Revision
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.question import QuestionAnswer, question
from integrator_tui.tui.flows.parameters import parameters_given
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.flows.unsafe import confirm_unsafe

if TYPE_CHECKING:
    from integrator_tui.model.connection import Operation
    from integrator_tui.model.probe import ProbeReport
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import Verdict

ASKED_FROM: Final = 50
"""More connections than that are compared only after a question."""

_TEST: Final = "test"


class CompareHost(Protocol):
    """What is asked of the screen whose connections are compared."""

    @property
    def app(self) -> App[Any]: ...
    @property
    def workspace(self) -> WorkspaceServices: ...
    @property
    def parameters(self) -> dict[str, dict[str, str]]: ...
    def note_report(self, file: str, revision: Revision, report: ProbeReport) -> None: ...


async def compare(host: CompareHost, files: Sequence[str]) -> None:
    """Compare the connections in these files, after what has to be asked."""
    from integrator_tui.tui.screens.compare.screen import CompareScreen

    app, workspace = host.app, host.workspace
    if len(files) > ASKED_FROM and not await _agreed(app, len(files)):
        return
    entries = await asyncio.to_thread(lambda: [workspace.catalog.entry(file) for file in files])
    try:
        await unlocked(app, workspace, workspace.secrets.require_unlocked, entries)
        entries = [
            await unlocked(app, workspace, workspace.catalog.opened, entry) if entry.closed is not None else entry
            for entry in entries
        ]
    except PassphraseNeeded:
        # Who gives no passphrase wants no comparison.
        return
    choice = await _chosen(app, entries)
    if choice is None:
        return
    name = None if choice == _TEST else choice.removeprefix("=")
    operations = [None if name is None else _named(entry, name) for entry in entries]
    given = await _given(host, entries, operations)
    if given is None:
        return
    for entry, operation in zip(entries, operations, strict=True):
        connection = entry.connection
        if operation is None or connection is None:
            continue
        if not await confirm_unsafe(app, connection, operation.method):
            return

    def told(verdict: Verdict) -> None:
        if verdict.report is not None:
            host.note_report(verdict.entry.file, verdict.entry.revision, verdict.report)

    await ask(app, CompareScreen(workspace, entries, name, given, told))


async def _agreed(app: App[Any], count: int) -> bool:
    text = "Each of them is sent the same request, one after the other, and its token request where it has one."
    answers = (QuestionAnswer("Cancel", "cancel"), QuestionAnswer("Compare", "compare", "primary"))
    return await ask(app, question(f"Compare {count:,} connections", text, answers)) == "compare"


async def _chosen(app: App[Any], entries: Sequence[Entry]) -> str | None:
    """Return what is compared: the test, or `=` and the name of an operation that all have; None for nothing."""
    names = common_operations(entries)
    if not names:
        return _TEST
    from integrator_tui.tui.dialogs.menu import MenuScreen
    from integrator_tui.tui.widgets.menu_list import MenuItem

    of_first = {name: _named(entries[0], name) for name in names}
    items = [MenuItem(_TEST, "Test", "the test request of each")]
    items += [MenuItem(f"={name}", name, f"{found.method} {found.path}") for name, found in of_first.items()]
    return await ask(app, MenuScreen(f"Compare {len(entries):,} connections", items))


def common_operations(entries: Sequence[Entry]) -> list[str]:
    """Return the names of the operations that each of these connections has once, in the order of the first one."""
    found: list[list[str]] = []
    for entry in entries:
        operations = entry.connection.operations if entry.connection is not None else ()
        names = [operation.name for operation in operations]
        found.append([name for name in names if names.count(name) == 1])
    return [name for name in found[0] if all(name in names for names in found[1:])]


def _named(entry: Entry, name: str) -> Operation:
    assert entry.connection is not None, "an operation of it was found"
    return next(operation for operation in entry.connection.operations if operation.name == name)


async def _given(
    host: CompareHost, entries: Sequence[Entry], operations: Sequence[Operation | None]
) -> dict[str, str] | None:
    """Return the parameters that any of them asks for, None where the user gave up."""
    asked: dict[str, tuple[str, ...]] = {}
    for entry, operation in zip(entries, operations, strict=True):
        if entry.connection is not None:
            draft = Draft(entry.connection, entry.file, entry.revision)
            asked[entry.file] = host.workspace.probes.parameters(draft, operation or "test")
    names = list(dict.fromkeys(name for some in asked.values() for name in some))
    given: dict[str, str] = {}
    for file in asked:
        known = host.parameters.get(file, {})
        given |= {name: known[name] for name in names if name in known and name not in given}
    if not await parameters_given(host.app, names, given, button="Compare"):
        return None
    for file, some in asked.items():
        host.parameters.setdefault(file, {}).update({name: given[name] for name in some if name in given})
    return given
