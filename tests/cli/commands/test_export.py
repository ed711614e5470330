"""`export`: connections in the formats of other tools."""

from __future__ import annotations

import pytest

from integrator_tui.workspace.interchange.formats import EXPORT_FORMATS
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


SECRET = """
name: Pay
base_url: https://pay.example.com
auth: {type: basic, username: me}
"""


def test_what_cannot_be_said_is_named_and_nothing_is_written(shell: Shell) -> None:
    shell.write("orders.yaml", ORDERS)
    shell.write("pay.yaml", SECRET + "operations: [{name: A, method: HEAD, body: {raw: x}}]\n")
    done = shell.here("export", "curl")
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        "error: Pay: operations.0.body (A): curl sends no body with HEAD",
        "hint: remove the body",
    ]


def test_a_file_of_another_type_is_left_out(shell: Shell) -> None:
    shell.write("orders.yaml", ORDERS)
    shell.write("base.yaml", "name: Base\ntype: postgres\n")
    done = shell.here("export", "curl")
    assert done.code == 0 and "orders.example.com" in done.out
    assert done.err == "warning: base.yaml: left out, it is of another type\n"


def test_a_certificate_of_a_file_is_in_the_script(shell: Shell) -> None:
    pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
    shell.write("a/ca.txt", f"{pem}\n")
    shell.write("a/orders.yaml", f"{ORDERS}ca_cert_file: ca.txt\n")
    assert f"cat >orders.ca.pem <<'PEM'\n{pem}\nPEM\n" in shell.here("export", "curl").out
    shell.write("a/orders.yaml", f"{ORDERS}ca_cert_file: none.pem\n")
    done = shell.here("export", "curl")
    assert (done.code, done.out) == (2, "") and "none.pem" in done.err


@pytest.mark.parametrize("form", list(EXPORT_FORMATS))
def test_no_secret_is_in_an_export(form: str, shell: Shell) -> None:
    shell.create_identity()
    shell.write("pay.yaml", SECRET)
    assert shell.here("edit", "Pay", "--secret", "password", stdin=b"hunter2").code == 0
    done = shell.here("export", form)
    assert done.code == 0 and "pay.example.com" in done.out
    assert "hunter2" not in done.out + done.err and "ENC[" not in done.out
