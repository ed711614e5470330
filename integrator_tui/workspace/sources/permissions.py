"""Permissions: which sources may be read at all, and to which origins this user sends what they hold.

Rules: a workspace comes from others, and what lies in variables and files is the reader's own, so nothing that a
workspace says, sealed or not, lets a source be read. Allowed without more are variables made for this, what systemd
hands a service, and what lies directly in /run/secrets (no sub-folder: a pod's own token lies there). A path counts
with its links resolved.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final

from integrator_tui.errors import InvalidFile, LockedError, SourceNotAgreed, UsageError
from integrator_tui.model.sources import FILE, VARIABLE, SourceReference, origin_text
from integrator_tui.model.text import visible
from integrator_tui.vault import private_file

if TYPE_CHECKING:
    from integrator_tui.store.settings import Settings

FREE_VARIABLES: Final = "INTEGRATOR_SECRET_*"
"""Variables that any connection may name."""
CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"
"""Names the folder in which systemd hands a service its credentials (systemd.exec(5))."""
SEND_TO: Final = "INTEGRATOR_TUI_SEND_TO"
"""Origins, with blanks between them, that whoever sets the secrets agrees to."""

_OWN_SECRETS: Final = (FREE_VARIABLES, "SOPS_AGE_KEY", "INTEGRATOR_TUI_SPACE_*")
"""Variables that no program needs which is started for another reason than a key."""

_MEMORY: Final = "sources.json"


class Permissions:
    """What this user allows and has agreed to; `settings` are read anew each time, `state` remembers what was said
    in the interface for the workspace `root`."""

    def __init__(
        self,
        root: Path,
        variables: Mapping[str, str],
        settings: Callable[[], Settings | None],
        state: Path,
        run_secrets: str = "/run/secrets",
    ) -> None:
        self._root = root
        self._variables = variables
        self._settings = settings
        self._path = state / _MEMORY
        self._run_secrets = run_secrets

    def require_allowed(self, found: SourceReference, real: str | None = None) -> None:
        """Raise LockedError, with the line to add to the settings, where a source may not be read; `real` is the
        path of a file with its links resolved, as it is about to be opened."""
        if found.kind == VARIABLE:
            patterns = (FREE_VARIABLES, *self._of_settings("secret_variables"))
            if not any(fnmatchcase(found.rest, pattern) for pattern in patterns):
                raise _not_allowed(found, f"secret_variables: [{found.rest}]")
        elif found.kind == FILE:
            real = real_path(found) if real is None else real
            if not self._lies_in_a_folder(real):
                raise _not_allowed(found, f"secret_folders: [{visible(os.path.dirname(real), limit=200)}]")
        elif not self.command(found):
            raise _not_allowed(found, f'sources: {{{found.kind}: [COMMAND, "{{path}}"]}}')

    def real_socket(self, path: str) -> str:
        """Return the path of a unix socket with its links resolved; raises LockedError, with the line to add to the
        settings, where no connection may be reached there."""
        real = os.path.realpath(path)
        if not any(_names_path(pattern, real) for pattern in self._of_settings("unix_sockets")):
            shown = visible(real, limit=200)
            raise LockedError(
                f"the unix socket {shown} may not be used: no connection may name it without your leave",
                f"if options.unix_socket is meant, add to your settings.yaml: unix_sockets: [{shown}]",
            )
        return real

    def without_secrets(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Return variables without those that hold this program's secrets: keys, passwords, and whatever a
        connection may name."""
        try:
            patterns = (*_OWN_SECRETS, *self._of_settings("secret_variables"))
        except LockedError:
            patterns = _OWN_SECRETS
        return {
            name: value
            for name, value in variables.items()
            if not any(fnmatchcase(name, pattern) for pattern in patterns)
        }

    def require_vantage(self, host: str) -> None:
        """Raise LockedError, with the line to add to the settings, where no connection may be tested from there."""
        if not any(fnmatchcase(host, pattern) for pattern in self._of_settings("vantages")):
            shown = visible(host, limit=200)
            raise LockedError(
                f"the vantage {shown} may not be used: no connection may name it without your leave",
                f"if options.via is meant, add to your settings.yaml: vantages: [{_quoted(shown)}]",
            )

    def command(self, found: SourceReference) -> tuple[str, ...]:
        """Return the words of the command that a source is, as the user's settings have them."""
        settings = self._read_settings()
        return dict(settings.sources).get(found.kind, ()) if settings is not None else ()

    def require_agreed(self, found: Iterable[SourceReference], origins: Sequence[str]) -> None:
        """Raise SourceNotAgreed, naming all of them, where a source may not be sent to each of these origins."""
        missing: dict[str, tuple[str, ...]] = {}
        for each in found:
            if new := tuple(origin for origin in origins if not self._agreed(each, origin)):
                missing[each.text] = new
        if missing:
            raise _not_agreed(missing)

    def agree(self, missing: Mapping[str, Sequence[str]]) -> None:
        """Remember that these sources may be sent to these origins by this workspace; raise InvalidFile where what
        was remembered cannot be read, OSError where it cannot be written."""
        known = self._remembered()
        here = known.setdefault(str(self._root.resolve()), {})
        for text, origins in missing.items():
            here[text] = list(dict.fromkeys((*here.get(text, ()), *origins)))
        private_file.replace(self._path, json.dumps(known, indent=1).encode())

    def _agreed(self, found: SourceReference, origin: str) -> bool:
        settings = self._read_settings()
        sent = settings.send if settings is not None else ()
        named = (to for pattern, to in sent if fnmatchcase(found.text, pattern))
        said = (text for to in named for text in to)
        if any(_same(text, origin) for text in (*said, *self._variables.get(SEND_TO, "").split())):
            return True
        here = self._remembered().get(str(self._root.resolve()), {})
        return origin in here.get(found.text, ())

    def _lies_in_a_folder(self, real: str) -> bool:
        if os.path.dirname(real) == os.path.realpath(self._run_secrets):
            return True
        folders = [*self._of_settings("secret_folders"), self._variables.get(CREDENTIALS, "")]
        below = (os.path.join(os.path.realpath(folder), "") for folder in folders if folder.startswith("/"))
        return any(real.startswith(folder) for folder in below)

    def _of_settings(self, name: str) -> tuple[str, ...]:
        settings = self._read_settings()
        return getattr(settings, name) if settings is not None else ()

    def _read_settings(self) -> Settings | None:
        try:
            return self._settings()
        except InvalidFile as error:
            raise LockedError(f"what may be read is not known: {error.message}", error.hint) from None

    def _remembered(self) -> dict[str, dict[str, list[str]]]:
        try:
            found = private_file.read_json(self._path)
        except FileNotFoundError:
            return {}
        if not isinstance(found, dict) or not all(map(_is_agreement, found.values())):
            hint = "look at it; if it is of no use remove it, and you are asked again"
            raise InvalidFile(f"{self._path}, where it is kept what was agreed to, is damaged", hint)
        return found


