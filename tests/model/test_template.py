from __future__ import annotations

import json
import re
import time
from urllib.parse import parse_qs, unquote, unquote_plus
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator_tui.errors import MissingParameter, RequestFailed
from integrator_tui.model.encoding import raw_body_context, typed_url
from integrator_tui.model.template import EncodingContext, parse

HOSTILE = "a b/c?d=e&f#g%20;+\"'<>\\é\n😀"


@pytest.mark.parametrize(
    ("text", "names", "required"),
    [
        ("plain", (), ()),
        ("/submissions/{{Submission Id*}}", ("Submission Id*",), ("Submission Id*",)),
        ("{{Limit [0-1000]}}{{Is It [true/false]}}", *[("Limit [0-1000]", "Is It [true/false]")] * 2),
        ("{{ a, b - c }} {{{a, b - c}}} {{&x}}", ("a, b - c", "x"), ("a, b - c", "x")),
        ("{{#a}}{{a}}{{/a}}", ("a",), ()),
        ("{{#a}}{{b}}{{/a}}", ("a", "b"), ("b",)),
        ("{{#a}}{{#b}}{{a}}{{/b}}{{/a}}", ("a", "b"), ()),
        ("{{^a}}none{{/a}}{{#a}}{{.}}{{/a}}", ("a",), ()),
        ("{{#a}}{{a}}{{/a}}{{a}}", ("a",), ("a",)),
        ("{{! a note }}{{x}}", ("x",), ("x",)),
        ('{{#A B}}"s": "{{A B}}",{{/A B}} {{{Values [object]}}}', ("A B", "Values [object]"), ("Values [object]",)),
    ],
)
def test_names_are_free_text_and_their_own_sections_make_them_optional(
    text: str, names: tuple[str, ...], required: tuple[str, ...]
) -> None:
    template = parse(text)
    assert (template.names, template.required, template.warnings) == (names, required, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{x}}-{{x}}", "v-v"),
        ("{{#x}}[{{x}}]{{/x}}", "[v]"),
        ("{{^x}}no{{/x}}{{^empty}}no{{/empty}}{{^absent}}no{{/absent}}", "nono"),
        ("{{#empty}}{{empty}}{{/empty}}{{#absent}}{{absent}}{{/absent}}.", "."),
        ("{{#x}}{{#y}}{{.}}{{/y}}{{.}}{{/x}}", "wv"),
        ("a{{! note }}b", "ab"),
        (" {{! note }} ", ""),
        ("{{{x}}", "{v"),
        ("{{x}}}", "v}"),
        ('{"a":{"b":{{{x}}}}}', '{"a":{"b":v}}'),
        ("{{{{x}}}}", "{v}"),
        ("one\n{{#x}}\ntwo\n  {{/x}}  \nthree", "one\ntwo\nthree"),
        ("one\r\n{{^x}}\r\ntwo\r\n{{/x}}\r\nthree", "one\r\nthree"),
        ("one\n {{x}} \ntwo", "one\n v \ntwo"),
        (" {{#x}} a {{/x}} ", "  a  "),
    ],
)
def test_sections_hold_where_there_is_a_value(text: str, expected: str) -> None:
    assert parse(text).render({"x": "v", "y": "w", "empty": ""}, EncodingContext.TEXT) == expected


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        ('"direction":"{[Direction  [ASC, DESC]}}"', ["'}}' at column 38 ends nothing"]),
        (
            "{{#Map [Optional]}}x{{/Map [Object]}}",
            ["the section {{#Map [Optional]}} at column 1", "{{/Map [Object]}} at"],
        ),
        ("a {{b", ["'{{' at column 3 begins nothing"]),
        ("{{}}", ["the braces at column 1 hold no name"]),
        ("{{> partial}}", ["the braces at column 1"]),
        ("{{=<% %>=}}", ["the braces at column 1"]),
        ("x\n{{a\nb}}", ["the braces at line 2, column 1"]),
        ("{{/a}}", ["{{/a}} at column 1 closes no open section"]),
        ('{"a":{"b":1}}', []),
        ('[{"a":{"b":{"c":{}}}}]', []),
    ],
)
def test_what_is_not_well_formed_stays_and_is_told(text: str, warnings: list[str]) -> None:
    template = parse(text)
    assert template.render({}, EncodingContext.JSON) == text
    assert len(template.warnings) == len(warnings)
    assert all(said.startswith(start) for said, start in zip(template.warnings, warnings, strict=True))


