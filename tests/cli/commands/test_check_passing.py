"""`check`: what counts as passed, of files and of bare URLs, and what was answered, in every format."""

from __future__ import annotations

import json

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.workspace.batch.run import WORTH_IT
from tests.cli.shell import Shell

UP = "body.status == 'ok'"


@pytest.mark.parametrize(
    ("path", "options", "code", "kind"),
    [
        ("/status/404", ("--status", "404"), 0, None),
        ("/status/204", ("--status", "200, 3XX"), 1, "unexpected_status"),
        ("/status/500", ("--status", "404"), 1, "server_error"),
        ("/health", ("--expect", UP), 0, None),
        ("/health", ("--expect", "body.status"), 1, "unexpected_answer"),
        ("/health", ("--status", "200", "--expect", "statusCode == 201"), 1, "unexpected_answer"),
    ],
)
def test_a_bare_url_passes_with_what_is_asked_for(
    shell: Shell, demo: ThreadedDemoServer, path: str, options: tuple[str, ...], code: int, kind: str | None
) -> None:
    done = shell.run("check", demo.addresses.http + path, *options, "--format", "json")
    (report,) = done.json()
    assert (done.code, done.err, (report["failure"] or {}).get("kind")) == (code, "", kind)
    assert "answer" not in report


def test_a_file_that_says_what_passes_is_not_overruled(shell: Shell, demo: ThreadedDemoServer) -> None:
    for name, more in (("said", "test: {status: [4xx]}\n"), ("silent", "")):
        shell.write(
            f"{name}.yaml", f"name: {name}\nbase_url: {demo.addresses.http}\ntest_path: /status/404\n{more}"
        )
    assert shell.run("check", "said").code == 0
    assert shell.run("check", "said", "--status", "2xx").code == 0
    assert shell.run("check", "silent").code == 1
    assert shell.run("check", "silent", "--status", "404").code == 0


@pytest.mark.parametrize(
    ("option", "value", "word"),
    [
        ("--status", "", "is empty"),
        ("--status", "200,,300", "no status"),
        ("--status", "600", "600 is no status"),
        ("--status", "ok", "a class 1xx to 5xx"),
        ("--expect", " ", "empty"),
    ],
)
def test_what_could_never_pass_is_wrong_usage(shell: Shell, option: str, value: str, word: str) -> None:
    done = shell.run("check", "http://127.0.0.1:9/", option, value)
    assert (done.code, done.out) == (2, "")
    error, hint = done.err.splitlines()
    assert error.startswith("error: ") and hint.startswith("hint: ")
    assert word in done.err


def test_in_a_file_it_is_a_problem_at_its_line(shell: Shell) -> None:
    shell.write(
        "a.yaml",
        "name: A\nbase_url: http://127.0.0.1:9\ntest:\n  status: [200, 2XX]\n  expct: x\nauth:\n  type: api_key\n"
        "  in: body\n  nam: X\n",
    )
    (found,) = shell.run("list", "--json").json()
    problems = {problem["field"]: (problem["line"], problem["hint"]) for problem in found["problems"]}
    assert problems["auth.in"] == (8, "one of header, query")
    assert problems["test.expct"] == (5, "did you mean expect?")
    assert problems["auth.nam"] == (9, "did you mean name?")
    shell.write("a.yaml", "name: A\nbase_url: http://127.0.0.1:9\ntest: {status: [200, 2XX]}\n")
    (found,) = shell.run("list", "--json").json()
    (problem,) = found["problems"]
    assert (problem["field"], problem["line"], problem["hint"]) == ("test.status.1", 3, "write 2xx")


