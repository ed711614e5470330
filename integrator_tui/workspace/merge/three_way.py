"""Merging the file of two branches: text where it is text, by value where it is encrypted.

Rules: what git merges without a conflict stands, and needs no key. Otherwise secrets are compared by what they
hold, so that lastmodified, the MAC, a renewed data key, and recipients that came or went are no conflict; the
plain part is merged as git merges text, and its conflicts are marked as git marks them. A seal is never made
by a merge: where both sides changed sealed fields, the file waits for somebody to look and seal it. Temporary
files hold no secret, not even encrypted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from integrator_tui.errors import IntegratorError, InvalidFile, PassphraseNeeded
from integrator_tui.model.sealed import Path, ScalarChanges, SealedFile
from integrator_tui.model.secret import Secret
from integrator_tui.store.connection_file import reader, writer
from integrator_tui.store.yamltext.document import SOPS, Document, parse
from integrator_tui.store.yamltext.edits import delete, put, put_texts
from integrator_tui.store.yamltext.node import Mapping as MappingNode
from integrator_tui.store.yamltext.node import after_line, content_end, line_start
from integrator_tui.vault.merge import Sides
from integrator_tui.workspace.catalog import mac_conflict
from integrator_tui.workspace.keys.recipients import named
from integrator_tui.workspace.merge.text import merge_texts

if TYPE_CHECKING:
    from integrator_tui.workspace.keys.file_secrets import FileSecrets

SECRETS: Final = "secrets"
SEAL_PATH: Final[Path] = (SECRETS, "_seal")
_BY_HAND: Final = "keep what should stand of both sides, and remove the lines with the markers"


@dataclass(frozen=True, slots=True)
class Merged:
    """The content to leave in the file; it is not `clean` where it holds conflict markers or waits to be sealed.

    `findings` say why, and what else is to be known.
    """

    data: bytes
    clean: bool
    findings: tuple[IntegratorError, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One version of the file, and what its secrets hold: by path, empty ones and the seal included."""

    document: Document
    values: Mapping[Path, Secret]
    plain: str | None = None
    """What stands beside secrets and block, where that is not what the document says."""

    @property
    def texts(self) -> dict[Path, str]:
        """What stands below `secrets`, as it is written."""
        return {leaf.path: leaf.text for leaf in self.sealed.leaves if leaf.path[0] == SECRETS}

    @property
    def sealed(self) -> SealedFile:
        return self.document.sealed()

    def without(self, key: str) -> Side:
        return replace(self, document=delete(self.document, (key,)))

    def section(self, key: str) -> str:
        """Return the lines of a key at the top and what stands below it."""
        return section(self.document, key)


class ThreeWay:
    """Merges connection files, opening their secrets where text alone cannot be merged."""

    def __init__(self, secrets: FileSecrets) -> None:
        self._secrets = secrets

    def merge(self, file: str, base: bytes, ours: bytes, theirs: bytes, *, locked: bool = False) -> Merged:
        """Return the three versions of `file` as one; what stands in them is never an exception.

        Raises PassphraseNeeded where one needs an identity that waits for its passphrase and may not stay `locked`.
        """
        data, conflicts = merge_texts(base, ours, theirs)
        if not conflicts:
            return Merged(data, True)
        try:
            documents = tuple(_document(side) for side in (ours, theirs))
            if not any(document.sealed().metadata for document in documents):
                raise InvalidFile("both sides changed the same lines", _BY_HAND)
            mine, other = (_side(self._secrets, document) for document in documents)
            agreed = _base_side(self._secrets, base, mine, other, locked=locked)
            return _ByValue(self._secrets, file, agreed, mine, other).run()
        except IntegratorError as error:
            if isinstance(error, PassphraseNeeded) and not locked:
                raise
            return Merged(data, False, (error,))


def section(document: Document, key: str) -> str:
    """Return the lines of a key at the top of a document and what stands below it; raise InvalidFile without it."""
    root = document.mapping
    number = root.position(key) if root else None
    if root is None or number is None or root.flow:
        raise InvalidFile(f"{key} has no lines of its own", "resolve the conflict by hand, then seal the file")
    member = root.members[number]
    text = document.text
    found = text[line_start(text, member.key.start) : after_line(text, content_end(text, member.value))]
    return found if found.endswith(("\n", "\r")) else found + document.line_end


