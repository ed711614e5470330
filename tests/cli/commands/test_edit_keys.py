"""`edit` and `new` key by key: `--set`, `--unset` and `--secret`."""

from __future__ import annotations

import pytest

from tests.cli.commands.editing import PLAIN, SECRET, break_seal, changes_nothing, sealed, told
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal

SAVED = (0, "saved Orders: o.yaml\n", "")
BROKEN = "warning: o.yaml: its seal is broken; look at what it says, then run: integrator-tui seal\n"


def test_a_value_is_read_by_what_its_key_holds_and_all_else_stays(shell: Shell) -> None:
    path = shell.write("o.yaml", f"# mine\n{PLAIN}\n# end\n")
    done = shell.here(
        *("edit", "Orders", "--set", "description=0123: as it stands", "--set", "tags=[prod, 0123]"),
        *("--set", "options.verify=false", "--set", "options.timeout.read=2.5"),
        *(
            "--set",
            "auth.client_id=a",
            "--set",
            "auth.type=oauth2",
            "--set",
            "auth.access_token_url=https://t.example",
        ),
    )
    assert told(done) == SAVED
    assert path.read_text() == (
        '# mine\nname: Orders\ndescription: "0123: as it stands"\nbase_url: https://orders.example.com\n'
        'tags: [prod, "0123"]\nauth:\n  type: oauth2\n  access_token_url: https://t.example\n  client_id: a\n'
        "options:\n  timeout: {read: 2.5}\n  verify: false\n\n# end\n"
    )
    done = shell.here(*("edit", "Orders", "--unset", "tags", "--unset", "options", "--unset", "auth"))
    assert told(done) == SAVED
    assert "tags" not in path.read_text() and "auth" not in path.read_text()
    assert told(shell.here("edit", "Orders", "--unset", "tags")) == (0, "Orders is as it was: o.yaml\n", "")


def test_keys_of_an_operation_are_its_own(shell: Shell) -> None:
    operations = "operations:\n  - name: A\n    path: /a\n  - name: A\n    path: /b\n"
    path = shell.write("o.yaml", f"{PLAIN}{operations}")
    done = shell.here("edit", "Orders", "A", "--nth", "2", "--set", "path=/c", "--set", "params.x=1")
    assert told(done) == SAVED
    assert path.read_text().endswith('    path: /c\n    params: {x: "1"}\n') or "x: " in path.read_text()
    assert "path: /a\n" in path.read_text() and "path: /b" not in path.read_text()
    assert changes_nothing(shell, "edit", "Orders", "A", "--set", "path=/d").code == 2
    done = changes_nothing(shell, "edit", "Orders", "--nth", "2", "--set", "path=/d")
    assert done.code == 2 and done.err.startswith("error: --nth says which operation")


def test_a_secret_comes_from_standard_input_and_stands_in_no_argument(shell: Shell) -> None:
    sealed(shell)
    assert told(shell.here("edit", "Orders", "--secret", "password", stdin=b"new\r\n")) == SAVED
    assert "password: new\n" in shell.here("show", "Orders", "--reveal").out
    assert told(shell.here("edit", "Orders", "--secret", "key", stdin=b" two\nlines\n\n")) == SAVED
    assert '" two\\nlines\\n"' in shell.here("show", "Orders", "--reveal", "--json").out
    assert told(shell.here("edit", "Orders", "--unset", "secrets.key")) == SAVED
    assert told(shell.here("verify")) == (0, "", "")


def test_a_secret_is_asked_for_on_a_terminal_and_not_shown(shell: Shell) -> None:
    sealed(shell)
    with Terminal(shell, "edit", "Orders", "--secret", "password", "--secret", "key") as terminal:
        terminal.expect("Value of password: ")
        terminal.type("typed one")
        terminal.expect("Value of key: ")
        terminal.type("typed two")
        assert terminal.finish() == 0
        assert "typed" not in terminal.shown
    shown = shell.here("show", "Orders", "--reveal").out
    assert "password: typed one\n  key: typed two\n" in shown


