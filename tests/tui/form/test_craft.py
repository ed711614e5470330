"""The form's craft: certificates folded, rows that appear in sight, fields told apart and explained."""

from __future__ import annotations

import pytest

from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.connection import Connection, HttpBearerTokenAuth, OAuth2Auth, Request
from integrator_tui.tui.dialogs.help import HelpScreen
from integrator_tui.tui.form.screen import EditScreen
from tests.tui.driver import LARGE, SMALL, Driver, running
from tests.tui.fake_workspace import FakeWorkspace


@pytest.fixture
def pem(demo: ThreadedDemoServer) -> str:
    return demo.addresses.ca_file.read_text()


def holding(**fields: object) -> FakeWorkspace:
    workspace = FakeWorkspace()
    base = {"name": "Orders", "base_url": "https://orders.example.com"}
    workspace.add("orders.yaml", Connection.model_validate({**base, **fields}))
    return workspace


async def edit(user: Driver) -> None:
    await user.press("e")
    await user.on(EditScreen)


async def test_a_certificate_is_folded_until_it_has_the_focus(pem: str) -> None:
    workspace = holding(ca_cert=pem)
    async with running(workspace, LARGE) as user:
        await edit(user)
        await user.shows("CN=")
        row = user.row("CN=")
        assert "ends 20" in row and "BEGIN" not in user.text
        await user.go("Trusted CA Certificate")
        await user.shows("BEGIN CERTIFICATE")
        assert "CN=" not in user.text
        await user.press("tab")
        await user.shows("CN=")
        assert "BEGIN" not in user.text
    stored = workspace.files["orders.yaml"].connection
    assert stored is not None and stored.ca_cert == pem


async def test_what_is_no_certificate_stays_as_it_is() -> None:
    async with running(holding(ca_cert="-----BEGIN CERTIFICATE-----\nnothing\n"), LARGE) as user:
        await edit(user)
        await user.shows("BEGIN CERTIFICATE")


async def test_several_certificates_are_counted(pem: str) -> None:
    async with running(holding(ca_cert=pem * 3), LARGE) as user:
        await edit(user)
        await user.shows("and 2 more")


async def test_rows_that_appear_come_into_sight() -> None:
    auth = HttpBearerTokenAuth(request=Request(path="/t"), token_output="body.t", expiration_output="60")
    async with running(holding(auth=auth), SMALL) as user:
        await edit(user)
        await user.turn("Use different connection for auth")
        await user.shows("Token Base URL")
        await user.shows("Token Trusted CA Certificate")
        assert user.focused_label == "Use different connection for auth"
        await user.choose("Authentication", "OAuth 2.0")
        await user.shows("Scope")
        assert user.focused_label == "Authentication"


async def test_two_fields_of_one_label_are_told_apart(pem: str) -> None:
    auth = OAuth2Auth(access_token_url="https://login.example.com/token", client_id="me")
    async with running(holding(auth=auth, ca_cert=pem), LARGE) as user:
        await edit(user)
        await user.go("Trusted CA Certificate")
        await user.shows("Connection: Trusted CA Certificate. ")
        await user.press("tab")
        await user.go("Trusted CA Certificate")
        await user.shows("Authentication: Trusted CA Certificate. ")
        await user.go("Test: Follow Redirect")
        assert "Options: " not in user.text


async def test_f1_explains_the_field_that_has_the_focus() -> None:
    auth = OAuth2Auth(access_token_url="https://login.example.com/token", client_id="me")
    async with running(holding(auth=auth), LARGE) as user:
        await edit(user)
        for label, said in (
            ("Base URL", "A path and a query in it are"),
            ("Read Timeout", "options.timeout.read"),
            ("Client Auth", "auth.client_auth"),
            ("Client Secret", "secrets.client_secret"),
            ("Set Trusted CA Certificate", "ca_cert"),
        ):
            await user.go(label)
            await user.press("f1")
            await user.on(HelpScreen)
            assert label in user.lines[next(y for y, line in enumerate(user.lines) if "Help" in line) + 1]
            await user.shows(said)
            await user.press("escape")
            await user.on(EditScreen)
