"""Reading: every value in its form, every problem at once, each at its line."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
    PlainScalarString,
    SingleQuotedScalarString,
)

from integrator_tui.model.connection import Connection, FormBody, MultipartBody, Part, RawBody
from integrator_tui.store.connection_file import build
from integrator_tui.store.connection_file.keys import FILE
from integrator_tui.store.connection_file.kinds import Findings
from integrator_tui.store.connection_file.reader import may_hold, read, secret_states, summary
from integrator_tui.store.yamltext.document import parse, parse_bytes
from tests.store.corpus import HOSTILE, SAMPLE_FILES, SOUND

HEAD = "name: x\nbase_url: https://a.example\n"


def connection(text: str) -> Connection:
    found, problems = read(parse(HEAD + text))
    assert found is not None, problems
    return found


def problem(text: str) -> tuple[str, int | None, str, str]:
    _, problems = read(parse(HEAD + text))
    (first, *rest) = [problem for problem in problems if problem.is_error]
    assert not rest, problems
    return first.field, first.line, first.message, first.hint


def test_the_defaults_are_those_of_the_model() -> None:
    assert FILE.default == Connection().model_dump()


@pytest.mark.parametrize("file", [*SOUND, *SAMPLE_FILES], ids=lambda file: file.name)
def test_a_connection_is_what_the_model_would_make_of_the_same_values(file: Path) -> None:
    root = parse(file.read_text()).mapping
    assert root is not None
    values = FILE.read(root, "", Findings())
    made, validated = build.connection(values), Connection.model_validate(values)
    assert made == validated
    assert repr(made) == repr(validated)
    assert made.model_dump(exclude_defaults=True) == validated.model_dump(exclude_defaults=True)


def test_a_minimal_file() -> None:
    assert read(parse(HEAD)) == (Connection(name="x", base_url="https://a.example"), ())


@pytest.mark.parametrize("text", ["0123", "1.50", "2026-01-02", "true", "yes", "0x1F", "'null'", '"\\u0041"', "é"])
def test_a_scalar_where_text_is_wanted_is_its_source_text(text: str) -> None:
    wanted = {"'null'": "null", '"\\u0041"': "A"}.get(text, text)
    found = connection(
        f"description: {text}\ntags: [{text}]\nsecrets: {{{text}x: y}}\n"
        if text[0] not in "'\""
        else f"description: {text}\ntags: [{text}]\n"
    )
    assert found.description == wanted
    assert found.tags == (wanted,)


@pytest.mark.parametrize("null", ["", "~", "null", "Null", "NULL"])
@pytest.mark.parametrize("key", [key for key in FILE.fields if key not in ("name", "base_url")])
def test_null_counts_as_absent(key: str, null: str) -> None:
    assert connection(f"{key}: {null}\n") == Connection(name="x", base_url="https://a.example")


def test_null_counts_as_absent_inside_too() -> None:
    text = (
        "tags: [a, ~, b]\nsecrets: {a: ~, b: ''}\n"
        "options: {verify: null, timeout: {connect: ~, read: 7}, proxy: ~}\n"
        "operations:\n  - name: o\n    path: /o\n    params: {a: ~, b: c}\n    body: ~\n"
        "    outputs: {p: ~}\n  - ~\n"
    )
    found = connection(text)
    assert found.tags == ("a", "b")
    assert found.secrets == ("b",)
    assert found.options.verify is True
    assert (found.options.timeout.connect, found.options.timeout.read) == (5.0, 7.0)
    (operation,) = found.operations
    assert (operation.params, operation.body, operation.outputs) == ((("b", "c"),), None, ())


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("{form: {a: 1, b: '{{c}}'}}", FormBody(form=(("a", "1"), ("b", "{{c}}")))),
        ("{form: {}}", FormBody()),
        ("{raw: '{}'}", RawBody(raw="{}")),
        ("{raw: ''}", RawBody()),
        (
            "{multipart: [{name: a, content: b, file_name: c}]}",
            MultipartBody(multipart=(Part(name="a", content="b", file_name="c"),)),
        ),
        ("{}", None),
        ("{form: ~}", None),
    ],
)
def test_bodies(text: str, body: Any) -> None:
    found = connection(f"operations: [{{name: o, path: /o, body: {text}}}]\n")
    assert found.operations[0].body == body


@pytest.mark.parametrize(
    ("text", "field", "line", "message", "hint"),
    [
        ("base_urll: x\n", "base_urll", 3, "unknown key base_urll", "did you mean base_url?"),
        ("zzz: x\n", "zzz", 3, "unknown key zzz", "the keys here are name, type"),
        ("BASE_URL: x\n", "BASE_URL", 3, "unknown key BASE_URL", "did you mean base_url?"),
        ("auth:\n  type: basic\n  username: j\n  scope: s\n", "auth.scope", 6, "unknown key scope", "type: oauth2"),
        (
            "auth:\n  type: basic\n  username: j\n  password: s3cr3t\n",
            "auth.password",
            6,
            "unknown key password",
            "secrets:",
        ),
        ("options: {verify: 'false'}\n", "options.verify", 3, "true or false is wanted", "false without quotes"),
        ("options: {verify: no}\n", "options.verify", 3, "true or false is wanted", "write true or false"),
        ("options: {timeout: {read: 5s}}\n", "options.timeout.read", 3, "a number of seconds", "for example 5"),
        ("options: {timeout: {read: '5'}}\n", "options.timeout.read", 3, "a number of seconds", "without quotes"),
        ("options: {timeout: {read: -1}}\n", "options.timeout.read", 3, "above 0", "5"),
        ("options: []\n", "options", 3, "a mapping of keys to values is wanted here, not a list", "timeout"),
        ("auth: {type: oath2}\n", "auth.type", 3, "oath2 is not one of", "did you mean oauth2?"),
        ("auth: {type: [a]}\n", "auth.type", 3, "a list is not one of", "one of none"),
        ("auth: {type: ''}\n", "auth.type", 3, "an empty text is not one of", "one of none"),
        ("tags: {a: b}\n", "tags", 3, "a list is wanted here, not a mapping", "dash"),
        ("tags:\n- a\n- {b: c}\n", "tags.1", 5, "text is wanted here, not a mapping", "brace"),
        ("secrets:\n  a: [b]\n", "secrets.a", 4, "the secret a has to be text, not a list", "flat map"),
        ("secrets:\n  'a:b': c\n", "secrets.a:b", 4, "colon", "another name"),
        ("operations:\n- name: a\n- nmae: b\n  name: b\n", "operations.1.nmae", 5, "unknown key nmae", "name"),
        ("test_path: https://b.example/\n", "test_path", 3, "", ""),
        ("type: sql\n", "type", 3, "of type sql cannot be opened", "kept as it is"),
    ],
)
def test_a_problem_names_field_line_and_what_to_do(
    text: str, field: str, line: int, message: str, hint: str
) -> None:
    found = problem(text)
    assert found[:2] == (field, line)
    assert message in found[2]
    assert hint in found[3]
    assert "s3cr3t" not in found[2] + found[3]


def test_what_is_missing_is_told_at_the_nearest_key() -> None:
    found, problems = read(parse("# top\ndescription: x\nauth:\n  type: basic\n"), "orders")
    assert found is not None
    told = {problem.field: (problem.line, problem.hint) for problem in problems}
    assert told["name"] == (2, "write name: orders")
    assert told["base_url"][0] == 2
    assert told["auth.username"][0] == 3


def test_a_connection_with_unknown_keys_and_broken_rules_is_still_given() -> None:
    found, problems = read(parse("name: x\nbase_url: ftp://a.example\nnmae: y\n"))
    assert found is not None
    assert {problem.field for problem in problems} >= {"base_url", "nmae"}


def test_the_summary_needs_neither_pydantic_nor_the_model() -> None:
    code = (
        "import sys\nfrom integrator_tui.store.connection_file import reader\n"
        "from integrator_tui.store.yamltext import document\n"
        "s = reader.summary(document.parse('name: x\\nauth: {type: basic}\\nsecrets: {a: b}\\n'), 'stem')\n"
        "assert (s.name, s.auth, s.state) == ('x', 'basic', 'unsealed'), s\n"
        "assert not {'pydantic', 'cryptography', 'textual', 'httpx'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_summary_of_what_could_be_read() -> None:
    found = summary(parse("name: [a]\nauth: x\nbase_url: {a: b}\ntags: x\n"), "stem")
    assert (found.name, found.auth, found.base_url, found.tags, found.state) == ("stem", "none", "", (), "ok")
    assert summary(parse("name: x\nname: y\n"), "stem").state == "problem"
    assert summary(parse("- a\n"), "stem").name == "stem"


def test_the_state_of_each_secret() -> None:
    text = "secrets: {a: plain, b: '', c: ~, d: 'ENC[AES256_GCM,data:x]', _seal: x, e: {f: g}, h: 12}\n"
    assert secret_states(parse(text)) == {
        "a": "plain",
        "b": "empty",
        "d": "encrypted",
        "_seal": "plain",
        "e": "plain",
        "h": "plain",
    }
    assert secret_states(parse("secrets: x\n")) == {}


STYLES = (
    PlainScalarString,
    SingleQuotedScalarString,
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
)


@given(
    st.text(st.sampled_from("ab'\"\\:#- \t\n\x85\u2028\u00a0é漢😀\x1b"), min_size=1),
    st.sampled_from(STYLES),
    st.integers(3, 30),
    st.booleans(),
)
def test_no_style_hides_a_value(name: str, style: type[str], width: int, readable: bool) -> None:
    writer = YAML()
    writer.width, writer.allow_unicode = width, readable
    file = io.BytesIO()
    writer.dump({"name": style(name), "base_url": "https://a.example"}, file)
    data = file.getvalue()
    assert may_hold(data, summary(parse_bytes(data), "").name)


@pytest.mark.parametrize("file", [*SOUND, *SAMPLE_FILES, *HOSTILE], ids=lambda file: file.name)
def test_a_file_may_hold_its_name(file: Path) -> None:
    data = file.read_bytes()
    name = summary(parse_bytes(data), "").name
    assert not name or may_hold(data, name)


def test_a_file_without_a_word_of_a_text_does_not_hold_it() -> None:
    data = b"name: Orders API's\nbase_url: https://a.example\n"
    assert may_hold(data, "Orders API's")
    assert not may_hold(data, "Orders API of ours")
    assert may_hold(data + b'description: "\\x41"', "Orders API of ours")
