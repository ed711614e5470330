"""The token of one connection: where it came from, how long it lives, what it claims; never the token itself.

Looking sends nothing: a token is fetched only where that is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll

from integrator_tui.model.entry import Draft
from integrator_tui.model.fields import TOKEN_HEADER, TOKEN_PREFIX
from integrator_tui.model.secret import MASK
from integrator_tui.tui.actions import Action, Keys, bar_keys, bindings
from integrator_tui.tui.dialogs.base import Page
from integrator_tui.tui.flows.parameters import parameters_given
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.sheet import Sheet, SheetGroup, SheetLine
from integrator_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import HeldToken

ACTIONS = (
    Action("fetch", ("t", "f5"), "Get token", "Use the token that is held, or fetch one now", "Get token"),
    Action(
        "forget", ("x", "delete"), "Forget token", "Drop the token: the next request fetches one", "Forget token"
    ),
    Action("back", ("escape", "q"), "Back", "Leave; a token that is held stays", "Back"),
)

_TIMES = frozenset({"exp", "iat", "nbf", "auth_time"})
"""Claims that are seconds since 1970 (RFC 7519 section 4.1, OpenID Connect Core section 2)."""


class TokenScreen(Page[None]):
    """Shows what is held when it opens."""

    CSS_PATH = "token.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    AUTO_FOCUS = "#token"

    def __init__(self, workspace: WorkspaceServices, draft: Draft, parameters: dict[str, str]) -> None:
        super().__init__()
        self._workspace, self._draft, self._parameters = workspace, draft, parameters
        self._asked = False
        self._token: HeldToken | None = None

    def compose(self) -> ComposeResult:
        yield TitleBar(f"Token  {self._draft.connection.name}")
        with VerticalScroll(id="token"):
            yield Sheet(name_width=15, most_rows=8)
        yield KeyBar(*self._keys())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "forget":
            return self._token is not None and not self._token.for_one_use
        return True

    def why_not(self, action: str) -> str:
        """Say why an action cannot be done now."""
        return "no token is held" if action == "forget" else ""

    def on_mount(self) -> None:
        self.app.clear_notifications()
        self.flow("token", self._look)

    def action_fetch(self) -> None:
        """Use the token that is held, or fetch one."""
        self.flow("token", self._fetch)

    def action_forget(self) -> None:
        """Drop the token."""
        self.flow("token", self._forget)

    def action_back(self) -> None:
        """Leave."""
        self.dismiss(None)

    async def _is_ready(self) -> bool:
        """Ask for what a token request needs; False where the user gave up."""
        if not self._asked:
            names = self._workspace.tokens.parameters(self._draft)
            self._asked = await parameters_given(self.app, names, self._parameters)
        return self._asked

    async def _look(self) -> None:
        self._show(None)
        if await self._is_ready():
            tokens = self._workspace.tokens
            self._show(await unlocked(self.app, self._workspace, tokens.held, self._draft, self._parameters))

    async def _fetch(self) -> None:
        if await self._is_ready():
            # Opened in a thread first, so that the passphrase is asked for where it is needed.
            await unlocked(self.app, self._workspace, self._workspace.probes.target, self._draft, self._parameters)
            self.query_one(TitleBar).show(f"Token  {self._draft.connection.name}", "fetching")
            try:
                token = await self._workspace.tokens.fetch(self._draft, self._parameters)
            finally:
                self.query_one(TitleBar).show(f"Token  {self._draft.connection.name}")
            self._show(token)

    async def _forget(self) -> None:
        if await self._is_ready():
            tokens = self._workspace.tokens
            there = await unlocked(self.app, self._workspace, tokens.forget, self._draft, self._parameters)
            self._show(None)
            self.notify("The token is forgotten" if there else "No token is held", timeout=4, markup=False)

    def _show(self, token: HeldToken | None) -> None:
        self._token = token
        self.query_one(Sheet).show(tell(self._draft.connection, token))
        self.query_one(KeyBar).show(self._keys()[0])

    def _keys(self) -> tuple[Keys, Keys]:
        return bar_keys(action for action in ACTIONS if action.usable(self))


def tell(connection: Connection, token: HeldToken | None) -> tuple[SheetGroup, ...]:
    """Return what is shown of a token."""
    if token is None:
        none = SheetLine("", "No token is held", "strong")
        return (SheetGroup("", (none, SheetLine("", "One is fetched by the next test, or now (key t)."))),)
    groups = [SheetGroup("Token", tuple(_facts(connection, token)))]
    if token.claims is not None:
        lines = tuple(SheetLine(name, _claim(name, value)) for name, value in token.claims.items())
        groups.append(SheetGroup("Claims, as the token says them: its signature is not verified", lines))
    return tuple(groups)


def _facts(connection: Connection, token: HeldToken) -> Iterator[SheetLine]:
    auth: Any = connection.auth
    header = getattr(auth, "header", TOKEN_HEADER)
    prefix = getattr(auth, "prefix", TOKEN_PREFIX)
    yield SheetLine("token", MASK, "muted")
    yield SheetLine("from", token.source)
    yield SheetLine("expires in", _life(token))
    yield SheetLine("sent as", f"{header}: {prefix} {MASK}" if prefix else f"{header}: {MASK}")
    if token.note:
        yield SheetLine("note", token.note, "warn")


def _life(token: HeldToken) -> str:
    if token.seconds_left is None:
        return "nobody said: it is kept until it is refused"
    return "good for one use" if token.for_one_use else f"{token.seconds_left:,.0f} s"


def _claim(name: str, value: Any) -> str:
    if name in _TIMES and isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return f"{value:.0f}  {datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S} UTC"
        except (OverflowError, OSError, ValueError):
            return str(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
