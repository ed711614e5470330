"""What is kept of results and runs holds no canary, and nothing that was typed to fill a template."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.canary.canaries import FETCHED, PASSWORD, Search
from tests.canary.connections import PLACES
from tests.canary.mirror import Mirror
from tests.canary.sweep import sealed_workspace
from tests.cli.shell import Shell

TYPED = {
    "in a path": "pAth-Value/ü 7Qk",
    "in a query": "qUery&Value=%41 8Rm",
    "in a body": 'bOdy"Value\\n 9Sn',
    "typed query": "tYpedquery0Tp",
    "typed data": "tYpeddata1Uq",
}

FILE = """\
name: {name}
base_url: {url}/{place}
test_path: /{{{{Path}}}}?more={{{{Query}}}}
auth: {{type: basic, username: demo}}
operations:
  - name: Run it
    method: POST
    path: /{{{{Path}}}}
    params: {{q: "{{{{Query}}}}"}}
    body: {{raw: '{{"b": "{{{{Body}}}}"}}'}}
    outputs: {{Fails: {{value: body.none.deeper}}}}
secrets:
  password: {password}
"""


def database(shell: Shell) -> Path:
    return shell.home / ".local/state/integrator-tui/history/history.db"


def test_nothing_that_was_typed_is_kept(shell: Shell, mirror: Mirror) -> None:
    files = {
        f"{number}.yaml": FILE.format(name=f"O{number}", url=mirror.url, place=place, password=PASSWORD)
        for number, place in enumerate(PLACES)
    }
    sealed_workspace(shell, files)
    assert shell.run("seal", "--yes").code == 0
    path, query, body, typed, data = TYPED.values()
    given = ("--param", f"Path={path}", "--param", f"Query={query}")
    shell.run("check", "--all", *given)
    for file in files:
        name = f"O{file.removesuffix('.yaml')}"
        shell.run("run", name, "Run it", *given, "--param", f"Body={body}")
    shell.run("request", "O0", f"/x?token={typed}", "-d", f'{{"d": "{data}"}}')
    shell.run("check", f"{mirror.url}/moved/302?token={typed}")
    sent = "\n".join(mirror.asked).encode()
    search = Search(TYPED)
    assert search.names(sent) == set(TYPED), "the server was sent every one of them"

    kept = shell.run("history", "--json")
    assert len(kept.json()) == 2 * len(PLACES) + 2
    assert {"redirected", "server_error", "output_failed"} <= {
        found["failure"]["kind"] for found in kept.json() if found["failure"]
    }
    assert "/ok/200/{{Path}}?more={{Query}}" in kept.out and "?token=•••" in kept.out
    search.at("history", kept.out + shell.run("history").out)
    for name in ("O0", f"{mirror.url}/moved/302?token={typed}"):
        found = shell.run("history", name)
        assert found.code == 0
        search.at("history NAME", found.out.replace(typed, ""))
    assert search.below(shell.home / ".local/state") > 0
    assert search.found == set()


@pytest.mark.parametrize("value", ["7", "ab", "ä/b"])
def test_a_short_value_is_taken_out_of_addresses(shell: Shell, mirror: Mirror, value: str) -> None:
    shell.write("o.yaml", FILE.format(name="O", url=mirror.url, place="moved/302", password=PASSWORD))
    text = (shell.workspace / "o.yaml").read_text().partition("auth:")[0]
    shell.write("o.yaml", text)
    shell.run("check", "O", "--param", f"Path={value}", "--param", "Query=x")
    (kept,) = shell.run("history", "O", "--json").json()
    assert kept["failure"]["kind"] == "redirected"
    assert f"/{value}?" not in kept["failure"]["message"]


def test_a_pinned_answer_has_its_credentials_masked(shell: Shell, mirror: Mirror) -> None:
    from integrator_tui.workspace import Workspace
    from tests.cli.data import surroundings

    shell.write("o.yaml", f"name: O\nbase_url: {mirror.url}\ntest_path: /ok/200\n")
    assert shell.run("check", "O").code == 0
    history = Workspace(shell.workspace, surroundings(shell)).history
    (entry,) = history.entries("o.yaml")
    body = f'{{"access_token": "{FETCHED}", "n": [{{"Password": "{FETCHED}"}}], "id": 7}}'
    history.pin(entry, (("Set-Cookie", FETCHED), ("cookie", FETCHED), ("Content-Type", "text/plain")), body)
    (entry,) = history.entries("o.yaml")
    assert entry.pinned
    headers, kept = history.pinned_answer(entry)
    assert headers == [("Set-Cookie", "•••"), ("cookie", "•••"), ("Content-Type", "text/plain")]
    assert kept == '{"access_token": "•••", "n": [{"Password": "•••"}], "id": 7}'
    history.pin(entry, (), f"access_token={FETCHED}&expires_in=7")
    assert history.pinned_answer(entry) == ([], "access_token=•••&expires_in=7")
    search = Search()
    search.below(shell.home.parent)
    assert search.found == set()
    with sqlite3.connect(database(shell)) as db:
        assert db.execute("SELECT count(*) FROM result WHERE body IS NOT NULL").fetchone() == (1,)
    history.unpin(entry)
    with sqlite3.connect(database(shell)) as db:
        assert db.execute("SELECT count(*) FROM result WHERE body IS NOT NULL").fetchone() == (0,)