def test_keys_that_lie_in_one_another_may_stand_in_any_order(shell: Shell) -> None:
    for number, order in enumerate((("headers.X=1", "headers={A: b}"), ("headers={A: b}", "headers.X=1"))):
        words = [word for text in order for word in ("--set", text)]
        assert shell.here("new", f"N{number}", "--set", "base_url=http://127.0.0.1:9", *words).code == 0
        assert shell.here("show", f"N{number}", "--json").json()["headers"] == {"A": "b", "X": "1"}


def test_text_that_is_no_utf_8_is_refused_by_name(shell: Shell) -> None:
    shell.write("o.yaml", "name: O\nbase_url: http://127.0.0.1:9\n")
    for command, what in (
        (("edit", "O", "--set", "description=\udcff"), "description"),
        (("new", "N", "--set", "base_url=http://127.0.0.1:9/\udcff"), "base_url"),
        (("new", "\udcff", "--set", "base_url=http://127.0.0.1:9"), "name"),
    ):
        done = shell.here(*command)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"error: {what}: the text holds bytes that are no UTF-8\nhint: ")


@pytest.mark.parametrize(
    ("arguments", "stdin", "error", "hint"),
    [
        (("--set", "basse_url=x"), b"", "basse_url is no key of a connection file", "did you mean base_url?"),
        (
            ("--set", "auth.username=x"),
            b"",
            "auth.username is no key of type: none",
            "username belongs to type: basic",
        ),
        (
            ("--set", "options.verify=maybe"),
            b"",
            "options.verify: true or false is wanted here",
            "write true or false",
        ),
        (("--set", "tags=a"), b"", "tags: a list is wanted here, not a value", "write each tag behind"),
        (("--set", "tags=[a"), b"", "tags is read as YAML: ", ""),
        (("--set", "operations.0.path=/x"), b"", "operations.0.name: ", ""),
        (
            ("--set", "operations.7.path=/x"),
            b"",
            "operations.7 is no item of operations",
            "a number from 0 to 0; or",
        ),
        (("--set", "auth.type=basics"), b"", "auth.type: basics is not one of ", "did you mean basic?"),
        (("--set", "base_url=ftp://x"), b"", "base_url: ", ""),
        (("--set", "name="), b"", "name: ", ""),
        (
            ("--set", "secrets.password=x"),
            b"",
            "the secret password cannot be set by an argument",
            "give its value",
        ),
        (("--set", "x"), b"", "argument --set: is not of the form NAME=VALUE", "see integrator-tui edit --help"),
        (("--set", "tags=[]", "--unset", "tags"), b"", "tags is given twice", "give each key once"),
        (("--unset", "tgas"), b"", "tgas is no key of a connection file", "did you mean tags?"),
        (("--secret", "a", "--secret", "b"), b"x", "a and b cannot both be read from standard input", "give one"),
        (("--secret", "a"), b"", "a: standard input is empty", "write the value to it"),
        (("--secret", "a"), b"x" * (10 << 20), "a: standard input holds more than 1 MiB", "a secret is shorter"),
        (("--secret", "a"), b"\xff", "a: standard input is not UTF-8", "encode it first"),
        (("--secret", "_seal"), b"x", "_seal cannot be the name of a secret", "name it as in the file"),
        (("--secret", "a:b"), b"x", "a:b cannot be the name of a secret", "name it as in the file"),
        (("--secret", ""), b"x", "an empty text cannot be the name of a secret", "name it as in the file"),
    ],
    ids=[
        *("unknown", "foreign", "flag", "list", "yaml", "new_item", "item", "choice", "rule", "empty", "secret"),
        *("equals", "both", "unset", "two", "no_input", "large", "latin1", "seal", "colon", "no_name"),
    ],
)
def test_what_cannot_be_set_is_an_error_with_a_hint(
    shell: Shell, arguments: tuple[str, ...], stdin: bytes, error: str, hint: str
) -> None:
    shell.write("o.yaml", PLAIN)
    done = changes_nothing(shell, "edit", "Orders", *arguments, stdin=stdin)
    assert done.code == 2 and done.err.startswith(f"error: {error}"), done.err
    assert f"\nhint: {hint}" in done.err


