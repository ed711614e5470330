"""Requests of one's own and tried expressions: what they send and are answered is no secret's way out."""

from __future__ import annotations

import os

from tests.canary.canaries import NAMED, Search
from tests.canary.connections import connection
from tests.canary.interface import F5, Interface, sealed, told_nowhere
from tests.canary.mirror import Mirror
from tests.canary.processes import Watch
from tests.cli.shell import Shell
from tests.e2e.form import FOCUS, fill, go

PASTED = "\x1b[200~{}\x1b[201~"
F3, F7 = "\x1bOR", "\x1b[18~"


def test_no_request_tells_a_canary(shell: Shell, mirror: Mirror, search: Search) -> None:
    sealed(shell, {"asked": connection("asked", "basic", mirror.url, "ok/200")})
    with Watch(os.getpid()) as watch, Interface(shell, search) as user:
        user.until("asked")
        user.press("R").until_row(rf"^{FOCUS}Request Path")
        user.type(PASTED.format(f'curl -X POST {mirror.url}/says/200 -H "X-Api-Key: {NAMED}" -d a=1'))
        user.until("{{x_api_key}}").settle().look("a curl command in the request line")
        user.press(F3).until("nothing is sent").settle().look("the preview of a request").press("escape")
        user.until("Keep as operation").press(F5).until_row(r"^ *Request .* passed\s*$")
        user.settle().look("the result of a request")
        user.press("b").settle().press("G").settle().look("its body").press("F").type("body").settle()
        user.press("ctrl+s").until("Output Name").look("what a filter is kept as").press("escape").settle()
        user.press("escape", "escape", "escape").until("Keep as operation")
        user.press("ctrl+s").until("Operation Name").press("enter").until("is an operation").look("what was kept")
        user.press("ctrl+r").until("Recent requests").settle().press("escape").settle().look_around()
        user.press("escape").until("New Connection").look("the main screen after it")
        user.quit()
    assert {"password", "named secret"} <= search.names("\n".join(mirror.asked).encode())
    assert "x_api_key: ENC" in (shell.workspace / "asked.yaml").read_text()
    told_nowhere(shell, search, watch)


def test_no_expression_that_is_tried_tells_a_canary(shell: Shell, mirror: Mirror, search: Search) -> None:
    sealed(shell, {"tried": connection("tried", "bearer", mirror.url, "ok/200")})
    with Watch(os.getpid()) as watch, Interface(shell, search) as user:
        user.until("tried")
        user.press("t").result("passed")
        user.select("tried")
        user.press("e").until("Connection Name")
        for label in ("Token", "Expiration"):
            go(user, label)
            user.press(F7).until("nothing is sent")
            for expression in (
                "body",
                "body.access_token",
                "[body.access_token]",
                "headers",
                "null[body.access_token]",
            ):
                fill(user, "Expression", expression)
                user.settle().look(f"{expression} tried for {label}")
            user.press("escape").until("Update Connection")
        user.leave_form()
        user.quit()
    told_nowhere(shell, search, watch)
