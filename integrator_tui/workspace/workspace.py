"""Workspace: a directory of connections, and all that can be done with them.

What costs an import waits until it is needed: listing needs no key and no network.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from integrator_tui.errors import ChangedOnDisk, IntegratorError, InvalidFile
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.secret import Secret, SecretRef
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.store import files
from integrator_tui.workspace.catalog.entries import AHEAD, Entries
from integrator_tui.workspace.catalog.file_names import file_name

if TYPE_CHECKING:
    from integrator_tui.engine.engine import Engine
    from integrator_tui.engine.target import Target
    from integrator_tui.model.connection import Connection
    from integrator_tui.model.probe import ProbeReport, StageResult
    from integrator_tui.model.problem import Problem
    from integrator_tui.model.stream import StreamEvent
    from integrator_tui.vault.identities.identity_file import CreatedIdentity
    from integrator_tui.vault.identities.identity_sources import FoundIdentity
    from integrator_tui.workspace.batch.check import Bounds
    from integrator_tui.workspace.batch.run import CheckRun
    from integrator_tui.workspace.keys.recipients import Recipients
    from integrator_tui.workspace.keys.rotation import Rotation
    from integrator_tui.workspace.keys.strangers import Strangers
    from integrator_tui.workspace.merge.three_way import Merged
    from integrator_tui.workspace.probes import Check
    from integrator_tui.workspace.requests import Requests
    from integrator_tui.workspace.seals import Seals
    from integrator_tui.workspace.secrets import Secrets
    from integrator_tui.workspace.tokens import Tokens


class Workspace:
    """The connections below `root`, which need not exist before the first save."""

    def __init__(self, root: Path, surroundings: Surroundings) -> None:
        self.root = root
        self._surroundings = surroundings
        self._entries = Entries(root, lambda metadata: self._secrets.vault.matches(metadata))

    @cached_property
    def _secrets(self) -> Secrets:
        from integrator_tui.workspace.secrets import Secrets

        return Secrets(self.root, self._surroundings)

    @cached_property
    def _engine(self) -> Engine:
        from integrator_tui.engine.engine import Engine, EngineSettings

        given = self._surroundings
        ca_file, ca_dir = given.ssl_cert_file, given.ssl_cert_dir
        return Engine(
            EngineSettings(
                ca_file=str(ca_file) if ca_file else None,
                ca_dir=str(ca_dir) if ca_dir else None,
                proxies=given.proxies,
            )
        )

    async def aclose(self) -> None:
        """Close what the network needed; the workspace can be used again afterwards."""
        engine: Engine | None = self.__dict__.pop("_engine", None)
        if engine is not None:
            await engine.aclose()

    # --- what is there ---

    def summaries(self) -> tuple[Entry, ...]:
        """Return every entry with what a list shows: quick, and without its connection."""
        return self._entries.summaries()

    def entries(self) -> tuple[Entry, ...]:
        """Return every entry in the order of their files, with its connection and all its problems."""
        return self._entries.all()

    def files(self) -> tuple[str, ...]:
        """Return the files of all entries, in their order, without looking into them."""
        return self._entries.files()

    def read_ahead(self, files: Sequence[str], cores: int) -> None:
        """Begin to read files that will be asked for, on another core where that pays; before a loop runs."""
        if cores > 1 and len(files) >= AHEAD:
            self._entries.read_ahead(files)

    def entry(self, file: str) -> Entry:
        """Return the entry of a file as it is on disk now."""
        return self._entries.read(file)

    def find(self, name: str) -> Entry:
        """Return the entry of that exact name, else that of that path relative to the workspace.

        Raises:
            NotFound: There is neither.
            UsageError: Several connections have the name.
        """
        return self.find_all((name,))[0]

    def find_all(self, names: Sequence[str]) -> tuple[Entry, ...]:
        """Return the entry of each name as `find` does, and look at every file once for all of them."""
        from integrator_tui.workspace.catalog.lookup import meant

        return meant(self._entries, self.root, names)

    def tagged(self, tags: Sequence[str]) -> tuple[Entry, ...]:
        """Return the entries that carry one of these tags, in the order of their files."""
        return tuple(entry for entry in self._entries.holding(tags) if not set(tags).isdisjoint(entry.tags))

    def problems(self, draft: Draft) -> tuple[Problem, ...]:
        """Return what is wrong with a draft, a name that another file has included."""
        from integrator_tui.model.problem import Problem
        from integrator_tui.model.rules import problems

        found = problems(draft.connection)
        for entry in self._entries.known():
            if entry.file != draft.file and entry.name == draft.connection.name and entry.connection is not None:
                message = f"{entry.file} has the same name"
                return (*found, Problem("name", message, "a name is unique in the workspace"))
        return found

    def parameters(self, draft: Draft) -> tuple[str, ...]:
        """Return the names that a test of `draft` asks for."""
        from integrator_tui.model.parameters import parameters

        return parameters(draft.connection, "test")

    # --- changing files ---

    def new_file_name(self, name: str, group: str = "") -> str:
        """Return a free file name for a connection of that name in a group."""
        return file_name(self.root, name, group)

    def save(self, draft: Draft, *, overwrite: bool = False, seal: bool = True) -> Entry:
        """Write a draft to its file, or to a new one, and return what is there now.

        `overwrite` replaces a file that changed since it was read. Without `seal` only plain fields are
        written, and where they decide where a secret is sent, the seal is broken afterwards.

        Raises:
            ChangedOnDisk: The file changed since it was read.
            LockedError: The secrets cannot be sealed to what the draft says.
            SaveError: The file cannot be written.
        """
        from integrator_tui.workspace.editor import save

        beside = (draft.source or "").rpartition("/")[0]
        file = draft.file or self.new_file_name(draft.connection.name, beside)
        save(self._secrets, self.root, file, draft, overwrite=overwrite, seal=seal)
        return self.entry(file)

    def store_secrets(self, entry: Entry, typed: Mapping[str, Secret]) -> Entry:
        """Add or replace secrets of a file and seal it; raises what `save` raises."""
        connection = _connection(entry)
        names = tuple(dict.fromkeys((*connection.secrets, *typed)))
        changed = connection.model_copy(update={"secrets": names})
        return self.save(Draft(changed, entry.file, entry.revision, typed))

    def delete(self, entry: Entry) -> None:
        """Remove the file of an entry; raise ChangedOnDisk where it changed since it was read, SaveError where it
        cannot be removed."""
        files.remove(self.root / entry.file, entry.revision)

    def rename(self, entry: Entry, name: str) -> Entry:
        """Give a connection another name; its file keeps its own. No key is needed."""
        connection = _connection(entry).model_copy(update={"name": name})
        return self.save(Draft(connection, entry.file, entry.revision))

    def duplicate(self, entry: Entry) -> Draft:
        """Return a draft of the same connection under a free name, its secrets included.

        Raises LockedError where the secrets cannot be opened.
        """
        connection = _connection(entry)
        taken = {other.name for other in self.entries()}
        copies = (f"{connection.name} copy{'' if number == 1 else f' {number}'}" for number in range(1, 10_000))
        name = next(name for name in copies if name not in taken)
        typed = self.secrets(entry) if connection.secrets else {}
        return Draft(connection.model_copy(update={"name": name}), None, typed=typed, source=entry.file)

    # --- secrets ---

    def secrets(self, entry: Entry) -> dict[str, Secret]:
        """Return the stored secrets of a file by name; raises LockedError, the seal and MAC looked at first."""
        connection = _connection(entry)
        sealed = self._entries.sealed(entry.file)
        return self._secrets.open(sealed, entry.file, connection) if sealed else {}

    def reveal(self, draft: Draft, name: str) -> Secret:
        """Return the typed or stored value of one secret; raises LockedError."""
        if name in draft.typed:
            return draft.typed[name]
        return self.secrets(self.entry(draft.file)).get(name, Secret("")) if draft.file else Secret("")

    def guard_memory(self) -> None:
        """Keep the process from leaving a core file, before a secret is typed."""
        from integrator_tui.vault.memory import disable_core_dumps

        disable_core_dumps()

    def needs_identity(self) -> bool:
        """Return whether there is no identity yet to encrypt a first secret for."""
        return self._secrets.needs_identity()

    def create_identity(self, passphrase: Secret | None = None) -> CreatedIdentity:
        """Make an identity where sops finds it; one that exists is kept."""
        return self._secrets.vault.create_identity(passphrase)

    def kept_identity(self) -> FoundIdentity | None:
        """Return the identity that `create_identity` would keep, None where it would make one."""
        return self._secrets.vault.kept_identity()

    def lend_identity(self, path: Path) -> Secret:
        """Make an identity at `path`, for whoever lends it to a session, and return its text."""
        return self._secrets.lend_identity(path)

    def identities(self) -> tuple[FoundIdentity, ...]:
        """Return the identities found here, and the sources with a problem."""
        return self._secrets.vault.identities()

    @property
    def recipients(self) -> Recipients:
        """For whom the files are encrypted, and who of them was agreed to here."""
        return self._secrets.recipients

    @cached_property
    def rotation(self) -> Rotation:
        """Changes who can read all files, and under which data keys."""
        from integrator_tui.workspace.keys.removals import Removals
        from integrator_tui.workspace.keys.rotation import Rotation

        return Rotation(self.root, self._secrets, Removals(self.root, self._surroundings.state))

    def strangers(self, file: str | None) -> Strangers:
        """Return whom the user has to agree to before `file` can be written; raises LockedError, InvalidFile."""
        from integrator_tui.workspace.keys.strangers import strangers

        return strangers(self.recipients, file, self._entries.sealed(file) if file else None)

    def agree(self, found: Strangers, file: str | None) -> None:
        """Agree to recipients, because the user said so; whom only the file names is pinned in `.sops.yaml`."""
        from integrator_tui.workspace.keys.strangers import agree

        agree(self.recipients, found, file)

    @cached_property
    def sealing(self) -> Seals:
        """Reviews, verifies and seals files."""
        from integrator_tui.workspace.seals import Seals

        return Seals(self.root, self._secrets)

    def unlock(self, passphrase: Secret) -> None:
        """Open the identity files that are protected by a passphrase, for this session."""
        self._secrets.vault.unlock(passphrase)

    def unlock_for(self, entries: Iterable[Entry]) -> None:
        """Have the passphrase asked for now, where one of these files needs it; what stays closed is told later."""
        for entry in entries:
            if entry.connection is None or not entry.connection.secrets or not self._secrets.vault.is_locked():
                continue
            with suppress(IntegratorError):
                self.secrets(entry)

    def reseal(self, entry: Entry) -> Entry:
        """Encrypt what stands in plain and seal a file to what it says now; the caller has shown it to the user."""
        self.sealing.seal(entry.file, entry.revision)
        return self.entry(entry.file)

    def merge(self, file: str, base: bytes, ours: bytes, theirs: bytes) -> Merged:
        """Return the three versions of a file that two branches changed as one."""
        from integrator_tui.workspace.merge.three_way import merge

        return merge(self._secrets, file, base, ours, theirs)

    def verify(self, entry: Entry) -> tuple[IntegratorError, ...]:
        """Return what is wrong with the secrets of a file: MAC, seal, plain text; nothing where it has none."""
        return self.sealing.verify(entry.file)

    # --- the network ---

    def target(self, draft: Draft, parameters: Mapping[str, str], *, checked: bool = False) -> Target:
        """Return what the engine needs of a draft; stored secrets are opened now.

        Raises LockedError, and ChangedOnDisk where the file is no longer the version that the draft was made of.
        `checked` says that the problems of the draft are known, and none of them keeps it from being used.
        """
        from integrator_tui.engine.target import Target

        stored: dict[str, Secret] = {}
        missing = [name for name in draft.connection.secrets if name not in draft.typed]
        if draft.file and (missing or self._entries.is_stripped(draft.file)):
            entry = self.entry(draft.file)
            # The seal speaks of what the file says now: the draft may come from a version that it would refuse.
            if entry.revision != draft.revision:
                hint = "read it again, and look at what it says now"
                raise ChangedOnDisk(f"{draft.file} changed since it was read", hint)
            stored = self.secrets(entry)
        values = {**stored, **draft.typed}

        def reveal(ref: SecretRef) -> Secret:
            return values.get(ref, Secret(""))

        beside = os.path.dirname(os.path.join(self.root, draft.file or draft.source or ""))
        return Target(draft.connection, reveal, parameters, beside, checked)

    def _unopened(self, draft: Draft, parameters: Mapping[str, str]) -> Target:
        from integrator_tui.engine.target import Target

        return Target(draft.connection, lambda ref: Secret(""), parameters, str(self.root))

    def report(self, draft: Draft, parameters: Mapping[str, str]) -> ProbeReport:
        """Return an empty report to add the results of `probe` to."""
        try:
            target = self.target(draft, parameters)
        except IntegratorError:
            target = self._unopened(draft, parameters)
        return self._engine.report(target, draft.connection.name, draft.file)

    async def probe(
        self, draft: Draft, parameters: Mapping[str, str], *, timeout: float | None = None
    ) -> AsyncGenerator[StageResult, None]:
        """Give the result of each stage of a test as it ends; secrets that stay closed are a result too."""
        from integrator_tui.workspace.batch.check import stay_closed

        try:
            target = self.target(draft, parameters)
        except IntegratorError as error:
            for result in stay_closed(draft.connection, error):
                yield result
            return
        async with aclosing(self._engine.probe(target, timeout=timeout)) as results:
            async for result in results:
                yield result

    async def stream(self, draft: Draft, parameters: Mapping[str, str]) -> AsyncGenerator[StreamEvent, None]:
        """Give the answer of the test request as it comes; secrets that stay closed are an end too.

        Closing the iteration closes the socket.
        """
        from integrator_tui.engine.sanitize import failure_of
        from integrator_tui.engine.stream import not_opened

        try:
            target = self.target(draft, parameters)
        except IntegratorError as error:
            yield not_opened(failure_of(error))
            return
        async with aclosing(self._engine.stream(target)) as events:
            async for event in events:
                yield event

    def check_run(
        self, checks: Sequence[Check], parameters: Mapping[str, str], bounds: Bounds, cores: int
    ) -> CheckRun:
        """Begin to probe many connections, on two cores where there are as many. Call it before a loop runs."""
        from integrator_tui.workspace.batch.run import CheckRun

        # Before there is another copy: the one that reads can be ended here alone, and both then have what it read.
        self._entries.settle()
        return CheckRun(self, checks, parameters, bounds, cores)

    async def check(
        self, check: Check, parameters: Mapping[str, str], *, timeout: float | None = None
    ) -> ProbeReport:
        """Probe to the end and return the whole report, whatever keeps the probe from being made."""
        from integrator_tui.workspace.batch.check import check as probed

        return await probed(self, self._engine, check, parameters, timeout=timeout)

    @cached_property
    def tokens(self) -> Tokens:
        """The tokens that are held for connections."""
        from integrator_tui.workspace.tokens import Tokens

        return Tokens(self.target, lambda: self._engine)

    @cached_property
    def requesting(self) -> Requests:
        """Requests, tokens and operations for who asks for their data."""
        from integrator_tui.workspace.requests import Requests

        return Requests(self.target, lambda: self._engine)

    def curl(self, draft: Draft) -> str:
        """Return the test request as a curl command without secrets."""
        from integrator_tui.interchange.curl import curl

        return curl(draft.connection)

    # --- showing ---

    def as_yaml(self, entry: Entry, *, reveal: bool = False) -> str:
        """Return the file of an entry without its `sops` block and seal, secrets masked unless revealed."""
        from integrator_tui.workspace.display import as_yaml

        return as_yaml(self, entry, reveal=reveal)

    def as_json(self, entry: Entry, *, reveal: bool = False) -> dict[str, Any]:
        """Return the keys of the file as JSON values, `secrets` flat and masked unless revealed."""
        from integrator_tui.workspace.display import as_json

        return as_json(self, entry, _connection(entry), reveal=reveal)

    # --- settings ---

    def theme(self) -> str | None:
        """Return the name of the theme the user chose, or None."""
        from integrator_tui.store import settings

        return settings.read(self._surroundings.settings_file).theme

    def remember_theme(self, name: str) -> None:
        """Keep the name of a theme in the user's settings; raises SaveError."""
        from integrator_tui.store import settings

        path = self._surroundings.settings_file
        settings.write(path, replace(settings.read(path), theme=name))

    @property
    def themes(self) -> Path:
        """The folder of the user's own themes."""
        return self._surroundings.themes


def _connection(entry: Entry) -> Connection:
    if entry.connection is None:
        first = next((problem for problem in entry.problems if problem.is_error), None)
        where = f"{entry.file}:{first.line}" if first and first.line else entry.file
        raise InvalidFile(f"{where}: {first.message if first else 'cannot be read'}", first.hint if first else "")
    return entry.connection
