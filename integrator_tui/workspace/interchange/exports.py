"""Exports: connections in the formats of other tools, without secrets."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.net.pem_files import read_pem
from integrator_tui.errors import InvalidFile, UsageError
from integrator_tui.interchange.blackbox import writer as blackbox
from integrator_tui.interchange.curl_script import script as curl_script
from integrator_tui.interchange.exported import Exported, Refusal
from integrator_tui.interchange.exports.outgoing import ToWrite
from integrator_tui.interchange.http_export import writer as http_writer
from integrator_tui.interchange.kinetic import writer as kinetic
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft, Entry, connection_of
from integrator_tui.store import files
from integrator_tui.store.connection_file.writer import names_to_give
from integrator_tui.store.yamltext.document import parse_bytes
from integrator_tui.workspace.interchange.other_types import other_values


class Exports:
    """Writes the connections below `root` as other tools read them."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def written(self, form: str, entries: Sequence[Entry]) -> Exported:
        """Return connections in a format of EXPORT_FORMATS; raises InvalidFile where a file says no connection."""
        if refused := [refusal for entry in entries for refusal in self._in_plain(entry)]:
            return Exported(refused=tuple(refused))
        exported: Exported = getattr(self, f"_{form}")(entries)
        return exported

    def curl(self, draft: Draft) -> str:
        """Return the test request of what is edited as a curl command; secrets are environment variables.

        Raises UsageError where a command cannot say it.
        """
        given = self._to_write(draft.connection, draft.file or "", draft.declared)
        exported = curl_script.write([given], test_alone=True)
        for refusal in exported.refused:
            raise UsageError(refusal.message, refusal.hint)
        return exported.text.rstrip("\n")

    def _kinetic(self, entries: Sequence[Entry]) -> Exported:
        return kinetic.write(self._to_export(entry) for entry in entries)

    def _to_export(self, entry: Entry) -> kinetic.ToExport:
        document = parse_bytes(files.read(self._root / entry.file)[0])
        if entry.state == "unsupported":
            return kinetic.ToExport(Connection(name=entry.name), other=other_values(document, entry.name))
        return kinetic.ToExport(connection_of(entry), names_to_give(document))

    def _curl(self, entries: Sequence[Entry]) -> Exported:
        given, others = self._readable(entries)
        return _with_left_out(curl_script.write(given), others)

    def _http(self, entries: Sequence[Entry]) -> Exported:
        given, others = self._readable(entries)
        return _with_left_out(http_writer.write(given), others)

    def _blackbox(self, entries: Sequence[Entry]) -> Exported:
        given, others = self._readable(entries)
        return _with_left_out(blackbox.write(given), others)

    def _in_plain(self, entry: Entry) -> Iterator[Refusal]:
        """Yield a refusal for a file, or the one that it extends, that encrypts more than its secrets."""
        named = [entry.file]
        if entry.connection is not None and entry.connection.extends:
            named.append(os.path.normpath(Path(entry.file).parent / entry.connection.extends))
        for file in named:
            if parse_bytes(files.read(self._root / file)[0]).encrypts_fields():
                yield Refusal(
                    f"{entry.name}: fields of {file} are encrypted, and an export would hold them in plain",
                    "export the others by name, or have its rule in .sops.yaml encrypt secrets alone",
                )

    def _readable(self, entries: Sequence[Entry]) -> tuple[list[ToWrite], list[str]]:
        """Return the connections, and what is told of files of other types."""
        given, others = [], []
        for entry in entries:
            if entry.state == "unsupported":
                others.append(f"{entry.file}: left out, it is of another type")
                continue
            declared = names_to_give(parse_bytes(files.read(self._root / entry.file)[0]))
            given.append(self._to_write(connection_of(entry), entry.file, declared))
        return given, others

    def _to_write(self, connection: Connection, file: str, declared: Sequence[str]) -> ToWrite:
        pem = connection.ca_cert
        if connection.ca_cert_file is not None:
            try:
                pem = read_pem(str((self._root / file).parent), connection.ca_cert_file, "the CA certificate")
            except StageFailed as failed:
                raise InvalidFile(f"{connection.name}: ca_cert_file: {failed.message}", failed.hint) from None
        folder = str((self._root / file).parent.absolute()) if file else ""
        return ToWrite(connection, file, tuple(declared), pem, folder)


def _with_left_out(exported: Exported, more: Sequence[str]) -> Exported:
    return exported._replace(left_out=(*exported.left_out, *more)) if more else exported