def test_a_broken_seal_stays_broken_whatever_is_set(shell: Shell) -> None:
    sealed(shell)
    assert shell.here("edit", "Orders", "--secret", "key", stdin=b"k").code == 0
    break_seal(shell)
    path = shell.workspace / "o.yaml"
    seal = next(line for line in path.read_text().splitlines() if "_seal" in line)
    for keys in (
        ("--set", "description=x"),
        ("--set", "base_url=https://third.example.com"),
        ("--set", "auth.username=y"),
    ):
        assert told(shell.here("edit", "Orders", *keys)) == (0, "saved Orders: o.yaml\n", BROKEN)
        assert seal in path.read_text().splitlines()
        assert shell.here("verify").code == 3
    for keys in (("--secret", "password"), ("--secret", "other"), ("--unset", "secrets.password")):
        done = changes_nothing(shell, "edit", "Orders", *keys, stdin=b"x")
        assert done.code == 3 and done.err.endswith("then run: integrator-tui seal\n")
    assert shell.here("rename", "Orders", "Purchases").err == BROKEN
    assert shell.here("copy", "Purchases", "Third").err.startswith("warning: third.yaml: its seal is broken")
    assert shell.here("move", "Purchases", "team").err.startswith("warning: team/o.yaml: its seal is broken")
    assert shell.here("undo").err.startswith("warning: o.yaml: its seal is broken")
    assert shell.here("verify").code == 3


def test_a_broken_seal_stays_broken_where_fields_say_again_what_was_sealed(shell: Shell) -> None:
    sealed(shell)
    path = shell.workspace / "o.yaml"
    before = path.read_text()
    editor = shell.editor('sed -i "s/evil/orders/" "$1"')
    for arguments, more in (
        (("--set", "base_url=https://orders.example.com"), {}),
        ((), {"EDITOR": editor}),
    ):
        path.write_text(before.replace("https://orders.", "https://evil."))
        done = shell.here("edit", "Orders", *arguments, environment=more)
        assert told(done) == (0, "saved Orders: o.yaml\n", BROKEN)
        assert "base_url: https://orders.example.com\n" in path.read_text()
        assert shell.here("verify").code == 3
        assert shell.here("rename", "Orders", "Orders 2").err == BROKEN
        assert shell.here("seal", "--yes").code == 0
        assert shell.here("verify").code == 0


def test_plain_text_under_secrets_is_not_sealed_by_the_way_nor_copied(shell: Shell) -> None:
    shell.create_identity()
    shell.write("o.yaml", f"{PLAIN}secrets:\n  password: {SECRET}\n")
    done = shell.here("edit", "Orders", "--set", "base_url=https://other.example.com")
    assert done.code == 0 and done.err.endswith(BROKEN)
    assert f"password: {SECRET}\n" in (shell.workspace / "o.yaml").read_text()
    done = changes_nothing(shell, "copy", "Orders", "Second")
    assert done.code == 3 and done.err.startswith("error: plain text stands below secrets: ")


def test_locked_secrets_are_asked_about_on_a_terminal_and_refused_off_it(shell: Shell) -> None:
    sealed(shell)
    shell.key_file.unlink()
    change = ("edit", "Orders", "--set", "base_url=https://other.example.com")
    assert told(shell.here("edit", "Orders", "--set", "description=x")) == SAVED
    assert changes_nothing(shell, *change).code == 3
    with Terminal(shell, *change) as terminal:
        terminal.expect("Save it all the same, with its seal broken? [y/N] ")
        terminal.type("n")
        assert terminal.finish() == 3
    with Terminal(shell, *change) as terminal:
        terminal.expect("with its seal broken? [y/N] ")
        terminal.type("y")
        terminal.expect("saved Orders: o.yaml")
        assert terminal.finish() == 0


