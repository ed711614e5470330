"""The vault: opens the secrets of a file, and seals them.

Rules: opening looks at the MAC first and at the seal next, before a value is given to anybody, and gives all
values or none. Sealing encrypts for the recipients it is handed and for nobody else; a file that names
another is left as it is. No exception holds a value. What costs an import is imported when the first file
is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from integrator_tui.errors import IntegratorError, InvalidFile, MacMismatch, NoIdentity
from integrator_tui.model.sealed import Leaf, OpenedValue, Path, ScalarChanges, SealedFile
from integrator_tui.model.secret import Secret
from integrator_tui.vault import recipients as pinned
from integrator_tui.vault.identities.identities import Identities
from integrator_tui.vault.identities.identity_sources import FoundIdentity, IdentitySources
from integrator_tui.vault.made_keys import MadeKeys
from integrator_tui.vault.merge import Merge, Sides
from integrator_tui.vault.opening import (
    OpenedFile,
    data_key,
    findings,
    open_comments,
    open_fields,
    open_file,
    open_whole,
    open_with,
    require_seal,
    stored_outline,
)
from integrator_tui.vault.sealed_section import (
    SEAL_PATH,
    SealedSection,
    broken_text,
    name,
    seal_text,
)
from integrator_tui.vault.sealer import Sealer
from integrator_tui.vault.sops import metadata as blocks
from integrator_tui.vault.sops.cipher import looks_encrypted
from integrator_tui.vault.sops.covering import encrypts_fields, plain_fields
from integrator_tui.vault.sops.metadata import Metadata
from integrator_tui.vault.sops.values import HINT, dotted

if TYPE_CHECKING:
    from integrator_tui.vault.identities.identity_file import CreatedIdentity


_now = partial(datetime.now, UTC)


class Vault:
    """Opens and seals files with the identities of `sources`, or those that were made of them; below `state` this
    machine remembers which data keys it made (None: it remembers nothing)."""

    def __init__(self, sources: IdentitySources | Identities, state: FilePath | None) -> None:
        self._identities = sources if isinstance(sources, Identities) else Identities(sources)
        self._made = MadeKeys(state)

    # --- reading ---

    def open(self, file: SealedFile, digest: str, *, bound: bool = False) -> dict[str, Secret]:
        """Return the secrets of a file by their names, `_seal` left out.

        `digest` is that of the plain fields as the file says them now (`vault.seal.digest`). A file that is `bound`
        has a seal even where it holds no secret.

        Raises:
            SealBroken: Plain text below `secrets`, no `_seal`, or one made over other fields.
            MacMismatch: The values are not those that were written together.
            LockedError: Nothing here opens the file: NoIdentity, PassphraseNeeded, ExposedKeyFile.
            InvalidFile: `secrets` or the `sops` block is malformed.
        """
        section = SealedSection.of(file)
        section.require_intact(file, bound=bound)
        if file.metadata is None:
            return {}
        opened = open_file(file, blocks.parse(file.metadata), self._identities)
        opened.require_mac()
        require_seal(section, opened, digest)
        return {name(leaf): opened.secret(leaf.path) if leaf.text else Secret("") for leaf in section.leaves}

    def matches(self, metadata: Mapping[str, Any]) -> bool:
        """Return whether an identity here is named in a `sops` block, or may be in a file that is still locked;
        nothing is decrypted."""
        named = blocks.recipients(metadata)
        # What is wrong with the block is said by whoever opens the file.
        return named is None or self._identities.match(named)

    def may_wait(self, metadata: Mapping[str, Any]) -> bool:
        """Return whether opening a file with this `sops` block would run the key command now."""
        try:
            return self._identities.may_wait(blocks.parse(metadata).recipients)
        except IntegratorError:
            return False

    def abandon(self) -> None:
        """Have nobody wait for the key command any more; nothing that needs it opens from here on."""
        self._identities.abandon()

    def verify(self, file: SealedFile, digest: str, *, bound: bool = False) -> tuple[IntegratorError, ...]:
        """Return everything that is wrong with the secrets of a file, nothing where they are intact; `bound` as in
        `open`."""
        return findings(file, digest, self._identities, bound=bound)

    def fields(self, file: SealedFile, *, ask: bool = True, mended: bool = False) -> dict[Path, OpenedValue]:
        """Return what a file encrypts beside its secrets, by path: some rules of sops encrypt every field.

        Without `ask` only identities at hand are tried. The seal is not looked at. Where the file is to be
        `mended`, neither a MAC that does not hold is an error, nor what stands in plain.

        Raises MacMismatch, or SealBroken where plain text below `secrets` is why the MAC does not hold, LockedError
        and InvalidFile as `open` does.
        """
        return open_fields(file, self._identities, ask=ask, mended=mended)

    def comments(self, file: SealedFile) -> dict[str, str]:
        """Return the comments that sops encrypted, by their encrypted texts.

        Raises LockedError and InvalidFile where the file does not open.
        """
        if file.metadata is None or not file.comments:
            return {}
        opened = open_comments(data_key(blocks.parse(file.metadata), self._identities), file)
        return {text: found.reveal() for text, (_, found) in opened.items()}

    def binds_plain_text(self, file: SealedFile) -> bool:
        """Return whether the MAC of a file covers what stands in plain, so that no edit is free of it."""
        return file.metadata is not None and not blocks.parse(file.metadata).mac_only_encrypted

    def values(self, file: SealedFile) -> dict[Path, Secret]:
        """Return what stands below `secrets` by its path, the seal included and not looked at; raises what `open`
        raises but for that."""
        opened = open_whole(file, self._identities)
        return opened.secrets() if opened else {}

    def outline(self, file: SealedFile) -> str:
        """Return what the seal of a file tells of the fields it was made over, empty where it tells nothing.

        Raises LockedError and InvalidFile where the file does not open; values beside the seal need not.
        """
        return stored_outline(file, self._identities)

    # --- writing ---

    def seal(
        self,
        file: SealedFile,
        typed: Mapping[str, Secret],
        digest: str,
        recipients: Sequence[str],
        *,
        bound: bool = False,
    ) -> ScalarChanges:
        """Return what to write so that the secrets of `file` are encrypted and bound to `digest`.

        `file` holds the scalars as the document will have them: a name in `typed` gets that value, plain text
        below `secrets` is encrypted, everything else keeps its value. A MAC that does not hold is made anew
        where every value opens: whoever seals a file they have changed opens it first. An intact file gives a
        Sealing that changes nothing; one without secrets gives an empty one, where it is not to be `bound`.

        Raises:
            UnpinnedRecipient: The file is encrypted for somebody who is not in `recipients`.
            MacMismatch: A value that is to be kept does not open.
            LockedError: Nothing here opens a value that is to be kept.
            InvalidFile: `secrets`, the `sops` block or a recipient is malformed.
        """
        section = SealedSection.of(file, typed)
        section.refuse_unknown(typed)
        metadata = None if file.metadata is None else blocks.parse(file.metadata)
        if not section.leaves and not bound and not encrypts_fields(file, metadata):
            return ScalarChanges({}, {}, changed=file.metadata is not None or section.seal is not None)
        agreed = pinned.validated(recipients)
        if metadata:
            pinned.refuse_unpinned(metadata, agreed)
        old = self._open_kept(file, metadata, section, typed)
        wanted: dict[Path, Secret] = {}
        for leaf in section.leaves:
            given = typed.get(name(leaf))
            if given is None and leaf.text:
                given = old.secret(leaf.path) if old and leaf.path in old.values else _plain(leaf)
            wanted[leaf.path] = given if given is not None else Secret("")
        empty = [str(path[1]) for path, value in wanted.items() if not value]
        sealer = Sealer(file, agreed, old, metadata, self._made, _now)
        return sealer.seal(wanted, seal_text(digest, empty))

    def broken(self, file: SealedFile) -> ScalarChanges:
        """Return the file, which is whole, with a seal that holds for no fields; what it tells of those it was made
        over stays. Raises what `rotate` raises."""
        opened = open_whole(file, self._identities)
        if opened is None:
            return ScalarChanges({}, {}, changed=False)
        sealer = Sealer(file, opened.metadata.recipients, opened, opened.metadata, self._made, _now)
        wanted = SealedSection.of(file).filled(opened.secrets())
        return sealer.seal(wanted, broken_text(opened.values[SEAL_PATH].text))

    def merge(
        self,
        merged: SealedFile,
        base: SealedFile | None,
        ours: SealedFile,
        theirs: SealedFile,
        recipients: Sequence[str],
        *,
        base_values: Mapping[Path, Secret] | None = None,
    ) -> Merge:
        """Return what to write so that `merged`, the document as two branches make it, holds the secrets of both.

        `base_values` are those of the common version as far as they are known, where `base` does not tell them.
        Its `sops` block is that of `ours`. Where one data key served both sides, only lastmodified and the MAC
        change. A common version that does not open here counts as none. Raises what `seal` raises, and
        MacMismatch or SealBroken where a side is not whole. Whom a side names that is not written does not count.
        """
        agreed = pinned.validated(recipients)
        opened, other = open_whole(ours, self._identities), open_whole(theirs, self._identities)
        if opened is None or other is None or merged.metadata is None:
            raise InvalidFile("one side has no secrets", "take the side that should stand, then seal the file")
        metadata = blocks.parse(merged.metadata)
        pinned.refuse_unpinned(metadata, agreed)
        before = self._secrets_if_open(base) if base_values is None else base_values
        sides = Sides(before, opened.secrets(), other.secrets())
        section = SealedSection.of(merged)
        places = {*(leaf.path for leaf in section.leaves), SEAL_PATH}
        old = open_with(opened.key, merged, metadata, places)
        picked = {path: value for path in places if (value := sides.pick(path)) is not None}
        sealer = Sealer(merged, agreed, old, metadata, self._made, _now)
        sealing = sealer.seal(section.filled(picked), picked.get(SEAL_PATH))
        return Merge(sealing, tuple(name(leaf) for leaf in section.leaves if sides.conflict(leaf.path)))

    def rotate(self, file: SealedFile, recipients: Sequence[str]) -> ScalarChanges:
        """Return the file under a new data key, for `recipients` alone; its values and its seal stay.

        Raises what `seal` raises, and MacMismatch or SealBroken for a file that is not whole.
        """
        return self._renewed(file, pinned.validated(recipients), ())

    def remove_recipients(
        self, file: SealedFile, removed: Iterable[str], recipients: Sequence[str]
    ) -> ScalarChanges:
        """Return the file under a new data key, for `recipients` without those `removed`, who may stand in it.

        Whoever is removed has read the secrets: they should be changed where they are in force.
        """
        gone = tuple(removed)
        kept = [recipient for recipient in pinned.validated(recipients) if recipient not in gone]
        return self._renewed(file, kept, gone)

    def add_recipients(self, file: SealedFile, recipients: Sequence[str]) -> ScalarChanges:
        """Return the file with its data key wrapped for each of `recipients` that lacks it, no value touched."""
        agreed = pinned.validated(recipients)
        opened = open_whole(file, self._identities)
        if opened is None:
            return ScalarChanges({}, {}, changed=False)
        pinned.refuse_unpinned(opened.metadata, agreed)
        present = opened.metadata.recipients
        missing = [recipient for recipient in agreed if recipient not in present]
        if not missing:
            return ScalarChanges({}, opened.metadata.raw, changed=False)
        if self._made.holds(opened.key, present):
            self._made.remember(opened.key, (*present, *missing))
        entries = (*opened.metadata.age, *pinned.wrap_for(missing, opened.key))
        return ScalarChanges({}, opened.metadata.with_recipients(entries).to_mapping())

    # --- identities ---

    def identities(self) -> tuple[FoundIdentity, ...]:
        """Return the identities found here with their origins, and the sources with a problem."""
        return self._identities.found()

    def unlock(self, passphrase: Secret) -> None:
        """Open the identity files that wait for a passphrase, for this session; raise WrongPassphrase."""
        self._identities.unlock(passphrase)

    def waiting(self) -> tuple[str, ...]:
        """Return the origins that wait for their passphrase, among the sources read so far."""
        return self._identities.waiting()

    def may_be_locked(self) -> bool:
        """Return whether a source waits for its passphrase, or may do so once the pipe or the command is asked."""
        return self._identities.may_be_locked()

    def kept_identity(self) -> FoundIdentity | None:
        """Return the identity that `create_identity` would keep, None where it would make one."""
        return self._identities.kept()

    def create_identity(self, passphrase: Secret | None = None) -> CreatedIdentity:
        """Make an identity where sops will find it, under `passphrase` if given; one that exists is kept.

        Raises the problem with an identity file that is there and cannot be read, SaveError where a new one
        cannot be written.
        """
        return self._identities.create(passphrase, _now())

    # --- what is the user's own ---

    def encrypt_to_self(self, data: bytes) -> bytes | None:
        """Return data as an age file for the user's own identity, None where none is open; nobody is asked."""
        from integrator_tui.vault.age.container import encrypt
        from integrator_tui.vault.age.keys import parse_recipient

        own = self._identities.own_recipient()
        return None if own is None else encrypt(data, [parse_recipient(own)])

    def decrypt_own(self, data: bytes, *, ask: bool) -> bytes:
        """Return what `encrypt_to_self` was given; raise InvalidFile where it is broken, LockedError where nothing
        here opens it. Without `ask` only identities that are open now are tried."""
        from integrator_tui.vault.age.container import decrypt

        for identities in self._identities.rounds(("",)) if ask else [self._identities.open_now()]:
            try:
                return decrypt(data, identities)
            except NoIdentity:
                continue
        raise self._identities.missing()

    # --- parts of the above ---

    def _secrets_if_open(self, file: SealedFile | None) -> dict[Path, Secret]:
        try:
            opened = open_whole(file, self._identities) if file else None
        except IntegratorError:
            return {}
        return opened.secrets() if opened else {}

    def _open_kept(
        self, file: SealedFile, metadata: Metadata | None, section: SealedSection, typed: Mapping[str, Secret]
    ) -> OpenedFile | None:
        """Return the file opened, None where it cannot be and nothing of it is kept."""
        if metadata is None:
            return None
        replaced = {leaf.path for leaf in section.leaves if name(leaf) in typed or leaf in section.plain}
        replaced |= {leaf.path for leaf in plain_fields(file, metadata)}
        try:
            return open_file(file, metadata, self._identities, replaced | {SEAL_PATH})
        except NoIdentity:
            if encrypts_fields(file, metadata) or any(leaf.path not in replaced for leaf in section.encrypted):
                raise
            return None

    def _renewed(self, file: SealedFile, agreed: Sequence[str], leaving: Sequence[str]) -> ScalarChanges:
        opened = open_whole(file, self._identities)
        if opened is None:
            return ScalarChanges({}, {}, changed=False)
        pinned.refuse_unpinned(opened.metadata, (*agreed, *leaving))
        sealer = Sealer(file, agreed, opened, opened.metadata, self._made, _now)
        wanted = SealedSection.of(file).filled(opened.secrets())
        return sealer.seal(wanted, opened.values[SEAL_PATH].text, renew=True)


def _plain(leaf: Leaf) -> Secret:
    """Return a secret that stands in plain text; raise MacMismatch for one that is encrypted and did not open."""
    if looks_encrypted(leaf.text):
        raise MacMismatch(f"line {leaf.line}: {dotted(leaf.path)} does not open", HINT)
    return Secret(leaf.text)
