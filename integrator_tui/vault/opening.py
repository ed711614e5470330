"""Opening: from the `sops` block to the data key, from there to every value and the MAC over them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from integrator_tui.errors import IntegratorError, InvalidFile, MacMismatch, NoIdentity, SealBroken
from integrator_tui.model.sealed import OpenedValue, Path, SealedFile
from integrator_tui.model.secret import Secret
from integrator_tui.vault.identities.identities import Identities
from integrator_tui.vault.sealed_section import (
    SEAL_HINT,
    SEAL_PATH,
    SECRETS,
    SealedSection,
    outline_of,
    plain_text_found,
    seal_holds,
)
from integrator_tui.vault.sops import metadata as blocks
from integrator_tui.vault.sops.covering import encrypts_fields, goes_by_comments, plain_fields
from integrator_tui.vault.sops.data_key import DataKey
from integrator_tui.vault.sops.metadata import Metadata
from integrator_tui.vault.sops.rule import keys
from integrator_tui.vault.sops.values import HINT, Value, dotted, mac_holds, open_values


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file whose values all opened; `mac_holds` says whether they are those that were written together."""

    metadata: Metadata
    key: DataKey
    values: Mapping[Path, Value]
    mac_holds: bool

    def secret(self, path: Path) -> Secret:
        """Return the value at a path, which is one of `values`."""
        return self.values[path].secret

    def secrets(self) -> dict[Path, Secret]:
        """Return every value below `secrets`, `_seal` included, by its path."""
        return {path: value.secret for path, value in self.values.items() if path[0] == SECRETS}

    def require_mac(self) -> None:
        """Raise MacMismatch where the MAC does not hold."""
        if not self.mac_holds:
            raise MacMismatch("the encrypted values are not those that were written together: MAC mismatch", HINT)


def open_file(
    file: SealedFile, metadata: Metadata, identities: Identities, replaced: Container[Path] = ()
) -> OpenedFile:
    """Return a file opened with the first identity that can; values about to be `replaced` need not open.

    Raises MacMismatch for a value that does not open, LockedError where no identity opens the file,
    InvalidFile where what they would open is broken.
    """
    return open_with(data_key(metadata, identities), file, metadata, replaced)


def open_with(key: DataKey, file: SealedFile, metadata: Metadata, replaced: Container[Path] = ()) -> OpenedFile:
    """Return a file opened with a data key that is known already."""
    values = open_values(file, metadata, key, replaced)
    return OpenedFile(metadata, key, values, mac_holds(file, metadata, key, values))


def open_whole(file: SealedFile, identities: Identities) -> OpenedFile | None:
    """Return a file whose MAC holds and that has a seal, be it right or not; None where it has no secrets.

    Raises SealBroken where a secret or the seal is not under the cipher, beside what `open_file` raises.
    """
    section = SealedSection.of(file)
    section.require_intact(file)
    if file.metadata is None:
        return None
    opened = open_file(file, blocks.parse(file.metadata), identities)
    opened.require_mac()
    _require_covered(section, opened)
    return opened


def stored_outline(file: SealedFile, identities: Identities) -> str:
    """Return the outline in the seal of a file, empty where there is none; values beside the seal need not open."""
    if file.metadata is None:
        return ""
    every = {leaf.path for leaf in file.leaves}
    opened = open_file(file, blocks.parse(file.metadata), identities, every)
    return outline_of(opened.values[SEAL_PATH].text) if SEAL_PATH in opened.values else ""


def open_fields(file: SealedFile, identities: Identities, *, ask: bool, mended: bool) -> dict[Path, OpenedValue]:
    """Return what a file encrypts beside its secrets, by path. See Vault.fields."""
    if file.metadata is None:
        return {}
    metadata = blocks.parse(file.metadata)
    if not encrypts_fields(file, metadata):
        return {}
    section = SealedSection.of(file)
    replaced = {leaf.path for leaf in (*section.plain, *(plain_fields(file, metadata) if mended else ()))}
    opened = open_with(data_key(metadata, identities, ask=ask), file, metadata, replaced)
    if not mended and not opened.mac_holds and section.plain:
        raise plain_text_found(section.plain)
    if not mended:
        opened.require_mac()
    found = {
        path: OpenedValue(value.secret.reveal(), value.type)
        for path, value in opened.values.items()
        if path[0] != SECRETS
    }
    _refuse_copies(file, found)
    return found


