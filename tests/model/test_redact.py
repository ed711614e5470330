from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrator_tui.model import redact
from integrator_tui.model.redact import Redactor
from integrator_tui.model.secret import MASK

SECRET = 'p@ss "w/rd"+<1>&\\é\n\U0001f600~'


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


SPELLINGS = {
    "plain": SECRET,
    "percent": quote(SECRET, safe=""),
    "percent, lower case": quote(SECRET, safe="").replace("%C3%A9", "%c3%a9").replace("%2B", "%2b"),
    "percent, path": quote(SECRET),
    "form": quote_plus(SECRET),
    "encodeURIComponent": quote(SECRET, safe="!'()*~"),
    "json": json.dumps(SECRET),
    "json, no ASCII": json.dumps(SECRET, ensure_ascii=False),
    "json, upper case": json.dumps(SECRET)
    .replace("\\u00e9", "\\u00E9")
    .replace("\\ud83d\\ude00", "\\uD83D\\uDE00"),
    "json of PHP": json.dumps(SECRET).replace("/", "\\/"),
    "json of Go": json.dumps(SECRET).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"),
    "json in json": json.dumps(json.dumps(SECRET, ensure_ascii=False), ensure_ascii=False),
    "xml": escape(SECRET),
    "html": html.escape(SECRET),
    "xml in numbers": SECRET.replace("&", "&#38;").replace("<", "&#60;").replace("é", "&#xE9;"),
    "base64": b64(SECRET),
    "base64 without padding": b64(SECRET).rstrip("="),
    "base64 for URLs": base64.urlsafe_b64encode(SECRET.encode()).decode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_every_spelling_is_masked_whole(spelling: str) -> None:
    redactor = Redactor([SECRET])
    inner = spelling.strip('"\\')
    assert redactor.text(f"<{inner}>") == f"<{MASK}>"


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
@pytest.mark.parametrize("after", ["", "1", "12", "123"])
@pytest.mark.parametrize("secret", ["correct horse", "correct hors", "correct hor"])
def test_a_value_inside_longer_base64_is_masked_at_each_alignment(before: str, after: str, secret: str) -> None:
    encoded = b64(before + secret + after)
    shown = Redactor([secret]).text(encoded)
    assert MASK in shown
    # Of the value at most the characters that it shares with its neighbours remain.
    assert len(shown) - len(MASK) <= len(encoded) - (len(secret) * 8 // 6 - 2)


def test_basic_credentials_are_masked_whole_as_typed_and_as_oauth_encodes_them() -> None:
    redactor = Redactor()
    redactor.add_basic("svc", "a b/c+d")
    assert redactor.text(f"Basic {b64('svc:a b/c+d')}") == f"Basic {MASK}"
    assert redactor.text(f"Basic {b64('svc:a+b%2Fc%2Bd')}") == f"Basic {MASK}"


@pytest.mark.parametrize("safe", ["", "/"])
def test_a_basic_header_is_masked_where_a_url_holds_it(safe: str) -> None:
    encoded = b64("svc:a>>>~~~?x")
    assert {"+", "/", "="} <= set(encoded)
    redactor = Redactor()
    redactor.add_basic("svc", "a>>>~~~?x")
    percent = quote(encoded, safe=safe)
    for written in (percent, re.sub("%..", lambda match: match[0].lower(), percent)):
        assert redactor.text(f"/x?Basic%20{written}&y") == f"/x?Basic%20{MASK}&y"


def test_an_absent_password_hides_nothing() -> None:
    redactor = Redactor()
    redactor.add_basic("svc", "")
    assert redactor.text(b64("svc:")) == b64("svc:")
    assert redactor.text("") == ""


def test_short_values_count_only_where_they_are_the_whole_text() -> None:
    redactor = Redactor(["abc"])
    assert redactor.text("abc") == MASK
    assert redactor.text("abcd abc") == "abcd abc"
    assert redactor.json({"abc": ["abc", "xabcx"]}) == {"abc": [MASK, "xabcx"]}


def test_json_keeps_keys_numbers_and_booleans() -> None:
    value: Any = {"hunter22": "is hunter22", "n": [8443, 1.5, True, None], "deep": {"x": ("hunter22",)}}
    redacted = Redactor(["hunter22", "8443", "True"]).json(value)
    assert redacted == {"hunter22": f"is {MASK}", "n": [8443, 1.5, True, None], "deep": {"x": [MASK]}}


def test_the_longest_of_two_values_is_masked_and_overlapping_ones_leave_nothing() -> None:
    assert Redactor(["token", "token-long"]).text("a token-long, a token") == f"a {MASK}, a {MASK}"
    assert Redactor(["abcdef", "defghi"]).text("<abcdefghi>") == f"<{MASK}>"


def test_the_lines_of_a_value_are_known_too() -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\nByqGSM49AgEG\n-----END PRIVATE KEY-----\n"
    redactor = Redactor([pem])
    assert redactor.text("> MIGHAgEAMBMG") == f"> {MASK}"
    assert redactor.text("-----BEGIN PRIVATE KEY-----") == "-----BEGIN PRIVATE KEY-----"


def test_a_value_shown_in_symbols_is_still_masked() -> None:
    assert Redactor(["one\ttwo"]).text("one␉two") == MASK


def test_a_stream_holds_back_only_what_could_become_a_value() -> None:
    stream = Redactor(["secret-value"]).stream()
    assert stream.feed("text sec") == "text "
    assert stream.feed("ond, secret-val") == "second, "
    assert stream.feed("ue!") == f"{MASK}!"
    assert stream.feed("secret-") == ""
    assert stream.close() == "secret-"


def test_an_endless_overlapping_value_does_not_grow_the_stream() -> None:
    stream = Redactor(["aaaa"]).stream()
    shown = "".join(stream.feed("aaa") for _ in range(1000)) + stream.close()
    assert shown == MASK


def test_nothing_known_passes_the_same_object_through() -> None:
    text = "y" * 100
    assert Redactor().stream().feed(text) is text


values = st.lists(st.text(alphabet='ab:/"é <', min_size=4, max_size=7), min_size=1, max_size=3)


@st.composite
def texts_with_secrets(draw: st.DrawFn) -> tuple[list[str], str, list[int]]:
    known = draw(values)
    spelled = [*known, *map(quote_plus, known), *map(b64, known), *(json.dumps(value)[1:-1] for value in known)]
    noise = st.text(alphabet='ab:/"é <%5', max_size=6)
    text = "".join(draw(st.lists(st.one_of(noise, st.sampled_from(spelled)), max_size=8)))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    return known, text, [0, *cuts, len(text)]


@pytest.fixture(params=[redact._LONG, 0], ids=["by patterns", "piece by piece"])
def _compared(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redact, "_LONG", request.param)
        patch.setattr(redact, "_HEAD", 2)
        # Where comparing takes too long more is masked, and how much then depends on the pieces that came.
        patch.setattr(redact, "_WALKS", 1000)
        yield


@pytest.mark.usefixtures("_compared")
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts_with_secrets())
def test_no_known_value_survives_any_chunking(case: tuple[list[str], str, list[int]]) -> None:
    known, text, cuts = case
    redactor = Redactor(known)
    stream = redactor.stream()
    shown = "".join(stream.feed(text[start:end]) for start, end in pairwise(cuts)) + stream.close()
    assert not any(value in shown for value in known)
    assert not any(quote_plus(value) in shown or b64(value) in shown for value in known)
    assert shown == redactor.text(text) or text in known


@settings(max_examples=300, deadline=None)
@given(texts_with_secrets())
def test_long_values_are_found_where_short_ones_are(case: tuple[list[str], str, list[int]]) -> None:
    known, text, _ = case
    by_patterns = Redactor(known).text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redact, "_LONG", 0)
        patch.setattr(redact, "_HEAD", 3)
        patch.setattr(redact, "_WALKS", 1000)
        assert Redactor(known).text(text) == by_patterns


def test_a_value_of_many_special_characters_is_masked_in_each_spelling() -> None:
    value = "".join(f'{{"number {number}": "é{number}"}}, ' for number in range(4000))
    redactor = Redactor([value])
    for spelling in (value, json.dumps(value)[1:-1], quote_plus(value), b64(value)):
        assert redactor.text(f"before {spelling} after") == f"before {MASK} after"
    assert redactor.text(f"before {value[1:]} after") == f"before {value[1:]} after"


def test_of_a_long_value_that_repeats_itself_nothing_is_left() -> None:
    value = '{"a": 1}, ' * 1000
    shown = Redactor([value]).text(f"before {value}{value}{value[:70]} after")
    assert shown.startswith(f"before {MASK}")
    assert value[:2000] not in shown
