"""What an expression gave, in words; of a token answer its structure alone."""

from __future__ import annotations

from typing import Any

import pytest

from integrator_tui.model.secret import MASK
from integrator_tui.model.tried import LONGEST_RESULT, masked, result_text, type_words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "boolean"),
        (3, "number"),
        (2**60, "number"),
        (float("nan"), "number, and none that JSON has"),
        ("", "string, empty"),
        ("a", "string of 1 character"),
        ("3600", "string of 4 characters, a numeric one"),
        ([1, 2], "array of 2"),
        ({}, "object with 0 keys"),
        ({"a": 1}, "object with 1 key"),
    ],
)
def test_types_in_words(value: Any, words: str) -> None:
    assert type_words(value) == words


def test_a_result_is_json_and_bounded() -> None:
    assert result_text({"a": [2**60, "é"]}) == '{\n  "a": [\n    1152921504606846976,\n    "é"\n  ]\n}'
    assert len(result_text("x" * 100_000)) <= LONGEST_RESULT + 2


def test_every_text_and_number_of_a_token_answer_is_masked() -> None:
    value = {"access_token": "abc", "expires_in": 3600, "more": [True, None, "x"]}
    assert masked(value) == {"access_token": MASK, "expires_in": MASK, "more": [True, None, MASK]}
    assert masked(3600, shows_number=True) == 3600 and masked("3600", shows_number=True) == "3600"
    assert masked("a-token", shows_number=True) == MASK and masked(10**40, shows_number=True) == MASK