def test_retries_try_what_did_not_pass_again(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    url = demo.addresses.http + room.prefix + "/health"
    done = shell.run("check", url, "--expect", "false", "--retries", "1", "--answer", "--format", "json")
    (report,) = done.json()
    assert [attempt["failure"]["kind"] for attempt in report["attempts"]] == ["unexpected_answer"]
    assert (report["failure"]["kind"], report["answer"]["status"]) == ("unexpected_answer", 200)
    assert room.counts.requests == 2


def test_a_second_process_expects_the_same_and_tells_answers(
    shell: Shell, demo: ThreadedDemoServer, room: Room
) -> None:
    for number in range(WORTH_IT + 20):
        shell.write(
            f"{number:03}.yaml",
            f"name: C{number}\nbase_url: {demo.addresses.http}{room.prefix}\ntest_path: /health\n",
        )
    done = shell.run("check", "--all", "--expect", UP, "--answer", "--format", "ndjson")
    reports = [json.loads(line) for line in done.out.splitlines()]
    assert (done.code, len(reports)) == (0, WORTH_IT + 20)
    assert {report["answer"]["body"] for report in reports} == {'{"status": "ok"}'}
    refused = shell.run("check", "--all", "--status", "201", "--quiet", "--format", "prometheus")
    assert refused.out.count('kind="unexpected_status"') == WORTH_IT + 20


def test_the_answer_is_told_masked(shell: Shell, demo: ThreadedDemoServer) -> None:
    done = shell.run("check", demo.addresses.http + "/health", "--answer", "--format", "json")
    answer = done.json()[0]["answer"]
    assert list(answer) == ["status", "reason", "headers", "body", "cut"]
    assert (answer["status"], answer["reason"], answer["body"]) == (200, "OK", '{"status": "ok"}')
    assert ["content-type", "application/json"] in answer["headers"]
    assert answer["cut"] is False
    for form in ("human", "junit"):
        told = shell.run("check", demo.addresses.http + "/health", "--answer", "--format", form).out
        assert "answer: 200 OK" in told
        assert "status" in told
    for form in ("prometheus", "nagios"):
        assert shell.run("check", demo.addresses.http + "/health", "--answer", "--format", form).code == 0


def test_no_answer_is_null_and_a_refused_token_answer_stands_under_its_stage(
    shell: Shell, demo: ThreadedDemoServer
) -> None:
    shell.write(
        "a.yaml",
        f"name: A\nbase_url: {demo.addresses.http}\nauth:\n  type: oauth2\n  client_id: nobody\n"
        f"  access_token_url: {demo.addresses.http}/oauth/token\n",
    )
    (report,) = shell.run("check", "A", "--answer", "--format", "json").json()
    assert report["answer"] is None
    detail = next(stage for stage in report["stages"] if stage["stage"] == "authenticate")["detail"]
    refused = detail["answer"]
    assert list(refused) == ["status", "reason", "headers", "body", "cut"]
    assert refused["status"] == 401
    assert refused["body"].startswith('{"error": "•••"')
    assert "answer to the token request: 401" in shell.run("check", "A", "--answer").out
    (plain,) = shell.run("check", "A", "--format", "json").json()
    assert "answer" not in plain
    assert "answer" not in json.dumps(plain["stages"])
    shell.write("b.yaml", "name: [\n")
    (broken,) = shell.run("check", "b.yaml", "--answer", "--format", "json").json()
    assert (broken["outcome"], broken["answer"]) == ("error", None)


def test_a_key_in_the_query_is_masked_wherever_an_address_is_told(shell: Shell, demo: ThreadedDemoServer) -> None:
    shell.write(
        "a.yaml",
        f"name: A\nbase_url: {demo.addresses.http}\ntest_path: /key/echo\n"
        "auth: {type: api_key, in: query, name: api_key}\n",
    )
    done = shell.run("check", "A", "--param", "api_key=demo-api-key", "--answer", "--format", "json")
    (report,) = done.json()
    assert (done.code, report["url"]) == (0, f"{demo.addresses.http}/key/echo?api_key=•••")
    assert "demo-api-key" not in done.out
    assert "demo-api-key" not in shell.run("check", "A", "--param", "api_key=demo-api-key", "--dry-run").out
    missing = shell.run("check", "A", "--format", "json")
    assert (missing.code, missing.json()[0]["failure"]["kind"]) == (2, "missing_parameter")
    wrong = shell.run("check", "A", "--param", "apikey=x")
    assert (wrong.code, "api_key" in wrong.err) == (2, True)
    assert shell.run("request", "A", "--param", "api_key=demo-api-key").code == 0
    assert shell.run("token", "A").code == 2
