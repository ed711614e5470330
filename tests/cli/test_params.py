"""`--param` and `--param-file`: what is read, what is refused, and where it ends."""

from __future__ import annotations

import argparse
import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace

import pytest

from integrator_tui.cli import options
from integrator_tui.cli.main import main
from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.errors import UsageError
from tests.cli.data import PASSWORD, given, plain, sealed
from tests.cli.raw_server import RawServer, gives
from tests.cli.shell import Shell


def read(folder: Path, *pairs: str, file: str | None = None) -> dict[str, str]:
    split = [tuple(pair.split("=", 1)) for pair in pairs]
    return options.given(argparse.Namespace(param=split, param_file=file), folder)


def test_a_value_stands_there_or_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"two\r\nlines\r\n")
    (tmp_path / "none").write_bytes(b"as it is \n\n")
    (tmp_path / "bytes").write_bytes(b"caf\xe9")
    found = read(tmp_path, "a=1", "b=@one", "c=@none", "d=@@x", "e=@bytes", "f=", "g=x@y", "h=a=b", "i=@@@")
    assert found == {
        "a": "1",
        "b": "two\r\nlines",
        "c": "as it is \n",
        "d": "@x",
        "e": "caf\udce9",
        "f": "",
        "g": "x@y",
        "h": "a=b",
        "i": "@@",
    }


def test_a_dash_is_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"secret\n")))
    assert read(tmp_path, "a=@-") == {"a": "secret"}


LINES = '# a note\n\nLimit [0-1000] = 5\r\nurl=http://h/?a=b: c\nempty=\nquoted="as it is"\n'
MAPPING = "Limit [0-1000]: 0123\nText: |\n  two\n  lines\nnothing: null\nflag: true\n'a=b': x\n"
JSON = '\ufeff{"Limit [0-1000]": 5, "Text": "two\\nlines", "nothing": null, "{{x}}": "\\u00e9"}'


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("p", LINES, {"Limit [0-1000]": " 5", "url": "http://h/?a=b: c", "empty": "", "quoted": '"as it is"'}),
        ("p.yaml", MAPPING, {"Limit [0-1000]": "0123", "Text": "two\nlines\n", "flag": "true", "a=b": "x"}),
        ("p.YML", MAPPING, {"Limit [0-1000]": "0123", "Text": "two\nlines\n", "flag": "true", "a=b": "x"}),
        ("p.json", JSON, {"Limit [0-1000]": "5", "Text": "two\nlines", "{{x}}": "é"}),
        ("p", JSON, {"Limit [0-1000]": "5", "Text": "two\nlines", "{{x}}": "é"}),
    ],
)
def test_a_file_of_parameters(tmp_path: Path, name: str, text: str, expected: dict[str, str]) -> None:
    (tmp_path / name).write_text(text, newline="")
    assert read(tmp_path, file=name) == expected
    assert read(tmp_path, "Limit [0-1000]=9", file=name) == {**expected, "Limit [0-1000]": "9"}


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("p", "a=1\nhunter2 without\n", "line 2: this is not of the form NAME=VALUE"),
        ("p", "=hunter2\n", "line 1: this is not of the form NAME=VALUE"),
        ("p", "a=hunter2\na=hunter3\n", "a is given twice"),
        ("p.yaml", "a: 1\na: hunter2\n", "line 2"),
        ("p.yaml", "a: [hunter2]\n", "line 1: a has to be text"),
        ("p.yaml", "hunter2\n", "mapping"),
        ("p.json", '{"a": ', "--param-file p.json"),
        ("p.yaml", "", "is empty"),
    ],
)
def test_what_is_no_file_of_parameters_is_told_without_its_text(
    tmp_path: Path, name: str, text: str, says: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError) as caught:
        read(tmp_path, file=name)
    assert says in caught.value.message and caught.value.hint
    assert "hunter" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("pair", ["a=@nowhere", "a=@", "a=@."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, pair: str) -> None:
    with pytest.raises(UsageError, match=r"--param a: .* cannot be read: "):
        read(tmp_path, pair)
    with pytest.raises(UsageError, match="--param-file nowhere: nowhere cannot be read"):
        read(tmp_path, file="nowhere")


def test_a_file_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="more than 64 MiB"):
        read(tmp_path, "a=@/dev/zero")


