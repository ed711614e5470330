"""Documents that come and go through the interface: no secret of them is shown, left in plain, or taken along."""

from __future__ import annotations

import json
import os

from tests.canary.canaries import PASSWORD, RAW_TOKEN, Search
from tests.canary.connections import connection
from tests.canary.interface import Interface, sealed, told_nowhere
from tests.canary.mirror import Mirror
from tests.canary.processes import Watch
from tests.cli.shell import Shell

PASTED = "\x1b[200~{}\x1b[201~"


def test_no_document_tells_a_canary(shell: Shell, mirror: Mirror, search: Search) -> None:
    sealed(shell, {"asked": connection("asked", "basic", mirror.url, "ok/200")})
    auth = {"authType": "raw_bearer_token", "token": RAW_TOKEN}
    config = {"configType": "http", "baseUrl": "https://api.example.com", "auth": auth}
    exported = [
        {"id": str(at), "name": f"from {at}", "config": config, "secrets": {"k": PASSWORD}} for at in (1, 2)
    ]
    with Watch(os.getpid()) as watch, Interface(shell, search) as user:
        user.until("asked")
        user.type(PASTED.format(json.dumps(exported[:1]))).until("from an Integrator export")
        user.settle().look("the offer of an export").press("escape").settle()
        user.type(PASTED.format(json.dumps(exported))).until("New files (2)")
        user.settle().look("what an export becomes").press("enter").until("2 files written")
        user.settle().look("what was imported")
        user.press("A").settle()
        for form, down in (("Integrator", 0), ("curl commands", 1), (".http file", 2)):
            user.press("ctrl+p").type("Export").settle().press("enter").until("blackbox_exporter").settle().look(
                "the formats"
            )
            user.press(*["down"] * down, "enter")
            if not down:
                # It has no headers of a connection: the two that came from there go back.
                user.until("Export the other 2").settle().look("what cannot be said").press("enter")
            user.until("no secret in it")
            user.settle().press("pagedown").settle().look(f"an export: {form}").press("escape").settle()
        user.quit()
    text = "".join(path.read_text() for path in shell.workspace.rglob("from-*.yaml"))
    assert text.count("token: ENC[") == 2
    told_nowhere(shell, search, watch)
