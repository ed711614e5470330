"""Every field that decides what is sent or where, changed by somebody without an identity: no server sees anything.

Each attack leaves a file that is sound but for its seal: sealed again, it is sent where it says.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.canary.connections import connection
from tests.canary.mirror import Mirror
from tests.cli.shell import Shell

_ATTACKS = {
    "another address": ("<here>", "<there>"),
    "another path": ("/ok/200/", "/says/200/"),
    "another header": ("header: X-Key", "header: Cookie"),
    "another prefix": ("  header: X-Key", "  header: X-Key\n  prefix: Other"),
    "no verification": ("options:\n", "options:\n  verify: false\n"),
    "a proxy": ("options:\n", "options:\n  proxy: <there>\n"),
    "following redirects": ("options:\n", "options:\n  follow_redirect: true\n"),
    "streaming": ("options:\n", "options:\n  stream_response: true\n"),
    "another time": ("read: 2", "read: 3"),
    "names swapped": ("test_path: ", "documentation_link: https://x.example.com\ntest_path: /says/401"),
    "an operation": ("options:\n", "operations: [{name: x, method: GET, path: '/{{named}}'}]\noptions:\n"),
    "an empty field": ("  header: X-Key", "  header: X-Key\n  prefix: ''"),
    "an empty secret": ("secrets:\n", "secrets:\n  audience: ''\n"),
}
_TOKENS = {
    "another token server": ("access_token_url: <here>", "access_token_url: <there>"),
    "another client": ("client_id: canary-client", "client_id: other"),
    "another client authentication": ("www_form_urlencoded", "basic_auth"),
    "a scope": ("  client_id:", "  scope: everything\n  client_id:"),
}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    home = tmp_path / "home"
    home.mkdir()
    return Shell(home)


def test_nothing_is_sent_until_somebody_sealed_again(shell: Shell) -> None:
    attacks = {**{name: ("raw", *pair) for name, pair in _ATTACKS.items()}}
    attacks |= {name: ("oauth", *pair) for name, pair in _TOKENS.items()}
    with Mirror() as here, Mirror() as there:
        for name, (method, _, _) in attacks.items():
            shell.write(f"{name}.yaml", connection(name, method, here.url))
        assert shell.run("keys", "init").code == 0
        assert shell.run("seal", "--yes").code == 0
        assert shell.run("check", "--all").code == 0, "untouched, all of them work"
        asked = here.connections
        assert asked >= len(attacks) and there.connections == 0

        for name, (_, old, new) in attacks.items():
            path = shell.workspace / f"{name}.yaml"
            text = path.read_text()
            old, new = (part.replace("<here>", here.url).replace("<there>", there.url) for part in (old, new))
            if name == "another address":
                old, new = f"base_url: {here.url}", f"base_url: {there.url}"
            assert old in text, name
            path.write_text(text.replace(old, new, 1))

        done = shell.run("check", "--all", "--format", "json")
        assert done.code == 3
        told = {report["name"]: report["failure"]["kind"] for report in done.json()}
        assert told == dict.fromkeys(attacks, "seal_broken")
        assert (here.connections, there.connections) == (asked, 0), "no server sees so much as a connection"

        assert shell.run("seal", "--yes").code == 0
        sent = shell.run("check", "--all", "--format", "json").json()
        assert {report["outcome"] for report in sent} == {"passed", "failed"}, (
            "it was the seal alone that held them"
        )
        assert here.connections > asked
        assert there.connections >= 3