def _quoted(text: str) -> str:
    """Return a text as YAML takes it inside brackets."""
    return text if re.fullmatch(r"[A-Za-z][\w.-]*", text) else json.dumps(text, ensure_ascii=False)


def _names_path(pattern: str, real: str) -> bool:
    """Whether a pattern names a path, whose links are resolved; in it `*` stands for no slash."""
    wild = next((at for at, character in enumerate(pattern) if character in "*?["), len(pattern))
    head, _, tail = pattern[:wild].rpartition("/")
    if wild == len(pattern):
        whole = os.path.realpath(pattern)
    else:
        whole = os.path.join(os.path.realpath(f"{head}/"), tail + pattern[wild:])
    wanted, found = whole.split("/"), real.split("/")
    return (
        pattern.startswith("/")
        and len(wanted) == len(found)
        and all(fnmatchcase(name, part) for name, part in zip(found, wanted, strict=True))
    )


def real_path(found: SourceReference) -> str:
    """Return the path of a file with its links resolved; raises LockedError where it is none."""
    try:
        return os.path.realpath(found.rest)
    except (OSError, ValueError):
        raise LockedError(f"{visible(found.rest, limit=200)} is no path", "correct secrets_from") from None


def _is_agreement(value: object) -> bool:
    """Whether a value maps sources to lists of origins."""
    return isinstance(value, dict) and all(
        isinstance(origins, list) and all(isinstance(origin, str) for origin in origins)
        for origins in value.values()
    )


def _same(written: str, origin: str) -> bool:
    try:
        return origin_text(written) == origin
    except UsageError:
        return False


def _not_allowed(found: SourceReference, line: str) -> LockedError:
    shown = visible(found.text, limit=200)
    return LockedError(
        f"{shown} may not be read: no connection may name it without your leave",
        f"if it is meant, add to your settings.yaml: {line}",
    )


def _not_agreed(missing: Mapping[str, tuple[str, ...]]) -> SourceNotAgreed:
    told = "; ".join(f"{visible(text, limit=200)} to {', '.join(to)}" for text, to in missing.items())
    text, to = next(iter(missing.items()))
    line = f"send: {{'{visible(text, limit=200)}': [{', '.join(to)}]}}"
    hint = f"if it is meant, add to your settings.yaml: {line}; or set {SEND_TO}"
    return SourceNotAgreed(f"nobody agreed to send {told}", hint, missing)
