from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator_tui.model.json_text import not_json_at


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ('{ "a": 1, }', (1, 11)),
        ("[1,\n 2,\n]", (3, 1)),
        ("{ , }", (1, 3)),
        ("", (1, 1)),
        ("plain", (1, 1)),
        ('{"a": "b\nc"}', (1, 9)),
        ('{"a": 1} x', (1, 10)),
        ('{"n": NaN}', (1, 7)),
        ('{"NaN": "Infinity",\n"n": -Infinity}', (2, 6)),
        ("\ufeff{}", (1, 1)),
        ("{'a': 1}", (1, 2)),
    ],
)
def test_where_a_text_stops_being_json(text: str, at: tuple[int, int]) -> None:
    assert not_json_at(text) == at


@pytest.mark.parametrize("text", ["{}", "1", '"x"', " [1e400] ", "9" * 10_000, "[" * 200_000 + "]" * 200_000])
def test_what_is_json_however_large(text: str) -> None:
    assert not_json_at(text) is None


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=6))
def test_what_a_writer_of_json_writes_is_json(value: object) -> None:
    assert not_json_at(json.dumps(value)) is None
    assert not_json_at(json.dumps(value, ensure_ascii=False, indent=1)) is None
