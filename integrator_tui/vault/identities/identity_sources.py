"""Where identities are looked for, and what was found there: plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from integrator_tui.model.secret import Secret

LENT: Final = "lent for this session"
"""The origin of an identity that is in no place of sops."""

PROTECTED: Final = "protected by a passphrase"
"""The problem with a source that waits for its passphrase."""

MAX_ATTEMPTS: Final = 5
"""How many wrong passphrases are taken before nobody is asked again."""

AskPassphrase = Callable[[str, int], Secret | None]
"""Asks for the passphrase of an origin after so many wrong ones; None where there is nobody to ask."""


@dataclass(frozen=True, slots=True)
class IdentitySources:
    """The places where identities are looked for, as the command line found them; `lent` is one for this session
    alone. `environment` is what the key command is given. `ask` is called where a file that waits for its
    passphrase may be the one that helps; without it, `unlock` is the one way."""

    key: Secret | None = None
    key_file: Path | None = None
    key_command: str | None = field(default=None, repr=False)
    keys_file: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    lent: Secret | None = None
    ask: AskPassphrase | None = None


@dataclass(frozen=True, slots=True)
class FoundIdentity:
    """An identity and where it came from, or with an empty `recipient` a source and the `problem` with it."""

    recipient: str
    origin: str
    problem: str = ""
    hint: str = ""
