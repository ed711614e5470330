"""One table of fields: what is said elsewhere of a field is what it says."""

from __future__ import annotations

from typing import Any

import pytest

from docs import reference
from integrator_tui.model import fields
from integrator_tui.model.connection import AUTH_TYPES, Connection, Operation, Options, Passing, Request, Timeout
from integrator_tui.store.connection_file.keys import FILE


def test_the_page_says_what_the_table_says() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page(), "python -m docs.reference"
    for field in fields.FIELDS:
        assert f"| `{field.path}` |" in reference.page()


def test_no_path_stands_twice() -> None:
    assert len({field.path for field in fields.FIELDS}) == len(fields.FIELDS)


def model_defaults() -> list[tuple[str, Any]]:
    sections: list[tuple[str, Any]] = [
        ("", Connection()),
        ("options", Options()),
        ("test", Passing()),
        ("options.timeout", Timeout()),
        ("auth.request", Request()),
        ("operations[]", Operation()),
        *(("auth", method()) for method in AUTH_TYPES.values()),
    ]
    found: list[tuple[str, Any]] = []
    for prefix, value in sections:
        for key, default in value.model_dump().items():
            path = f"{prefix}.{key}" if prefix else key
            # What is kept is text in the model, an object in the file.
            if isinstance(default, (str, bool, float)) and path != "auth.type" and key != "kinetic":
                found.append((path, default))
            elif isinstance(default, tuple) and default and path != "operations[].accept":
                found.append((path, list(default)))
    return found


@pytest.mark.parametrize(("path", "default"), dict(model_defaults()).items())
def test_the_default_of_the_model_is_the_table_s(path: str, default: object) -> None:
    assert fields.default(path) == default


def test_the_default_of_a_file_is_the_model_s() -> None:
    assert Connection.model_validate(FILE.default) == Connection()


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("base_url", "base_url"),
        ("operations.2.outputs.Ids.value", "operations[].outputs[].value"),
        ("operations.2.outputs.Ids.children.Id", "operations[].outputs[].children"),
        ("operations.0", "operations"),
        ("auth.request.headers.X-Name", "auth.request.headers"),
        ("auth.request.body.multipart.1.content", "auth.request.body.multipart[].content"),
        ("secrets.password", "secrets.password"),
        ("secrets.anything", "secrets"),
        ("base_ur", None),
        ("", None),
    ],
)
def test_a_field_is_found_by_the_key_of_a_problem(path: str, found: str | None) -> None:
    field = fields.find(path)
    assert (field.path if field else None) == found


def test_a_path_that_is_no_field_is_refused() -> None:
    with pytest.raises(KeyError):
        fields.field("nothing.of.the.kind")
