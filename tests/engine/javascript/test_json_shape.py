"""What is told of a body: its type and keys, never a value."""

from __future__ import annotations

import json

import pytest

from integrator_tui.engine.javascript.json_shape import shape


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            json.dumps(
                {"access_token": "tok", "expires_in": 3600, "data": {"token": "abc", "list": [1, 2, 3]}, "big": "x"}
            ),
            "body is an object with the keys access_token, expires_in, data, big",
        ),
        (b'{"\x1b[31m": 1}', "body is text of 12 characters"),
        ('{"\\u001b[31m": 1}', "body is an object with the keys ␛[31m"),
        (json.dumps({str(n): n for n in range(22)}), "body is an object with the keys 0, 1"),
        ("{}", "body is an empty object"),
        ("[1, 2]", "body is an array of 2"),
        ('"x"', "body is a string"),
        ("1.5", "body is a number"),
        ("true", "body is a boolean"),
        ("null", "body is null"),
        ("", "body is empty"),
        ("[" * 20_000 + "]" * 20_000, "body is JSON of 40000 characters that nests too deeply to be read"),
        ("NaN", "body is text of 3 characters"),
        ("\ufeff{}", "body is an empty object"),
    ],
)
def test_the_shape_of_a_body_names_its_keys(body: str | bytes, expected: str) -> None:
    assert shape(body).startswith(expected)
