"""`export`: connections in the formats of other tools."""

from __future__ import annotations

from tests.cli.shell import Shell

ORDERS = "name: Orders\nbase_url: https://orders.example.com\n"


def test_curl_commands_of_named_connections(shell: Shell) -> None:
    shell.write("orders.yaml", ORDERS)
    shell.write("users.yaml", ORDERS.replace("rders", "sers"))
    done = shell.here("export", "curl", "Orders")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("curl ") and "https://orders.example.com" in done.out
    assert shell.here("export", "curl").out.count("curl ") == 2


def test_a_format_that_nobody_knows_is_refused(shell: Shell) -> None:
    done = shell.here("export", "cur", "Orders")
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[0] == "error: there is no FORMAT cur"
