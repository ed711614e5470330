"""Every exception of the project: one line saying what happened, and a hint naming the next thing to do.

What a server or a hand-edited file does wrong is a value (`StageResult`, `Problem`); an exception
means that what was asked for cannot go on. The command line turns each into two lines and an exit
code in one place.

    IntegratorError
    ├── UsageError                  wrong arguments                                     exit 2
    │   └── NotFound                no connection, operation or file of that name
    ├── InvalidFile                 a file that cannot be read as what it should be     exit 2
    ├── MissingParameter            a template asks for values nobody gave              exit 2
    ├── SaveError                   the file could not be written                       exit 2
    │   └── ChangedOnDisk           … because it changed since it was read
    ├── HistoryUnavailable          earlier results cannot be read or changed now       exit 2
    ├── LockedError                 secrets stay closed                                 exit 3
    │   ├── NoIdentity              no key here opens the file
    │   ├── WrongPassphrase         the passphrase does not open the identity file
    │   ├── PassphraseNeeded        the identity file asks for a passphrase
    │   ├── ExposedKeyFile          others can read the key file
    │   ├── MacMismatch             the encrypted values are not those that were written
    │   ├── SealBroken              the plain fields are not those the secrets were sealed to
    │   ├── UnpinnedRecipient       a recipient nobody here agreed to
    │   └── SourceNotAgreed         a secret from elsewhere would go where nobody here agreed to
    ├── RequestFailed               a request could not be made or was refused          exit 1
    └── ExpressionError             a JavaScript expression failed                      exit 1
"""

from __future__ import annotations

from collections.abc import Mapping


class IntegratorError(Exception):
    """Something the user has to know about; `message` is one line, `hint` the next thing to do."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(IntegratorError):
    """The command or its arguments are wrong."""

    exit_code = 2


class NotFound(UsageError):
    """Nothing of that name exists in the workspace."""


class InvalidFile(IntegratorError):
    """A file cannot be read as what it should be; `kind` says so in the words of a check's result."""

    exit_code = 2

    def __init__(self, message: str, hint: str = "", *, kind: str = "invalid_file") -> None:
        super().__init__(message, hint)
        self.kind = kind


class MissingParameter(IntegratorError):
    """A template asks for values that are neither secrets nor given as parameters.

    `names` holds all that are missing, in the order of their appearance; `places` the dotted fields that use each.
    """

    exit_code = 2

    def __init__(
        self, names: tuple[str, ...], places: Mapping[str, tuple[str, ...]] | None = None, hint: str = ""
    ) -> None:
        plural = "s" if len(names) > 1 else ""
        used = "; ".join(f"{name} in {', '.join(places[name])}" for name in names if places and places.get(name))
        super().__init__(
            f"missing parameter{plural}: {', '.join(names)}{f' ({used})' if used else ''}",
            hint or "give each with --param NAME=VALUE, or add a secret of that name",
        )
        self.names = names


class SaveError(IntegratorError):
    """A file could not be written; what was there before is still there."""

    exit_code = 2


class ChangedOnDisk(SaveError):
    """The file changed since it was read, so saving would lose somebody's work."""


class HistoryUnavailable(IntegratorError):
    """Earlier results cannot be read or changed now; what is checked and how that ends does not depend on them."""

    exit_code = 2


class LockedError(IntegratorError):
    """Secrets stay closed."""

    exit_code = 3


class NoIdentity(LockedError):
    """No identity found here matches a recipient of the file."""


class WrongPassphrase(LockedError):
    """The passphrase does not open the identity file."""


class PassphraseNeeded(LockedError):
    """An identity file is protected by a passphrase that has not been given yet."""


class ExposedKeyFile(LockedError):
    """Others than its owner can read a key file."""


class MacMismatch(LockedError):
    """The message authentication code of a file's secrets does not hold."""


class SealBroken(LockedError):
    """The plain fields of a file are not those its secrets were sealed to."""


class UnpinnedRecipient(LockedError):
    """A file names a recipient that nobody here agreed to."""


class SourceNotAgreed(LockedError):
    """Secrets that lie elsewhere would be sent where this user did not agree to: `missing` maps each source to the
    origins."""

    def __init__(self, message: str, hint: str = "", missing: Mapping[str, tuple[str, ...]] | None = None) -> None:
        super().__init__(message, hint)
        self.missing: Mapping[str, tuple[str, ...]] = missing or {}


class RequestFailed(IntegratorError):
    """A request could not be made, or was answered with a failure.

    `stage` is where it failed and `kind` how, in the words of a check's result; empty where it never got that far.
    """

    def __init__(self, message: str, hint: str = "", *, stage: str = "", kind: str = "") -> None:
        super().__init__(message, hint)
        self.stage = stage
        self.kind = kind


class ExpressionError(IntegratorError):
    """A JavaScript expression failed, ran over its limits, or gave a value of the wrong type."""
