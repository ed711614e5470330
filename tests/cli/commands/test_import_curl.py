"""`import curl` and `new --from-curl`: all is written or nothing, and everything that is different is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shell import Finished, Shell

SECRET = "hUnt3r-c4nary"
COMMANDS = f"""\
# what we use
curl https://api.example.com/v1/health
curl -X POST 'https://api.example.com/v1/orders?api_key={SECRET}' -H 'X-Trace: 1' -d '{{"a": 1}}' | jq .
curl -k -H 'Authorization: Bearer {SECRET}2' https://api.example.com/v1/me
"""


def document(shell: Shell, text: str) -> str:
    (shell.home / "c.sh").write_text(text)
    return "c.sh"


def files(shell: Shell) -> list[str]:
    return sorted(str(path.relative_to(shell.workspace)) for path in shell.workspace.rglob("*") if path.is_file())


def test_a_line_on_standard_input_becomes_a_connection(shell: Shell) -> None:
    done = shell.run("new", "Health", "--from-curl", "-", stdin="curl https://api.example.com/v1/health\n")
    assert (done.code, done.err) == (0, "")
    assert done.out == "wrote health.yaml: Health, https://api.example.com, none\n"
    assert (shell.workspace / "health.yaml").read_text() == (
        "name: Health\ntype: http\nbase_url: https://api.example.com\ntest_path: /v1/health\n"
    )


def test_commands_of_a_file_are_sealed_and_reported(shell: Shell) -> None:
    shell.create_identity()
    done = shell.run("import", "curl", document(shell, COMMANDS), "--folder", "prod")
    assert (done.code, done.err) == (0, "")
    assert SECRET not in done.out
    assert done.out.splitlines() == [
        "wrote prod/api-example-com.yaml: api.example.com, https://api.example.com, none, 2 operations,"
        " secrets api_key",
        "wrote prod/api-example-com-2.yaml: api.example.com 2, https://api.example.com, raw_bearer_token,"
        " secrets token",
        "c.sh:3: a JSON body is sent as application/x-www-form-urlencoded, as curl does without a Content-Type",
        "c.sh:3: jq is not run: curl commands alone are read",
        "c.sh:4: TLS NOT VERIFIED (-k): whoever stands between can read and change it all; options.verify is false",
        "c.sh:4: there is a connection api.example.com in prod already: this one is named api.example.com 2",
    ]
    assert files(shell) == ["prod/api-example-com-2.yaml", "prod/api-example-com.yaml"]
    assert all(SECRET not in path.read_text() for path in shell.workspace.rglob("*.yaml"))
    assert shell.run("verify").code == 0
    assert SECRET in shell.run("show", "api.example.com", "--reveal").out


def test_a_dry_run_prints_the_files_masked_and_writes_nothing(shell: Shell) -> None:
    done = shell.run("import", "curl", document(shell, COMMANDS), "--dry-run")
    assert (done.code, done.err) == (0, "")
    assert SECRET not in done.out
    assert "api_key: '•••'" in done.out or "api_key: •••" in done.out
    assert "# c.sh:4: TLS NOT VERIFIED" in done.out
    assert files(shell) == []


def test_without_an_identity_nothing_is_written(shell: Shell) -> None:
    done = shell.run("import", "curl", document(shell, COMMANDS))
    assert (done.code, done.out) == (3, "")
    assert "integrator-tui keys init" in done.err
    assert files(shell) == []


def test_a_host_that_is_not_known_writes_nothing_until_it_is_given(shell: Shell) -> None:
    name = document(shell, 'curl https://a.example/x\ncurl "https://$HOST/y"')
    done = shell.run("import", "curl", name)
    assert done.code == 2
    assert "HOST" in done.err and "--var" in done.err
    assert files(shell) == []
    assert shell.run("import", "curl", name, "--var", "HOST=b.example").code == 0
    assert files(shell) == ["a-example.yaml", "b-example.yaml"]


def test_a_name_that_exists_gets_a_number_where_nobody_gave_it(shell: Shell) -> None:
    shell.write("a-example.yaml", "name: a.example\nbase_url: https://a.example\n")
    done = shell.run("new", "--from-curl", "-", stdin="curl https://a.example/x")
    assert done.out.splitlines() == [
        "wrote a-example-2.yaml: a.example 2, https://a.example, none",
        "line 1: there is a connection a.example already: this one is named a.example 2",
    ]


def refused(done: Finished) -> bool:
    return done.code == 2 and done.out == "" and len(done.err.splitlines()) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("new",),
        ("new", "--from-curl", "missing.txt"),
        ("import", "curl", "missing.txt"),
        ("import", "wget", "-"),
        ("import", "curl", "-", "--folder", "../out"),
        ("import", "curl", "-", "--folder", "/tmp"),
        ("import", "curl", "-", "--folder", ".hidden"),
        ("import", "curl", "-", "--base-url", "nonsense"),
        ("new", "--from-curl", "-", "--base-url", "nonsense"),
        ("import", "curl", "-", "--var", "x"),
    ],
)
def test_wrong_usage_is_two_lines(shell: Shell, arguments: tuple[str, ...]) -> None:
    assert refused(shell.run(*arguments, stdin="curl https://a.example"))
    assert files(shell) == []


@pytest.mark.parametrize(
    "text", ["", "ls", "curl ftp://a.example", "curl --digest -u a:b https://a.example", "\x00"]
)
def test_what_gives_no_connection_is_two_lines(shell: Shell, text: str) -> None:
    assert refused(shell.run("import", "curl", "-", stdin=text))


def test_nothing_is_read_but_the_document(shell: Shell, tmp_path: Path) -> None:
    (shell.home / "body.json").write_text(SECRET)
    text = "curl -d @body.json -H 'Content-Type: application/json' https://a.example/x"
    done = shell.run("new", "A", "--from-curl", "-", stdin=text)
    assert "body.json is not read: the parameter body.json" in done.out
    assert "{{{body.json}}}" in (shell.workspace / "a.yaml").read_text()


def test_what_is_wrong_is_told_with_the_file(shell: Shell) -> None:
    (shell.workspace / "a.sh").write_text("ls\n")
    done = shell.here("import", "curl", str(shell.workspace / "a.sh"))
    assert done.code == 2 and done.err.startswith(f"error: {shell.workspace / 'a.sh'}: there is no curl command")
