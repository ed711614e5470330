"""A workspace in memory, with the methods the screens use: for what a screen does, not for what a file holds."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from integrator_tui.errors import (
    ChangedOnDisk,
    HistoryUnavailable,
    NotFound,
    PassphraseNeeded,
    SealBroken,
    UsageError,
    WrongPassphrase,
)
from integrator_tui.interchange.curl import reader as curl_reader
from integrator_tui.interchange.imported import Imported
from integrator_tui.model.answer import KeptAnswer
from integrator_tui.model.connection import Connection, Operation
from integrator_tui.model.difference import AnswerDifference
from integrator_tui.model.entry import Draft, Entry, Revision
from integrator_tui.model.history import HistoryEntry, HistorySubject, WorkedLast, worked_last
from integrator_tui.model.last_result import TrackRecord
from integrator_tui.model.listed import operation_rows
from integrator_tui.model.opening import Opening, opening_of
from integrator_tui.model.operation_result import OperationResult
from integrator_tui.model.parameters import Input, Purpose, inputs, parameters
from integrator_tui.model.preview import Preview
from integrator_tui.model.probe import Failure, ProbeReport, StageResult
from integrator_tui.model.problem import Problem
from integrator_tui.model.rules import problems
from integrator_tui.model.secret import Secret
from integrator_tui.model.stream import Closed, Event, Opened, Received, StreamEvent
from integrator_tui.model.tried import TriedExpression
from integrator_tui.workspace import (
    Authority,
    Change,
    CreatedIdentity,
    DraftTyped,
    Exported,
    ExpressionPlace,
    FleetResult,
    GivenDocument,
    HeldToken,
    Inherited,
    NotedText,
    PreparedImport,
    ReadBack,
    Review,
    Strangers,
    TextEdit,
    TypedDraft,
    Undone,
    Verdict,
    WaitingDraft,
)
from integrator_tui.workspace.journals.drafts import Drafts
from integrator_tui.workspace.seals import ReviewedField

PASSED = (
    StageResult("resolve", "passed", 0.4, {"addresses": ["192.0.2.7"]}),
    StageResult("connect", "passed", 1.1, {"address": "192.0.2.7", "port": 443}),
    StageResult("tls", "passed", 8.2, {"version": "TLSv1.3", "issuer": "CN=Demo CA", "days_left": 41}),
    StageResult("authenticate", "passed", 20.3, {"method": "http_bearer_token", "expires_in_s": 3600}),
    StageResult("respond", "passed", 11.7, {"status": 200, "bytes": 17, "http_version": "HTTP/1.1"}),
)
REFUSED = (
    *PASSED[:3],
    StageResult(
        "authenticate",
        "failed",
        18.0,
        {"method": "http_bearer_token", "status": 401},
        Failure(
            "authenticate",
            "credentials_rejected",
            "the token endpoint refused the credentials: invalid_client",
            "check Client ID and the secret client_secret",
        ),
    ),
    StageResult("respond", "skipped"),
)


class FakeSecrets(dict[str, dict[str, Secret]]):
    """The stored secrets by file and name."""

    guard: Callable[[], None]

    def require_unlocked(self, entries: Iterable[Entry], /) -> None:
        self.guard()

    def reveal(self, draft: Draft, name: str, /) -> Secret:
        self.guard()
        return draft.typed.get(name) or self[draft.file or draft.source or ""][name]


class FakeDocuments:
    """No document is one here; those are looked at on the real workspace."""

    def given(self, text: str, home: Path | None = None) -> GivenDocument:
        return GivenDocument(text)

    def looks_like_one(self, text: str, home: Path | None = None) -> bool:
        return False

    def format_of(self, document: GivenDocument) -> str:
        return ""

    def prepared(
        self,
        form: str,
        document: GivenDocument,
        *,
        folder: str = "",
        variables: Mapping[str, str] | None = None,
        base_url: str = "",
    ) -> PreparedImport:
        raise UsageError("it is no document", "there is none here")

    def save(self, prepared: PreparedImport) -> None:
        raise AssertionError("nothing was prepared")


class FakeHosts:
    """The hosts that are offered to look from."""

    def names(self) -> tuple[str, ...]:
        return ("bastion", "eu-bastion")


class FakeImports:
    """Reads curl commands as the real one does: nothing of it is on a disk."""

    def looks_like_curl(self, text: str) -> bool:
        return curl_reader.looks_like_curl(text)

    def curl(self, text: str) -> Imported:
        return curl_reader.read(text)


@dataclass
class FakeHistory:
    """Keeps what was tested."""

    tests: list[tuple[str | None, str | None]] = field(default_factory=list)
    told: str | None = None
    earlier: dict[str, HistoryEntry] = field(default_factory=dict)
    records: dict[str, TrackRecord] = field(default_factory=dict)
    past: tuple[HistoryEntry, ...] = ()
    lost: str = ""

    def entries(self, file: str, *, last: int | None = None) -> tuple[HistoryEntry, ...]:
        return self.past[:last]

    def worked_last(self, file: str, *, operation: str | None = None) -> WorkedLast:
        return worked_last(self.past)

    def pin(self, entry: HistoryEntry, headers: Sequence[tuple[str, str]] = (), body: str | None = None) -> None:
        raise HistoryUnavailable("nothing is kept here")

    def unpin(self, entry: HistoryEntry) -> None:
        raise HistoryUnavailable("nothing is kept here")

    def pinned_answer(self, entry: HistoryEntry) -> tuple[list[tuple[str, str]], str | None]:
        return [], None

    def remove(self, entries: Sequence[HistoryEntry]) -> None:
        raise HistoryUnavailable("nothing is kept here")

    def tested(self, draft: Draft, report: ProbeReport, parameters: Mapping[str, str]) -> None:
        self.tests.append((draft.file, report.outcome))

    def requested(
        self, draft: Draft, operation: Operation, report: ProbeReport, parameters: Mapping[str, str]
    ) -> None:
        self.tests.append((draft.file, report.outcome))

    def flush(self) -> None: ...

    def record(
        self, report: ProbeReport, subject: HistorySubject, parameters: Mapping[str, str] | None = None
    ) -> None:
        self.tests.append((subject.file, report.outcome))

    def latest(self) -> dict[str, HistoryEntry]:
        return self.earlier

    def track_records(self) -> dict[str, TrackRecord]:
        return self.records

    def notice(self) -> str | None:
        return self.told


class FakeRecentRequests:
    """None are kept."""

    def of(self, draft: Draft) -> tuple[Operation, ...]:
        return ()

    def add(self, draft: Draft, operation: Operation) -> None:
        """None are kept."""


class FakeRuns:
    """Runs nothing."""

    def inputs(self, draft: Draft, operation: Operation) -> tuple[Input, ...]:
        return inputs(draft.connection, operation)

    def remembered(self, draft: Draft, operation: Operation) -> dict[str, str]:
        return {}

    async def run(self, draft: Draft, operation: Operation, given: Mapping[str, str]) -> OperationResult:
        raise NotFound("nothing runs", "there is nothing here")

    async def transform(self, draft: Draft, operation: Operation) -> OperationResult:
        raise NotFound("there is no answer", "there is nothing here")


class FakeExtensions:
    """Nothing extends anything."""

    def inherited(self, draft: Draft) -> Inherited | None:
        return None

    def extending(self, file: str) -> tuple[str, ...]:
        return ()

    def broken_by(self, draft: Draft) -> tuple[str, ...]:
        return ()

    def begun(self, name: str, base: str, folder: str = "", base_url: str = "") -> Draft:
        raise NotFound("there is nothing to extend")


class FakeSources:
    """Nothing lies elsewhere."""

    def agree(self, missing: Mapping[str, Sequence[str]]) -> None:
        raise AssertionError("nobody was asked about sources")


class FakeUndo:
    """Nothing was changed that could be taken back."""

    lost = ""

    def keeps(self, file: str) -> bool:
        return False

    def last(self) -> Change:
        raise NotFound("there is no change to take back")

    def undo(self) -> Undone:
        raise NotFound("there is no change to take back")


class FakeTexts:
    """There is no editor."""

    def opened(self, entry: Entry) -> TextEdit:
        raise NotFound("no editor", "there is none here")

    def read_back(self, edit: TextEdit, text: str) -> ReadBack:
        return ReadBack(None)

    def save(self, read: ReadBack, *, overwrite: bool = False, seal: bool = True) -> Entry:
        raise NotFound("no editor", "there is none here")

    def differences(self, read: ReadBack) -> tuple[tuple[str, str, str], ...]:
        return ()

    def in_editor(
        self, shown: NotedText, name: str, on_disk: Callable[[Path], None], *, suffix: str = ".yaml"
    ) -> str:
        raise NotFound("no editor", "there is none here")

    def open_file(self, file: str, line: int | None) -> None:
        raise NotFound("no editor", "there is none here")


class FakeDrafts:
    """Nothing waits; what is typed is journalled nowhere."""

    def begin(self, waiting: WaitingDraft | None = None) -> TypedDraft:
        drafts = Drafts(Path("/workspace"), Path("/nowhere"), bool, lambda: None)  # type: ignore[arg-type,return-value]
        typed = drafts.begin()
        typed.is_over = True
        return typed

    def drop_own(self) -> None:
        """There are none."""

    def waiting(self) -> tuple[WaitingDraft, ...]:
        return ()

    def opened(self, waiting: WaitingDraft, *, ask: bool = True) -> DraftTyped:
        raise NotFound("no draft")

    def discard(self, waiting: WaitingDraft) -> None:
        """There are none."""


@dataclass
class FakeWorkspace:
    """Holds entries by file, and the secrets that were saved with them."""

    root: Path = Path("/workspace")
    files: dict[str, Entry] = field(default_factory=dict)
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    stages: tuple[StageResult, ...] = PASSED
    events: tuple[str, ...] = ("one", "two", "three")
    endless: bool = False
    identity: bool = True
    passphrase: str | None = None
    chosen_theme: str = ""
    probed: list[tuple[Draft, dict[str, str]]] = field(default_factory=list)
    begun_streams: int = 0
    closed_streams: int = 0
    kept: FakeHistory = field(default_factory=FakeHistory)
    broken: set[str] = field(default_factory=set)
    answer: KeptAnswer | None = None
    answers_to_come: list[KeptAnswer] = field(default_factory=list)
    answer_before: KeptAnswer | None = None
    gate: asyncio.Semaphore | None = None
    stages_of: dict[str, tuple[StageResult, ...]] = field(default_factory=dict)
    rings: bool = False
    seen: int | None = 0
    via: str = ""
    looked_from: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.secrets.guard = self._open

    def add(self, file: str, connection: Connection, **changes: object) -> Entry:
        entry = Entry(
            file,
            connection.name,
            connection.auth.type,
            connection.base_url,
            connection.tags,
            "ok",
            _revision(connection),
            (),
            connection,
        )
        entry = entry._replace(**changes)  # type: ignore[arg-type]
        self.files[file] = entry
        return entry

    def abandon(self) -> None:
        """Nothing is waited for here."""

    def opening(self) -> Opening:
        return opening_of(self.glimpse())

    def glimpse(self) -> tuple[Entry, ...]:
        return tuple(entry._replace(connection=None) for entry in self.entries())

    def listed(
        self, *, operations: bool = False, progress: Callable[[int, int], None] | None = None
    ) -> tuple[Entry, ...]:
        return tuple(
            entry._replace(connection=None, operations=operation_rows(entry, with_inputs=True))
            for entry in self.entries()
        )

    def entries(self) -> tuple[Entry, ...]:
        """Return all files that there are."""
        return tuple(self.files[file] for file in sorted(self.files))

    def opened(self, entry: Entry) -> Entry:
        return entry

    def entry(self, file: str) -> Entry:
        if file not in self.files:
            raise NotFound(f"{file} is gone", "reload")
        return self.files[file]

    def line_of(self, file: str, field: str) -> int | None:
        return None

    def problems(self, draft: Draft, /) -> tuple[Problem, ...]:
        twice = any(
            entry.name == draft.connection.name and entry.file != draft.file for entry in self.files.values()
        )
        taken = (Problem("name", "another connection has this name"),) if twice else ()
        return (*problems(draft.connection), *taken)

    def save(self, draft: Draft, *, overwrite: bool = False, seal: bool = True) -> Entry:
        if draft.file and not overwrite and self.files[draft.file].revision != draft.revision:
            raise ChangedOnDisk(f"{draft.file} changed since it was read", "choose which version stays")
        self._open()
        file = draft.file or self.new_file_name(draft.connection.name)
        kept = self.secrets.get(draft.file or draft.source or "", {})
        values = {name: draft.typed.get(name) or kept[name] for name in draft.connection.secrets}
        self.secrets[file] = values
        return self.add(file, draft.connection)

    def new_file_name(self, name: str, group: str = "") -> str:
        return f"{name.lower().replace(' ', '-')}.yaml"

    def delete(self, entry: Entry) -> None:
        del self.files[entry.file]

    def rename(self, entry: Entry, name: str, *, with_file: bool = False) -> Entry:
        assert entry.connection is not None
        return self.add(entry.file, entry.connection.model_copy(update={"name": name}))

    def folders(self) -> tuple[str, ...]:
        return ()

    def folder(self, text: str) -> str:
        return text

    def make_folder(self, folder: str) -> bool:
        return True

    def move(self, entry: Entry, folder: str) -> Entry:
        return entry

    def duplicate(self, entry: Entry) -> Draft:
        assert entry.connection is not None
        copy = entry.connection.model_copy(update={"name": f"{entry.name} copy"})
        return Draft(copy, source=entry.file)

    def parameters(self, draft: Draft, purpose: Purpose = "test") -> tuple[str, ...]:
        return parameters(draft.connection, purpose)

    def report(self, draft: Draft, values: Mapping[str, str], purpose: Purpose = "test") -> ProbeReport:
        url = draft.connection.base_url + draft.connection.test_path
        return ProbeReport(draft.connection.name, draft.file, url, datetime(2026, 11, 23, tzinfo=UTC))

    async def probe(
        self, draft: Draft, values: Mapping[str, str], purpose: Purpose = "test"
    ) -> AsyncGenerator[StageResult]:
        self._open()
        self.probed.append((draft, dict(values)))
        for stage in self.stages:
            yield stage
        if self.answers_to_come:
            self.answer = self.answers_to_come.pop(0)

    def prepare(self, count: int) -> None:
        self.prepared = count

    async def put_off(self) -> None:
        self.prepared = 0

    async def tested(
        self, entries: Sequence[Entry], given: Mapping[str, Mapping[str, str]], hosts: Sequence[str] = ()
    ) -> AsyncGenerator[FleetResult]:
        self.looked_from = tuple(hosts)
        for entry, host in ((entry, host) for entry in entries for host in hosts or ("local",)):
            if self.gate is not None:
                await self.gate.acquire()
            stages = self.stages_of.get(entry.file, self.stages)
            report = ProbeReport(entry.name, entry.file, entry.base_url, datetime.now(UTC), host)
            yield FleetResult(entry, report.plus(*stages).finished(41.0), HistorySubject(entry.name, entry.file))

    async def stream(
        self, draft: Draft, values: Mapping[str, str], purpose: Purpose = "test"
    ) -> AsyncGenerator[StreamEvent]:
        self._open()
        self.begun_streams += 1
        try:
            yield Opened(200, "OK", (), "text/event-stream", True, draft.connection.base_url)
            for text in self.events:
                yield Received((Event("message", text),), len(text))
            if self.endless:
                await asyncio.Event().wait()
            yield Closed("the server ended the stream", events=len(self.events))
        finally:
            self.closed_streams += 1

    async def last(self, draft: Draft, *, to: str = "") -> KeptAnswer | None:
        return self.answer

    async def other(self, draft: Draft, *, to: str = "") -> KeptAnswer | None:
        return self.answer_before

    async def of_time(self, file: str, since: datetime, before: datetime | None) -> KeptAnswer | None:
        return None

    def pin(self, draft: Draft, answer: KeptAnswer, *, to: str = "") -> bool:
        return True

    async def filtered(self, answer: KeptAnswer, expression: str) -> bytes:
        raise NotFound("no sandbox", "there is none here")

    async def write(self, answer: KeptAnswer, path: Path, *, masked: bool) -> int:
        return len(answer.body)

    async def tried(self, draft: Draft, expression: str, pasted: str, place: ExpressionPlace) -> TriedExpression:
        return TriedExpression("", failure="no sandbox")

    def needs_identity(self) -> bool:
        return not self.identity

    def shared_rules(self) -> Path | None:
        return None

    def create_identity(self) -> CreatedIdentity:
        self.identity = True
        return CreatedIdentity("age1fake", True, "/nowhere/keys.txt")

    def target(self, draft: Draft, values: Mapping[str, str]) -> None:
        self._open()

    def unlock(self, passphrase: Secret) -> None:
        if passphrase.reveal() != self.passphrase:
            raise WrongPassphrase("the passphrase does not open the identity", "try again")
        self.passphrase = None

    def _open(self) -> None:
        if self.passphrase is not None:
            raise PassphraseNeeded("the identity file asks for a passphrase")

    def is_broken(self, file: str) -> bool:
        return self.files[file].state == "seal_broken" or file in self.broken

    # Each service of a workspace is this one object: the names of their methods differ where it matters.

    @property
    def catalog(self) -> FakeWorkspace:
        return self

    @property
    def editor(self) -> FakeWorkspace:
        return self

    @property
    def places(self) -> FakeWorkspace:
        return self

    @property
    def texts(self) -> FakeTexts:
        return FakeTexts()

    @property
    def sources(self) -> FakeSources:
        return FakeSources()

    @property
    def extensions(self) -> FakeExtensions:
        return FakeExtensions()

    @property
    def keys(self) -> FakeWorkspace:
        return self

    @property
    def seals(self) -> FakeWorkspace:
        return self

    @property
    def hosts(self) -> FakeHosts:
        return FakeHosts()

    @property
    def probes(self) -> FakeWorkspace:
        return self

    @property
    def many(self) -> FakeWorkspace:
        return self

    @property
    def answers(self) -> FakeWorkspace:
        return self

    @property
    def comparisons(self) -> FakeWorkspace:
        return self

    async def each(
        self, entries: Sequence[Entry], operation: str | None, given: Mapping[str, str]
    ) -> AsyncGenerator[Verdict, None]:
        for entry in entries:
            yield Verdict(entry, "passed", answer=self.answer)

    def differences(self, one: Verdict, other: Verdict, most: int) -> list[AnswerDifference]:
        return []

    @property
    def expressions(self) -> FakeWorkspace:
        return self

    @property
    def recent_requests(self) -> FakeRecentRequests:
        return FakeRecentRequests()

    @property
    def runs(self) -> FakeRuns:
        return FakeRuns()

    @property
    def tokens(self) -> FakeWorkspace:
        return self

    @property
    def previews(self) -> FakeWorkspace:
        return self

    @property
    def exports(self) -> FakeWorkspace:
        return self

    @property
    def imports(self) -> FakeImports:
        return FakeImports()

    @property
    def documents(self) -> FakeDocuments:
        return FakeDocuments()

    @property
    def settings(self) -> FakeWorkspace:
        return self

    @property
    def history(self) -> FakeHistory:
        return self.kept

    @property
    def drafts(self) -> FakeDrafts:
        return FakeDrafts()

    @property
    def undo(self) -> FakeUndo:
        return FakeUndo()

    @property
    def themes(self) -> Path:
        return self.root / "themes"

    def strangers(self, file: str | None) -> Strangers:
        return Strangers()

    def agree(self, found: Strangers, file: str | None) -> None:
        raise AssertionError("nobody was asked about recipients")

    def held(self, draft: Draft, given: Mapping[str, str]) -> HeldToken | None:
        return None

    async def fetch(self, draft: Draft, given: Mapping[str, str]) -> HeldToken:
        raise NotFound("no token", "there is none here")

    def forget(self, draft: Draft, given: Mapping[str, str]) -> bool:
        return False

    async def authority(self, draft: Draft, given: Mapping[str, str], *, of_token: bool) -> Authority | None:
        return None

    def review(self, file: str) -> Review:
        entry = self.files[file]
        broken = entry.state == "seal_broken"
        findings = (SealBroken("the seal does not hold"),) if broken else ()
        fields = (ReviewedField("base_url", entry.base_url, broken), ReviewedField("auth.type", entry.auth, False))
        return Review(file, entry.name, entry.revision, findings, fields, (), True)

    def seal(self, file: str, shown: Revision) -> None:
        connection = self.files[file].connection
        assert connection is not None
        self.add(file, connection)

    def of_draft(self, draft: Draft, given: Mapping[str, str], purpose: Purpose = "test") -> Preview:
        return Preview(draft.connection.name, draft.file)

    def curl(self, draft: Draft) -> str:
        return f"curl {draft.connection.base_url}"

    def written(self, form: str, entries: Sequence[Entry]) -> Exported:
        return Exported(f"{form}: {', '.join(entry.name for entry in entries)}\n")

    def prod_tags(self) -> tuple[str, ...]:
        return ("prod",)

    def theme(self) -> str:
        return self.chosen_theme

    def driver(self) -> str | None:
        return None

    def bell(self) -> bool:
        return self.rings

    def look(self) -> int | None:
        return self.seen

    def mistakes(self) -> tuple[Problem, ...]:
        return ()

    def remember_theme(self, name: str) -> None:
        self.chosen_theme = name


def _revision(connection: Connection) -> Revision:
    return Revision(hashlib.sha256(connection.model_dump_json().encode()).hexdigest())