def test_names_inside_a_broken_section_are_still_filled_in() -> None:
    text = "{{#a}}{{x}}{{/b}}"
    assert parse(text).render({"x": "v"}, EncodingContext.TEXT) == "{{#a}}v{{/b}}"
    assert (
        parse("{{#a}}{{#b}}{{x}}{{/a}}{{/b}}").render({"a": "1", "x": "v"}, EncodingContext.TEXT) == "{{#b}}v{{/b}}"
    )


def test_a_warning_tells_nothing_of_the_text() -> None:
    assert "hunter2" not in "".join(parse('{"password": "hunter2"}}} {{ "hunter2').warnings)


def test_a_value_is_rendered_once() -> None:
    assert parse("{{a}}").render({"a": "{{b}}", "b": "no"}, EncodingContext.TEXT) == "{{b}}"


def test_all_missing_names_are_told_together() -> None:
    with pytest.raises(MissingParameter) as caught:
        parse("{{a}} {{#b}}{{b}}{{/b}} {{c}} {{a}}").render({}, EncodingContext.TEXT)
    assert caught.value.names == ("a", "c")


def test_each_context_writes_a_value_so_that_it_stays_one() -> None:
    value, both = {"x": HOSTILE}, parse("{{x}}|{{{x}}}")
    once, raw = parse("{{x}}"), parse("{{{x}}}")
    assert unquote(once.render(value, EncodingContext.QUERY)) == HOSTILE
    assert parse_qs("q=" + once.render(value, EncodingContext.FORM)) == {"q": [HOSTILE]}
    assert unquote_plus(once.render(value, EncodingContext.FORM)) == HOSTILE
    assert not set(once.render(value, EncodingContext.PATH)) & set("/?#&=;+ \"'<>\\\n")
    for same in (EncodingContext.FORM, EncodingContext.QUERY):
        assert once.render(value, same) == raw.render(value, same)
    assert raw.render(value, EncodingContext.PATH) == once.render(value, EncodingContext.PATH).replace("%2F", "/")
    assert json.loads(f'"{once.render(value, EncodingContext.JSON)}"') == HOSTILE
    assert ElementTree.fromstring(f"<a b=''>{once.render(value, EncodingContext.XML)}</a>").text == HOSTILE
    assert raw.render(value, EncodingContext.JSON) == raw.render(value, EncodingContext.XML) == HOSTILE
    assert both.render(value, EncodingContext.TEXT) == f"{HOSTILE}|{HOSTILE}"


def test_in_a_url_the_path_ends_at_the_question_mark() -> None:
    values = {"x": "a/b?c", "q": "1"}
    text = "/p q/{{x}}/{{{x}}}{{#q}}?q={{{x}}}&r=%41 é{{/q}}"
    assert parse(text).render(values, EncodingContext.URL) == "/p%20q/a%2Fb%3Fc/a/b%3Fc?q=a%2Fb%3Fc&r=%41%20%C3%A9"


@pytest.mark.parametrize("value", ["a\nb", "a\r\nX: y", "a\0b", "a\x7f"])
def test_a_header_value_with_a_line_break_is_refused_and_not_told(value: str) -> None:
    with pytest.raises(RequestFailed) as caught:
        parse("Bearer {{token}}").render({"token": value}, EncodingContext.HEADER)
    assert "token" in caught.value.hint
    assert value not in caught.value.message + caught.value.hint
    assert parse("{{t}}").render({"t": "a\tb é"}, EncodingContext.HEADER) == "a\tb é"
    with pytest.raises(RequestFailed):
        parse("two\nlines").render({}, EncodingContext.HEADER)


