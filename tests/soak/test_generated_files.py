"""Generated files, in both directions against the real sops: it must never come to a disagreement.

A run has 20 each way; `INTEGRATOR_TUI_GENERATED_FILES=2000` (`make soak`) makes them 1,000 each way.
"""

from __future__ import annotations

import json
import os
import random
from typing import Any

import pytest

from integrator_tui.errors import IntegratorError
from integrator_tui.model.secret import Secret
from tests.vault.agreement import agrees
from tests.vault.conftest import Person
from tests.vault.sops_file import applied, sealed
from tests.vault.test_seal_and_open import DIGEST, revealed

FILES = int(os.environ.get("INTEGRATOR_TUI_GENERATED_FILES", "40"))
SEEDS = range(0, FILES, 10)

SCALARS = """
    0 7 -1 +5 0777
    0o17 0x1F 0b101 08 09.5 1_000 -1_000 9223372036854775807 -9223372036854775808 18446744073709551616
    1.5 1.50 -2.25 .5 .5_0 5. 1e3 1E-3 -1e-7 1e21 1e400 123456789.123456789 0.1 3.0 .inf -.Inf +.INF .nan .NaN
    true True TRUE false False FALSE yes on off no y n Yes ON ~ null Null NULL nULL
    2026-01-02 2026-1-2 2026-01-02T03:04:05Z 2026-01-02T03:04:05+02:00 2026-01-02t03:04:05.120Z 2026-13-01
    2026-02-30 12:30 1:2:3 0.0.0 1.2.3 - -x 0x 0b2 0o8 00 0_ _1 1__0 --1 +-1 e3 1e .e1 . .. ... Zoë 日本語 a:b
    ENC[x] hunter2 a#b !x &y *z
""".split()

QUOTED = [
    "", " ", "'", '"', "\\", "two\nlines\n", "tab\t", "0777", "true", "null", "ENC[AES256_GCM,x]", 
    "é\u2028\u0085", "\U0001f511", "a" * 5000, "#x", "{{name}}", "- x", "\x7f", "\ufeff",
]  # fmt: skip

RULES: list[dict[str, Any]] = [
    {},
    {"encrypted_regex": "^secrets$"},
    {"unencrypted_regex": "^(secrets|a)$"},
    {"encrypted_suffix": "_x"},
    {"unencrypted_suffix": "_x"},
    {"encrypted_regex": "a"},
    {"encrypted_comment_regex": "secret"},
]
KEYS = ["a", "b", "c_x", "name", "secrets", "pass", "compass", "d.e", "Zoë", "with space"]


def scalar(chance: random.Random) -> str:
    word = chance.choice(SCALARS)
    if chance.random() < 0.3 or word[0] in "!&*" or word == "-":
        return json.dumps(chance.choice(QUOTED), ensure_ascii=False).replace("\x7f", "\\x7f")
    return word


def mapping(chance: random.Random, depth: int) -> list[str]:
    lines = []
    for key in chance.sample(KEYS, chance.randint(1, 6)):
        if chance.random() < 0.2:
            lines.append("# a secret comment" if chance.random() < 0.5 else "# another")
        kind = chance.random()
        if depth and kind < 0.25:
            lines += [f"{key}:", *(f"    {line}" for line in mapping(chance, depth - 1))]
        elif depth and kind < 0.4:
            items = [scalar(chance) for _ in range(chance.randint(1, 3))]
            lines += [f"{key}:", *(f"    - {item}" for item in items)]
        else:
            lines.append(f"{key}: {scalar(chance)}")
    return lines


@pytest.mark.parametrize("seed", SEEDS)
def test_what_sops_writes_is_read(alice: Person, seed: int) -> None:
    chance = random.Random(seed)
    checked = 0
    for _ in range(5):
        text = "\n".join(mapping(chance, 2)) + "\n"
        rule = {**chance.choice(RULES), "mac_only_encrypted": chance.random() < 0.5}
        try:
            checked += agrees(alice, text, rule)
        except IntegratorError as error:
            pytest.fail(f"{error} with {rule} in\n{text}")
    assert checked


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_written_is_read_by_sops(alice: Person, seed: int) -> None:
    chance = random.Random(-1 - seed)
    for _ in range(5):
        names = chance.sample([key for key in KEYS if key != "secrets"], chance.randint(1, 6))
        typed = {name: chance.choice([*QUOTED, *SCALARS]) for name in names}
        fields = [line for line in mapping(chance, 0) if not line.startswith(("secrets", "sops"))]
        text = "\n".join([*fields, "secrets:", *(f"  {name}: ''" for name in names)]) + "\n"
        written = alice.vault.seal(
            sealed(text), {name: Secret(value) for name, value in typed.items()}, DIGEST, [alice.recipient]
        )
        encrypted = applied(text, written)
        assert revealed(alice, encrypted) == typed
        shown = alice.sops.decrypt_leaves(encrypted)
        assert {name: shown["secrets", name].text for name in names} == typed
        victim = chance.choice(names)
        changed = alice.sops.change(encrypted, "set", "FILE", f'["secrets"]["{victim}"]', '"set"')
        assert revealed_or_resealed(alice, changed) == {**typed, victim: "set"}


def revealed_or_resealed(person: Person, text: str) -> dict[str, str]:
    """Return the secrets, sealed again first: sops may have filled one whose emptiness the seal knew."""
    sealing = person.vault.seal(sealed(text), {}, DIGEST, [person.recipient])
    return revealed(person, applied(text, sealing))
