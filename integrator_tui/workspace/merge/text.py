"""Three texts as one, as git merges them: `git merge-file`, with the user's own style of conflict markers."""

from __future__ import annotations

import subprocess

from integrator_tui import atomic
from integrator_tui.errors import UsageError

_LABELS = ("ours", "base", "theirs")
_MOST_CONFLICTS = 127


def merge_texts(base: bytes, ours: bytes, theirs: bytes, *, take_ours: bool = False) -> tuple[bytes, int]:
    """Return the merged text and how many conflicts are marked in it; with `take_ours` each is ours instead.

    Raises UsageError where git is missing or refuses, as it does with binary files.
    """
    versions = dict(zip(_LABELS, (ours, base, theirs), strict=True))
    with atomic.scratch_folder("integrator-tui-merge-", versions) as folder:
        paths = [folder / label for label in _LABELS]
        labels = [word for label in _LABELS for word in ("-L", label)]
        favour = ["--ours"] if take_ours else []
        try:
            done = subprocess.run(
                ["git", "merge-file", "-p", *favour, *labels, *map(str, paths)], capture_output=True, check=False
            )
        except OSError as error:
            raise UsageError(f"git cannot be run: {error.strerror}", "install git") from None
    if done.returncode > _MOST_CONFLICTS:
        raise UsageError("git cannot merge the file: is it text?", "take the version that should stand")
    return done.stdout, done.returncode
