"""Rules of `.sops.yaml` over a thousand files: expressions that backtracking never ends with, against one rule.

    python -m benchmarks.creation_rules

`keys list` and `seal` of a thousand files, each in turn with the same command under a single rule without
`path_regex`: at most twice as long. Then the rule for a thousand names, in turn with names half as long: at
most 3 times as long, where 2 is linear and 4 would be quadratic.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.paired import compare, report
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.store.sops_yaml import config as sops_config
from integrator_tui.workspace import Workspace

FILES = 1000
NAME = 60
"""Characters of a name before its number."""
RUNS = 3
LIMIT_FILES = 2.0
LIMIT_LENGTH = 3.0

CONNECTION = "name: Service {number}\nbase_url: https://api.example.com\nsecrets:\n  token: secret-of-{number}\n"
EXPRESSIONS = [
    "(a*)*b",
    "(a|aa)+$",
    r"^(\w+\s?)*$",
    "(a?){50}a{50}!",
    ".*.*.*.*.*=",
    r"^(([[:lower:]])+.)+[[:upper:]]",
]


def rules(recipient: str, expressions: list[str]) -> str:
    """Return a `.sops.yaml` whose last rule is for every file."""
    first = "".join(f"  - path_regex: '{expression}'\n    age: {recipient}\n" for expression in expressions)
    return f"creation_rules:\n{first}  - age: {recipient}\n"


def surroundings(folder: Path) -> Surroundings:
    return Surroundings(folder / "config", folder / "state", folder / "cache", age_keys_file=folder / "keys.txt")


def make(folder: Path) -> str:
    """Make a workspace of files that are not sealed yet; return the recipient of its user."""
    root = folder / "plain"
    root.mkdir()
    for number in range(FILES):
        (root / f"{'a' * NAME}-{number:04}.yaml").write_text(CONNECTION.format(number=number))
    return Workspace(root, surroundings(folder)).keys.create_identity().recipient


def sealing(folder: Path, text: str) -> float:
    """Seal every file of a fresh copy; return the seconds."""
    root = folder / "copy"
    shutil.copytree(folder / "plain", root)
    (root / ".sops.yaml").write_text(text)
    started = time.perf_counter()
    workspace = Workspace(root, surroundings(folder))
    for file in workspace.seals.files:
        workspace.seals.seal(file, workspace.seals.review(file).revision)
    seconds = time.perf_counter() - started
    shutil.rmtree(root)
    return seconds


def listing(folder: Path, text: str) -> float:
    """Tell of every file who can read it and should not, as `keys list` does; return the seconds."""
    (folder / "plain/.sops.yaml").write_text(text)
    started = time.perf_counter()
    rotation = Workspace(folder / "plain", surroundings(folder)).keys.rotation
    if rotation.strangers() or rotation.unruled():
        sys.exit("the rules do not say what they should")
    return time.perf_counter() - started


def choosing(folder: Path, expression: str, length: int) -> Callable[[], float]:
    """Return what chooses the rule for a thousand names of `length` characters that were not seen before."""
    path = folder / "rules.yaml"
    names = [("a" * length)[: length - 4] + f"{number:04}" for number in range(FILES)]

    def timed() -> float:
        path.write_text(rules("age1nobody", [expression]))
        started = time.perf_counter()
        config = sops_config.load(folder, path)
        for name in names:
            config.rule_for(name)
        return time.perf_counter() - started

    return timed


def main() -> None:
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        recipient = make(folder)
        hard, plain = rules(recipient, EXPRESSIONS), rules(recipient, [])
        for name, command in (("keys list", listing), ("seal", sealing)):
            figures = compare(
                lambda command=command: command(folder, hard),  # type: ignore[misc]
                lambda command=command: command(folder, plain),  # type: ignore[misc]
                runs=RUNS,
                warm_up=1,
            )
            report(f"{name}, {FILES} files, {len(EXPRESSIONS)} expressions against none", figures, LIMIT_FILES)
            failed |= figures[2] > LIMIT_FILES
        for expression in EXPRESSIONS:
            figures = compare(choosing(folder, expression, 400), choosing(folder, expression, 200))
            report(f"names of 400 and of 200 characters, {expression}", figures, LIMIT_LENGTH)
            failed |= figures[2] > LIMIT_LENGTH
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