def _document(data: bytes) -> Document:
    try:
        document = parse(data.decode())
    except UnicodeDecodeError:
        raise InvalidFile("one side is not UTF-8 text", "resolve the conflict by hand") from None
    if document.problems:
        first = document.problems[0]
        raise InvalidFile(f"one side is broken: {first.message}", first.hint)
    return document


def _side(secrets: FileSecrets, document: Document) -> Side:
    sealed = document.sealed()
    if sealed.metadata is None:
        raise InvalidFile("one side has no encrypted secrets", "resolve the conflict by hand, then seal the file")
    opened = secrets.vault.values(sealed)
    paths = [leaf.path for leaf in sealed.leaves if leaf.path[0] == SECRETS and (leaf.text or not leaf.plain)]
    return Side(document, {path: opened.get(path, Secret("")) for path in paths if len(path) > 1})


def _base_side(secrets: FileSecrets, data: bytes, ours: Side, theirs: Side, *, locked: bool) -> Side | None:
    """Return the common version, None where it tells nothing.

    It need not open: a value that is written there as on one side is that side's. Where branches cross, git merges
    their common versions first, with conflicts in what it makes: what stands in one of those is not known.
    """
    try:
        return _side(secrets, _document(data))
    except IntegratorError as error:
        if isinstance(error, PassphraseNeeded) and not locked:
            raise
        text = data.decode("utf-8", "replace")
    documents = [parse(side) for side in mac_conflict.sides(text)]
    if any(document.problems or document.metadata() is None for document in documents):
        return None
    known = [Side(document, {}).texts for document in documents]
    values = {
        path: side.values[path]
        for side in (theirs, ours)
        for path, written in side.texts.items()
        if path in side.values and all(texts.get(path) == written for texts in known)
    }
    return Side(documents[0], values, _without_sections(text) if len(documents) > 1 else None)


def _without_sections(text: str) -> str:
    """Return a text with conflicts in it without the lines of `secrets` and `sops`."""
    return re.sub(rf"^(?:{SECRETS}|{SOPS}):.*\n(?:[^A-Za-z\n].*\n|\n)*", "", text, flags=re.MULTILINE)


