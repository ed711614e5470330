"""Where `.sops.yaml` of a workspace lies, and what it says of the workspace's files.

Rules: it is the one that sops takes when it is started in the workspace: the file that `$SOPS_CONFIG` names, else
`.sops.yaml` of the workspace, else that of the nearest folder above; of two only the nearer counts. A file that is
there and cannot be read is never passed over, and neither is one of which the name alone is wrong (`.sops.yml`).
Rules are for paths relative to the folder of the file, and for the absolute path of what lies outside of it.
(sops, `config/config.go`.)
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

from integrator_tui.errors import InvalidFile
from integrator_tui.model.entry import Revision
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.text import visible
from integrator_tui.store import files
from integrator_tui.store.sops_yaml.creation_rules import (
    CreationRule,
    creation_rules,
    first_fitting,
    possible_below,
)

NAME: Final = ".sops.yaml"
_WRONG_NAME: Final = ".sops.yml"
_MAX_FOLDERS: Final = 100
"""How many folders sops looks into, the first included."""


class SopsConfig(NamedTuple):
    """A `.sops.yaml`: `data` and `revision` as it was read, None and that of no file where there is none yet.

    `below` is the path of the workspace as its rules see it, empty or with a slash at its end; `rules` are those
    that can be for a file of the workspace, `whole` all of them.
    """

    path: Path
    below: str
    data: bytes | None
    revision: Revision
    whole: tuple[CreationRule, ...]
    rules: tuple[CreationRule, ...]

    @property
    def is_shared(self) -> bool:
        """Whether it is for other files than those of the workspace too."""
        return bool(self.below)

    @property
    def name(self) -> str:
        """What it is called in messages: its path, unless it lies in the workspace."""
        return str(self.path) if self.is_shared else NAME

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everybody whom a rule can name for a file of the workspace."""
        return tuple(dict.fromkeys(recipient for rule in self.rules for recipient in rule.recipients))

    def rule_for(self, file: str) -> CreationRule | None:
        """Return the rule that sops takes for a file of the workspace, None where there are no rules at all.

        Raises:
            InvalidFile: No rule is for it, or sops encrypts nothing by the rule, or it cannot be followed here.
        """
        rule = self.fitting(file)
        try:
            if rule is None and self.whole:
                shown = visible(self.below + file, limit=200)
                raise InvalidFile(
                    f"no creation rule is for {shown}", "add a rule whose path_regex fits, or one without"
                )
            if rule is not None:
                rule.require_usable()
        except InvalidFile as error:
            raise InvalidFile(f"{self.path}: {error.message}", error.hint) from None
        return rule

    def fitting(self, file: str) -> CreationRule | None:
        """Return the rule for a file of the workspace, whether it can be used or not; None where none is for it.

        Raises InvalidFile where a `path_regex` before it is broken.
        """
        try:
            return first_fitting(self.whole, self.below + file)
        except InvalidFile as error:
            raise InvalidFile(f"{self.path}: {error.message}", error.hint) from None


def find(root: Path, named: Path | None = None) -> Path:
    """Return the path of the `.sops.yaml` for the workspace `root`, or where it would be made; `named` is what
    `$SOPS_CONFIG` says.

    Raises:
        InvalidFile: The one that is named does not exist, one cannot be looked at, or only its name is wrong.
    """
    if named is not None:
        if not os.path.lexists(named):
            raise InvalidFile(
                f"{named}: SOPS_CONFIG names this file, and it is not there", "mend or unset SOPS_CONFIG"
            )
        return named
    start = Path(os.path.realpath(root))
    misnamed: Path | None = None
    for folder in (start, *start.parents)[:_MAX_FOLDERS]:
        if _exists(folder / NAME):
            return folder / NAME
        misnamed = misnamed or (folder / _WRONG_NAME if _exists(folder / _WRONG_NAME) else None)
    if misnamed:
        raise InvalidFile(f"{misnamed}: sops and this program read {NAME} alone", f"rename it to {NAME}")
    return start / NAME


def load(root: Path, path: Path, before: SopsConfig | None = None) -> SopsConfig:
    """Return what stands in the `.sops.yaml` at `path` for the workspace `root`; what is as it was `before` is not
    parsed again.

    Raises:
        InvalidFile: It cannot be read, or is not in the form of sops.
    """
    data, revision = _read(path)
    if before is not None and (before.path, before.revision) == (path, revision):
        return before
    below = _below(root, path)
    try:
        whole = creation_rules(data or b"")
        return SopsConfig(path, below, data, revision, whole, possible_below(whole, below))
    except InvalidFile as error:
        raise InvalidFile(f"{path}: {error.message}", error.hint) from None


def unread(root: Path, files: Iterable[str]) -> tuple[Path, ...]:
    """Return each `.sops.yaml` in a folder of `files` below the workspace `root`: sops reads it where it is started
    there, and nobody does here."""
    folders = {parent for file in files for parent in PurePosixPath(file).parents if parent.parts}
    return tuple(path for folder in sorted(folders) if os.path.lexists(path := root / folder / NAME))


def _exists(path: Path) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        # Whether there is one decides who can read the secrets.
        raise InvalidFile(
            f"{path}: {(error.strerror or str(error)).lower()}", "give yourself the right to it"
        ) from None
    return True


def _read(path: Path) -> tuple[bytes | None, Revision]:
    if not _exists(path):
        return None, Revision(None)
    try:
        return files.read(path)
    except InvalidFile as error:
        hint = "sops looks for its rules there: put a file in its place, or take it away"
        raise InvalidFile(error.message, error.hint if path.is_file() else hint) from None


def _below(root: Path, path: Path) -> str:
    """Return the path of the workspace relative to the folder of `.sops.yaml`, as sops takes that of a file."""
    workspace, folder = (os.path.join(os.path.realpath(place), "") for place in (root, path.parent))
    return workspace.removeprefix(folder)
