from __future__ import annotations

import pytest

from integrator_tui.model.nearest import did_you_mean, listed, nearest

KNOWN = ("Orders API", "Users", "Limit [0-1000]", "client_secret", "Straße")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("orders api", "Orders API"),
        ("Order API", "Orders API"),
        ("Usres", "Users"),
        ("Limit", "Limit [0-1000]"),
        ("client-secret", "client_secret"),
        ("STRASSE", "Straße"),
        (" Users ", "Users"),
        ("x", None),
        ("", None),
        ("something else", None),
    ],
)
def test_the_name_that_was_meant(given: str, expected: str | None) -> None:
    assert nearest(given, KNOWN) == expected
    assert did_you_mean(given, KNOWN) == (f"did you mean {expected}?" if expected else "")


def test_names_without_end_are_not_compared() -> None:
    assert nearest("a" * 300_000, KNOWN) is None
    assert nearest("Users", ["U" * 300_000, "User"]) == "User"
    assert len(did_you_mean("b" * 110, ["b" * 111])) < 100


def test_a_list_ends() -> None:
    assert listed(["a", "b", "a"]) == "a, b"
    assert listed(map(str, range(20))) == "0, 1, 2, 3, 4, 5, 6, 7 and 12 more"
    assert listed(["a\x1b[2J"]) == "a␛[2J"