def test_a_name_is_given_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a is given twice"):
        read(tmp_path, "a=1", "a=1")


OPERATIONS = """\
operations:
  - name: Search
    method: GET
    path: /echo/{{Where}}
    params: {q: '{{Query}}', limit: '{{Limit}}'}
    headers: {X-Trace: [a, '{{Where}}']}
  - name: Create
    path: /echo
    body: {raw: '{"user": "{{user}}", "password": "{{password}}", }'}
  - name: Search
    method: GET
    path: /echo/second
"""


def test_inputs_that_are_left_out_are_not_sent(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    plain(shell, f"{demo.addresses.http}{room.prefix}", OPERATIONS)
    run = ("run", "O", "Search", "--nth", "1")
    assert given(shell, *run, "--param", "Where=a/b").code == 0
    assert room.last.target.endswith("/echo/a%2Fb")
    assert [value for name, value in room.last.headers if name.lower() == "x-trace"] == ["a", "a/b"]
    (shell.home / "p").write_text("Where=x\nLimit=5\n")
    assert given(shell, *run, "--param-file", "p", "--param", "Query=").code == 0
    assert room.last.target.endswith("/echo/x?limit=5")
    done = given(shell, *run, "--blank")
    assert done.code == 0 and "warning: O: respond: operations.0.path: the value of Where is empty" in done.err
    assert room.last.target.endswith("/echo/")
    assert given(shell, "run", "O", "Search", "--nth", "2").code == 0
    assert room.last.target.endswith("/echo/second")


def told(shell: Shell, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    """Run a command that ends before anything is sent, in this process; its code and all it said."""
    for name, value in shell.environment.items():
        monkeypatch.setenv(name, value)
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = main(list(arguments))
    return code, said.getvalue()


REFUSED = {
    "run O Create --param usr=x": "--param usr: no input has this name\nhint: did you mean user?",
    "run O Create --param user=a --param user=b": "--param: user is given twice\n",
    "check O --param Limit=1": "--param Limit: no input has this name\nhint: leave it out",
    "check --all --param Limit=1": "--param Limit: no input has this name\nhint: leave it out",
    "check O --param password=x": "--param password: nothing of O asks for it\nhint: Basic Auth",
    "request O /{{key}} --param key=x": "--param key: key is a secret of O, and that is what is sent",
    "token O --param x=1": "--param x: no input has this name\n",
    "run O Search": "O has 2 operations called Search\nhint: choose one with --nth: 1 is GET /echo/{{Where}}",
    "run O Search --nth 3": "O has 2 operations called Search\nhint: --nth 1 to 2",
    "run O Serch": "O has no operation Serch\nhint: did you mean Search? there are: Search, Create",
}


def test_what_nothing_asks_for_is_refused_before_anything_is_sent(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawServer(gives(b"{}")) as server:
        sealed(shell, server.url, OPERATIONS)
        for line, says in REFUSED.items():
            code, said = told(shell, monkeypatch, *line.split())
            assert (code, said.startswith(f"error: {says}")) == (2, True), said
            assert "\nhint: " in said and PASSWORD not in said
        done = given(shell, "run", "O", "Search", "--nth", "1", "--param", "Where=..")
        assert (done.code, done.out) == (2, b"")
        assert done.err.startswith("error: O: the value of Where would leave its segment of the path")
        assert server.asked == ()


def test_the_methods_own_secret_fills_no_template(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    sealed(shell, f"{demo.addresses.http}{room.prefix}", OPERATIONS)
    done = given(shell, "run", "O", "Create", "--param", "user=bob", "--param", "password=NEW")
    assert done.code == 0
    assert room.last.body == b'{"user": "bob", "password": "NEW", }'
    assert room.last.header("authorization").startswith("Basic ")
    assert "warning: O: respond: the body is not JSON after filling in: line 1, column 36\n" in done.err


def test_a_raw_bearer_token_may_be_given_and_fills_no_template(
    shell: Shell, demo: ThreadedDemoServer, room: Room
) -> None:
    raw = "auth: {type: raw_bearer_token}\n"
    plain(shell, f"{demo.addresses.http}{room.prefix}", f"test_path: /echo\n{raw}")
    assert given(shell, "check", "O", "--param", "token=abcdefgh").code == 0
    assert room.last.header("authorization") == "Bearer abcdefgh"
    (shell.home / "t").write_text("from-a-file\n")
    done = given(shell, "request", "O", "/echo", "--param", "token=@t")
    assert (done.code, room.last.header("authorization")) == (0, "Bearer from-a-file")
    for arguments in (("check", "O"), ("request", "O", "--param", "token=")):
        done = given(shell, *arguments)
        assert done.code == 2 and "missing_parameter" in done.err + done.out.decode()
    done = given(shell, "request", "O", "/{{token}}", "--param", "token=abcdefgh")
    assert done.code == 2
    assert "missing parameter: token (token in path)\nhint: token is what Raw Bearer Token sends" in done.err


MEANT = {
    "check,order api": "did you mean Orders API? see integrator-tui list",
    "check,prod/order.yaml": "did you mean prod/orders.yaml? see integrator-tui list",
    "check,127.0.0.1:8080/health": "to check an address write it whole: http://127.0.0.1:8080/health",
    "check,https//h/x": "to check an address write it whole: https://h/x",
    "request,https://h/x": "an address stands with check alone; here name a connection, see integrator-tui list",
    "chek,O": "did you mean check? see integrator-tui --help",
    "xyzzy,O": "see integrator-tui --help",
    "check,O,--format,jsn": "did you mean json?",
    "check,O,--format,x": "one of human, json, ndjson, junit, prometheus, nagios",
}


def test_what_looks_like_a_name_is_answered_with_the_nearest(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    plain(shell, "http://127.0.0.1:9", OPERATIONS)
    shell.write("prod/orders.yaml", "name: Orders API\nbase_url: http://127.0.0.1:9\n")
    for line, says in MEANT.items():
        code, said = told(shell, monkeypatch, *line.split(","))
        assert (code, f"hint: {says}\n" in said) == (2, True), said


def test_operations_are_listed_with_their_inputs(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed(shell, "http://127.0.0.1:9/{{Tenant}}", OPERATIONS)
    listed = json.loads(told(shell, monkeypatch, "list", "--operations", "--json")[1])
    search, create, second = listed[0]["operations"]
    assert (search["name"], search["method"], search["path"]) == ("Search", "GET", "/echo/{{Where}}")
    assert search["inputs"] == [
        {"name": "Tenant", "required": True, "where": ["base_url"]},
        {"name": "Where", "required": True, "where": ["path", "header"]},
        {"name": "Query", "required": False, "where": ["query"]},
        {"name": "Limit", "required": False, "where": ["query"]},
    ]
    assert [(found["name"], found["where"]) for found in create["inputs"]] == [
        ("Tenant", ["base_url"]),
        ("user", ["body"]),
        ("password", ["body"]),
    ]
    assert [found["name"] for found in second["inputs"]] == ["Tenant"]
    assert "operations" not in json.loads(told(shell, monkeypatch, "list", "--json")[1])[0]
    line = "    Search  GET /echo/{{Where}}  Tenant  Where  [Query]  [Limit]\n"
    assert line in told(shell, monkeypatch, "list", "--operations")[1]
