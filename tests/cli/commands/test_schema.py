"""`schema` prints the JSON Schema of a connection file."""

from __future__ import annotations

import json

from tests.cli.shell import Shell


def test_it_prints_a_schema_and_nothing_else(shell: Shell) -> None:
    done = shell.run("schema")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out)["required"] == ["name", "base_url"]
