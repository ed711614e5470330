"""Expressions of RE2: what is found, what is refused, and that no expression makes a search take long.

That Go agrees is held in tests/soak/test_creation_rules_agree.py, where sops is asked.
"""

from __future__ import annotations

import random

import pytest

from integrator_tui.model import re2
from integrator_tui.model.re2 import BadPattern, NewerCharacter, compile_expression, quoted
from tests.store import drawn_rules

FOUND = [
    ("^[[:alpha:]]+/", "prod/c.yaml", "éa/c.yaml"),
    (r"^\d+$", "0123", "٣"),
    (r"^\w+$", "aZ_9", "é"),
    (r"^\s$", "\t", "\u00a0"),
    (r"^\s$", "\f", "\v"),
    (r"^[[:space:]]$", "\v", "x"),
    (r"^[^\W\d]+$", "ab_", "a1"),
    (r"^[[:^digit:]]+$", "abc", "a1c"),
    (r"a$", "ba", "a\n"),
    (r"(?m)^b$", "a\nb\nc", "a\nbc"),
    (r"^.$", "x", "\n"),
    (r"(?s)^.$", "\n", "xy"),
    (r"^a\sb/", "a b/c.yaml", "a\u2003b/"),
    (r"\bprod\b", "a-prod/x", "reprod"),
    (r"\Bx", "éxax", "é x"),
    (r"(?i)^kelvin", "\u212aELVIN", "elvin"),
    (r"(?i)^[a-z]$", "ſ", "é"),
    (r"(?i)^ΣΤ$", "ςτ", "sτ"),
    (r"(?i)^\W$", "-", "ſ"),
    (r"(?i)^i$", "I", "ı"),
    (r"(?i)straße", "STRAẞE", "STRASSE"),
    (r"(?i:a)b", "Ab", "AB"),
    (r"a(?i)b|c", "C", "AB"),
    (r"^\pL\p{Nd}\P{L}$", "日4-", "日4é"),
    (r"^\p{^Lu}$", "a", "A"),
    (r"^\Qa.b\E+$", "a.bb", "axb"),
    (r"^\x41\x{e9}\101\060$", "AéA0", "AéAx"),
    (r"^a{2,3}$", "aaa", "aaaa"),
    (r"^a{,2}$", "a{,2}", "aa"),
    (r"^(?P<x>a|b)(?<y>c)??$", "bc", "cc"),
    (r"^[]a-]+$", "]-a", "b"),
    (r"^[[:]+$", "[:", "x"),
    (r"(|a)*b", "aab", "aa"),
    (r"", "", None),
    (r"^\x{fffd}$", "\udcff", "\u00ff"),
]


@pytest.mark.parametrize(("pattern", "found", "missed"), FOUND)
def test_what_is_found(pattern: str, found: str, missed: str | None) -> None:
    expression = compile_expression(pattern)
    assert expression.search(found)
    assert missed is None or not expression.search(missed)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(", "without a closing one"),
        (")", "without an opening one"),
        ("[a", "closing bracket"),
        ("[z-a]", "end comes before"),
        ("[[:foo:]]", "class that RE2 does not have"),
        ("*", "repeats nothing"),
        ("a|*", "repeats nothing"),
        ("a**", "repeats a repetition"),
        ("a{2}{3}", "repeats a repetition"),
        ("a{1001}", "more than 1000 times"),
        ("a{99999999999}", "more than 1000 times"),
        ("(a{500}){3}", "more than 1000 times"),
        ("a{2,1}", "less than it says"),
        (r"\1", "escape that RE2"),
        (r"\C", "escape that RE2"),
        (r"\8", "escape that RE2"),
        (r"\x{110000}", "U+10FFFF"),
        ("(?=a)", "lookaround"),
        ("(?<!a)", "lookaround"),
        ("(?i", "lookaround"),
        ("(?P<é>a)", "lookaround"),
        (r"\p{Greek}", "not supported here"),
        (r"\pC", "not supported here"),
        ("\\", "escape that RE2"),
        ("x" * 20_000, "longer than"),
        ("(" * 200 + ")" * 200, "nests more"),
        ("(a{1,100}b{1,100}c{1,100}d{1,100}){10}", "too large"),
        ("(" + "|" * 5000 + "){1000}", "too large"),
    ],
)
def test_what_is_refused_and_why(pattern: str, reason: str) -> None:
    with pytest.raises(BadPattern) as refused:
        compile_expression(pattern)
    assert reason in str(refused.value)


def test_no_expression_makes_a_search_take_long() -> None:
    # With a search that backtracks, none of these would end.
    text = "a" * 20_000
    for pattern in ("(a*)*b", "(a|aa)+$b", "(a?){400}a{400}b", ".*.*.*.*.*=", "(x+x+)+y|(a+a+)+b"):
        assert not compile_expression(pattern).search(text)
    chance = random.Random(7)
    drawn = "".join(chance.choice("xy") for _ in range(4_000)) + "z"
    assert compile_expression("(x|y)*x(x|y){200}z").search(drawn) == (drawn[-202] == "x")


def test_a_character_that_is_not_known_here_is_not_guessed_at() -> None:
    expression = compile_expression(r"^\pL")
    with pytest.raises(NewerCharacter):
        expression.search("\U0003fff0")
    assert compile_expression(".").search("\U0003fff0")


def test_a_prefix_never_rules_out_what_can_follow() -> None:
    chance = random.Random(3)
    ruled_out = 0
    for _ in range(3_000):
        try:
            expression = compile_expression(drawn_rules.pattern(chance))
        except BadPattern:
            continue
        text = drawn_rules.path(chance)
        cut = chance.randint(1, len(text))
        may = expression.may_be_found_after(text[:cut])
        assert may or not expression.search(text)
        ruled_out += not may
    assert ruled_out > 100
    for text in ("a.b/", "[x]*", "é\\^$/"):
        assert compile_expression(f"^{quoted(text)}$").search(text)


def test_what_was_found_out_is_forgotten_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(re2, "_MAX_HELD", 1_000)
    expression = compile_expression("(x|y)*x(x|y){30}z")
    chance = random.Random(5)
    for _ in range(20):
        text = "".join(chance.choice("xy") for _ in range(200))
        assert expression.search(f"{text}z") == (text[-31] == "x")
        assert sum(len(state.places) for state in expression._states.values()) <= 1_000
