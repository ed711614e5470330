"""Two answers side by side: one line a difference, by path."""

from __future__ import annotations

from datetime import datetime

import pytest

from integrator_tui.model.answer import KeptAnswer
from integrator_tui.model.difference import differences


def answer(body: str | bytes, status: int = 200, content_type: str = "application/json") -> KeptAnswer:
    data = body.encode() if isinstance(body, str) else body
    return KeptAnswer(1, datetime(2026, 12, 1), status, "", (), content_type, data, len(data), "", False, False, "")


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ('{"a": 1}', '{ "a" : 1 }', []),
        (
            '{"a": 1, "b": 2}',
            '{"b": 3, "c": {"d": []}}',
            ["- body.a: 1", "body.b: 2 → 3", "+ body.c: { … 1 key … }"],
        ),
        ('{"id": 9007199254740992}', '{"id": 9007199254740993}', ["body.id: 9007199254740992 → 9007199254740993"]),
        ('{"a": 1}', '{"a": "1"}', ['body.a: 1 → "1"']),
        ('{"a": true}', '{"a": 1}', ["body.a: true → 1"]),
        ('{"a": null}', "{}", ["- body.a: null"]),
        ('{"a b": [{"x": 1}]}', '{"a b": [{"x": 2}]}', ['body["a b"][0].x: 1 → 2']),
        ("[1, 2, 3]", "[0, 1, 2, 3]", ["+ body[0]: 0"]),
        ("[1, 2, 3]", "[1, 3]", ["- body[1]: 2"]),
        ("one\ntwo", "one\nthree", ["- two", "+ three"]),
    ],
)
def test_each_difference_is_a_line_with_its_path(old: str, new: str, lines: list[str]) -> None:
    assert differences(answer(old), answer(new)) == lines


def test_status_and_type_come_first_and_bytes_are_counted() -> None:
    lines = differences(answer("{}"), answer(b"\x00\x01", 500, "application/octet-stream"))
    assert lines[:2] == ["status: 200 → 500", "content type: application/json → application/octet-stream"]
    assert "2 bytes, other content" in lines[2]


def test_what_is_nested_too_deep_to_be_read_is_compared_as_text() -> None:
    deep = "[" * 20_000 + "]" * 20_000
    assert differences(answer(deep), answer(f" {deep}"))
