"""A document of requests as connections: one for an origin and a method, with an operation for each request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from integrator_tui.errors import UsageError
from integrator_tui.interchange.collections.addresses import ForeignAddress, ForeignAddresses
from integrator_tui.interchange.collections.logins import ForeignLogins
from integrator_tui.interchange.collections.masking import TextMasker
from integrator_tui.interchange.collections.methods import MethodWriter
from integrator_tui.interchange.collections.names import ConnectionNames
from integrator_tui.interchange.collections.operations import OperationWriter
from integrator_tui.interchange.collections.proofs import ForeignProof, ForeignProofs
from integrator_tui.interchange.collections.requests import ForeignDocument, ForeignRequest, Texts
from integrator_tui.interchange.collections.variables import ForeignVariable, Variables
from integrator_tui.interchange.documents.described import (
    DescribedConnection,
    DescribedDocument,
    names_of,
    request_to_test,
)
from integrator_tui.interchange.documents.source import DocumentReport
from integrator_tui.interchange.imported import Remark
from integrator_tui.model.connection import WELL_KNOWN_SECRETS, AuthMethod, Connection, Operation, Options
from integrator_tui.model.fields import METHODS
from integrator_tui.model.secret import Secret
from integrator_tui.model.text import visible

MOST_REQUESTS: Final = 5_000


@dataclass(frozen=True, slots=True)
class _Placed:
    """A request whose address and proof are known."""

    number: int
    request: ForeignRequest
    address: ForeignAddress
    headers: Texts
    variables: Variables


@dataclass(slots=True)
class _Gathered:
    """The requests of one connection, as they are met."""

    line: int
    placed: list[_Placed] = field(default_factory=list)


def read(
    document: ForeignDocument,
    report: DocumentReport,
    *,
    given: Mapping[str, str] | None = None,
    environment: Mapping[str, ForeignVariable] | None = None,
    base_url: str = "",
) -> DescribedDocument:
    """Return the connections that a document describes; `given` are the variables of the command line, which win
    over `environment`, which wins over what a request and then the document say themselves.

    Raises UsageError where it holds no request that can be used.
    """
    if len(document.requests) > MOST_REQUESTS:
        raise UsageError(f"the document holds more than {MOST_REQUESTS} requests", "give it in parts")
    return _Reader(document, report, given or {}, environment or {}, base_url).read()


class _Reader:
    def __init__(
        self,
        document: ForeignDocument,
        report: DocumentReport,
        given: Mapping[str, str],
        environment: Mapping[str, ForeignVariable],
        base_url: str,
    ) -> None:
        self._document = document
        self._report = report
        first = {name: ForeignVariable(value) for name, value in given.items()}
        self._variables = Variables([first, environment, document.variables])
        self._own_at = sum(1 for scope in (first, environment) if scope)
        self._addresses = ForeignAddresses(report, base_url)
        self._logins = ForeignLogins(document.requests, given)
        self._proofs = ForeignProofs(report, self._logins, self._addresses)
        self._gathered: dict[tuple[str, ForeignProof], _Gathered] = {}

    def read(self) -> DescribedDocument:
        for number, request in enumerate(self._document.requests):
            self._place(number, request)
        if not self._gathered and not self._addresses.open:
            first = next((r for r in self._report.remarks if "left out" in r.text), None)
            why = f": line {first.line}: {first.text}" if first else ""
            raise UsageError(f"the document holds no request{why}", "nothing was written")
        title = " ".join(self._document.title.split())
        found: tuple[DescribedConnection, ...] = ()
        if not self._addresses.open:
            found = tuple(self._connections(visible(title, limit=100)))
        masker = TextMasker(self._secret_values(found))
        remarks = (Remark(remark.line, masker.remark(remark.text)) for remark in self._report.remarks)
        return DescribedDocument(
            masker.text(title),
            tuple(each._replace(connection=masker.connection(each.connection)) for each in found),
            tuple(sorted(remarks, key=lambda remark: remark.line)),
            tuple(self._addresses.open),
        )

    def _secret_values(self, found: Sequence[DescribedConnection]) -> Iterator[str]:
        """Yield the values of every secret of the document, wherever it is used."""
        for each in found:
            yield from (secret.reveal() for secret in each.secrets.values())
        yield from self._variables.secret_values()
        for request in self._document.requests:
            yield from Variables([request.variables]).secret_values()

    def _place(self, number: int, request: ForeignRequest) -> None:
        self._report.at(request.line, request.about)
        if request.method.upper() not in METHODS:
            self._report.say(f"left out: {visible(request.method, limit=20)} is no method that can be sent here")
            return
        variables = self._variables.within(request.variables, self._own_at)
        address = self._addresses.of(request, variables)
        if address is None:
            return
        proof, headers = self._proofs.of(number, request, address.user_info, variables)
        gathered = self._gathered.setdefault((address.origin, proof), _Gathered(request.line))
        gathered.placed.append(_Placed(number, request, address, headers, variables))

    # --- connections ---

    def _connections(self, title: str) -> Iterator[DescribedConnection]:
        self._leave_logins_out()
        made = [self._connection(*each) for each in self._gathered.items()]
        ways = [(each.connection.base_url, each.connection.auth) for each in made]
        origins = [origin for origin, _ in self._gathered]
        names = names_of(title, [(origin, auth) for origin, (_, auth) in zip(origins, ways, strict=True)])
        for name, each in zip(names, made, strict=True):
            connection = each.connection.model_copy(update={"name": name})
            yield each._replace(connection=connection)

    def _leave_logins_out(self) -> None:
        """A request that fetches the token of others is part of their method."""
        for key, gathered in list(self._gathered.items()):
            gathered.placed = [each for each in gathered.placed if each.number not in self._logins.used]
            if not gathered.placed:
                del self._gathered[key]
        if not self._gathered:
            raise UsageError("the document holds a login and no other request", "nothing was written")

    def _connection(self, key: tuple[str, ForeignProof], gathered: _Gathered) -> DescribedConnection:
        origin, proof = key
        own = WELL_KNOWN_SECRETS.get(proof.kind, "")
        names = ConnectionNames(own, self._report)
        names.keep_own(proof.secret)
        self._report.at(gathered.line, "")
        shared = {each.address.shared for each in gathered.placed}
        below = shared.pop() if len(shared) == 1 else ""
        base_url = f"{origin}{below}"
        write = OperationWriter(names, self._report, below)
        auth = self._auth(proof, names, origin, below)
        operations = self._named([
            write.operation(each.request, each.address, each.headers, each.variables) for each in gathered.placed
        ], gathered)  # fmt: skip
        connection = Connection(
            name="x",
            description=self._document.description,
            base_url=base_url,
            test_path=self._test_path(gathered, operations),
            auth=auth,
            operations=operations,
            options=Options(verify=proof.verify),
            secrets=tuple(names.values),
        )
        if own in names.declared:
            self._report.at(gathered.line, "")
            what = own.replace("_", " ")
            self._report.say(f"the {what} is not known: store it with itui edit NAME --secret {own}")
        if not proof.verify:
            self._report.at(gathered.line, "")
            self._report.say(
                "TLS NOT VERIFIED: whoever stands between can read and change it all; options.verify is false"
            )
        secrets = {name: Secret(value) for name, value in names.values.items()}
        return DescribedConnection(connection, gathered.line, tuple(names.declared), secrets)

    def _auth(self, proof: ForeignProof, names: ConnectionNames, origin: str, below: str) -> AuthMethod:
        writer = MethodWriter(names, self._report, self._proofs, self._addresses)
        if proof.login < 0:
            return writer.method(proof, self._variables)
        login = self._logins.requests[proof.login]
        variables = self._variables.within(login.variables, self._own_at)
        return writer.fetched(proof, login, proof.login, variables, origin, below)

    def _named(self, operations: Sequence[Operation], gathered: _Gathered) -> tuple[Operation, ...]:
        counts: dict[str, int] = {}
        found = []
        for operation in operations:
            number = counts[operation.name] = counts.get(operation.name, 0) + 1
            if number > 1:
                operation = operation.model_copy(update={"name": f"{operation.name} ({number})"})
            found.append(operation)
        return tuple(found)

    def _test_path(self, gathered: _Gathered, operations: Sequence[Operation]) -> str:
        found = request_to_test(operations)
        if found is None:
            self._report.at(gathered.line, "")
            self._report.say("no GET needs nothing: the test asks for the base URL itself")
            return ""
        request = gathered.placed[found].request
        self._report.at(request.line, request.about)
        path = operations[found].path
        self._report.say(f"the test asks for this path, {visible(path, limit=80)}")
        return path