def _refuse_copies(file: SealedFile, found: Mapping[Path, OpenedValue]) -> None:
    """Raise InvalidFile where the text of an encrypted value stands again where the rule leaves it in plain."""
    texts = {leaf.text for leaf in file.leaves if leaf.path in found}
    for leaf in file.leaves:
        if leaf.text in texts and leaf.path not in found:
            raise InvalidFile(
                f"line {leaf.line}: {dotted(leaf.path)} holds the encrypted text of another field", HINT
            )


def open_comments(key: DataKey, file: SealedFile) -> dict[str, tuple[Path, Secret]]:
    """Return the comments of a file that sops encrypted by their encrypted texts, each with its place and its text;
    those that do not open are left out.

    They are bound to the mapping or list that they stand in, and nothing but trying tells which that is.
    """
    places = {keys(leaf.path)[:depth] for leaf in file.leaves for depth in range(len(leaf.path))}
    tried = ((text, place, key.decrypt(place, text)) for text in file.comments for place in places)
    return {text: (place, found[1]) for text, place, found in tried if found is not None}


def data_key(metadata: Metadata, identities: Identities, *, ask: bool = True) -> DataKey:
    """Return the data key of a `sops` block; raise as `open_file` does.

    Without `ask` only identities at hand are tried: no command is run, and no pipe is read.
    """
    broken: InvalidFile | None = None
    for at_hand in identities.rounds(metadata.recipients) if ask else [identities.at_hand()]:
        for entry in metadata.age:
            try:
                return DataKey.unwrap(entry.enc, at_hand)
            except NoIdentity:
                continue
            except InvalidFile as error:
                broken = broken or error
    if broken and not (ask and identities.waiting()):
        raise InvalidFile(f"an age entry of the sops block is broken: {broken.message}", HINT)
    raise identities.missing()


def _require_covered(section: SealedSection, opened: OpenedFile) -> None:
    """Raise SealBroken where a secret or the seal is not under the cipher, or nobody can tell what would be."""
    leaves = (*section.leaves, *((section.seal,) if section.seal else ()))
    uncovered = tuple(leaf for leaf in leaves if leaf.text and leaf.path not in opened.values)
    if uncovered:
        raise plain_text_found(uncovered)
    if goes_by_comments(opened.metadata) and any(path[0] != SECRETS for path in opened.values):
        raise SealBroken("comments say which fields of the file are encrypted, which anybody can move", SEAL_HINT)


def require_seal(section: SealedSection, opened: OpenedFile, digest: str) -> None:
    """Raise SealBroken where a secret is not under the cipher, or the seal is that of other fields."""
    _require_covered(section, opened)
    stored = opened.values.get(SEAL_PATH)
    if stored is None or not seal_holds(stored.text, digest, section.empty_names):
        raise SealBroken("the file does not say any more what its secrets were sealed to", SEAL_HINT)


def findings(
    file: SealedFile, digest: str, identities: Identities, *, bound: bool = False
) -> tuple[IntegratorError, ...]:
    """Return everything that is wrong with the secrets of a file, nothing where they are intact."""
    found: list[IntegratorError] = []
    try:
        section = SealedSection.of(file)
        metadata = None if file.metadata is None else blocks.parse(file.metadata)
    except IntegratorError as error:
        return (error,)
    try:
        section.require_intact(file, bound=bound)
    except IntegratorError as error:
        found.append(error)
    if metadata is None:
        return tuple(found)
    try:
        opened = open_file(file, metadata, identities, {leaf.path for leaf in section.plain})
        opened.require_mac()
        if not found:
            require_seal(section, opened, digest)
    except IntegratorError as error:
        found.append(error)
    return tuple(found)
