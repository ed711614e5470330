"""Rows for what Integrator does not have: headers, what passes, API keys, further parameters, accepted statuses."""

from __future__ import annotations

from integrator_tui.model.connection import ApiKeyAuth, HttpBearerTokenAuth, OAuth2Auth, Passing
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.form.screen import EditScreen
from tests.tui.driver import Driver, running
from tests.tui.fake_workspace import FakeWorkspace


async def new(user: Driver) -> EditScreen:
    await user.press("n")
    await user.on(MenuScreen)
    await user.press("enter")
    return await user.on(EditScreen)


async def typed(user: Driver, label: str, *texts: str) -> None:
    """Write into the row of this label, over what stands there, and with Tab into what follows."""
    await user.go(label)
    await user.press("ctrl+e", "ctrl+u")
    for text in texts:
        await user.write(text)
        await user.press("tab")


async def test_headers_and_what_passes_are_typed_under_options() -> None:
    async with running(FakeWorkspace()) as user:
        form = await new(user)
        await typed(user, "Connection Headers", "Accept", "text/plain", "X-Tag", "{{tag}}")
        await typed(user, "Test: Status", "200,  3xx")
        await typed(user, "Test: Expect", "body.up")
        assert form.draft.connection.headers == (("Accept", "text/plain"), ("X-Tag", "{{tag}}"))
        assert form.draft.connection.test == Passing(status=("200", "3xx"), expect="body.up")
        await typed(user, "Test: Status", "2x")
        await user.shows("2x is no status")
        await typed(user, "Test: Status", "")
        assert form.draft.connection.test == Passing(expect="body.up")


async def test_an_api_key_is_the_last_method_and_has_its_rows() -> None:
    async with running(FakeWorkspace()) as user:
        form = await new(user)
        await user.go("Authentication")
        await user.press("enter", "end", "enter")
        assert form.draft.connection.auth == ApiKeyAuth()
        await user.choose("Send Key In", "query")
        await typed(user, "Key Name", "key")
        await typed(user, "API Key", "s3cr3t-key")
        assert form.draft.connection.auth == ApiKeyAuth(name="key", **{"in": "query"})
        assert form.draft.typed["api_key"].reveal() == "s3cr3t-key"
        assert "s3cr3t" not in user.text


async def test_further_parameters_and_accepted_statuses_stand_under_advanced() -> None:
    async with running(FakeWorkspace()) as user:
        form = await new(user)
        await user.choose("Authentication", "OAuth 2.0")
        await typed(user, "Token Parameters", "resource", "a", "resource", "b")
        auth = form.draft.connection.auth
        assert isinstance(auth, OAuth2Auth)
        assert auth.params == (("resource", "a"), ("resource", "b"))
        await user.choose("Authentication", "HTTP Bearer Token")
        await typed(user, "Accepted Status", "2xx, 302")
        auth = form.draft.connection.auth
        assert isinstance(auth, HttpBearerTokenAuth)
        assert auth.request.accept == ("2xx", "302")
