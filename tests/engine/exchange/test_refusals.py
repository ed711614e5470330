"""Credentials that an origin refused are not tried there again in the same run."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.engine.exchange.refusals import Refusals
from integrator_tui.engine.target import Target
from integrator_tui.model.connection import BasicAuth, FormBody, HttpBearerTokenAuth, RawBearerTokenAuth, Request
from integrator_tui.model.probe import ProbeReport
from tests.engine.peer import Asked, Handler, Peer, Talk, reply, routes
from tests.engine.probing import kind, oauth, outcomes, shown, stage, target


async def run(engine: Engine, *wanted: Target) -> list[ProbeReport]:
    """Check one after another, in one run."""
    refusals = Refusals()
    return [await engine.check(one, "Test", None, refusals=refusals) for one in wanted]


def basic(url: str, password: str = "s3cr3t-pass", path: str = "/") -> Target:
    return target(url, BasicAuth(username="u"), {"password": password}, test_path=path)


def is_known(report: ProbeReport) -> bool:
    assert kind(report) == ("authenticate", "credentials_rejected")
    assert report.failure is not None
    assert stage(report, "authenticate").detail["status"] == 401
    return "refused a moment ago" in report.failure.message


async def test_basic_credentials_are_sent_once(engine: Engine) -> None:
    refused = reply(401, "", 'WWW-Authenticate: Basic realm="r s3cr3t-pass"')
    async with Peer(routes({"/": refused, "/a": refused})) as peer:
        reports = await run(engine, basic(peer.url), basic(peer.url), basic(peer.url, path="/a"))
        assert list(map(is_known, reports)) == [False, True, True]
        assert peer.paths() == ["/"]
        assert outcomes(reports[1]) == {
            "resolve": "passed",
            "connect": "passed",
            "authenticate": "failed",
            "respond": "skipped",
        }
        assert "401" in str(reports[1].failure)
        assert "s3cr3t-pass" not in "".join(map(shown, reports))
        other = await run(engine, basic(peer.url, "another"), basic(peer.url))
        assert list(map(is_known, other)) == [False, False]
    assert peer.paths() == ["/", "/", "/"]


async def test_another_origin_is_asked(engine: Engine) -> None:
    async with Peer(routes({"/": reply(401)})) as one, Peer(routes({"/": reply(200)})) as two:
        reports = await run(engine, basic(one.url), basic(two.url))
    assert reports[1].outcome == "passed"


async def test_what_is_no_refusal_of_credentials_is_tried_again(engine: Engine) -> None:
    async with Peer(routes({"/": reply(403)})) as peer:
        await run(engine, basic(peer.url), basic(peer.url))
        anonymous = target(peer.url, test_path="/none")
        await run(engine, anonymous, anonymous)
    assert len(peer.asked) == 4


async def test_a_raw_token_is_sent_once_under_each_header(engine: Engine) -> None:
    async with Peer(routes({"/": reply(401)})) as peer:
        wanted = [
            target(peer.url, RawBearerTokenAuth(header=header), {"token": "s3cr3t-token"})
            for header in ("Authorization", "authorization", "X-Token")
        ]
        assert list(map(is_known, await run(engine, *wanted))) == [False, True, False]


def endpoint(status: int, body: str) -> Handler:
    async def handler(asked: Asked, talk: Talk) -> bytes:
        return reply(status, body) if asked.path.startswith("/token") else reply(200)

    return handler


@pytest.mark.parametrize(
    ("status", "body"),
    [(401, ""), (400, '{"error": "invalid_client"}'), (400, "error=invalid_client"), (200, "error=invalid_client")],
)
async def test_a_refused_client_does_not_ask_for_another_scope(engine: Engine, status: int, body: str) -> None:
    async with Peer(endpoint(status, body)) as peer:
        secret = {"client_secret": "s3cr3t-client"}
        wanted = [target(peer.url, oauth(peer.url + "/token", scope=scope), secret) for scope in ("a", "b")]
        other = target(peer.url, oauth(peer.url + "/token", client_auth="basic_auth"), secret)
        reports = await run(engine, *wanted, other)
    assert [kind(report) for report in reports] == [("authenticate", "credentials_rejected")] * 3
    assert ["refused a moment ago" in str(report.failure) for report in reports] == [False, True, False]
    assert len(peer.asked) == 2


async def test_a_described_request_is_refused_once_whatever_its_expressions(engine: Engine) -> None:
    form = FormBody(form=(("secret", "{{login}}"),))
    async with Peer(endpoint(401, "")) as peer, Peer(endpoint(200, "")) as elsewhere:
        wanted = [
            target(
                where.url,
                HttpBearerTokenAuth(
                    request=Request(path="/token", body=form), token_output=output, expiration_output="60"
                ),
                {"login": "s3cr3t-login"},
            )
            for where, output in ((peer, "body.a"), (peer, "body.b"), (elsewhere, "'t0k3n'"))
        ]
        reports = await run(engine, *wanted)
    assert ["refused a moment ago" in str(report.failure) for report in reports] == [False, True, False]
    assert reports[2].outcome == "passed"
    assert len(peer.asked) == 1


async def test_a_token_that_an_origin_refused_is_not_shown_to_it_again(engine: Engine) -> None:
    async def handler(asked: Asked, talk: Talk) -> bytes:
        token = reply(200, '{"access_token": "t0k3n-1", "expires_in": 3600}')
        return token if asked.path == "/token" else reply(401)

    async with Peer(handler) as peer:
        wanted = target(peer.url, oauth(peer.url + "/token"), {"client_secret": "s"}, test_path="/in")
        reports = await run(engine, wanted, wanted, wanted)
        assert list(map(is_known, reports)) == [False, True, True]
        assert peer.paths() == ["/token", "/in"]


async def test_a_run_of_a_workspace_tries_once(tmp_path: Path) -> None:
    from contextlib import aclosing

    from integrator_tui.model.surroundings import Surroundings
    from integrator_tui.workspace import Workspace
    from integrator_tui.workspace.batch.check import Check
    from integrator_tui.workspace.batch.runner import Bounds, run

    async with Peer(routes({"/": reply(401)})) as peer:
        for number in range(5):
            text = f"name: C{number}\nbase_url: {peer.url}\nauth: {{type: basic, username: u}}\n"
            (tmp_path / f"c{number}.yaml").write_text(text)
        workspace = Workspace(tmp_path, Surroundings(tmp_path / "config", tmp_path / "state", tmp_path / "cache"))
        checks = [Check.of(entry) for entry in workspace.catalog.entries()]
        try:
            results = run(workspace.probes.check, enumerate(checks), {}, Bounds(concurrency=1))
            async with aclosing(results):
                reports = [finished.report async for finished in results]
        finally:
            await workspace.aclose()
    assert len(peer.asked) == 1
    assert sum(is_known(report) for report in reports) == 4