def test_undecodable_arguments_are_sent_as_the_bytes_they_were() -> None:
    value = b"caf\xe9".decode("utf-8", "surrogateescape")
    assert parse("{{x}}").render({"x": value}, EncodingContext.QUERY) == "caf%E9"
    assert parse("{{x}}").render({"x": "\ud800"}, EncodingContext.QUERY) == "%3F"
    assert json.loads(f'"{parse("{{x}}").render({"x": chr(0xD800)}, EncodingContext.JSON)}"') == "\ud800"


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        (None, EncodingContext.JSON),
        ("", EncodingContext.JSON),
        ("application/json; charset=utf-8", EncodingContext.JSON),
        ("Application/Problem+JSON", EncodingContext.JSON),
        ("text/xml", EncodingContext.XML),
        ("application/soap+xml; charset=utf-8", EncodingContext.XML),
        ("text/plain", EncodingContext.TEXT),
        ("application/x-www-form-urlencoded", EncodingContext.FORM_TEXT),
    ],
)
def test_the_content_type_says_how_a_raw_body_is_written(
    content_type: str | None, expected: EncodingContext
) -> None:
    assert raw_body_context(content_type) is expected


def test_what_was_typed_in_a_url_is_not_encoded_twice() -> None:
    assert typed_url("/a%20b c%zz%4?[x]={y}|é") == "/a%20b%20c%25zz%254?%5Bx%5D=%7By%7D%7C%C3%A9"
    assert typed_url(typed_url("a b%é")) == typed_url("a b%é")


pieces = st.sampled_from(
    ["{{", "}}", "{", "}", "#", "^", "/", "a", "b", " ", "\n", "{{a}}", "{{#a}}", "{{/a}}", ">", "!"]
)


@given(st.lists(pieces, max_size=25).map("".join), st.sampled_from(list(EncodingContext)))
def test_no_text_is_refused_and_every_name_counts(text: str, context: EncodingContext) -> None:
    template = parse(text)
    assert set(template.required) <= set(template.names)
    values = dict.fromkeys(template.names, "v")
    if context is EncodingContext.HEADER and "\n" in text:
        return
    rendered = template.render(values, context)
    if not template.names and not re.search(r"\{\{\s*!", text) and context is not EncodingContext.URL:
        assert rendered == text


@given(st.text(max_size=20))
def test_a_json_body_stays_json_whatever_the_value(value: str) -> None:
    assert json.loads(parse('{"a": "{{x}}"}').render({"x": value}, EncodingContext.JSON)) == {"a": value}


def test_deep_nesting_is_no_recursion() -> None:
    text = "{{#a}}" * 3000 + "x" + "{{/a}}" * 3000
    assert parse(text).render({"a": "1"}, EncodingContext.TEXT) == "x"


@pytest.mark.parametrize("text", ["{{#a}}{{/b}}", "{{#a}}\n", "{{/a}}"])
def test_a_text_of_braces_alone_is_read_in_no_time(text: str) -> None:
    started = time.process_time()
    parsed = parse(text * 20_000 + "{{/c}}" * 20_000)
    assert len(parsed.warnings) >= 40_000
    # A search for each tag through all others took minutes.
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{{! }}{name}}", "{{name}}"),
        ('{"mail": "Dear {{{! }}{name}}, {{x}}"}', '{"mail": "Dear {{name}}, v"}'),
        ("{{! {x} }}{{x}}", "v"),
        ("{{! a } b }}{{x}}", "v"),
        ("one\n  {{! {\n} }}\ntwo", "one\ntwo"),
    ],
)
def test_braces_that_are_meant_and_braces_in_a_comment(text: str, expected: str) -> None:
    template = parse(text)
    assert template.render({"x": "v"}, EncodingContext.JSON) == expected
    assert template.warnings == ()
    assert parse("{{x}}").render({"x": "{{name}}"}, EncodingContext.JSON) == "{{name}}"


