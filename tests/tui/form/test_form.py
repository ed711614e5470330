"""The form: every documented row, live problems, methods that come back, secrets, and nothing lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual.events import Paste

from integrator_tui.model.connection import (
    BasicAuth,
    Connection,
    FormBody,
    HttpBearerTokenAuth,
    MultipartBody,
    OAuth2Auth,
    Part,
    RawBody,
    Request,
)
from integrator_tui.model.secret import Secret
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.tui.widgets.sheet import Sheet
from tests.tui.driver import LARGE, SMALL, Driver, running
from tests.tui.fake_workspace import FakeWorkspace
from tests.tui.samples import ORDERS, workspace

CORE = [
    "Connection Name",
    "API Documentation Link",
    "Description",
    "Base URL",
    "Test Path",
    "Set Trusted CA Certificate",
    "Authentication",
]
ROWS = {
    "None": [],
    "Basic Auth": ["Username", "Password"],
    "HTTP Bearer Token": [
        "Token Header",
        "Token Prefix",
        "Method",
        "Request Path",
        "URL Parameters",
        "Headers",
        "Body",
        "Body Type",
        "Token",
        "Expiration",
        "Secrets",
        "Follow Redirect",
        "Stream Response",
        "Use different connection for auth",
    ],
    "Raw Bearer Token": ["Token Header", "Token Prefix", "Token"],
    "OAuth 2.0": [
        "Access Token URL",
        "Client ID",
        "Client Secret",
        "Client Auth",
        "Scope",
        "Trusted CA Certificate",
    ],
    "API Key": ["Send Key In", "Key Name", "API Key"],
}


async def new(user: Driver) -> EditScreen:
    await user.press("n")
    await user.on(MenuScreen)
    assert "HTTP" in user.row("REST")
    await user.press("enter")
    return await user.on(EditScreen)


async def walk(user: Driver, last: str) -> list[str]:
    """The labels in the order in which Tab leads through them."""
    seen: list[str] = []
    for _ in range(80):
        label = user.focused_label
        if not seen or seen[-1] != label:
            seen.append(label)
        if label == last:
            return seen
        await user.press("tab")
    raise AssertionError(seen)


@pytest.mark.parametrize("method", list(ROWS))
async def test_every_documented_row_is_there_in_the_order_of_the_page(method: str) -> None:
    async with running(FakeWorkspace()) as user:
        await new(user)
        await user.choose("Authentication", method)
        await user.press("shift+tab", "tab")
        assert user.focused_label == "Authentication"
        for _ in range(len(CORE) - 1):
            await user.press("shift+tab")
        rows = ROWS[method]
        labels = await walk(user, rows[-1] if rows else "Authentication")
        assert [label for label in labels if label != "Secrets" or label in rows] == [*CORE, *rows]


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
async def test_the_focused_field_stands_on_the_screen_with_its_label_and_a_caret(size: tuple[int, int]) -> None:
    async with running(FakeWorkspace(), size) as user:
        form = await new(user)
        await user.choose("Authentication", "HTTP Bearer Token")
        for _ in range(25):
            label, focused = user.focused_label, user.app.focused
            if label:
                await user.until(lambda label=label: label in user.text, label)  # type: ignore[misc]
                assert focused is not None and form.region.contains_region(focused.region)
                assert "reverse" in user.styles_at(*user.app.cursor_position), label
            await user.press("tab")


async def test_a_basic_connection_is_created_and_selected() -> None:
    made = FakeWorkspace()
    async with running(made) as user:
        await new(user)
        await user.write("Orders API")
        await user.fill("Base URL", "https://orders.example.com")
        await user.choose("Authentication", "Basic Auth")
        await user.fill("Username", "svc")
        await user.fill("Password", "hunter2")
        assert "hunter2" not in user.text
        await user.palette("Create Connection")
        await user.on(MainScreen)
        await user.until(lambda: user.sidebar.selected == "orders-api.yaml", "the saved row")
    connection = made.files["orders-api.yaml"].connection
    assert connection is not None
    assert connection.auth == BasicAuth(username="svc")
    assert connection.secrets == ("password",)
    assert made.secrets["orders-api.yaml"]["password"].reveal() == "hunter2"


async def test_problems_stand_below_their_field_while_typing() -> None:
    async with running(FakeWorkspace()) as user:
        await new(user)
        await user.fill("Base URL", "ftp://x")
        at = next(i for i, line in enumerate(user.lines) if "Base URL" in line)
        assert "✗" in user.lines[at + 1]
        await user.fill("Base URL", "https://x.example.com")
        assert "✗" not in user.lines[at + 1]


async def test_a_token_that_is_not_there_is_said_to_be_missing() -> None:
    async with running(FakeWorkspace()) as user:
        await new(user)
        await user.choose("Authentication", "Raw Bearer Token")
        await user.go("Token")
        await user.press("shift+tab")
        await user.until(lambda: "! token missing" in user.text, "the warning below the field")
        await user.fill("Token", "abcdefgh")
        await user.until(lambda: "token missing" not in user.text, "the warning gone")


async def test_create_with_problems_goes_to_the_first_and_saves_nothing() -> None:
    made = FakeWorkspace()
    async with running(made) as user:
        await new(user)
        await user.fill("Description", "half")
        await user.press("ctrl+s")
        await user.until(lambda: user.focused_label == "Connection Name", "the first problem")
        assert "required" in user.text and made.files == {}


async def test_what_was_typed_for_a_method_comes_back() -> None:
    async with running(FakeWorkspace()) as user:
        form = await new(user)

        def auth() -> object:
            return form.draft.connection.auth

        await user.choose("Authentication", "Basic Auth")
        await user.fill("Username", "svc")
        await user.fill("Password", "pw")
        await user.press(*["shift+tab"] * 2)
        await user.choose("Authentication", "OAuth 2.0")
        await user.fill("Client ID", "me")
        assert form.draft.connection.secrets == ()
        await user.press(*["shift+tab"] * 2)
        await user.choose("Authentication", "Basic Auth")
        assert auth() == BasicAuth(username="svc")
        assert form.draft.typed["password"].reveal() == "pw"
        await user.choose("Authentication", "OAuth 2.0")
        assert auth() == OAuth2Auth(client_id="me")


async def test_a_bearer_connection_with_pairs_and_secrets() -> None:
    made = FakeWorkspace()
    async with running(made) as user:
        form = await new(user)
        await user.write("Orders")
        await user.fill("Base URL", "https://o.example.com")
        await user.choose("Authentication", "HTTP Bearer Token")
        await user.fill("Request Path", "/token")
        await user.go("Body")
        await user.write("grant_type")
        await user.press("tab")
        await user.write("client_credentials")
        await user.press("tab")
        await user.write("client_secret")
        await user.press("tab")
        await user.write("{{my_secret}}")
        await user.fill("Token", "body['access_token']")
        await user.fill("Expiration", "body['expires_in']")
        await user.go("Secrets")
        await user.write("my_secret")
        await user.press("tab")
        await user.write("s3cr3t")
        assert "s3cr3t" not in user.text
        await user.press("f2")
        await user.shows("s3cr3t")
        await user.press("left")
        await user.until(lambda: "s3cr3t" not in user.text, "the mask")
        auth = form.draft.connection.auth
        assert isinstance(auth, HttpBearerTokenAuth)
        assert auth.request.body == FormBody(
            form=(("grant_type", "client_credentials"), ("client_secret", "{{my_secret}}"))
        )
        assert form.problems() == ()
        await user.press("ctrl+s")
        await user.on(MainScreen)
    assert made.secrets["orders.yaml"]["my_secret"].reveal() == "s3cr3t"


async def test_an_emptied_row_goes_and_f8_removes_one() -> None:
    async with running(workspace()) as user:
        await user.select("orders.yaml")
        await user.press("e")
        form = await user.on(EditScreen)
        await user.go("Headers")
        await user.press("f8")
        auth = form.draft.connection.auth
        assert isinstance(auth, HttpBearerTokenAuth) and auth.request.headers == ()
        await user.go("Body")
        await user.press("delete", "tab", "delete", "tab")
        auth = form.draft.connection.auth
        assert isinstance(auth, HttpBearerTokenAuth) and auth.request.body is None


async def test_the_body_type_keeps_what_each_kind_held() -> None:
    async with running(workspace()) as user:
        await user.select("orders.yaml")
        await user.press("e")
        form = await user.on(EditScreen)
        before = form.draft
        await user.choose("Body Type", "Raw")
        await user.press("shift+tab")
        assert user.focused_label == "Body"
        await user.write('{"a": 1}')
        auth = form.draft.connection.auth
        assert isinstance(auth, HttpBearerTokenAuth) and auth.request.body == RawBody(raw='{"a": 1}')
        await user.choose("Body Type", "Form URL Encoded")
        assert form.draft == before and form.unsaved == ""


async def test_a_stored_secret_is_masked_revealed_by_a_key_and_replaced_by_typing() -> None:
    made = workspace()
    async with running(made) as user:
        await user.select("prod/billing.yaml")
        await user.press("e")
        await user.on(EditScreen)
        assert "••••" in user.row("Password")
        await user.go("Password")
        await user.press("f2")
        await user.shows("stored-password")
        await user.press("tab")
        await user.until(lambda: "stored-password" not in user.text, "the mask")
        await user.press("shift+tab")
        await user.write("new")
        await user.press("ctrl+s")
        await user.on(MainScreen)
        await user.press("n", "enter")
        await user.on(EditScreen)
        await user.choose("Authentication", "Basic Auth")
        await user.go("Password")
        await user.press("f2")
        assert "Reveal: nothing is stored or typed here yet" in user.notices
        await user.press("escape")
    assert made.secrets["prod/billing.yaml"]["password"].reveal() == "new"


async def test_f8_removes_the_stored_secret_of_a_method_and_takes_that_back() -> None:
    made = workspace()
    async with running(made) as user:
        await user.select("prod/billing.yaml")
        await user.press("e")
        form = await user.on(EditScreen)
        await user.go("Password")
        await user.shows("F8 removes it")
        await user.press("f8")
        assert "removed when you save" in user.row("▌Password") and form.unsaved
        await user.press("f8")
        assert "stored" in user.row("▌Password") and form.unsaved == ""
        await user.press("f8")
        await user.write("x")
        await user.press("backspace", "ctrl+s")
        await user.on(QuestionScreen)
        await user.press("enter")
        await user.on(MainScreen)
    connection = made.files["prod/billing.yaml"].connection
    assert connection is not None and connection.secrets == ()
    assert made.secrets["prod/billing.yaml"] == {}


def _to_another_method(user: Driver) -> Awaitable[None]:
    return user.choose("Authentication", "Raw Bearer Token")


async def _f8_on_the_password(user: Driver) -> None:
    await user.go("Password")
    await user.press("f8")


@pytest.mark.parametrize("removing", [_to_another_method, _f8_on_the_password])
@pytest.mark.parametrize(
    ("keys", "kept"), [(["enter"], False), (["right", "enter"], True), (["right", "right", "enter"], None)]
)
async def test_a_save_that_removes_a_stored_secret_asks(
    removing: Callable[[Driver], Awaitable[None]], keys: list[str], kept: bool | None
) -> None:
    made = workspace()
    async with running(made) as user:
        await user.select("prod/billing.yaml")
        await user.press("e")
        form = await user.on(EditScreen)
        await removing(user)
        await user.press("ctrl+s")
        await user.on(QuestionScreen)
        buttons = [user.row("[ Remove ]").find(f"[ {word} ]") for word in ("Remove", "Keep", "Cancel")]
        assert -1 not in buttons and buttons == sorted(buttons)
        await user.shows("password")
        await user.press(*keys)
        if kept is None:
            await user.on(EditScreen)
            assert form.unsaved
        else:
            await user.on(MainScreen)
    names = ("password",) if kept or kept is None else ()
    connection = made.files["prod/billing.yaml"].connection
    assert connection is not None and connection.secrets == names
    assert {name: value.reveal() for name, value in made.secrets["prod/billing.yaml"].items()} == dict.fromkeys(
        names, "stored-password"
    )


async def test_a_row_of_the_secrets_that_is_removed_is_asked_about_and_can_be_kept() -> None:
    made = workspace()
    made.add("orders.yaml", ORDERS.model_copy(update={"secrets": ("client_secret", "spare")}))
    made.secrets["orders.yaml"]["spare"] = Secret("stored-spare")
    async with running(made) as user:
        await user.select("orders.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.go("Secrets")
        await user.press("tab", "tab", "f8", "ctrl+s")
        question = await user.on(QuestionScreen)
        told = [line.value for group in question.query_one(Sheet).groups for line in group.lines]
        assert "spare" in told and "client_secret" not in told
        await user.press("tab", "enter")
        await user.on(MainScreen)
    assert made.secrets["orders.yaml"]["spare"].reveal() == "stored-spare"


async def test_a_copy_without_a_secret_of_its_source_is_saved_without_a_question() -> None:
    made = workspace()
    async with running(made) as user:
        await user.select("prod/billing.yaml")
        await user.press("d")
        await user.on(EditScreen)
        await _to_another_method(user)
        await user.press("ctrl+s")
        await user.on(MainScreen)
    assert made.secrets["prod/billing.yaml"]["password"].reveal() == "stored-password"


PEM_AS_SENT = "-----BEGIN\rabc\r\ndef\n-----END\r\n"
PEM = "-----BEGIN\nabc\ndef\n-----END"


async def test_line_ends_that_are_pasted_are_line_feeds_in_every_field_of_several_lines() -> None:
    made = workspace()
    async with running(made) as user:
        await user.select("prod/billing.yaml")
        await user.press("e")
        form = await user.on(EditScreen)
        for label in ("Password", "Secrets", "Set Trusted CA Certificate"):
            await user.go(label)
            if label == "Secrets":
                await user.write("key")
                await user.press("tab")
            user.app.key_order.put(Paste(PEM_AS_SENT))
            await user.press()
        typed = form.draft.typed
        await user.choose("Authentication", "HTTP Bearer Token")
        await user.choose("Body Type", "Raw")
        await user.press("shift+tab")
        user.app.key_order.put(Paste(PEM_AS_SENT))
        await user.press()
        draft = form.draft
    assert {name: value.reveal() for name, value in typed.items()} == {"password": PEM, "key": PEM}
    assert draft.connection.ca_cert == PEM + "\n"
    auth = draft.connection.auth
    assert isinstance(auth, HttpBearerTokenAuth)
    assert auth.request.body == RawBody(raw=PEM + "\n")


ODD = "a\u2028b\x0cc\x85d\x1ce\r\nf"


async def test_a_text_of_several_lines_is_exactly_what_it_was_but_for_what_is_typed() -> None:
    made = workspace()
    auth = HttpBearerTokenAuth(request=Request(path="/t", body=RawBody(raw=ODD)))
    made.add("orders.yaml", ORDERS.model_copy(update={"auth": auth}))
    async with running(made) as user:
        await user.select("orders.yaml")
        await user.press("e")
        form = await user.on(EditScreen)
        await user.go("Body")
        await user.press("x")
        user.app.key_order.put(Paste("\u2028\x0c\n"))
        await user.press("y", "backspace", "end", "enter", "left", "delete")
        auth = form.draft.connection.auth  # type: ignore[assignment]
        assert auth.request.body == RawBody(raw=f"x\u2028\x0c\n{ODD}")
        await user.go("Description")
        await user.press("end", "ctrl+u")
        user.app.key_order.put(Paste("one\u2028\x0cline\rtwo"))
        await user.press()
        assert form.draft.connection.description == "one\u2028\x0cline"


@pytest.mark.parametrize("label", ["Description", "Password"])
async def test_a_paste_that_is_too_long_for_one_line_is_told_and_nothing_of_it_is_taken(label: str) -> None:
    async with running(workspace()) as user:
        await user.select("prod/billing.yaml")
        await user.press("e")
        form = await user.on(EditScreen)
        await user.go(label)
        user.app.key_order.put(Paste("x" * 1_000_000))
        await user.press()
        assert "1,000,000 characters" in user.notices
        assert form.unsaved == ""
        await user.write("y")
        assert form.unsaved


async def test_a_renamed_secret_keeps_its_stored_value() -> None:
    made = workspace()
    async with running(made) as user:
        await user.select("orders.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Secrets", "other_name")
        await user.press("ctrl+s")
        await user.on(MainScreen)
    assert {name: value.reveal() for name, value in made.secrets["orders.yaml"].items()} == {
        "other_name": "stored-value"
    }


async def test_a_renamed_secret_keeps_its_stored_value_through_another_method() -> None:
    made = workspace()
    async with running(made) as user:
        await user.select("orders.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Secrets", "other")
        await user.choose("Authentication", "None")
        await user.go("Secrets")
        await user.shows("typing")
        await user.press("end")
        await user.write("_name")
        await user.press("ctrl+s")
        await user.on(MainScreen)
    assert {name: value.reveal() for name, value in made.secrets["orders.yaml"].items()} == {
        "other_name": "stored-value"
    }


async def test_a_secret_that_was_typed_without_a_name_is_not_dropped() -> None:
    async with running(workspace()) as user:
        await user.select("prod/stock.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.go("Secrets")
        await user.press("tab")
        await user.write("hunter2")
        await user.press("ctrl+s")
        await user.shows("a secret has no name")
        await user.press("escape")
        await user.on(QuestionScreen)


@pytest.mark.parametrize("how", ["typed", "pasted", "toggled"])
async def test_the_trusted_certificate_opens_by_typing_pasting_or_the_box(how: str) -> None:
    from textual import events

    async with running(FakeWorkspace()) as user:
        form = await new(user)
        await user.go("Set Trusted CA Certificate")
        if how == "typed":
            await user.write("-----BEGIN\nabc")
        elif how == "pasted":
            assert user.app.focused is not None
            user.app.focused.post_message(events.Paste("-----BEGIN\nabc"))
        else:
            await user.press("space", "tab")
            assert user.focused_label == "Trusted CA Certificate"
            await user.write("-----BEGIN\nabc")
        await user.until(lambda: form.draft.connection.ca_cert == "-----BEGIN\nabc", "the certificate")
        await user.go("Authentication")
        await user.press("shift+tab", "shift+tab", "space")
        assert form.draft.connection.ca_cert is None
        await user.press("space")
        assert form.draft.connection.ca_cert == "-----BEGIN\nabc"


async def test_another_connection_for_auth_opens_its_two_rows() -> None:
    async with running(workspace()) as user:
        await user.select("orders.yaml")
        await user.press("e")
        form = await user.on(EditScreen)
        await user.turn("Use different connection for auth")
        await user.press("tab")
        assert user.focused_label == "Token Base URL"
        await user.write("https://login.example.com")
        await user.press("tab")
        assert user.focused_label == "Token Trusted CA Certificate"
        auth = form.draft.connection.auth
        assert isinstance(auth, HttpBearerTokenAuth) and auth.token_connection is not None
        assert auth.token_connection.base_url == "https://login.example.com"


async def test_letters_typed_in_a_field_start_nothing() -> None:
    async with running(workspace()) as user:
        await user.select("prod/stock.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Connection Name", "new test /qax")
        await user.on(EditScreen)
        assert "new test /qax" in user.row("Connection Name")


@pytest.mark.parametrize("key", ["escape", "ctrl+q"])
async def test_unsaved_changes_are_asked_about_and_escape_goes_back(key: str) -> None:
    async with running(workspace()) as user:
        await user.select("prod/stock.yaml")
        await user.press("e")
        form = await user.on(EditScreen)
        await user.fill("Description", "changed")
        await user.press(key)
        await user.on(QuestionScreen)
        assert "unsaved" in user.text
        await user.press("escape")
        assert await user.on(EditScreen) is form
        assert "changed" in user.row("Description")
        await user.press(key)
        await user.on(QuestionScreen)
        await user.press("right", "enter")
        if key == "escape":
            await user.on(MainScreen)
        else:
            await user.until(lambda: user.app.return_value == 0, "the end")


async def test_an_edit_taken_back_leaves_nothing_unsaved() -> None:
    async with running(workspace()) as user:
        await user.select("prod/stock.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Description", "x")
        await user.press("backspace", "escape")
        await user.on(MainScreen)


@pytest.mark.parametrize(
    ("steps", "kept"), [([], "mine"), (["right"], "mine saved"), (["right", "right"], "theirs")]
)
async def test_a_file_that_changed_meanwhile_offers_both_versions(steps: list[str], kept: str) -> None:
    made = workspace()
    async with running(made) as user:
        await user.select("prod/stock.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Description", "mine")
        entry = made.files["prod/stock.yaml"]
        assert entry.connection is not None
        made.add("prod/stock.yaml", entry.connection.model_copy(update={"description": "theirs"}))
        await user.press("ctrl+s")
        await user.on(QuestionScreen)
        await user.shows("theirs")
        assert "mine" in user.text
        await user.press(*steps, "enter")
        if kept == "mine saved":
            await user.on(MainScreen)
            saved = made.files["prod/stock.yaml"].connection
            assert saved is not None and saved.description == "mine"
        else:
            await user.on(EditScreen)
            await user.until(lambda: kept in user.row("Description"), kept)


async def test_the_first_secret_offers_an_identity_and_enter_takes_it() -> None:
    made = FakeWorkspace(identity=False)
    async with running(made) as user:
        await new(user)
        await user.write("Orders")
        await user.fill("Base URL", "https://o.example.com")
        await user.choose("Authentication", "Basic Auth")
        await user.fill("Username", "svc")
        await user.fill("Password", "pw")
        await user.press("ctrl+s")
        await user.on(QuestionScreen)
        await user.press("enter")
        await user.on(MainScreen)
        assert user.notices == "Identity created in ~/keys.txt"
    assert made.identity and "orders.yaml" in made.files


async def test_a_passphrase_is_asked_for_and_asked_again() -> None:
    made = workspace()
    made.passphrase = "right"
    async with running(made) as user:
        await user.select("prod/stock.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Description", "x")
        await user.press("ctrl+s")
        await user.shows("Passphrase")
        await user.write("wrong")
        assert "wrong" not in user.text
        await user.press("enter")
        await user.until(lambda: "does not open" in user.notices, "the refusal")
        await user.shows("Passphrase")
        await user.write("right")
        await user.press("enter")
        await user.on(MainScreen)


async def test_a_draft_is_tested_before_it_is_saved() -> None:
    made = FakeWorkspace()
    async with running(made) as user:
        form = await new(user)
        await user.fill("Base URL", "https://o.example.com")
        await user.press("f5")
        await user.on(ResultScreen)
        await user.shows("passed")
        await user.press("escape")
        assert await user.on(EditScreen) is form
    assert made.files == {} and made.probed[0][0].connection.base_url == "https://o.example.com"


async def test_a_number_that_is_none_is_a_problem_and_keeps_the_text() -> None:
    async with running(workspace()) as user:
        await user.select("prod/stock.yaml")
        await user.press("e")
        form = await user.on(EditScreen)
        await user.fill("Read Timeout", "soon")
        assert "not a number" in user.text and "soon" in user.row("Read Timeout")
        assert form.unsaved
        await user.fill("Read Timeout", "12")
        assert form.draft.connection.options.timeout.read == 12.0


async def test_the_parts_of_a_body_keep_their_type_and_file_name_whatever_is_edited() -> None:
    parts = (
        Part(name="file", content="aaa", content_type="text/csv", file_name="a.csv"),
        Part(name="file", content="bbb", content_type="application/json", file_name="b.json"),
    )
    request = Request(path="/t", body=MultipartBody(multipart=parts))
    auth = HttpBearerTokenAuth(request=request, token_output="body.t", expiration_output="body.e")
    made = FakeWorkspace()
    made.add("parts.yaml", Connection(name="Parts", base_url="https://parts.example.com", auth=auth))
    async with running(made) as user:
        await user.press("e")
        form = await user.on(EditScreen)
        await user.go("Body")
        await user.press("tab")
        await user.write("new")
        await user.press("tab")
        await user.write("upload")
        await user.press("tab", "tab")
        await user.write("note")
        connection = form.draft.connection
    assert isinstance(connection.auth, HttpBearerTokenAuth)
    assert connection.auth.request.body == MultipartBody(
        multipart=(
            parts[0].model_copy(update={"content": "new"}),
            parts[1].model_copy(update={"name": "upload"}),
            Part(name="note"),
        )
    )


async def test_each_kind_of_body_comes_back_after_another_method() -> None:
    async with running(workspace()) as user:
        await user.select("orders.yaml")
        await user.press("e")
        form = await user.on(EditScreen)
        await user.choose("Body Type", "Raw")
        await user.press("shift+tab")
        await user.write("raw")
        await user.press("shift+tab")
        await user.choose("Authentication", "None")
        await user.choose("Authentication", "HTTP Bearer Token")
        auth = form.draft.connection.auth
        assert isinstance(auth, HttpBearerTokenAuth) and auth.request.body == RawBody(raw="raw")
        await user.choose("Body Type", "Form URL Encoded")
        auth = form.draft.connection.auth
        assert isinstance(auth, HttpBearerTokenAuth)
        assert auth.request.body == FormBody(form=(("client_secret", "{{client_secret}}"),))


async def test_a_line_that_was_copied_with_an_empty_one_before_it_is_pasted() -> None:
    from textual import events

    async with running(FakeWorkspace()) as user:
        form = await new(user)
        await user.go("Base URL")
        assert user.app.focused is not None
        user.app.focused.post_message(events.Paste("\n  \nhttps://x.example.com\n"))
        await user.until(lambda: form.draft.connection.base_url == "https://x.example.com", "the line")


async def test_a_value_that_is_longer_than_its_field_is_shown() -> None:
    made = FakeWorkspace()
    made.add("long.yaml", Connection(name="n" * 60, base_url=f"https://long.example.com/{'p' * 80}"))
    async with running(made, SMALL) as user:
        await user.press("e")
        await user.on(EditScreen)
        assert "nnnn" in user.row("Connection Name")
        assert "pppp" in user.row("Base URL")
        await user.press("tab", "shift+tab", "end")
        assert "nnnn" in user.row("Connection Name")


async def test_a_revealed_secret_that_is_cut_off_says_so() -> None:
    made = workspace()
    made.secrets["prod/billing.yaml"] = {"password": Secret("p" * 80)}
    async with running(made, SMALL) as user:
        await user.select("prod/billing.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.go("Password")
        await user.press("f2")
        await user.shows("ppp")
        assert "p…" in user.row("Password")


async def test_a_password_that_was_typed_wins_over_a_secret_renamed_to_it() -> None:
    made = workspace()
    async with running(made) as user:
        await user.select("orders.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Secrets", "password")
        await user.choose("Authentication", "Basic Auth")
        await user.fill("Username", "svc")
        await user.fill("Password", "typed")
        await user.press("ctrl+s")
        await user.on(MainScreen)
    assert {name: value.reveal() for name, value in made.secrets["orders.yaml"].items()} == {"password": "typed"}
