"""`complete`: what it offers for a line; tests/e2e has real shells ask it."""

from __future__ import annotations

from tests.cli.data import PASSWORD, sealed
from tests.cli.shell import Shell

ORDERS = """name: Orders API [1]
base_url: https://orders.example.com
test_path: /{{Region}}
tags: [prod, "two words"]
operations:
  - name: Open * orders
    path: /orders/{{Order number}}
    params: {limit: "{{Limit}}"}
  - name: It's $new "one"
    path: /orders
"""


def with_connections(shell: Shell) -> None:
    shell.write("prod/orders.yaml", ORDERS)
    shell.write("billing.yaml", "name: a:b=c\nbase_url: https://billing.example.com\n")
    shell.write("zähler.yaml", "name: Zähler!\nbase_url: https://z.example.com\n")


def complete(shell: Shell, *words: str) -> list[str]:
    """Return what `complete` offers, as zsh and fish are told."""
    done = shell.here("complete", "zsh", *words)
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


def test_commands_connections_operations_and_inputs_are_offered(shell: Shell) -> None:
    with_connections(shell)
    commands = complete(shell, "")
    assert {" check", " run", " completion"} <= set(commands) and " complete" not in commands
    names = [" a:b=c", " Orders API [1]", " Zähler!"]
    assert complete(shell, "check", "--timeout", "3", "") == names
    assert complete(shell, "check", "Zähler!", "") == names[:2]
    assert complete(shell, "show", "prod/") == [*names[:1], " Orders API [1]", " prod/orders.yaml", " Zähler!"]
    assert complete(shell, "run", "Orders API [1]", "") == [" Open * orders", ' It\'s $new "one"']
    run = ("run", "prod/orders.yaml", "Open * orders", "--param")
    assert complete(shell, *run, "") == ["=Order number=", "=Limit="]
    assert complete(shell, *run, "Limit=5", "--param", "") == ["=Order number="]
    assert complete(shell, *run[:3], "--param=") == ["=--param=Order number=", "=--param=Limit="]
    assert complete(shell, "check", "Orders API [1]", "--param", "") == ["=Region="]
    assert complete(shell, "request", "Orders API [1]", "/{{Own}}", "--param", "") == ["=Own="]
    assert complete(shell, "check", "--tag", "") == [" prod", " two words"]
    assert complete(shell, "check", "--format", "") == [f" {form}" for form in FORMATS]
    assert complete(shell, "check", "--output", "") == complete(shell, "import", "curl", "") == ["/"]
    assert complete(shell, "import", "postman", "c.json", "--environment", "") == ["/"]
    assert {" postman", " http", " opencollection", " httpie"} <= set(complete(shell, "import", ""))
    assert " --answer" in complete(shell, "check", "-") and " --driver" not in complete(shell, "check", "-")
    assert complete(shell, "keys", "") == [" init", " list", " add", " remove", " rotate"]
    assert " --passphrase" in complete(shell, "keys", "init", "--")
    assert complete(shell, "move", "a:b=c", "") == [" prod"]


FORMATS = ("human", "json", "ndjson", "junit", "prometheus", "nagios")


def test_nothing_is_said_of_what_is_wrong(shell: Shell) -> None:
    shell.environment["INTEGRATOR_TUI_WORKSPACE"] = str(shell.home / "nowhere")
    for words in (
        ("check", ""),
        ("run", "O", ""),
        ("nothing", ""),
        ("check", "--nothing", ""),
        ("--workspace", ""),
    ):
        assert complete(shell, *words) in ([], ["/"])
    assert shell.here("complete").code == shell.here("complete", "bash").code == 0
    assert complete(shell, "check", "--format", "nagios", "x", "--warn-days", "") == []


def test_another_workspace_is_looked_into(shell: Shell) -> None:
    with_connections(shell)
    shell.environment["INTEGRATOR_TUI_WORKSPACE"] = "nowhere"
    folder = str(shell.workspace)
    assert " Zähler!" in complete(shell, "--workspace", folder, "check", "")
    assert " Zähler!" in complete(shell, "check", f"--workspace={folder}", "")


def test_no_secret_is_opened_and_no_key_command_run(shell: Shell) -> None:
    sealed(shell, "http://127.0.0.1:9")
    ran = shell.home / "ran"
    shell.environment["SOPS_AGE_KEY_CMD"] = f"touch {ran}"
    for words in (("show", ""), ("request", "O", "{{key}}", "--param", ""), ("show", "O", "--re")):
        assert all(PASSWORD not in line for line in complete(shell, *words))
    assert not ran.exists()


def test_names_with_control_characters_are_offered_by_their_file(shell: Shell) -> None:
    shell.write("odd.yaml", 'name: "a\\tb"\nbase_url: https://a.example.com\n')
    assert complete(shell, "check", "") == [" odd.yaml"]
