"""`pull`, `push`, `diff` and `usage` tell no canary: no password or token of the space, nothing that it holds in
plain or is sent."""

from __future__ import annotations

import json
import os

from tests.canary.canaries import API_KEY, CLIENT_SECRET, NAMED, PASSWORD, RAW_TOKEN, Search
from tests.canary.processes import Watch
from tests.cli.commands.kinetic_exports import connection, operation
from tests.cli.shell import Finished, Shell
from tests.cli.spaces.space_server import USER, Given, SpaceServer

BASIC = {"authType": "basic", "username": "svc", "password": NAMED}
HEADERS = {"Authorization": f"Bearer {RAW_TOKEN}", "X-Api-Key": API_KEY}
BODY = {"bodyType": "raw", "raw": json.dumps({"client_secret": CLIENT_SECRET, "a": 1})}
EDITED = {"bodyType": "raw", "raw": json.dumps({"client_secret": CLIENT_SECRET, "a": 2})}


def test_no_way_to_a_space_tells_a_canary(shell: Shell, search: Search) -> None:
    shell.create_identity()
    with SpaceServer() as space, Watch(os.getpid()) as watch:
        space.password = PASSWORD
        plain = operation(0, "Plain", headers=HEADERS, body=BODY, method="POST")
        space.add(connection(0, "Orders", auth=BASIC, secrets={"key": NAMED}, operations=[plain]))
        shell.write(
            "dev.yaml",
            f"name: Dev\nbase_url: {space.url}\nauth: {{type: basic, username: {USER}}}\n"
            f"secrets: {{password: {json.dumps(PASSWORD)}}}\n",
        )
        assert shell.run("seal", "--yes").code == 0

        def ran(*arguments: str, **environment: str) -> Finished:
            done = shell.run(*arguments, environment=environment)
            search.at(f"the output of {arguments}", done.out + done.err)
            assert "Traceback" not in done.err
            return done

        assert ran("diff", "Dev").code == 1
        assert ran("pull", "Dev", "--dry-run").code == 0
        assert ran("pull", "Dev").code == 0
        assert ran("diff", "Dev").code == 0
        values, one = next(iter(space.connections.values())), next(iter(space.operations.values()))[plain["id"]]
        one["config"]["body"] = EDITED
        values["config"]["baseUrl"] = "https://elsewhere.example.com"
        assert ran("diff", "Dev").code == 1
        assert ran("pull", "Dev").code == 2
        assert ran("pull", "Dev", "--yes").code == 0
        assert shell.run("seal", "--yes").code == 0
        assert shell.run("edit", "Orders", "--secret", "password", stdin=NAMED).code == 0
        assert shell.run("edit", "Orders", "--set", "test_path=/new").code == 0
        file = shell.workspace / "orders.yaml"
        file.write_text(file.read_text().replace("/orders/", "/things/"))
        assert shell.run("seal", "--yes").code == 0
        call = {"name": "Call", "connectionId": values["id"], "operationId": plain["id"]}
        call["inputMappings"] = {"Order Id*": PASSWORD, "password": RAW_TOKEN}
        space.core = {
            "/app/api/v1/kapps": {"kapps": [{"slug": PASSWORD, "integrations": [call]}]},
            f"/app/api/v1/kapps/{PASSWORD}/forms": {"forms": []},
            "/app/components/task/app/api/v2/trees": {"trees": [{"title": "t", "treeJson": RAW_TOKEN}]},
        }
        exported = shell.home.parent / "exported"
        exported.mkdir()
        (exported / "form.json").write_text(json.dumps({"integrations": [call]}))
        (exported / "cut.json").write_text(f'{{"a": "{RAW_TOKEN}')
        assert ran("usage", "Dev").code in (0, 1)
        assert ran("usage", str(exported)).code == 2
        listed = "/app/integrator/api/connections"
        own = f"{listed}/{values['id']}"
        space.test_answer = {"status": "error", "message": f"{NAMED} {PASSWORD} Bearer {RAW_TOKEN}"}
        for more in (("--dry-run",), ("--with-secrets", "--yes", "--dry-run"), ("--with-secrets", "--yes")):
            space.answer("PATCH", own, Given(400, json.dumps({"error": NAMED + PASSWORD}).encode()))
            assert ran("push", "Dev", *more).code == (0 if "--dry-run" in more else 1)
            space.given.clear()
        assert ran("push", "Dev", "--with-secrets", "--yes").code == 0
        assert NAMED in json.dumps(space.connections, ensure_ascii=False), "it was sent"
        for wrong in (b'{"message": "%s"}', b'[{"id": "1", "name": "%s', b"<p>%s"):
            for status in (200, 400, 401, 500):
                space.answer("GET", listed, Given(status, wrong % PASSWORD.encode()))
                assert ran("diff", "Dev").code == 1
                space.given.clear()
        for value in (PASSWORD, RAW_TOKEN):
            # The space says back what it is given.
            given = {"INTEGRATOR_TUI_SPACE_PASSWORD": value, "INTEGRATOR_TUI_SPACE_CLIENT_SECRET": CLIENT_SECRET}
            ran("diff", space.url, "--user", USER, **given)
            ran("pull", space.url, "--user", USER, "--client", "integration", **given)
    for seen in watch.arguments:
        search.at("a process", seen)
    search.below(shell.home)
    assert search.found == set()
