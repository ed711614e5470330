"""`push`: what changed here is sent to a Kinetic space, the smallest change of each connection.

Nothing is sent that somebody would have to be asked about and was not: changes on both sides, stored secrets,
connections that the space never had.
"""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from integrator_tui.cli import event_loop
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.formats.human import milliseconds
from integrator_tui.cli.importing.space import add_space_arguments, of_space, opened_space, require_folder
from integrator_tui.cli.output.history import keeping_history
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.sink import interruptible
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.prompts.questions import can_ask, confirmed
from integrator_tui.cli.selection import found
from integrator_tui.errors import IntegratorError, UsageError
from integrator_tui.model.secret import MASK
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.model.probe import ProbeReport
    from integrator_tui.model.secret import Secret
    from integrator_tui.workspace import Pairing, PlannedPush, PushOutcome, Space, Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_space_arguments(parser)
    parser.add_argument("names", nargs="*", metavar="NAME", help="connections or files; without one all of them")
    parser.add_argument(
        "--with-secrets", action="store_true", help="send the stored secrets too, each named and asked about"
    )
    parser.add_argument(
        "--yes",
        action="store_true",
        help="send secrets without a question, and create what the space never had; overwrites nothing",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="print the requests, secrets masked; nothing is changed"
    )


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Push, test, and report each change; 2 where a connection was refused, 3 where one stayed closed, 1 where a
    request failed."""
    workspace = environment.open_workspace(arguments.workspace)
    passphrases = Passphrases(workspace, output)
    if arguments.with_secrets and not (arguments.yes or arguments.dry_run or can_ask()):
        raise UsageError("secrets are sent after a question, and there is no terminal", "add --yes")
    require_folder(workspace, arguments.folder)
    space = opened_space(workspace, arguments, environment, passphrases, output)
    files = _files(workspace, arguments.names, space, passphrases)
    interruptible()
    pairing = event_loop.run(of_space(space, workspace.spaces.pairing(space)))
    push = _Push(workspace, space, arguments, passphrases, output)
    push.refuse_unreadable(pairing, files)
    plans = workspace.spaces.planned(pairing, files, with_secrets=arguments.with_secrets)
    return push.run(plans, named=files is not None)


def _files(
    workspace: Workspace, names: Sequence[str], space: Space, passphrases: Passphrases
) -> frozenset[str] | None:
    """Return the files of the names, None where none is named; raises UsageError where one is not of the space."""
    if not names:
        return None
    entries = found(workspace, names, passphrases)
    for entry in entries:
        file = entry.file
        if workspace.spaces.leads_to(entry, space):
            raise UsageError(f"{visible(file)} is the connection of the space itself", "it is never pushed")
        if space.folder and not file.startswith(f"{space.folder}/"):
            hint = f"move it to {space.folder}, or say with --folder what belongs to the space"
            raise UsageError(f"{visible(file)} does not lie in {visible(space.folder)}", hint)
    return frozenset(entry.file for entry in entries)


class _Push:
    def __init__(
        self,
        workspace: Workspace,
        space: Space,
        arguments: argparse.Namespace,
        passphrases: Passphrases,
        output: Console,
    ) -> None:
        self._workspace, self._space, self._arguments = workspace, space, arguments
        self._passphrases, self._output = passphrases, output
        self._pushes = workspace.spaces.pushes(space)
        self._code = 0

    def refuse_unreadable(self, pairing: Pairing, files: frozenset[str] | None) -> None:
        """Tell the files that say no connection, of those that are meant."""
        for file, error in pairing.unreadable:
            if files is None or file in files:
                self._refused(file, error)

    def run(self, plans: Sequence[PlannedPush], *, named: bool) -> int:
        """Settle what has to be, send the rest, and return the exit code."""
        ready: list[tuple[PlannedPush, Mapping[str, Secret], bool]] = []
        for given in plans:
            plan, overwrite = self._settled(given, named=named)
            if plan is None:
                continue
            try:
                self._passphrases.unlocked(self._pushes.require_sealed, plan)
                ready.append((plan, {}, overwrite))
            except IntegratorError as error:
                self._refused(plan.pair.name, error)
        if self._arguments.dry_run:
            for plan, _, _ in ready:
                self._print(plan)
            return self._code
        if not self._may_send_secrets([plan for plan, _, _ in ready]):
            raise UsageError("no secret was sent", "leave --with-secrets out to push the rest")
        opened = []
        for plan, _, overwrite in ready:
            try:
                opened.append((plan, self._passphrases.unlocked(self._pushes.values, plan), overwrite))
            except IntegratorError as error:
                self._refused(plan.pair.name, error)
        with keeping_history(self._workspace, self._output):
            outcomes = event_loop.run(self._sent(opened))
            self._record(outcomes)
        for outcome in outcomes:
            self._tell(outcome)
        if not plans:
            self._output.aside("nothing here belongs to the space")
        return self._code

    def _settled(self, plan: PlannedPush, *, named: bool) -> tuple[PlannedPush | None, bool]:
        """Return a plan that may be carried out, and whether it overwrites; None where nothing is to be sent."""
        from integrator_tui.workspace import planned_push

        name, file = plan.pair.name, visible(plan.local.entry.file)
        overwrite = False
        if plan.refused is not None:
            self._refused(name, UsageError(*plan.refused))
            return None, False
        if plan.conflicts:
            if not self._overwrites(plan):
                hint = "pull first, or push on a terminal and say which counts"
                self._refused(name, UsageError("; ".join(plan.conflicts), hint))
                return None, False
            overwrite = True
            plan = planned_push(plan.pair, with_secrets=self._arguments.with_secrets, overwrite=True)
            if plan.refused is not None:
                self._refused(name, UsageError(*plan.refused))
                return None, False
        if plan.left:
            self._output.line(f"{file}: changed in the space, pull it: {visible(', '.join(plan.left), limit=300)}")
        if not plan.requests:
            if not plan.left:
                self._output.line(f"unchanged {file}")
            return None, False
        if plan.creates and not plan.local.id and not (named or self._arguments.yes) and not self._creates(plan):
            line = shlex.join(("push", self._arguments.space, name))
            hint = f"push it by its name, or all with --yes: integrator-tui {visible(line)}"
            self._refused(name, UsageError("the space never had it, and it was not named", hint))
            return None, False
        for note in plan.notes:
            self._output.line(f"{file}: {note}")
        return plan, overwrite

    def _overwrites(self, plan: PlannedPush) -> bool:
        if self._arguments.dry_run or not can_ask():
            return False
        self._output.note(f"{plan.pair.name}:")
        for each in plan.conflicts:
            self._output.note(f"  {each}")
        return confirmed(self._output, "Overwrite what the space has?")

    def _creates(self, plan: PlannedPush) -> bool:
        if self._arguments.dry_run or not can_ask():
            return False
        return confirmed(self._output, f"The space never had {visible(plan.pair.name, limit=80)}. Create it?")

    def _may_send_secrets(self, plans: Sequence[PlannedPush]) -> bool:
        """Name every secret that is about to be sent, and the space, and ask."""
        sending = [plan for plan in plans if plan.secrets]
        if not sending or self._arguments.yes:
            return True
        self._output.note(f"to {self._space.url}:")
        for plan in sending:
            self._output.note(f"  {plan.pair.name}: {', '.join(plan.secrets)}")
        if self._space.url.startswith("http://"):
            self._output.note("  over http: whoever is on the way can read them")
        return confirmed(self._output, "Send these secrets to the space?")

    async def _sent(self, ready: Sequence[tuple[PlannedPush, Mapping[str, Secret], bool]]) -> list[PushOutcome]:
        with_secrets = self._arguments.with_secrets
        outcomes = []
        try:
            for plan, values, overwrite in ready:
                for value in values.values():
                    self._space.client.know(value.reveal())
                push = self._pushes.push(self._space, plan, values, with_secrets=with_secrets, overwrite=overwrite)
                outcomes.append(await push)
            await self._pushes.test(self._space, outcomes)
        finally:
            await self._space.client.aclose()
            await self._workspace.aclose()
        return outcomes

    def _record(self, outcomes: Sequence[PushOutcome]) -> None:
        from integrator_tui.workspace import Check

        for outcome in outcomes:
            if outcome.here is not None:
                subject = Check.of(self._workspace.catalog.entry(outcome.file)).subject
                self._workspace.history.record(outcome.here, subject, {})

    def _tell(self, outcome: PushOutcome) -> None:
        file = visible(outcome.file)
        for line in outcome.done:
            self._output.line(f"{file}: {visible(line)}")
        if outcome.error is not None:
            self._refused(outcome.name, outcome.error)
            return
        self._output.line(f"{file}: tested by the space: {outcome.remote}")
        if outcome.here is not None:
            self._output.line(f"{file}: tested from here: {_said(outcome.here)}")

    def _print(self, plan: PlannedPush) -> None:
        """Print the requests of a plan as they would be sent."""
        from integrator_tui.workspace import masked_body

        for request in plan.requests:
            self._output.line(f"# {visible(plan.pair.name, limit=80)}: {request.told}")
            self._output.line(f"{request.method} {self._space.url}{request.path}")
            self._output.line(f"authorization: Bearer {MASK}")
            if request.body is not None:
                self._output.line("content-type: application/json")
                text = json.dumps(masked_body(request.body), ensure_ascii=False, indent=2, sort_keys=True)
                text = self._space.client.masked(text)
                self._output.line(f"\n{visible(text, keep=chr(10))}")
            self._output.line()

    def _refused(self, name: str, error: IntegratorError) -> None:
        message = error.message if name in error.message else f"{name}: {error.message}"
        error.message = message
        self._code = max(self._code, self._output.error(error))


def _said(report: ProbeReport) -> str:
    failure = report.failure
    if failure is None:
        return f"{report.outcome} in {milliseconds(report.duration_ms)}"
    where = f"{failure.stage}: " if failure.stage else ""
    return f"{report.outcome}: {where}{failure.kind}: {visible(failure.message, limit=200)}"
