"""Drawn rules and paths against the real sops: whom it encrypts for can read what is written here, and nobody else.

A run has 500; `INTEGRATOR_TUI_CREATION_RULES=20000` (`make soak`) makes them more.
"""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from integrator_tui.errors import InvalidFile
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.vault.age.x25519 import X25519Identity
from integrator_tui.vault.recipients import validated
from integrator_tui.workspace import Workspace
from tests.store import drawn_rules
from tests.store.sops_rules import sops_encrypts_for

CASES = int(os.environ.get("INTEGRATOR_TUI_CREATION_RULES", "500"))
EACH = 100
MOST_REFUSED = 6
"""Of a hundred, how many may be refused that sops takes; each says why and which file it stands in."""

PEOPLE = [X25519Identity.generate().recipient() for _ in range(5)]


def ours(root: Path, file: str) -> list[str] | InvalidFile:
    """Return for whom this program encrypts a file of a workspace, or why it does not."""
    scratch = root / ".scratch"
    try:
        return sorted(validated(Workspace(root, Surroundings(scratch, scratch, scratch)).keys.recipients.of(file)))
    except InvalidFile as error:
        return error


@pytest.mark.parametrize("seed", range(0, CASES, EACH))
def test_who_can_read_is_who_sops_lets_read(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    drawn = []
    for number in range(EACH):
        folder = tmp_path / str(number)
        root = folder / chance.choice(["", "work", "prod/eu"])
        root.mkdir(parents=True)
        text = drawn_rules.config(chance, PEOPLE)
        (folder / ".sops.yaml").write_text(text, encoding="utf-8")
        drawn.append((root, drawn_rules.path(chance), text))
    with ThreadPoolExecutor(2) as pool:
        theirs = list(pool.map(lambda case: sops_encrypts_for(case[0], case[1]), drawn))
    agreed, refused = 0, []
    for (root, file, text), expected in zip(drawn, theirs, strict=True):
        found = ours(root, file)
        if not isinstance(found, InvalidFile):
            assert found == expected, f"{file} in {root}, by\n{text}"
            agreed += 1
        elif expected is not None:
            refused.append(found)
    assert agreed > EACH // 4, "the rules name somebody often enough"
    assert len(refused) <= MOST_REFUSED, [error.message for error in refused]
    assert all(".sops.yaml: " in error.message and error.hint for error in refused)
