"""Hostile files: each is refused with its own reason, line and hint, never an exception, and leaks nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrator_tui.errors import SaveError
from integrator_tui.model.connection import Connection
from integrator_tui.store.connection_file.reader import read, summary
from integrator_tui.store.connection_file.writer import write
from integrator_tui.store.yamltext import parser
from integrator_tui.store.yamltext.document import parse, parse_bytes
from tests.store.corpus import CORPUS, HOSTILE

EXPECTED: dict[str, tuple[str, int | None, str]] = {
    "alias.yaml": ("", 1, "an anchor (&) is not allowed"),
    "alias_bomb.yaml": ("", 1, "an anchor (&) is not allowed"),
    "anchor.yaml": ("", 1, "an anchor (&) is not allowed"),
    "bad_escape.yaml": ("", 1, "not valid YAML"),
    "binary.yaml": ("", 2, "not UTF-8"),
    "boolean_key.yaml": ("true", 3, "a boolean"),
    "colon_in_value.yaml": ("", 2, "mapping values are not allowed"),
    "complex_key.yaml": ("", 3, "a key has to be text"),
    "conflict.yaml": ("", 2, "git left a conflict"),
    "deep.yaml": ("", 2, "levels deep"),
    "deep_open.yaml": ("", 2, "levels deep"),
    "duplicate_key.yaml": ("base_url", 3, "the key base_url stands twice"),
    "duplicate_secret.yaml": ("secrets.token", 5, "the key token stands twice"),
    "empty.yaml": ("", None, "the file is empty"),
    "encrypted_without_block.yaml": ("base_url", 2, "is encrypted, and the file has no sops block"),
    "escape_sequence.yaml": ("", 3, "a control character (U+001B)"),
    "inner_bom.yaml": ("", 3, "a control character (U+FEFF)"),
    "latin1.yaml": ("", 1, "not UTF-8"),
    "line_separator.yaml": ("", 2, "U+2028"),
    "merge_key.yaml": ("options.<<", 4, "a merge key"),
    "nested_secret.yaml": ("secrets.token", 4, "the secret token has to be text, not a mapping"),
    "next_line.yaml": ("", 2, "U+0085"),
    "no_auth_type.yaml": ("auth.type", 4, "the type of authentication is missing"),
    "nul_byte.yaml": ("", 2, "a NUL byte"),
    "null_document.yaml": ("", 1, "not a mapping"),
    "null_key.yaml": ("~", 3, "is null, not text"),
    "number_key.yaml": ("auth.request.headers.123", 6, "the key 123 is a number, not text"),
    "only_comment.yaml": ("", None, "the file is empty"),
    "paragraph_separator.yaml": ("", 1, "U+2029"),
    "python_object.yaml": ("", 1, "a tag (!) is not allowed"),
    "sops_scalar.yaml": ("sops", 4, "sops is not the block that sops writes"),
    "surrogate_escape.yaml": ("", 2, "half a surrogate pair"),
    "surrogate_pair.yaml": ("", 3, "a pair of escapes"),
    "syntax.yaml": ("", 4, "not valid YAML"),
    "tab_indent.yaml": ("", 4, "not valid YAML"),
    "tag.yaml": ("", 2, "a tag (!) is not allowed"),
    "top_list.yaml": ("", 1, "not a mapping"),
    "top_scalar.yaml": ("", 1, "not a mapping"),
    "two_bodies.yaml": ("operations.0.body.form", 5, "raw is given too"),
    "two_documents.yaml": ("", 3, "more than one YAML document"),
    "unclosed_quote.yaml": ("", None, "not valid YAML"),
    "undefined_alias.yaml": ("", 3, "an alias without its anchor (*)"),
    "unknown_method.yaml": ("auth.type", 3, "basci is not one of none, basic"),
    "unknown_version.yaml": ("", 1, "a version that is not known"),
    "unquoted_template.yaml": ("", 3, "a key has to be text"),
    "utf16.yaml": ("", 1, "not UTF-8"),
    "wrong_kinds.yaml": ("name", 1, "text is wanted here, not a list"),
}


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in HOSTILE])
def test_a_hostile_file_says_what_is_wrong_and_where(path: Path) -> None:
    document = parse_bytes(path.read_bytes())
    connection, problems = read(document, path.stem)
    field, line, message = EXPECTED[path.name]
    # What is wrong with an operation stops that operation alone.
    assert (connection is None) is not field.startswith("operations.")
    assert any(p.field == field and line in (None, p.line) and message in p.message for p in problems), problems
    for problem in problems:
        assert problem.is_error
        assert problem.hint
        assert "s3cr3t" not in problem.message + problem.hint
        assert problem.message.isprintable()
    assert summary(document, path.stem).name


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in HOSTILE])
def test_a_hostile_file_is_not_written_over(path: Path) -> None:
    document = parse_bytes(path.read_bytes())
    if document.problems:
        with pytest.raises(SaveError, match="broken"):
            write(document, Connection(name="x", base_url="https://a.example"))


def test_every_hostile_file_has_its_expectation() -> None:
    assert {path.name for path in HOSTILE} == set(EXPECTED)


def test_what_stood_before_an_error_names_the_row() -> None:
    assert summary(parse_bytes((CORPUS / "hostile" / "syntax.yaml").read_bytes()), "stem").name == "Broken"
    assert summary(parse_bytes((CORPUS / "hostile" / "empty.yaml").read_bytes()), "stem").name == "stem"


def test_all_wrong_values_are_told_at_once() -> None:
    _, problems = read(parse_bytes((CORPUS / "hostile" / "wrong_kinds.yaml").read_bytes()))
    assert [(problem.field, problem.line) for problem in problems] == [
        ("name", 1),
        ("base_url", 2),
        ("tags", 3),
        ("auth", 4),
        ("options.verify", 5),
        ("options.timeout.connect", 5),
        ("operations", 6),
        ("secrets", 7),
    ]


def test_a_file_that_is_too_large_is_not_parsed() -> None:
    document = parse("name: x\n# " + "x" * parser.MAX_CHARACTERS)
    assert document.root is None
    assert "too large" in document.problems[0].message


def test_a_file_of_too_many_values_is_cut_off() -> None:
    document = parse("name: x\ntags: [" + "a," * (parser.MAX_NODES + 10) + "]\n")
    assert "more than" in document.problems[0].message
    assert not document.whole


BYTES = st.one_of(
    st.binary(max_size=80),
    st.text(st.sampled_from("ab:,-?[]{}&*!|>'\"%@`#~<= \n\r\t\x85\u2028\ufeff0.1"), max_size=60).map(str.encode),
)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(BYTES)
def test_any_bytes_are_a_document(data: bytes) -> None:
    document = parse_bytes(data)
    connection, problems = read(document, "stem")
    assert connection is not None or problems
    assert summary(document, "stem").name
    if document.whole and not document.problems and connection is not None:
        assert write(document, connection).encode() == data


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(HOSTILE), st.data())
def test_a_cut_off_file_is_a_document(path: Path, data: st.DataObject) -> None:
    whole = path.read_bytes()
    document = parse_bytes(whole[: data.draw(st.integers(0, min(len(whole), 2000)))])
    read(document, "stem")
    summary(document, "stem")
