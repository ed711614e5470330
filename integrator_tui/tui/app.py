"""The interface: its themes, and what works on every screen (help, palette, quit).

Screens reach the services through the workspace they are given, and nothing else. The form, the test and the
stream are imported when they are opened: the first paint needs none of them.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType
from textual.driver import Driver
from textual.events import Event, Key, Paste
from textual.geometry import Offset
from textual.theme import Theme

from integrator_tui import bundled
from integrator_tui.errors import IntegratorError
from integrator_tui.model.problem import Problem
from integrator_tui.tui import themes as theme_files
from integrator_tui.tui.actions import APP_ACTIONS, Action, bindings
from integrator_tui.tui.dialogs.base import Dialog, ask
from integrator_tui.tui.dialogs.notices import notify_error, reporting, too_large
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.textual_fixes.feedback import FewNoticesApp, IdleKeysApp
from integrator_tui.tui.textual_fixes.key_order import KeyOrder, Marker
from integrator_tui.tui.textual_fixes.keyboard import PasteRefused
from integrator_tui.tui.textual_fixes.lean_app import LeanApp, LeanFailed, few_colours

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices

STOCK = "stock"
"""The driver that Textual brings, in place of the lean one."""
_RECENT = 20
"""Choices of the palette that are remembered, in this session."""


class IntegratorApp(FewNoticesApp[int], IdleKeysApp[int], LeanApp[int]):
    """The interface on one workspace; `themes` are folders of theme files, `home` what `~` stands for, `pager` the
    command that shows long texts, `term` the kind of the terminal as in TERM; `driver` is `lean` or `stock`, None
    for what the settings say."""

    TITLE = "integrator-tui"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["app.tcss", "main/screen.tcss"]
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(APP_ACTIONS)]
    ACTIONS: ClassVar[tuple[Action, ...]] = APP_ACTIONS

    def __init__(
        self,
        workspace: WorkspaceServices,
        *,
        themes: Sequence[Path] = (),
        home: Path | None = None,
        pager: str = "",
        term: str = "",
        driver: str | None = None,
    ) -> None:
        self.term = term
        self._is_lean = (driver or self._settled_driver(workspace)) != STOCK
        self._found, problems = theme_files.load(themes)
        name, more = self._remembered_theme(workspace)
        if name:
            # Known before the app makes its stylesheet, which is then parsed once and painted once.
            self.set_reactive(IntegratorApp.theme, name)
        self._theme_problems = (*problems, *more)
        super().__init__()
        self.workspace = workspace
        self.home = home
        self.pager = pager
        self._recent: tuple[str, ...] = ()
        # A scroll that glides paints every frame of it, and over a slow link each of them has to arrive.
        self.animation_level = "none"
        self.key_order = KeyOrder(self, self._deliver)

    def _remembered_theme(self, workspace: WorkspaceServices) -> tuple[str | None, tuple[Problem, ...]]:
        """The theme to begin with, None for Textual's own, and why it is not the one that was chosen."""
        found: tuple[Problem, ...] = ()
        default = theme_files.default(few_colours())
        try:
            name = workspace.settings.theme() or default
        except IntegratorError as error:
            name, found = default, (Problem("theme", error.message, error.hint),)
        if name not in self._found:
            found = (*found, Problem("theme", f"there is no theme {name}", "choose another in the palette"))
        usable = (known for known in (name, default, theme_files.DEFAULT) if known in self._found)
        return next(usable, None), found

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Textual's own themes and the found ones, which take the place of those of the same name."""
        return {**super().available_themes, **self._found}

    def get_theme(self, theme_name: str) -> Theme | None:
        """Return a theme. Every widget asks for it whenever it is painted: the found ones are looked for first, and
        no table of all is made."""
        return self._found.get(theme_name) or super().get_theme(theme_name)

    @staticmethod
    def _settled_driver(workspace: WorkspaceServices) -> str | None:
        try:
            return workspace.settings.driver()
        except IntegratorError:
            # It is told with the theme.
            return None

    def get_driver_class(self) -> type[Driver]:
        if self._is_lean:
            from integrator_tui.tui.textual_fixes.lean_terminal import LeanTerminal

            return LeanTerminal
        from integrator_tui.tui.textual_fixes.terminal import Terminal

        return Terminal

    def get_default_screen(self) -> MainScreen:
        return MainScreen(self.workspace)

    def on_mount(self) -> None:
        self.run_worker(self.key_order.run(), group="keys")
        for problem in self._theme_problems:
            notify_error(self, problem.message, problem.hint)
        self.call_after_refresh(self._tell_settings)

    def _tell_settings(self) -> None:
        """Tell what is wrong with the settings, and that a damaged history was begun anew."""
        told = {problem.message for problem in self._theme_problems}
        for problem in self.workspace.settings.mistakes():
            if problem.message not in told:
                notify_error(self, problem.message, problem.hint)
        self.run_worker(self._tell_history, thread=True, group="history")

    def _tell_history(self) -> None:
        if notice := self.workspace.history.notice():
            self.call_from_thread(notify_error, self, notice, "what was kept before is in that file")

    @property
    def cursor_position(self) -> Offset:
        """Where the terminal's own cursor stands: at the caret of what has the focus, wherever that scrolled."""
        place: Offset | None = getattr(self.focused, "cursor_screen_offset", None) if self.screen_stack else None
        return self._cursor_position if place is None else place

    @cursor_position.setter
    def cursor_position(self, place: Offset) -> None:
        self._cursor_position = place

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            self.key_order.put(event)
        else:
            await super().on_event(event)

    async def _deliver(self, event: Key | Paste) -> None:
        await super().on_event(event)

    def key_did_nothing(self, key: str) -> None:
        """Say why a key of the screen could do nothing; an Esc that closes nothing needs no words."""
        own: tuple[Action, ...] = getattr(self.screen, "ACTIONS", ())
        idle = next((action for action in own if key in action.keys and not action.usable(self.screen)), None)
        if idle is not None and key != "escape":
            why = getattr(self.screen, "why_not", None)
            reason = why(idle.id) if why is not None else ""
            self.notify(f"{idle.words}: {reason or 'there is nothing to do here'}", timeout=5, markup=False)

    def on_paste(self, event: Paste) -> None:
        """Offer what is pasted where no text is typed: a curl command, an export of Integrator, the path of a
        document."""
        main, screen = self.screen_stack[0], self.screen
        if isinstance(screen, Dialog) or getattr(screen, "unsaved", None) is not None:
            # A question is open, or a form whose fields take what is pasted.
            return
        if isinstance(main, MainScreen) and self.workspace.imports.looks_like_curl(event.text):
            main.offer_curl(event.text)
        elif isinstance(main, MainScreen) and self.workspace.documents.looks_like_one(event.text, self.home):
            main.offer_document(event.text)

    def on_paste_refused(self, message: PasteRefused) -> None:
        """Say that nothing of a paste was taken, as soon as it is known to be too large."""
        notify_error(self, *too_large(message.limit))

    def on_lean_failed(self, message: LeanFailed) -> None:
        """Say once that the terminal is drawn in the stock way from now on."""
        notify_error(
            self,
            f"the lean driver met an error of its own ({message.error}); the stock driver goes on",
            "report it; --driver stock, or driver: stock in your settings, begins with that one",
        )

    def on_marker(self, marker: Marker) -> None:
        marker.arrived.set()

    @property
    def theme_names(self) -> tuple[str, ...]:
        """The themes that can be chosen."""
        return tuple(sorted(self._found))

    def choose_theme(self, name: str) -> None:
        """Use a theme, now and from now on."""
        self.theme = name
        with reporting(self):
            self.workspace.settings.remember_theme(name)

    def actions(self) -> tuple[Action, ...]:
        """What can be done right now: the screen's own actions first."""
        own: tuple[Action, ...] = getattr(self.screen, "ACTIONS", ())
        usable = [action for action in own if action.usable(self.screen)]
        return (*usable, *(action for action in self.ACTIONS if action.id != "palette"))

    def action_help(self) -> None:
        """Show the keys of the screen."""
        from integrator_tui.tui.dialogs.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_palette(self) -> None:
        """Show every action, field, connection and operation by name."""
        from integrator_tui.tui.dialogs.menu import MenuScreen
        from integrator_tui.tui.dialogs.palette import PaletteScreen

        if isinstance(self.screen, PaletteScreen):
            self.screen.dismiss(None)
            return
        if isinstance(self.screen, MenuScreen):
            # What the menu offers, the screen below it can do.
            self.screen.dismiss(None)
        from integrator_tui.tui.elsewhere import found_elsewhere
        from integrator_tui.tui.front_door import FrontDoor

        door = FrontDoor(self, self.actions(), self.theme_names, self.choose_theme)

        def run_chosen(chosen: str | None) -> None:
            if chosen:
                self._recent = (chosen, *(each for each in self._recent if each != chosen))[:_RECENT]
                door.go(chosen)

        self.push_screen(PaletteScreen(door.items(self._recent), found_elsewhere), run_chosen)

    def action_redraw(self) -> None:
        """Paint the whole screen again."""
        self.redraw()

    async def action_quit(self) -> None:
        """Leave, after asking where something is unsaved."""
        self._leave()

    @work(exclusive=True, group="quit")
    async def _leave(self) -> None:
        from integrator_tui.tui.dialogs.question import unsaved_question

        unsaved = [name for screen in self.screen_stack if (name := getattr(screen, "unsaved", ""))]
        if unsaved and await ask(self, unsaved_question(unsaved[0])) != "discard":
            return
        self.workspace.drafts.drop_own()
        # What a thread waits for would hold up the end.
        self.workspace.abandon()
        self.exit(0)


def run(
    workspace: WorkspaceServices,
    *,
    themes: Sequence[Path] | None = None,
    home: Path | None = None,
    pager: str = "",
    term: str = "",
    driver: str | None = None,
    painted: Callable[[], None] = lambda: None,
) -> int:
    """Open the interface and return the exit code; `themes` are folders, the program's and the user's if None.

    `painted` is called once there is something to see, before a key does anything.
    """
    folders = (bundled.themes(), workspace.settings.themes) if themes is None else themes
    # Nothing made during the start is garbage; collecting costs a twentieth of the time to the first paint.
    gc.disable()
    app = IntegratorApp(workspace, themes=folders, home=home, pager=pager, term=term, driver=driver)
    app.call_after_refresh(painted)
    app.call_after_refresh(gc.enable)
    return app.run() or app.return_code or 0
