"""Strangers: who stands in `.sops.yaml` or in a file and was not agreed to here, for whoever asks the user."""

from __future__ import annotations

from dataclasses import dataclass

from integrator_tui.model.sealed import SealedFile
from integrator_tui.workspace.keys.recipients import Recipients, named


@dataclass(frozen=True, slots=True)
class Strangers:
    """Recipients nobody agreed to here, none where all were; `pinned` says that `.sops.yaml` names them, else only
    the file itself does; `config` names that `.sops.yaml`, by its path where it is not the workspace's own."""

    recipients: tuple[str, ...] = ()
    pinned: bool = False
    config: str = ".sops.yaml"


def strangers(recipients: Recipients, file: str | None, sealed: SealedFile | None) -> Strangers:
    """Return who has to be agreed to before `file` can be written; those of `.sops.yaml` come first, alone.

    Raises InvalidFile where `.sops.yaml` cannot be read, LockedError where the user's own recipient is not known.
    """
    if new := recipients.new():
        return Strangers(new, True, recipients.config.name)
    if file is None or sealed is None:
        return Strangers()
    agreed = recipients.of(file, sealed)
    found = tuple(dict.fromkeys(text for text in named(sealed) if text not in agreed))
    return Strangers(found, False, recipients.config.name)


def agree(recipients: Recipients, found: Strangers, file: str | None) -> None:
    """Agree to them, as the user said; whom only the file names is pinned for it. Raises what `pin` raises."""
    if found.pinned:
        recipients.agree(found.recipients)
        return
    for recipient in found.recipients:
        recipients.pin(recipient, (file,) if file else ())
