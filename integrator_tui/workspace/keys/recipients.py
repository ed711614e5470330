"""Recipients of a workspace: for whom its files are encrypted, and who of them was agreed to here.

Rules: they are those pinned in the `.sops.yaml` that sops takes; where there is none, or it has no rules, the
user's own identity; and never what a file says of itself. `.sops.yaml` can be edited by whoever can write the
workspace, so at each use, reading included, this machine remembers who stood in it; somebody who is new since
then is encrypted for only after the user agreed. On the first use here there is nothing to compare with, and what
stands there counts as agreed to. Where this cannot be remembered, or the memory cannot be read, everybody is new.
The user's own recipients need no agreement.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from integrator_tui.errors import IntegratorError, InvalidFile, NoIdentity, PassphraseNeeded, UnpinnedRecipient
from integrator_tui.model.sealed import SealedFile
from integrator_tui.model.text import visible
from integrator_tui.store import files
from integrator_tui.store.sops_yaml import config as sops_config
from integrator_tui.store.sops_yaml import edit
from integrator_tui.store.sops_yaml.config import SopsConfig
from integrator_tui.store.sops_yaml.creation_rules import CreationRule, creation_rules
from integrator_tui.vault.identities.identity_sources import LENT, PROTECTED
from integrator_tui.vault.recipients import KnownRecipients, validated
from integrator_tui.vault.vault import Vault

_BLOCKS: Final = {"azure_keyvault": "azure_kv", "hc_vault_transit_uri": "hc_vault"}
"""What a creation rule calls a kind of key, and what the `sops` block of a file calls it, where they differ."""


class Recipients:
    """The recipients of the files below `root`, remembered in `known`; `lends` where an identity is lent to this
    session alone, which is a recipient of the files that were made for it; `sops_config` names the `.sops.yaml`
    that counts, wherever the workspace is."""

    def __init__(
        self,
        root: Path,
        vault: Vault,
        known: KnownRecipients,
        *,
        lends: bool = False,
        sops_config: Path | None = None,
    ) -> None:
        self._root = root
        self._vault = vault
        self._known = known
        self._lends = lends
        self._sops_config = sops_config
        self._agreed: frozenset[str] = frozenset()
        self._noted = False
        self._lost = ""
        self._on_trust: tuple[str, ...] = ()
        self._loaded: SopsConfig | None = None

    @property
    def config(self) -> SopsConfig:
        """The `.sops.yaml` as it stands now; raises InvalidFile where it cannot be read."""
        path = sops_config.find(self._root, self._sops_config)
        self._loaded = sops_config.load(self._root, path, self._loaded)
        return self._loaded

    @property
    def origin(self) -> str:
        """Who says whom the files are encrypted for, in words; raises InvalidFile."""
        config = self.config
        if config.whole:
            return config.name
        return "nobody is pinned" if config.data is None else f"nobody is pinned: {config.name} has no rules"

    @property
    def shared(self) -> Path | None:
        """The `.sops.yaml` that counts, where it is for other files than those of the workspace too, and so may be
        unknown to its user; raises InvalidFile."""
        config = self.config
        return config.path if config.is_shared and config.whole else None

    def of(self, file: str, sealed: SealedFile | None = None) -> tuple[str, ...]:
        """Return for whom `file` is encrypted.

        Raises:
            UnpinnedRecipient: `.sops.yaml` names somebody who was not in it when it was last used here.
            NoIdentity: Nobody is pinned, and there is no identity.
            PassphraseNeeded: Nobody is pinned, and the identity is still locked.
            InvalidFile: `.sops.yaml` cannot be read, has no rule for the file, or one that cannot be followed: it
                names keys that are not age's and that the file does not have from sops already.
        """
        # One reading of the file for all that is asked of it: it can change between two.
        config = self.config
        self._require_agreed(config)
        rule = config.rule_for(file)
        if rule is not None:
            _refuse_foreign(config, rule, file, sealed)
            if rule.recipients:
                return rule.recipients
        lent = self._lent()
        own = self.own() if lent is None else None
        if own is None and lent is None:
            raise self._nobody("there is no identity to encrypt for")
        first = next(iter(self._own_recipients()), lent)
        mine = (first, *self._own_recipients(), lent)
        stands = () if sealed is None else named(sealed)
        return tuple(dict.fromkeys(text for text in mine if text and (text == first or text in stands)))

    def pinned(self) -> tuple[str, ...]:
        """Return everybody whom `.sops.yaml` can name for a file of the workspace, none without such a file; raises
        InvalidFile."""
        return self.config.recipients

    def pinned_for(self, file: str) -> tuple[str, ...]:
        """Return whom the rule for `file` names, nobody where there are no rules.

        Raises InvalidFile where `.sops.yaml` cannot be read, has no rule for it, or none that can be followed.
        """
        rule = self.config.rule_for(file)
        return rule.recipients if rule else ()

    # --- agreement ---

    def new(self) -> tuple[str, ...]:
        """Return who is pinned and was not agreed to here, and remember this use where there is nobody new."""
        return self._new(self.config)

    def _new(self, config: SopsConfig) -> tuple[str, ...]:
        pinned = config.recipients
        try:
            known = self._known.known(self._root)
        except IntegratorError as error:
            self._lost = f"{error.message} ({error.hint})"
            return self._strangers(pinned, self._agreed)
        if known is None:
            if not self._remember(pinned):
                return self._strangers(pinned, self._agreed)
            self._on_trust = pinned
            return ()
        new = self._strangers(pinned, known | self._agreed)
        if not new and known != frozenset(pinned):
            self._remember(pinned)
        return new

    def taken_on_trust(self) -> tuple[str, ...]:
        """Return who else than the user was agreed to without a question, because this is the first use here; told
        once."""
        found, self._on_trust = self._strangers(self._on_trust, frozenset()), ()
        return found

    def _strangers(self, pinned: Iterable[str], known: frozenset[str]) -> tuple[str, ...]:
        candidates = [recipient for recipient in pinned if recipient not in known]
        own = self._own_recipients() if candidates else ()
        return tuple(recipient for recipient in candidates if recipient not in own)

    def require_agreed(self) -> None:
        """Raise UnpinnedRecipient, naming them, where `.sops.yaml` names somebody new."""
        self._require_agreed(self.config)

    def _require_agreed(self, config: SopsConfig) -> None:
        new = self._new(config)
        if new:
            them = ", ".join(visible(recipient, limit=100) for recipient in new)
            if self._lost:
                raise UnpinnedRecipient(
                    f"nobody can tell who was agreed to here: {self._lost}; {config.name} names {them}",
                    f"mend that, or agree by name: integrator-tui keys add {visible(new[0], limit=100)}",
                )
            raise UnpinnedRecipient(
                f"{config.name} names somebody who is new since its last use here: {them}",
                f"if that is right, agree to it: integrator-tui keys add {visible(new[0], limit=100)};"
                " else take it out of that file",
            )

    def agree(self, recipients: Iterable[str]) -> None:
        """Remember that the user agreed to these recipients, beside those that were known."""
        self._agreed |= frozenset(recipients)
        try:
            known = self._known.known(self._root)
        except IntegratorError:
            # Agreed to for this session; what is damaged is not written over.
            return
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
        config = self.config
        scanned = tuple(scanned) or ("new.yaml",)
        there = {file: self._there(config, file) for file in scanned}
        wanted = [file for file in scanned if recipient not in there[file]]
        if not wanted:
            self.agree((recipient,))
            return
        own = self.own()
        if own is None and not all(there[file] for file in wanted):
            raise self._nobody("there is no identity to encrypt for")
        # Agreed to first: somebody who is pinned and not agreed to would stop the repetition of a killed run.
        self.agree((recipient,))
        changed = edit.pin(config.data, wanted, recipient, (own,) if own else (), below=config.below)
        self._write(config, changed)

    def unpin(self, recipient: str) -> None:
        """Take a recipient out of what `.sops.yaml` says of this workspace; raises what `pin` raises."""
        config = self.config
        if config.data is not None and recipient in config.recipients:
            self._write(config, edit.unpin(config.data, recipient, below=config.below))
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
            raise self._nobody("there is no identity here")

    def wants_one(self) -> bool:
        """Return whether nobody can be encrypted for before an identity is made; not where a source that was named
        gives none, for then that is to be mended."""
        if self.config.whole or self._own_recipients() or self._lent():
            return False
        return not any(found.problem for found in self._vault.identities())

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

    def _nobody(self, message: str) -> NoIdentity:
        """Return the error for having no identity: to make one is offered only where no source has a problem."""
        broken = next((found for found in self._vault.identities() if found.problem), None)
        if broken:
            return NoIdentity(f"{message}: {broken.problem}", broken.hint or "see: integrator-tui keys list")
        return NoIdentity(message, "make one: integrator-tui keys init")

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

    @staticmethod
    def _there(config: SopsConfig, file: str) -> tuple[str, ...]:
        """Return whom a rule that is to be completed names; raises InvalidFile where that would not do."""
        rule = config.fitting(file)
        if rule is not None and rule.recipients:
            config.rule_for(file)
        return rule.recipients if rule else ()

    def _remember(self, recipients: Iterable[str]) -> bool:
        """Remember who was agreed to, and return whether that could be done: if not, it is asked about again."""
        try:
            self._known.agree(self._root, recipients)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            self._lost = f"{error.filename or 'the state folder'} cannot be written: {reason}"
            return False
        return True

    def _write(self, config: SopsConfig, data: bytes) -> None:
        files.write(config.path, data, config.revision, verify=_require_rules)


def _refuse_foreign(config: SopsConfig, rule: CreationRule, file: str, sealed: SealedFile | None) -> None:
    """Raise InvalidFile where the rule for `file` means somebody who could not read what is written here."""
    block = (sealed.metadata if sealed else None) or {}
    kinds = [kind for kind in rule.others if not block.get(_BLOCKS.get(kind, kind))]
    if kinds:
        message = f"{config.path}: its rule for {file} names {kinds[0]}, and only age recipients are written here"
        raise InvalidFile(message, "encrypt the file with sops first, or list age recipients alone")


def _require_rules(data: bytes) -> None:
    creation_rules(data)


def named(sealed: SealedFile) -> tuple[str, ...]:
    """Return whom the `sops` block of a file names; nobody vouches for it."""
    entries = (sealed.metadata or {}).get("age")
    if not isinstance(entries, list):
        return ()
    found = (entry.get("recipient") for entry in entries if isinstance(entry, Mapping))
    return tuple(recipient for recipient in found if isinstance(recipient, str))
