"""`verify` names what is wrong with a file that is no text."""

from __future__ import annotations

import pytest

from tests.cli.shell import Shell


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_in_another_encoding(shell: Shell, encoding: str) -> None:
    (shell.workspace / "a.yaml").write_bytes("name: Café\nbase_url: https://a.example\n".encode(encoding))
    done = shell.run("verify")
    said = done.out + done.err
    assert done.code == 2 and "a.yaml: " in said
    assert "UTF-8" in said and "git left" not in said
