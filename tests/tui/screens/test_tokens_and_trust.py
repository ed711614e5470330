"""What the engine holds and sees, on real parts: the token of a connection, and the authority of a server."""

from __future__ import annotations

import re
import ssl
from hashlib import sha256
from pathlib import Path

import pytest

from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.connection import Connection, FormBody, HttpBearerTokenAuth, OAuth2Auth, Request
from integrator_tui.model.draft import trusting
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.tui.screens.token import TokenScreen
from integrator_tui.workspace import Workspace
from tests.tui.driver import SMALL, running


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    surroundings = Surroundings(
        tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=tmp_path / "keys.txt"
    )
    return Workspace(tmp_path / "connections", surroundings)


def signed_in(base_url: str, path: str, token: str, expiration: str = "3600") -> Connection:
    pairs = (("client_id", "demo-client"), ("client_secret", "{{client_secret}}"))
    auth = HttpBearerTokenAuth(
        request=Request(path=path, body=FormBody(form=pairs)), token_output=token, expiration_output=expiration
    )
    return Connection(
        name="Orders", base_url=base_url, test_path="/bearer/health", auth=auth, secrets=("client_secret",)
    )


async def test_a_token_is_looked_at_and_forgotten_and_never_shown(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    workspace.keys.create_identity()
    connection = signed_in(demo.addresses.http, "/token/jwt", "body.id_token")
    workspace.editor.save(Draft(connection, typed={"client_secret": Secret("demo-secret")}))
    async with running(workspace, SMALL) as user:
        await user.palette("Token")
        await user.on(TokenScreen)
        await user.shows("No token is held")
        assert "Forget" not in user.text
        await user.press("t")
        await user.shows("expires in")
        assert "x Forget token" in user.lines[-1]
        assert demo.addresses.http + "/token/jwt" in user.row(" from ")
        assert re.search(r"3,[56]\d\d s", user.row("expires in"))
        assert "Authorization: Bearer •••" in user.row("sent as")
        assert "demo-client" in user.row(" sub ") and " UTC" in user.row(" exp ")
        assert "eyJ" not in user.text and "demo-secret" not in user.text
        await user.press("escape", "K")
        await user.shows("demo-client")
        await user.press("x")
        await user.shows("No token is held")
        assert "Forget" not in user.lines[-1]
        await user.press("escape")
        await user.on(MainScreen)
        await user.press("K")
        await user.on(TokenScreen)
        await user.shows("No token is held")


async def test_a_token_for_one_use_is_shown_and_not_offered_to_be_forgotten(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    workspace.keys.create_identity()
    connection = signed_in(demo.addresses.http, "/token/once", "body.access_token", "body.expires_in")
    workspace.editor.save(Draft(connection, typed={"client_secret": Secret("demo-secret")}))
    async with running(workspace, SMALL) as user:
        await user.press("K", "t")
        await user.on(TokenScreen)
        await user.shows("good for one use")
        assert "Forget" not in user.text


async def test_a_token_that_cannot_be_had_is_a_notice(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    workspace.keys.create_identity()
    connection = signed_in(demo.addresses.http, "/token/form", "body.access_token")
    workspace.editor.save(Draft(connection, typed={"client_secret": Secret("wrong-secret")}))
    async with running(workspace, SMALL) as user:
        await user.press("K", "t")
        await user.until(lambda: user.notices, "the refusal")
        assert "wrong-secret" not in user.notices
        await user.on(TokenScreen)
        await user.shows("No token is held")


def in_pairs(der: bytes) -> str:
    return ":".join(f"{byte:02X}" for byte in sha256(der).digest())


async def test_an_untrusted_authority_is_shown_and_put_into_the_form_unsaved(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    host, port = demo.addresses["tls_chain"].removeprefix("https://").split(":")
    shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((host, int(port))))
    workspace.editor.save(
        Draft(Connection(name="Inner", base_url=demo.addresses["tls_chain"], test_path="/health"))
    )
    file = workspace.root / "inner.yaml"
    before = file.read_bytes()
    async with running(workspace, SMALL) as user:
        await user.press("t")
        await user.on(ResultScreen)
        await user.shows("tls_untrusted")
        assert "Trust this authority" in user.row("key a")
        await user.press("a")
        await user.on(QuestionScreen)
        for words in ("subject", "issuer", "valid", "SHA-256"):
            assert user.row(words)
        # The intermediate authority, which comes last, and not the server's own certificate.
        assert in_pairs(shown)[:47] not in user.text
        await user.press("enter")
        await user.on(ResultScreen)
        await user.press("a")
        await user.on(QuestionScreen)
        await user.press("right", "enter")
        form = await user.on(EditScreen)
        assert form.unsaved and file.read_bytes() == before
        pem = form.draft.connection.ca_cert
        assert pem is not None and pem.startswith("-----BEGIN CERTIFICATE-----")
        assert "[x]" in user.row("Set Trusted CA Certificate")
        await user.press("f5")
        await user.on(ResultScreen)
        await user.shows("passed in")
        assert "key a" not in user.text
        await user.press("escape", "ctrl+s")
        await user.on(MainScreen)
    entry = workspace.catalog.entry("inner.yaml")
    assert entry.connection is not None and entry.connection.ca_cert == pem


async def test_the_form_takes_the_authority_where_its_own_test_failed(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    workspace.editor.save(Draft(Connection(name="Inner", base_url=demo.addresses["tls_self_signed"])))
    async with running(workspace, SMALL) as user:
        await user.press("e")
        form = await user.on(EditScreen)
        await user.fill("Test Path", "/health")
        await user.press("f5")
        await user.on(ResultScreen)
        await user.shows("tls_untrusted")
        await user.press("a")
        await user.on(QuestionScreen)
        assert "itself" in user.row("issuer")
        await user.press("right", "enter")
        assert await user.on(EditScreen) is form
        await user.until(lambda: form.draft.connection.ca_cert, "the certificate")
        assert form.draft.connection.test_path == "/health"
        await user.press("f5")
        await user.on(ResultScreen)
        await user.shows("passed in")


def test_the_authority_of_a_token_goes_where_its_trust_stands() -> None:
    plain = Draft(Connection(auth=OAuth2Auth(client_id="me")))
    assert trusting(plain, "new\n", of_token=True).connection.ca_cert == "new\n"
    own = Draft(Connection(ca_cert="a\n", auth=OAuth2Auth(client_id="me", ca_cert="b\n")))
    changed = trusting(own, "new\n", of_token=True).connection
    assert isinstance(changed.auth, OAuth2Auth)
    assert (changed.ca_cert, changed.auth.ca_cert) == ("a\n", "b\nnew\n")
    assert trusting(own, "new\n", of_token=False).connection.ca_cert == "a\nnew\n"
