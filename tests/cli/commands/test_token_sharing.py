"""Connections with the same credentials at one token endpoint share one token, whatever else differs."""

from __future__ import annotations

from collections import Counter
from urllib.parse import unquote_plus

from integrator_tui.demo.oauth import CLIENTS
from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.repository import Repository
from tests.cli.shell import Shell

COUNT = 50
CREDENTIALS = ("demo-header", "demo-body", "we:ird+id")

CONNECTION = """\
name: Service {number}
base_url: {base_url}
test_path: /bearer/health
auth:
  type: oauth2
  access_token_url: {base_url}/oauth/token
  client_id: {client}
  client_auth: {client_auth}
secrets:
  client_secret: {secret}
"""


def test_one_check_of_many_fetches_a_token_for_each_credential(
    shell: Shell, demo: ThreadedDemoServer, room: Room
) -> None:
    workspace = Repository(shell).workspace()
    workspace.keys.create_identity()
    for number in range(COUNT):
        client = CREDENTIALS[number % len(CREDENTIALS)]
        known = CLIENTS[client]
        text = CONNECTION.format(
            number=number,
            base_url=demo.addresses.http + room.prefix,
            client=client,
            client_auth="basic_auth" if known.header else "www_form_urlencoded",
            secret=f"'{known.secret}'",
        )
        shell.write(f"{number:02}.yaml", text)
        workspace.seals.reseal(workspace.catalog.entry(f"{number:02}.yaml"))
    done = shell.run("check", "--all", "--format", "json")
    assert [report["outcome"] for report in done.json()] == ["passed"] * COUNT, done.out
    asked = [request for request in room.requests if request.path.endswith("/oauth/token")]
    assert len(room.issued) == len(asked) == len(CREDENTIALS)
    proofs = Counter(request.basic() or request.body for request in asked)
    assert set(proofs.values()) == {1}
    assert {unquote_plus(proof[0]) for proof in proofs if isinstance(proof, tuple)} == {"demo-header", "we:ird+id"}
    used = Counter(request.header("Authorization") for request in room.requests if request not in asked)
    assert sorted(used.values()) == [COUNT // 3, COUNT // 3 + 1, COUNT // 3 + 1]