def test_a_new_connection_is_made_key_by_key(shell: Shell) -> None:
    shell.create_identity()
    done = shell.here(
        *("new", "Orders API", "--set", "base_url=https://a.example", "--set", "auth.type=raw_bearer_token"),
        *("--secret", "token"),
        stdin=b"t0ken\n",
    )
    assert told(done) == (0, "made Orders API: orders-api.yaml\n", "")
    shown = shell.here("show", "Orders API", "--reveal").out
    assert shown == (
        "name: Orders API\ntype: http\nbase_url: https://a.example\nauth:\n  type: raw_bearer_token\n"
        "secrets:\n  token: t0ken\n"
    )
    done = shell.here("new", "--set", "name=Second", "--set", "base_url=https://b.example", "--folder", "team/eu")
    assert told(done) == (0, "made Second: team/eu/second.yaml\n", "")
    assert told(shell.here("verify")) == (0, "", "")
    assert told(shell.here("undo")) == (0, "took back the save of Second: team/eu/second.yaml removed\n", "")


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        (
            ("Orders", "--set", "base_url=https://b.example"),
            "there is a connection Orders already: o.yaml has",
            "choose",
        ),
        (
            ("--set", "base_url=https://b.example"),
            "the connection has no name",
            "give it as NAME, or with --set name",
        ),
        (("X", "--set", "name=Y"), "the name is given twice", "give it as NAME, or with --set name"),
        (("X", "--set", "description=x"), "base_url: ", ""),
        (
            ("X", "--set", "base_url=https://b.example", "--folder", "../x"),
            "../x is no folder of the workspace",
            "name",
        ),
        (
            ("X", "--set", "base_url=https://b.example", "--dry-run"),
            "--dry-run stands with --from-curl alone",
            "for",
        ),
        (
            ("X", "--set", "test_path=/x", "--from-curl", "-"),
            "--from-curl stands without --set and --secret",
            "make",
        ),
        (
            ("X", "--unset", "tags"),
            "there is no option --unset",
            "did you mean --set? see integrator-tui new --help",
        ),
    ],
    ids=["taken", "no_name", "two_names", "no_url", "folder", "dry_run", "curl", "unset"],
)
def test_what_makes_no_connection_is_an_error_with_a_hint(
    shell: Shell, arguments: tuple[str, ...], error: str, hint: str
) -> None:
    shell.write("o.yaml", PLAIN)
    done = changes_nothing(shell, "new", *arguments, stdin=b"curl https://c.example")
    assert done.code == 2 and done.err.startswith(f"error: {error}"), done.err
    assert f"\nhint: {hint}" in done.err


def test_a_taken_name_is_no_name_for_what_a_curl_command_makes(shell: Shell) -> None:
    shell.write("o.yaml", PLAIN)
    done = changes_nothing(shell, "new", "Orders", "--from-curl", "-", stdin=b"curl https://c.example")
    assert done.code == 2 and done.err.startswith("error: there is a connection Orders already: o.yaml")
    assert (
        shell.here("new", "Orders", "--from-curl", "-", "--folder", "t", stdin=b"curl https://c.example").code == 0
    )


def test_a_first_secret_without_an_identity_says_how_to_make_one(shell: Shell) -> None:
    done = shell.here("new", "X", "--set", "base_url=https://b.example", "--secret", "key", stdin=b"v")
    assert done.code == 3 and "keys init" in done.err and not list(shell.workspace.iterdir())


def test_a_new_connection_is_written_in_the_editor_from_a_template(shell: Shell) -> None:
    shell.create_identity()
    editor = shell.editor(
        'cp "$1" "$HOME/seen"; sed -i "s|^base_url:.*|base_url: https://a.example|" "$1"\n'
        'sed -i "s/^#\\(secrets:\\|  password\\)/\\1/" "$1"'
    )
    done = shell.here("new", "Orders: A", environment={"EDITOR": editor})
    assert told(done) == (0, "made Orders: A: orders-a.yaml\n", "")
    seen = (shell.home / "seen").read_text()
    assert seen.startswith("#~ A new connection. These lines are left out.\n") and 'name: "Orders: A"\n' in seen
    assert "  password: in plain here" in shell.here("show", "Orders: A", "--reveal").out
    assert "in plain here" not in (shell.workspace / "orders-a.yaml").read_text()
    assert told(changes_nothing(shell, "new", "Other", editor="true")) == (0, "", "")
    done = changes_nothing(shell, "new", "Other", editor=shell.editor('echo "test_path: /x" >> "$1"'))
    assert done.code == 2 and done.err.startswith("error: ")