@pytest.mark.parametrize("text", ["{{=<% %>=}} <% x %>", "{{= | | =}}", "{{=[ ]=}}"])
def test_another_delimiter_is_told(text: str) -> None:
    (warning,) = parse(text).warnings
    assert warning == "the braces at column 1 set no other delimiters here and stay as they stand"
    assert parse(text).render({}, EncodingContext.TEXT) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("/users/{{x}}/keys", ".."),
        ("/users/{{x}}/keys", "."),
        ("/users/{{x}}", ".."),
        ("{{x}}", "."),
        ("/users/.{{x}}/keys", "."),
        ("/users/{{x}}./keys", "."),
        ("/users/.{{x}}./keys", ""),
        ("/users/{{x}}{{x}}/keys", "."),
        ("/users/%2e{{x}}/keys", "."),
        ("/users/%2E{{x}}/keys", "."),
        ("/users/{{x}};v=1/keys", ".."),
        ("/users/{{{x}}}/keys", ".."),
        ("/users/{{{x}}}/keys", "a/../../.."),
        ("/users/{{&x}}", "../admin"),
        ("/users/{{{x}}}", "a/."),
        ("/users/{{#x}}{{x}}{{/x}}/keys", ".."),
        ("/users/{{x}}?y=1", ".."),
        ("https://h.example/v1/{{x}}", ".."),
    ],
)
def test_no_value_leaves_its_segment_of_a_path(text: str, value: str) -> None:
    with pytest.raises(RequestFailed) as caught:
        parse(text).render({"x": value}, EncodingContext.URL)
    assert "the value of x" in caught.value.message and "segment" in caught.value.message


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("/users/{{x}}/keys", "...", "/users/.../keys"),
        ("/users/{{x}}/keys", "a..b", "/users/a..b/keys"),
        ("/users/{{x}}/keys", "%2e%2e", "/users/%252e%252e/keys"),
        ("/users/{{x}}/keys", "../..", "/users/..%2F../keys"),
        ("/users/{{{x}}}/keys", "a/b", "/users/a/b/keys"),
        ("/a/../b/{{x}}", "c", "/a/../b/c"),
        ("/users?id={{x}}", "..", "/users?id=.."),
        ("/users?id=/{{x}}/", ".", "/users?id=/./"),
        ("/users/{{^x}}..{{/x}}", "c", "/users/"),
    ],
)
def test_dots_that_stay_in_their_place_are_sent(text: str, value: str, expected: str) -> None:
    assert parse(text).render({"x": value}, EncodingContext.URL) == expected


def test_a_value_that_leaves_its_segment_empty_is_named() -> None:
    values = {"a": "", "b": "x", "c": ""}
    assert parse("/{{a}}/{{b}}{{c}}/{{#c}}{{c}}{{/c}}?{{a}}").emptied(values) == ("a",)
    assert parse("/{{b}}").emptied(values) == ()


def test_comments_that_nothing_ends_are_read_in_linear_time() -> None:
    assert parse("{{!" * 200_000).tags == ()
    assert parse("}}" + "{{!" * 200_000).tags == ()


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("{{#a}}{{a}}{{/a}}", True),
        ("{{#a}}x{{/a}}", True),
        ("{{#a}}x{{/a}} ", False),
        ("{{#a}}x{{/a}}{{#a}}y{{/a}}", False),
        ("{{a}}{{a}}", False),
        ("{{^a}}x{{/a}}", False),
        ("", False),
    ],
)
def test_one_section_and_nothing_else_is_known(text: str, is_one: bool) -> None:
    assert parse(text).is_one_section is is_one
