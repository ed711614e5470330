"""`run`: an operation of a file, its outputs as JSON."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.data import PASSWORD, given, plain, sealed, started
from tests.cli.raw_server import HEAD, RawServer, Talk, gives
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal


def operation(path: str, outputs: str = "", more: str = "", name: str = "Do it") -> str:
    """Return the key `operations` with one of them; `outputs` is a flow mapping."""
    return (
        f"operations:\n  - name: {name}\n    method: POST\n    path: {path}\n{more}"
        f"{f'    outputs: {outputs}' if outputs else ''}\n"
    )


def test_outputs_come_as_one_object_in_the_order_of_the_file(
    shell: Shell, demo: ThreadedDemoServer, room: Room
) -> None:
    body = '    body:\n      raw: \'{"rows": [{"id": "{{Id}}"}, {"id": 2}]}\'\n'
    outputs = (
        "{Status: {value: statusCode}, Rows: {value: JSON.parse(body.body).rows, children: {Id: current.id}},"
        " The method: {value: body.method}, Half: {value: '[0/0, 1/0]'}, Nothing: {value: body.none}}"
    )
    plain(shell, f"{demo.addresses.http}{room.prefix}", operation("/echo", outputs, body))
    done = given(shell, "run", "O", "--param", "Id=ü", "Do it")
    assert (done.code, done.err) == (0, "")
    assert list(json.loads(done.out).items()) == [
        ("Status", 200),
        ("Rows", [{"Id": "ü"}, {"Id": 2}]),
        ("The method", "POST"),
        ("Half", [None, None]),
        ("Nothing", None),
    ]
    assert "ü".encode() in done.out and done.out.endswith(b"\n}\n")


def test_an_output_that_fails_is_named_and_null(shell: Shell, demo: ThreadedDemoServer) -> None:
    outputs = (
        "{Bad: {value: body.none.deeper}, Kids: {value: '[1]', children: {No: current.a.b}}, Good: {value: '1'}}"
    )
    plain(shell, demo.addresses.http, operation("/echo", outputs))
    done = given(shell, "run", "O", "Do it")
    assert done.code == 1
    assert json.loads(done.out) == {"Bad": None, "Kids": [{"No": None}], "Good": 1}
    assert "error: O: output Bad: " in done.err and "error: O: output Kids.No: " in done.err
    assert "hint: body is an object with the keys method, target" in done.err


def test_numbers_come_out_with_every_digit(shell: Shell) -> None:
    body = b'{"id": 9007199254740993, "rate": 0.12345678901234567890, "user": {"id": -9007199254740995}}'
    outputs = (
        "{Id: {value: body.id}, Text: {value: String(body.id)}, Rate: {value: body.rate},"
        " User: {value: body.user, children: {Id: current.id}}, Sum: {value: body.id + 1}}"
    )
    with RawServer(gives(body, "Content-Type: application/json")) as server:
        plain(shell, server.url, operation("/x", outputs))
        done = given(shell, "run", "O", "Do it")
    assert done.code == 1
    assert b'"Id": 9007199254740993,\n  "Text": "9007199254740993",\n  "Rate": 0.12345678901234567890,' in done.out
    assert b'"User": {\n    "Id": -9007199254740995\n  },\n  "Sum": null\n' in done.out
    assert "error: O: output Sum: " in done.err and "BigInt" in done.err


def test_the_timeout_bounds_the_outputs_too(shell: Shell) -> None:
    endless = ", ".join(f"E{n}: {{value: '(() => {{ for (;;); }})()'}}" for n in range(40))
    with RawServer(gives(b"{}")) as server:
        plain(shell, server.url, operation("/x", f"{{Good: {{value: '1'}}, {endless}}}"))
        done = given(shell, "run", "O", "Do it", "--timeout", "2")
    assert done.code == 1
    assert json.loads(done.out) == {"Good": 1} | {f"E{n}": None for n in range(40)}
    assert "output E39: the time for the whole was over" in done.err


@pytest.mark.parametrize("raw", [(), ("--raw",)])
def test_outputs_of_an_answer_that_is_no_2xx(shell: Shell, demo: ThreadedDemoServer, raw: tuple[str, ...]) -> None:
    plain(shell, demo.addresses.http, operation("/status/503", "{Said: {value: body.status}}"))
    done = given(shell, "run", "O", "Do it", *raw)
    assert (done.code, json.loads(done.out)) == (1, {"status": 503} if raw else {"Said": 503})
    assert "error: O: respond: server_error: " in done.err and "\nhint: " in done.err


def test_without_outputs_the_object_is_empty_and_raw_is_the_body(shell: Shell) -> None:
    with RawServer(gives(b"\x00\xff\x1b[31m\r\n")) as server:
        plain(shell, server.url, operation("/x"))
        assert given(shell, "run", "O", "Do it").out == b"{}\n"
        assert given(shell, "run", "O", "Do it", "--raw") == (0, b"\x00\xff\x1b[31m\r\n", "")


def test_an_unknown_operation_names_those_there_are(shell: Shell) -> None:
    plain(shell, "http://127.0.0.1:9", operation("/x", name="Open orders"))
    shell.write("none.yaml", "name: None\nbase_url: http://127.0.0.1:9\n")
    done = given(shell, "run", "O", "Do it")
    assert (done.code, done.out) == (2, b"")
    assert done.err == "error: O has no operation Do it\nhint: there are: Open orders\n"
    done = given(shell, "run", "None", "Do it")
    assert done.code == 2
    assert done.err.startswith("error: None has no operation Do it\nhint: ") and "none.yaml" in done.err


def test_missing_parameters_are_all_named(shell: Shell) -> None:
    plain(shell, "http://127.0.0.1:9", operation("/{{One}}/{{Two}}", more="    params: {three: '{{Three}}'}\n"))
    done = given(shell, "run", "O", "Do it", "--param", "Three=3")
    assert (done.code, done.out) == (2, b"")
    assert done.err.startswith("error: O: missing_parameter: missing parameters: One, Two (")
    assert "One in operations.0.path; Two in operations.0.path" in done.err


def test_a_broken_seal_sends_nothing(shell: Shell) -> None:
    with RawServer(gives(b"{}")) as server:
        sealed(shell, server.url, operation("/x"))
        file = shell.workspace / "o.yaml"
        file.write_text(file.read_text().replace("path: /x", "path: /y"))
        done = given(shell, "run", "O", "Do it")
        assert server.asked == ()
    assert (done.code, done.out) == (3, b"")
    assert done.err.startswith("error: O: seal_broken: ")


def test_a_streamed_operation_takes_the_first_event_and_leaves(shell: Shell) -> None:
    def goes_on(talk: Talk) -> None:
        talk.send(HEAD + b'Content-Type: text/event-stream\r\n\r\ndata: {"id":\ndata: 7}\n\ndata: 2\n\n')
        talk.wait_until_left()

    more = "    stream_response: true\n"
    with RawServer(goes_on) as server:
        plain(shell, server.url, operation("/x", "{Id: {value: body.id}}", more))
        done = given(shell, "run", "O", "Do it")
        assert server.left.wait(60)
        with started(shell, "run", "O", "Do it", "--raw") as process:
            assert process.stdout is not None
            assert process.stdout.read(7) == b"data: {"
            process.stdout.close()
            assert process.wait(timeout=20) == 130
    assert (done.code, json.loads(done.out)) == (0, {"Id": 7})
    with RawServer(gives(b'{"id": 8}', "Content-Type: text/event-stream")) as server:
        plain(shell, server.url, operation("/x", "{Id: {value: body.id}}", more))
        assert json.loads(given(shell, "run", "O", "Do it").out) == {"Id": 8}


def test_secrets_are_data_in_a_pipe_and_masked_on_a_terminal(shell: Shell, demo: ThreadedDemoServer) -> None:
    outputs = "{Key: {value: JSON.parse(body.body)}, Bad: {value: body.none.deeper}, Esc: {value: '\"\\x1b[2J\"'}}"
    body = '    body:\n      raw: \'{"{{key}}": "{{other}}", "a\\nb": 1}\'\n'
    sealed(shell, demo.addresses.http, operation("/echo", outputs.replace("\\x", "\\\\x"), body), secret="other")
    done = given(shell, "run", "O", "Do it")
    assert json.loads(done.out)["Key"] == {f"{PASSWORD}-key": PASSWORD, "a\nb": 1}
    assert PASSWORD not in done.err
    with Terminal(shell, "run", "O", "Do it") as terminal:
        assert terminal.finish() == 1
        assert PASSWORD not in terminal.shown and "\x1b" not in terminal.shown
        assert '"•••": "•••",\n    "a\\nb": 1' in terminal.shown


def test_an_endless_answer_is_refused(shell: Shell) -> None:
    def endless(talk: Talk) -> None:
        talk.send(HEAD + b"\r\n")
        with suppress(OSError):
            while True:
                talk.send(b"x" * 65536)

    with RawServer(endless) as server:
        plain(shell, server.url, operation("/x"))
        done = given(shell, "run", "O", "Do it")
    assert (done.code, done.out) == (1, b"")
    assert "error: O: respond: response_too_large: " in done.err and "\nhint: " in done.err
