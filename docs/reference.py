"""Writes `connection-file.md` from the table of fields: python -m docs.reference"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from integrator_tui.model.fields import AUTH_LABELS, FIELDS, Field

PAGE = Path(__file__).parent / "connection-file.md"

INTRODUCTION = """# Every key of a connection file

Made from `integrator_tui/model/fields.py` by `python -m docs.reference`; a test holds the two to each other.
`integrator-tui schema` prints the same as a JSON Schema, which editors read from the first line of the
[samples](../sample_connections).

A key that is null counts as absent, and one that is absent has the default. Where text is wanted, a number or a
boolean is taken as it is written (`0123` stays `0123`). Unknown keys are a problem with their line, never dropped.
`[]` stands for any item of a list, or any name of a map whose names are free. Fields marked *ours* are not in
Kinetic Data's Integrator, which the others are named after.

`{{name}}` may stand in any text but in scheme, host and port of an address: it is the secret of that name, else a
parameter that is asked for.
"""

SECTIONS = (
    (
        "The connection",
        lambda path: path.startswith("test.") or (not {*path} & {*".["} and path not in ("auth", "operations")),
    ),
    ("Authentication", lambda path: path.startswith("auth")),
    ("Operations", lambda path: path.startswith("operations")),
    ("Options", lambda path: path.startswith("options.")),
    ("Secrets", lambda path: path.startswith("secrets.")),
)


def page() -> str:
    """Return the whole page."""
    return "\n".join([INTRODUCTION, *_sections()])


def _sections() -> Iterator[str]:
    for title, belongs in SECTIONS:
        yield f"## {title}\n"
        yield "| key | field | what it is for | default |"
        yield "|---|---|---|---|"
        for field in FIELDS:
            if belongs(field.path):
                yield f"| `{field.path}` | {_name(field)} | {_about(field)} | {_default(field)} |"
        yield ""


def _name(field: Field) -> str:
    marks = ["required"] * field.required + ["*ours*"] * field.ours
    return field.label + (f" ({', '.join(marks)})" if marks else "")


def _about(field: Field) -> str:
    of = " and ".join(AUTH_LABELS[method] for method in field.methods)
    return f"{of}. {field.about}" if of else field.about


def _default(field: Field) -> str:
    return "–" if field.default is None or field.default == "" else f"`{json.dumps(field.default)}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
