"""JSON whose fractions keep every digit."""

from __future__ import annotations

import json

import pytest

from integrator_tui.model import exact_json


@pytest.mark.parametrize(
    "text",
    [
        "3.14159265358979323846264338",
        "-1234567890123456789.250",
        "0.10000000000000000555",
        "[1.0, 9007199254740993, 0.12345678901234567890, 1e+300]",
        '{"a": {"b": [12345678901234567890123.5]}, "c": "0.12345678901234567890"}',
        "0.00000000000000000000000000001234567890123456789",
    ],
)
def test_what_is_read_is_written_as_it_was(text: str) -> None:
    assert exact_json.dumps(exact_json.loads(text)) == text


@pytest.mark.parametrize("text", ["0.5", "1e400", "0.1234567890123", "0.000000000000000000001", "[1, true, null]"])
def test_what_a_float_holds_is_one(text: str) -> None:
    found = exact_json.loads(text)
    assert type(found) is type(json.loads(text))
    assert found == json.loads(text)


def test_a_fraction_is_a_float_to_who_computes() -> None:
    assert exact_json.loads("3.14159265358979323846264338") * 2 == 6.283185307179586


def test_options_are_those_of_json() -> None:
    value = {"ä": [exact_json.loads("0.12345678901234567890"), 1.5]}
    assert exact_json.dumps(value, indent=2, ensure_ascii=False) == (
        '{\n  "ä": [\n    0.12345678901234567890,\n    1.5\n  ]\n}'
    )
