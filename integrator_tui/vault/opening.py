"""Opening: from the `sops` block to the data key, from there to every value and the MAC over them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from integrator_tui.errors import IntegratorError, InvalidFile, MacMismatch, NoIdentity, SealBroken
from integrator_tui.model.sealed import Path, SealedFile
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
from integrator_tui.vault.sops.data_key import DataKey
from integrator_tui.vault.sops.metadata import Metadata
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
    """Return a file whose MAC holds and that has a seal, be it right or not; None where it has no secrets."""
    section = SealedSection.of(file)
    section.require_intact(file)
    if file.metadata is None:
        return None
    opened = open_file(file, blocks.parse(file.metadata), identities)
    opened.require_mac()
    return opened


def stored_outline(file: SealedFile, identities: Identities) -> str:
    """Return the outline in the seal of a file, empty where there is none; values beside the seal need not open."""
    if file.metadata is None:
        return ""
    every = {leaf.path for leaf in file.leaves}
    opened = open_file(file, blocks.parse(file.metadata), identities, every)
    return outline_of(opened.values[SEAL_PATH].text) if SEAL_PATH in opened.values else ""


def data_key(metadata: Metadata, identities: Identities) -> DataKey:
    """Return the data key of a `sops` block; raise as `open_file` does."""
    broken: InvalidFile | None = None
    for at_hand in identities.rounds(metadata.recipients):
        for entry in metadata.age:
            try:
                return DataKey.unwrap(entry.enc, at_hand)
            except NoIdentity:
                continue
            except InvalidFile as error:
                broken = broken or error
    if broken:
        raise InvalidFile(f"an age entry of the sops block is broken: {broken.message}", HINT)
    raise identities.missing()


def refuse_other_fields(file: SealedFile, metadata: Metadata) -> None:
    """Raise InvalidFile where the file encrypts fields beside its secrets: a save would leave them unreadable."""
    for leaf in file.leaves:
        if leaf.path[0] != SECRETS and leaf.text.startswith("ENC[") and metadata.rule.selects(leaf):
            raise InvalidFile(
                f"line {leaf.line}: {dotted(leaf.path)} is encrypted, and is no secret",
                "decrypt the file with sops, then run: integrator-tui seal",
            )


def require_seal(section: SealedSection, opened: OpenedFile, digest: str) -> None:
    """Raise SealBroken where a secret is not under the cipher, or the seal is that of other fields."""
    outside = tuple(leaf for leaf in section.leaves if leaf.text and leaf.path not in opened.values)
    if outside:
        raise plain_text_found(outside)
    stored = opened.values.get(SEAL_PATH)
    if stored is None or not seal_holds(stored.text, digest, section.empty_names):
        raise SealBroken("the file does not say any more what its secrets were sealed to", SEAL_HINT)


def findings(file: SealedFile, digest: str, identities: Identities) -> tuple[IntegratorError, ...]:
    """Return everything that is wrong with the secrets of a file, nothing where they are intact."""
    found: list[IntegratorError] = []
    try:
        section = SealedSection.of(file)
        metadata = None if file.metadata is None else blocks.parse(file.metadata)
    except IntegratorError as error:
        return (error,)
    try:
        section.require_intact(file)
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
