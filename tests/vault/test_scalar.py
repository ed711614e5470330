"""Scalars resolve as go-yaml resolves them; the odd ones are held here one by one."""

from __future__ import annotations

import pytest

from integrator_tui.errors import InvalidFile
from integrator_tui.model.sealed import Leaf
from integrator_tui.vault.sops.scalar import canonical_float, resolve

RESOLVED = {
    "0777": ("int", "511"),
    "0o17": ("int", "15"),
    "0x1F": ("int", "31"),
    "-0b101": ("int", "-5"),
    "1_000": ("int", "1000"),
    "+5": ("int", "5"),
    "-9223372036854775808": ("int", "-9223372036854775808"),
    "18446744073709551616": ("float", "18446744073709552000"),
    "08": ("float", "8"),
    "1e3": ("float", "1000"),
    "1.50": ("float", "1.5"),
    ".5": ("float", "0.5"),
    ".5_0": ("float", "0.5"),
    "3.0": ("float", "3"),
    "-.Inf": ("float", "-Inf"),
    ".NaN": ("float", "NaN"),
    "1e400": ("str", "1e400"),
    "true": ("bool", "True"),
    "FALSE": ("bool", "False"),
    "yes": ("str", "yes"),
    "2026-1-2": ("time", "2026-01-02T00:00:00Z"),
    "2026-01-02T03:04:05.120+02:00": ("time", "2026-01-02T03:04:05.12+02:00"),
    "2026-01-02 03:04:05": ("time", "2026-01-02T03:04:05Z"),
    "2026-01-02 03:04:05Z": ("str", "2026-01-02 03:04:05Z"),
    "2026-13-01": ("str", "2026-13-01"),
    "12:30": ("str", "12:30"),
    "1.2.3": ("str", "1.2.3"),
    "٣": ("str", "٣"),
    "9" * 500: ("str", "9" * 500),
    "~": None,
    "": None,
    "NULL": None,
    "nULL": ("str", "nULL"),
}


@pytest.mark.parametrize(("text", "expected"), RESOLVED.items(), ids=lambda value: str(value)[:40])
def test_a_plain_scalar(text: str, expected: tuple[str, str] | None) -> None:
    assert resolve(Leaf(("a",), text)) == expected


def test_quotes_and_string_tags_make_strings() -> None:
    assert resolve(Leaf(("a",), "0777", plain=False)) == ("str", "0777")
    assert resolve(Leaf(("a",), "true", tag="!!str")) == ("str", "true")
    assert resolve(Leaf(("a",), "~", tag="tag:yaml.org,2002:str")) == ("str", "~")


def test_what_sops_refuses_is_refused() -> None:
    with pytest.raises(InvalidFile, match="integer"):
        resolve(Leaf(("a",), "9223372036854775808"))
    with pytest.raises(InvalidFile, match="tag"):
        resolve(Leaf(("a",), "x", tag="!secret", line=7))


def test_floats_have_no_exponent() -> None:
    assert canonical_float(1e21) == "1000000000000000000000"
    assert canonical_float(-1e-7) == "-0.0000001"
    assert canonical_float(-0.0) == "-0"
