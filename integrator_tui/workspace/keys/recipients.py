"""Recipients of a workspace: for whom its files are encrypted, and who of them was agreed to here.

Rules: they are those pinned in `.sops.yaml`, else the user's own identity, and never what a file says of
itself. `.sops.yaml` can be edited by whoever can write the workspace, so at each use, reading included, this
machine remembers who stood in it; somebody who is new since then is encrypted for only after the user agreed.
On the first use here there is nothing to compare with, and what stands there counts as agreed to. The user's
own recipients need no agreement.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from integrator_tui.errors import IntegratorError, InvalidFile, NoIdentity, PassphraseNeeded, UnpinnedRecipient
from integrator_tui.model.entry import Revision
from integrator_tui.model.sealed import SealedFile
from integrator_tui.model.text import visible
from integrator_tui.store import files, folder
from integrator_tui.store.sops_yaml import edit
from integrator_tui.store.sops_yaml.creation_rules import CreationRule, creation_rules, first_fitting
from integrator_tui.vault.identities.identity_sources import LENT, PROTECTED
from integrator_tui.vault.recipients import KnownRecipients, validated
from integrator_tui.vault.vault import Vault

_BLOCKS: Final = {"azure_keyvault": "azure_kv", "hc_vault_transit_uri": "hc_vault"}
"""What a creation rule calls a kind of key, and what the `sops` block of a file calls it, where they differ."""


class Recipients:
    """The recipients of the files below `root`, remembered in `known`; `lends` where an identity is lent to this
    session alone, which is a recipient of the files that were made for it."""

    def __init__(self, root: Path, vault: Vault, known: KnownRecipients, *, lends: bool = False) -> None:
        self._root = root
        self._vault = vault
        self._known = known
        self._lends = lends
        self._agreed: frozenset[str] = frozenset()
        self._noted = False
        self._parsed: tuple[bytes | None, tuple[CreationRule, ...]] = (None, ())

    @property
    def path(self) -> Path:
        """Where the recipients are pinned."""
        return self._root / folder.RECIPIENTS

    def of(self, file: str, sealed: SealedFile | None = None) -> tuple[str, ...]:
        """Return for whom `file` is encrypted.

        Raises:
            UnpinnedRecipient: `.sops.yaml` names somebody who was not in it when it was last used here.
            NoIdentity: Nobody is pinned, and there is no identity.
            PassphraseNeeded: Nobody is pinned, and the identity is still locked.
            InvalidFile: `.sops.yaml` cannot be read, or its rule names keys that are not age's and that the file
                does not have from sops already.
        """
        self.require_agreed()
        self._refuse_foreign(file, sealed)
        if pinned := self.pinned_for(file):
            return pinned
        own = self.own()
        lent = self._lent()
        if own is None and lent is None:
            raise NoIdentity("there is no identity to encrypt for", "make one: integrator-tui keys init")
        first = own or lent
        mine = (first, *self._own_recipients(), lent)
        stands = () if sealed is None else named(sealed)
        return tuple(dict.fromkeys(text for text in mine if text and (text == first or text in stands)))

    def pinned(self) -> tuple[str, ...]:
        """Return everybody whom a rule of `.sops.yaml` names, none without such a file; raises InvalidFile."""
        return tuple(dict.fromkeys(recipient for rule in self._rules() for recipient in rule.recipients))

    def pinned_for(self, file: str) -> tuple[str, ...]:
        """Return whom the rule for `file` names.

        Raises InvalidFile where `.sops.yaml` cannot be read, or its rule splits the data key (`key_groups`).
        """
        rule = first_fitting(self._rules(), file)
        if rule is not None and rule.groups > 1:
            message = f"{self.path}: its key_groups split the data key, which is not supported"
            raise InvalidFile(message, "list the recipients under age")
        return rule.recipients if rule else ()

    # --- agreement ---

    def new(self) -> tuple[str, ...]:
        """Return who is pinned and was not agreed to here, and remember this use where there is nobody new."""
        pinned = self.pinned()
        known = self._known.known(self._root)
        candidates = [] if known is None else [text for text in pinned if text not in known | self._agreed]
        own = self._own_recipients() if candidates else ()
        new = tuple(recipient for recipient in candidates if recipient not in own)
        if not new and known != frozenset(pinned):
            self._remember(pinned)
        return new

    def require_agreed(self) -> None:
        """Raise UnpinnedRecipient, naming them, where `.sops.yaml` names somebody new."""
        new = self.new()
        if new:
            them = ", ".join(visible(recipient, limit=100) for recipient in new)
            raise UnpinnedRecipient(
                f".sops.yaml names somebody who is new since its last use here: {them}",
                f"if that is right, agree to it: integrator-tui keys add {visible(new[0], limit=100)};"
                " else take it out of .sops.yaml",
            )

    def agree(self, recipients: Iterable[str]) -> None:
        """Remember that the user agreed to these recipients, beside those that were known."""
        known = self._known.known(self._root)
        self._agreed |= frozenset(recipients)
        self._remember((*(self.pinned() if known is None else known), *self._agreed))

    def allow(self, recipient: str) -> None:
        """Let a recipient count as agreed to for this session, because the user named it."""
        self._agreed |= {recipient}

    def note_use(self) -> None:
        """Remember who is pinned, once for this session; a `.sops.yaml` that cannot be read keeps nobody from
        reading secrets."""
        if not self._noted:
            self._noted = True
            with contextlib.suppress(IntegratorError):
                self.new()

    # --- pinning ---

    def pin(self, recipient: str, scanned: Iterable[str]) -> None:
        """Agree to a recipient and write it into `.sops.yaml`, which is made where it is missing.

        Raises:
            InvalidFile: It is no recipient, or `.sops.yaml` cannot be read.
            SaveError: `.sops.yaml` cannot be written.
            LockedError: There is no identity to found a `.sops.yaml` with.
        """
        (recipient,) = validated((recipient,))
        data, revision = self._read()
        scanned = tuple(scanned) or ("new.yaml",)
        wanted = [file for file in scanned if recipient not in self.pinned_for(file)]
        if not wanted:
            self.agree((recipient,))
            return
        own = self.own()
        if own is None and not all(self.pinned_for(file) for file in wanted):
            raise NoIdentity("there is no identity to encrypt for", "make one: integrator-tui keys init")
        # Agreed to first: somebody who is pinned and not agreed to would stop the repetition of a killed run.
        self.agree((recipient,))
        changed = edit.pin(data, wanted, recipient, (own,) if own else ())
        self._write(changed, revision)

    def unpin(self, recipient: str) -> None:
        """Take a recipient out of `.sops.yaml`, where it stands in it; raises what `pin` raises."""
        data, revision = self._read()
        if data is not None and recipient in self.pinned():
            self._write(edit.unpin(data, recipient), revision)
        self._agreed -= {recipient}

    # --- the user's own ---

    def own(self) -> str | None:
        """Return the recipient of the user's first identity, None without one; raise PassphraseNeeded where it is
        still locked after its passphrase was asked for."""
        own = next(iter(self._own_recipients()), None)
        if own is None and self._vault.ask_passphrase():
            own = next(iter(self._own_recipients()), None)
        if own is None:
            self._refuse_locked()
        return own

    def require_own(self) -> None:
        """Raise PassphraseNeeded where an identity is still locked, NoIdentity where there is none at all."""
        self._refuse_locked()
        if not self._own_recipients():
            raise NoIdentity("there is no identity here", "make one: integrator-tui keys init")

    def standing(self) -> tuple[str, ...] | None:
        """Return the recipients of the identities at hand, for whom files are encrypted where nobody is pinned.

        None while one is behind a passphrase; nobody is asked for it.
        """
        found = self._vault.identities()
        if any(identity.problem == PROTECTED for identity in found):
            return None
        return tuple(identity.recipient for identity in found if identity.recipient)

    def owns(self, recipients: Iterable[str]) -> bool:
        """Return whether an identity here is that of one of `recipients`."""
        return any(found.recipient in set(recipients) for found in self._vault.identities() if found.recipient)

    def _refuse_locked(self) -> None:
        locked = next((found for found in self._vault.identities() if found.problem == PROTECTED), None)
        if locked:
            raise PassphraseNeeded(f"{locked.origin} is protected by a passphrase", "give its passphrase")

    def _own_recipients(self) -> tuple[str, ...]:
        found = self._vault.identities()
        return tuple(identity.recipient for identity in found if identity.recipient and identity.origin != LENT)

    def _lent(self) -> str | None:
        if not self._lends:
            return None
        return next((found.recipient for found in self._vault.identities() if found.origin == LENT), None)

    # --- parts of the above ---

    def _refuse_foreign(self, file: str, sealed: SealedFile | None) -> None:
        """Raise InvalidFile where the rule for `file` means somebody who could not read what is written here."""
        rule = first_fitting(self._rules(), file)
        block = (sealed.metadata if sealed else None) or {}
        kinds = [kind for kind in (rule.others if rule else ()) if not block.get(_BLOCKS.get(kind, kind))]
        if kinds:
            message = f"{self.path}: its rule for {file} names {kinds[0]}, and only age recipients are written here"
            raise InvalidFile(message, "encrypt the file with sops first, or list age recipients alone")

    def _remember(self, recipients: Iterable[str]) -> None:
        # What cannot be remembered is asked about again.
        with contextlib.suppress(OSError):
            self._known.agree(self._root, recipients)

    def _rules(self) -> tuple[CreationRule, ...]:
        data, _ = self._read()
        if data != self._parsed[0]:
            try:
                self._parsed = (data, creation_rules(data or b""))
            except InvalidFile as error:
                raise InvalidFile(f"{self.path}: {error.message}", error.hint) from None
        return self._parsed[1] if data is not None else ()

    def _read(self) -> tuple[bytes | None, Revision]:
        if not self.path.exists() and not self.path.is_symlink():
            return None, Revision(None)
        return files.read(self.path)

    def _write(self, data: bytes, revision: Revision) -> None:
        files.write(self.path, data, revision, verify=_require_rules)


def _require_rules(data: bytes) -> None:
    creation_rules(data)


def named(sealed: SealedFile) -> tuple[str, ...]:
    """Return whom the `sops` block of a file names; nobody vouches for it."""
    entries = (sealed.metadata or {}).get("age")
    if not isinstance(entries, list):
        return ()
    found = (entry.get("recipient") for entry in entries if isinstance(entry, Mapping))
    return tuple(recipient for recipient in found if isinstance(recipient, str))
