"""The JSON Schema says of a file what reading says of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from integrator_tui.model import fields
from integrator_tui.store.connection_file.reader import read
from integrator_tui.store.connection_file.schema import schema
from integrator_tui.store.yamltext.document import parse_bytes
from tests.store.corpus import SAMPLE_FILES, SAMPLES, SOUND

VALIDATOR = jsonschema.Draft7Validator(schema())
FILE = "name: A\nbase_url: https://a.example.com\n"


def values(data: bytes) -> Any:
    """Return a document as JSON values; a date is text there, as it is in YAML 1.2."""
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(data.decode("utf-8-sig")), default=str))


def test_it_is_a_schema_in_both_dialects() -> None:
    jsonschema.Draft7Validator.check_schema(schema())
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", [*SAMPLE_FILES, *SOUND], ids=lambda path: path.name)
def test_it_accepts_every_file_that_reads_without_a_problem(path: Path) -> None:
    data = path.read_bytes()
    _, problems = read(parse_bytes(data), path.stem)
    found = [error.message for error in VALIDATOR.iter_errors(values(data))]
    assert bool(found) == any(problem.is_error for problem in problems), found


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("description: 0123", True),
        ("description: true", True),
        ("tags: null", True),
        ("auth: null", True),
        ("auth: {type: none}", True),
        ("auth: {type: basic, username: 7}", True),
        ("auth: {type: basic, header: X}", False),
        ("auth: {username: somebody}", False),
        ("options: {timeout: {read: 2.5}}", True),
        ("options: {timeout: {read: soon}}", False),
        ("options: {verify: 'no'}", False),
        ("options: {verify: 'ENC[AES256_GCM,data:x,type:bool]'}", True),
        ("operations: [{name: A, body: {form: {a: b}}}]", True),
        ("operations: [{name: A, body: {form: {a: b}, raw: c}}]", False),
        ("operations: [{name: A, outputs: {B: {value: body, children: {C: current}}}}]", True),
        ("base_ur: x", False),
        ("secrets: {a: null}", True),
        ("secrets: {a: [b]}", False),
        ("sops: {mac: x}", True),
    ],
)
def test_it_judges_a_key_as_reading_does(text: str, accepted: bool) -> None:
    data = f"{FILE}{text}\n".encode()
    assert VALIDATOR.is_valid(values(data)) is accepted
    _, problems = read(parse_bytes(data), "a")
    if "ENC[" not in text:
        assert any(problem.is_error for problem in problems) is not accepted


def test_every_key_is_described_and_every_field_is_a_key() -> None:
    described: set[str] = set()

    def walk(at: Any, path: str) -> None:
        for key, below in at.get("properties", {}).items():
            inner = f"{path}.{key}" if path else key
            assert below.get("description") or key == "sops", inner
            described.add(inner)
            walk(below, inner)
        for one in at.get("oneOf", ()):
            walk(one, path)
        for name in ("items", "additionalProperties"):
            if isinstance(at.get(name), dict):
                walk(at[name], f"{path}[]")

    walk(schema(), "")
    assert {field.path for field in fields.FIELDS if not re.match(r"secrets\.", field.path)} == described


def test_the_samples_name_the_schema_that_lies_beside_them() -> None:
    written = json.loads((SAMPLES / "connection.schema.json").read_text())
    assert written == schema(), "integrator-tui schema > sample_connections/connection.schema.json"
    for path in SAMPLE_FILES:
        first = path.read_text().splitlines()[0]
        named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert named and (path.parent / named[1]).resolve() == (SAMPLES / "connection.schema.json").resolve()