class _ByValue:
    """One merge of two sides whose secrets are open; `base` is None where it has none that open."""

    def __init__(self, secrets: FileSecrets, file: str, base: Side | None, ours: Side, theirs: Side) -> None:
        self._secrets = secrets
        self._file = file
        self._base, self._ours, self._theirs = base, ours, theirs
        self._values = Sides(base.values if base else {}, ours.values, theirs.values)
        self._before = self._recipients(base)
        self._winner, self._loser = self._by_key()

    def run(self) -> Merged:
        """Return the merged file."""
        kept = self._kept()
        text, marked = self._plain_part()
        document = parse(text + self._ours.section(SECRETS) + self._winner.section(SOPS))
        document = self._sealed(self._with_values(self._with_names_to_give(document), kept))
        if marked is not None:
            data = (marked + section(document, SECRETS) + section(document, SOPS)).encode()
            hint = "keep one side of each conflict, then seal the file"
            return Merged(data, False, (InvalidFile("both sides changed the same plain lines", hint),))
        findings = self._verified(document)
        return Merged(document.text.encode(), not findings, findings)

    # --- values ---

    def _kept(self) -> tuple[Path, ...]:
        """Return the places that the merged file has; raise InvalidFile where the sides changed one differently."""
        kept, conflicts = [], []
        for path in dict.fromkeys((*self._ours.values, *self._theirs.values)):
            base, mine, other = (side.get(path) for side in self._three())
            if mine is not None and other is not None:
                conflicts += [path] if path != SEAL_PATH and self._values.conflict(path) else []
                kept.append(path)
            elif base is None:
                kept.append(path)
            elif (mine if mine is not None else other) != base and path != SEAL_PATH:
                conflicts.append(path)
        if conflicts:
            names = ", ".join(str(path[1]) for path in conflicts)
            raise InvalidFile(f"both sides changed the secret {names}", "keep one of them, then seal the file")
        return tuple(kept)

    def _three(self) -> tuple[Mapping[Path, Secret], ...]:
        return self._values.base, self._values.ours, self._values.theirs

    def _with_values(self, document: Document, kept: tuple[Path, ...]) -> Document:
        """Return the document with the places to keep, each with the text of the side whose value it holds."""
        present = document.find((SECRETS,))
        names = [m.key.text for m in present.members] if isinstance(present, MappingNode) else []
        for name in names:
            if (SECRETS, name) not in kept and (SECRETS, name) in self._ours.values:
                document = delete(document, (SECRETS, name))
        for path in kept:
            text = self._text(path)
            if document.find(path) is None:
                document = put(document, path, text)
            else:
                document = put_texts(document, {path: text})
        return document

    def _with_names_to_give(self, document: Document) -> Document:
        """Return the document with the names that their side declared and gave no value."""
        before = writer.names_to_give(self._base.document) if self._base else ()
        for name in writer.names_to_give(self._theirs.document):
            if name not in before and document.find((SECRETS, name)) is None:
                document = put(document, (SECRETS, name), None)
        return document

    def _text(self, path: Path) -> str:
        wanted = self._values.pick(path)
        for side in (self._winner, self._loser):
            if path in side.values and side.values[path] == wanted:
                return next(leaf.text for leaf in side.sealed.leaves if leaf.path == path)
        return ""

    def _base_values(self) -> Mapping[Path, Secret]:
        return self._base.values if self._base else {}

    # --- the plain part ---

    def _plain_part(self) -> tuple[str, str | None]:
        """Return what stands beside secrets and block, merged; and where that has conflicts, which the first text
        resolves as ours, the text that marks them."""
        texts = [self._plain(side) for side in (self._base, self._ours, self._theirs)]
        data, conflicts = merge_texts(*texts)
        if not conflicts:
            return data.decode(), None
        return merge_texts(*texts, take_ours=True)[0].decode(), data.decode()

    def _plain(self, side: Side | None) -> bytes:
        if side is None:
            return b""
        if side.plain is not None:
            return side.plain.encode()
        text = side.without(SOPS).without(SECRETS).document.text
        return (text if text.endswith(("\n", "\r")) else text + side.document.line_end).encode()

    # --- keys and recipients ---

    def _by_key(self) -> tuple[Side, Side]:
        """Return the side whose data key the merged file keeps, and the other: a renewed key wins."""
        ours, theirs = self._recipients(self._ours), self._recipients(self._theirs)
        renewed_there = not _shared(theirs, ours) and _shared(ours, self._before)
        return (self._theirs, self._ours) if renewed_there else (self._ours, self._theirs)

    def _sealed(self, document: Document) -> Document:
        """Return the document with its MAC made anew, for the recipients that both sides agree on."""
        vault, merged = self._secrets.vault, document.sealed()
        agreed = self._secrets.recipients.of(self._file, merged)
        ours, theirs = self._recipients(self._ours), self._recipients(self._theirs)
        wanted = [who for who in {**ours, **theirs} if (who in ours) == (who in theirs) or who not in self._before]
        # Somebody who came on the other side alone and is not pinned here is left out, under a new data key.
        pinned_or_old = {*agreed, *self._before, *ours}
        out = [who for who in named(merged) if who not in wanted or who not in pinned_or_old]
        sides = (self._winner.sealed, self._loser.sealed)
        done = vault.merge(merged, None, *sides, (*agreed, *out), base_values=self._base_values())
        document = _applied(document, done.sealing)
        if out:
            document = _applied(document, vault.remove_recipients(document.sealed(), out, agreed))
        joining = [who for who in wanted if who in agreed]
        present = named(document.sealed())
        return _applied(document, vault.add_recipients(document.sealed(), (*present, *joining)))

    def _recipients(self, side: Side | None) -> dict[str, str]:
        """Return the recipients of a side, each with its wrapped data key."""
        entries: Any = (side.sealed.metadata or {}).get("age") if side else None
        return {str(entry["recipient"]): str(entry["enc"]) for entry in entries or ()}

    def _verified(self, document: Document) -> tuple[IntegratorError, ...]:
        connection, problems = reader.read(self._secrets.whole(document, self._file), self._file)
        if connection is None:
            return tuple(InvalidFile(found.message, found.hint) for found in problems if found.is_error)
        return self._secrets.verify(document.sealed(), self._file, connection)


def _applied(document: Document, sealing: ScalarChanges) -> Document:
    return parse(writer.apply(document, sealing)) if sealing.changed else document


def _shared(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Return whether a data key was wrapped once for both: their blocks hold the same text for somebody."""
    return any(other.get(recipient) == wrapped for recipient, wrapped in one.items())
