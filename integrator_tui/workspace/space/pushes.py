"""Pushing: the requests of a plan are sent, one connection after the other.

Rules: the file's seal holds, and the space has what the plan was made of, looked at again right before. What has no
id gets one here first, and what is sent is noted before it is: a push that ends midway can be done again, and its
own writes are known as such. Whether a request was carried out whose answer never came is looked up, not guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from integrator_tui.engine.space.client import SpaceClient
from integrator_tui.engine.space.wire import AnswerLost
from integrator_tui.errors import IntegratorError, RequestFailed, UsageError
from integrator_tui.interchange.kinetic.writer import local_fields
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.kept import id_of, kept, opened
from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.secret import Secret
from integrator_tui.model.text import visible
from integrator_tui.workspace.batch.check import Check
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.editor import Editor
from integrator_tui.workspace.probes import Probes
from integrator_tui.workspace.seals import Seals
from integrator_tui.workspace.secrets import Secrets
from integrator_tui.workspace.space.access import Space
from integrator_tui.workspace.space.at_once import for_each
from integrator_tui.workspace.space.local_connections import (
    PairedConnection,
    local_connection,
    paired,
    read_of,
    says_the_same,
)
from integrator_tui.workspace.space.planned import PlannedPush, PlannedRequest, filled, new_id
from integrator_tui.workspace.space.pulled_before import PulledBefore
from integrator_tui.workspace.space.push_plan import planned_push
from integrator_tui.workspace.space.snapshot import SpaceConnection, path_of
from integrator_tui.workspace.space.snapshot import connection as connection_there

_LOST: Final = 3
"""Answers that may get lost on the way of one connection."""


@dataclass(slots=True)
class PushOutcome:
    """What became of one connection: what was done, each with its address; `error` is why it ended early. `key` is
    the id there; `remote` and `here` are the tests afterwards, by the space and by this program."""

    name: str
    file: str
    done: list[str] = field(default_factory=list)
    error: IntegratorError | None = None
    key: str = ""
    remote: str = ""
    here: ProbeReport | None = None


class Pushes:
    """Sends what was planned for connections of the workspace `root`."""

    def __init__(
        self,
        root: Path,
        catalog: Catalog,
        editor: Editor,
        secrets: Secrets,
        seals: Seals,
        probes: Probes,
        before: PulledBefore,
    ) -> None:
        self._root = root
        self._catalog = catalog
        self._editor = editor
        self._secrets = secrets
        self._seals = seals
        self._probes = probes
        self._before = before

    def require_sealed(self, plan: PlannedPush) -> None:
        """Raise LockedError where the seal of a file does not hold, or nobody here can tell; UsageError where the
        file changed since it was read."""
        entry = plan.local.entry
        for found in self._seals.verify(entry.file):
            raise found
        if self._catalog.entry(entry.file).revision != entry.revision:
            raise UsageError(f"{entry.file} changed since it was read", "look at it, and push again")

    def values(self, plan: PlannedPush) -> dict[str, Secret]:
        """Return the values of the secrets that a plan sends; raises LockedError."""
        if not plan.secrets:
            return {}
        stored = self._secrets.of(plan.local.entry)
        return {name: stored[name] for name in plan.secrets}

    async def push(
        self, space: Space, plan: PlannedPush, values: Mapping[str, Secret], *, with_secrets: bool, overwrite: bool
    ) -> PushOutcome:
        """Send what was planned and test the connection; what goes wrong is in the outcome."""
        outcome = PushOutcome(plan.pair.name, plan.local.entry.file)
        try:
            plan = await self._fresh(space, plan, with_secrets=with_secrets, overwrite=overwrite)
            self._before.note_sent(plan.local.entry.file, _noted(plan))
            await self._sent(space, plan, values, outcome, with_secrets=with_secrets)
            theirs = await self._theirs(space, plan.pair)
            if theirs.theirs is not None:
                self._before.arrived(plan.local.entry.file, theirs.theirs)
            outcome.key = theirs.remote.id if theirs.remote is not None else plan.local.id
            if gone := local_fields(self._connection(plan)):
                outcome.done.append(f"not in Integrator, and not sent: {', '.join(gone)}")
            outcome.done += _not_taken(theirs, plan)
        except IntegratorError as error:
            outcome.error = error
        return outcome

    async def test(self, space: Space, outcomes: Sequence[PushOutcome]) -> None:
        """Have the space test what was pushed, and test it from here, several at a time."""

        async def test(outcome: PushOutcome) -> None:
            outcome.remote = await self._tested_there(space.client, outcome.key)
            outcome.here = await self._probes.check(Check.of(self._catalog.entry(outcome.file)), {})

        await for_each([each for each in outcomes if each.error is None], test)

    async def _fresh(self, space: Space, plan: PlannedPush, *, with_secrets: bool, overwrite: bool) -> PlannedPush:
        """Return the plan as of now, with ids for what had none; raises UsageError where the space has changed."""
        entry = self._with_ids(plan.local.entry)
        local = local_connection(self._root, self._catalog, entry)
        there = await connection_there(space.client, local.id)
        if not says_the_same(there, plan.pair.remote, space.url):
            raise _changed(plan)
        remote = (there,) if there is not None else ()
        pairs = paired((local,), remote, read_of(remote, space.url), self._before)
        return planned_push(pairs[0], with_secrets=with_secrets, overwrite=overwrite)

    def _with_ids(self, entry: Entry) -> Entry:
        """Write ids for a connection and its operations into the file, which no key is needed for."""
        connection = entry.connection
        assert connection is not None
        operations = connection.operations
        if "operations" not in entry.inherited:
            operations = tuple(
                each if id_of(each.kinetic) else each.model_copy(update={"kinetic": _with_id(each.kinetic)})
                for each in operations
            )
        kinetic = connection.kinetic if id_of(connection.kinetic) else _with_id(connection.kinetic)
        changed = connection.model_copy(update={"kinetic": kinetic, "operations": operations})
        if changed == connection:
            return entry
        return self._editor.save(Draft(changed, entry.file, entry.revision), leave_broken=True)

    async def _sent(
        self,
        space: Space,
        plan: PlannedPush,
        values: Mapping[str, Secret],
        outcome: PushOutcome,
        *,
        with_secrets: bool,
    ) -> None:
        waiting, lost = list(plan.requests), 0
        while waiting:
            request = waiting[0]
            await self._require_unchanged(space, plan, request)
            try:
                await self._send(space, request, values)
            except AnswerLost as error:
                lost += 1
                again = await self._theirs(space, plan.pair)
                left = planned_push(again, with_secrets=with_secrets, overwrite=True).requests
                # Whether a secret was stored nobody can tell.
                if lost > _LOST or with_secrets or len(left) >= len(waiting):
                    error.hint = f"{error.hint}; it may have been carried out: push again"
                    raise
                waiting = left
                outcome.done.append(f"{request.told} (its answer was lost): {space.url}{request.path}")
                continue
            waiting.pop(0)
            outcome.done.append(f"{request.told}: {request.method} {space.url}{request.path}")

    async def _require_unchanged(self, space: Space, plan: PlannedPush, request: PlannedRequest) -> None:
        """Raise UsageError where what a request replaces is not what it was made of any more.

        Integrator is not known to refuse a write that is late, so this is looked at right before each.
        """
        remote = plan.pair.remote
        if request.method == "POST" or remote is None:
            return
        now = await connection_there(space.client, remote.id)

        def replaced(there: SpaceConnection | None) -> SpaceConnection | None:
            if there is None or request.path == path_of(there.id):
                return there._replace(operations=()) if there is not None else None
            found = [each for each in there.operations if path_of(there.id, str(each["id"])) == request.path]
            return SpaceConnection(remote.values, found)

        if not says_the_same(replaced(now), replaced(remote), space.url):
            raise _changed(plan)

    async def _send(self, space: Space, request: PlannedRequest, values: Mapping[str, Secret]) -> Any:
        body = filled(request.body, lambda name: values[name].reveal()) if request.body is not None else None
        value = await space.client.write(request.method, request.path, body)
        given = value.get("id") if isinstance(value, dict) else None
        if request.method == "POST" and body is not None and body.get("id") and given not in (None, body["id"]):
            shown = visible(str(given), limit=80)
            hint = "take it out there, or write that id under kinetic: here; callers go by it"
            raise RequestFailed(
                f"{space.url} has made it under another id, {shown}", hint, kind="unexpected_answer"
            )
        return value

    async def _theirs(self, space: Space, pair: PairedConnection) -> PairedConnection:
        """Return a connection as it is here and there now."""
        assert pair.local is not None
        entry = self._catalog.entry(pair.local.entry.file)
        local = local_connection(self._root, self._catalog, entry)
        there = await connection_there(space.client, local.id)
        remote = (there,) if there is not None else ()
        pairs = paired((local,), remote, read_of(remote, space.url), self._before)
        return pairs[0]

    async def _tested_there(self, client: SpaceClient, key: str) -> str:
        """Return what the space's own test says."""
        try:
            value = await client.write("POST", f"{path_of(key)}/test", {})
        except RequestFailed as error:
            return f"not made: {error.message}"
        status, message = "", ""
        if isinstance(value, dict):
            status, message = str(value.get("status", "")), str(value.get("message") or "")
        return visible(client.masked(f"{status or 'says nothing'}{f': {message}' if message else ''}"), limit=300)

    @staticmethod
    def _connection(plan: PlannedPush) -> Connection:
        connection = plan.local.entry.connection
        assert connection is not None
        return connection


def _changed(plan: PlannedPush) -> UsageError:
    return UsageError(
        f"{visible(plan.pair.name, limit=80)} was changed in the space a moment ago, by somebody else",
        "look at what changed with diff, and push again",
    )


def _with_id(kinetic: str) -> str:
    return kept({**opened(kinetic), "id": new_id()})


def _not_taken(now: PairedConnection, plan: PlannedPush) -> list[str]:
    """Tell what was sent and is not there: a server may write it otherwise."""
    left = planned_push(now, overwrite=True)
    sent = {request.told for request in plan.requests}
    return [f"the space has not taken it: {each.told}" for each in left.requests if each.told in sent]


def _noted(plan: PlannedPush) -> dict[str, Any]:
    """Return what the space will have of what is here."""
    noted = dict(plan.local.values)
    with suppress(KeyError):
        noted["operations"] = [dict(each) for each in noted["operations"]]
    return noted
