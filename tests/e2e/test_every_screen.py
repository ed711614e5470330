"""Every screen of the program, drawn by the lean driver and by Textual's: on each terminal the same is seen.

The frames of one run go to both, and each frame is compared when it was sent.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from rich.color import ColorSystem
from rich.control import Control
from rich.style import Style
from textual._compositor import CompositorUpdate
from textual.screen import Screen
from textual.strip import Strip

from integrator_tui import tui
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.demo.workspace import fill
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.base import Dialog, Page
from integrator_tui.tui.dialogs.help import HelpScreen
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.dialogs.palette import PaletteScreen
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.dialogs.text_prompt import TextPromptScreen
from integrator_tui.tui.form.operation_screen import OperationScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.compare.screen import CompareScreen
from integrator_tui.tui.screens.expressions.screen import TryExpressionScreen
from integrator_tui.tui.screens.history.compared import HistoryCompareScreen
from integrator_tui.tui.screens.history.opened import HistoryResultScreen
from integrator_tui.tui.screens.history.screen import HistoryScreen
from integrator_tui.tui.screens.operations.inputs import InputsScreen
from integrator_tui.tui.screens.operations.run import RunScreen
from integrator_tui.tui.screens.operations.transform import TransformScreen
from integrator_tui.tui.screens.preview import PreviewScreen
from integrator_tui.tui.screens.requests.screen import RequestScreen
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.tui.screens.stream import StreamScreen
from integrator_tui.tui.screens.token import TokenScreen
from integrator_tui.tui.screens.vantages import VantagesScreen
from integrator_tui.tui.terminal_output.screen_writer import ScreenWriter
from integrator_tui.tui.terminal_output.terminal_kind import kind_of
from integrator_tui.tui.textual_fixes.frames import placed
from integrator_tui.tui.textual_fixes.lean_app import LeanApp
from integrator_tui.workspace import Workspace
from tests.tui.driver import LARGE, SMALL, Driver, running
from tests.tui.terminal_output.emulator import KINDS, Emulator

TERMS = {"256": ("xterm-256color",), "standard": ("screen", "tmux", "linux", "vt100")}
"""Terminals by their number of colours, as rich finds it."""


class _Sent:
    """One terminal of the lean driver."""

    def __init__(self, term: str, colors: str, size: tuple[int, int]) -> None:
        self.writer = ScreenWriter(kind_of(term), colors)
        self.writer.is_synchronized = True
        self.writer.moves_columns = KINDS[term].sides
        self.term, self.emulator = term, Emulator(term, *size)


class Comparison:
    """Gives each frame to the terminals of both drivers, and notes where they differ."""

    def __init__(self, colors: str, size: tuple[int, int]) -> None:
        self.lean = [_Sent(term, colors, size) for term in TERMS[colors]]
        self.stock = Emulator(TERMS[colors][0], *size)
        self.frames = 0
        self.screens: set[str] = set()
        self.wrong: list[str] = []

    def take(self, app: LeanApp[int], screen: Screen[Any], update: object) -> None:
        if not isinstance(update, CompositorUpdate) or not app._running or app._batch_count:
            return
        self.frames += 1
        self.screens.add(type(screen).__name__)
        place = screen.outer_size.clamp_offset(app.cursor_position)
        self.stock.feed(update.render_segments(app.console) + Control.move_to(*place).segment.text)
        size = screen._compositor.size
        for sent in self.lean:
            sent.writer.resize(size.width, size.height)
            sent.emulator.feed(sent.writer.frame(sent.writer.want(placed(update), (place.x, place.y))))
            self._compare(sent, type(screen).__name__)

    def _compare(self, sent: _Sent, screen: str) -> None:
        where = f"{sent.term}, frame {self.frames}, {screen}"
        ours, theirs = sent.emulator.cells, self.stock.cells
        for y, (row, other) in enumerate(zip(ours, theirs, strict=True)):
            if row != other:
                x = next(x for x in range(len(row)) if row[x] != other[x])
                self.wrong.append(f"{where}, row {y}, column {x}: {row[x]}, not {other[x]}")
        if (sent.emulator.x, sent.emulator.y) != (self.stock.x, self.stock.y):
            self.wrong.append(f"{where}: the cursor")


BASES = {
    "Page",
    "PageBeside",
    "RowsPage",
    "FormPage",
    "Dialog",
    "ConnectionsPage",
    "ListActions",
    "FlowActions",
    "ResultPage",
}
"""Classes that are never a screen themselves."""


def screens_of_the_program() -> set[str]:
    """Return the names of all screens that the modules of the interface have."""
    for module in walk_packages(tui.__path__, "integrator_tui.tui."):
        import_module(module.name)
    found: set[str] = set()
    waiting: list[type[Screen[Any]]] = [Page, Dialog]
    while waiting:
        screen = waiting.pop()
        waiting += [below for below in screen.__subclasses__() if below.__module__.startswith("integrator_tui.")]
        found.add(screen.__name__)
    return found - BASES


@pytest.fixture
def workspace(tmp_path: Path, demo: ThreadedDemoServer) -> Workspace:
    fill(tmp_path / "connections", demo.addresses)
    (tmp_path / "connections/broken.yaml").write_text("name: Brök漢字n\nbase_url: [\n")
    text = f"name: Quick\nbase_url: {demo.addresses.http}\ntest_path: /events?interval_ms=10&count=60\n"
    (tmp_path / "connections/streams/quick.yaml").write_text(text + "options: {stream_response: true}\n")
    keys = tmp_path / "keys.txt"
    surroundings = Surroundings(tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=keys)
    return Workspace(tmp_path / "connections", surroundings)


@pytest.fixture
def not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual keeps the sequences of a style by the first number of colours that it was drawn with."""

    def render_style(cls: type[Strip], style: Style, text: str, color_system: ColorSystem) -> str:
        ansi = cls.render_ansi(style, color_system)
        return f"\x1b[{ansi}m{text}\x1b[0m" if ansi else text

    monkeypatch.setattr(Strip, "render_style", classmethod(render_style))


async def walk(user: Driver) -> None:
    """Go through every screen of the program."""
    await user.press("down", "down", "up")
    await user.press("f1")
    await user.on(HelpScreen)
    await user.press("pagedown", "escape")
    await user.press("ctrl+p")
    await user.on(PaletteScreen)
    await user.write("dup")
    await user.press("escape")
    await user.press("slash")
    await user.write("orders")
    await user.press("escape")
    await user.select("methods/http-bearer-token.yaml")
    await user.press("a")
    await user.on(MenuScreen)
    await user.press("escape")
    await table(user)
    await form(user)
    await results(user)
    await earlier(user)
    await comparison(user)
    await dialogs(user)
    await operation(user)
    await requests(user)


async def form(user: Driver) -> None:
    await user.select("methods/http-bearer-token.yaml")
    await user.press("e")
    await user.on(EditScreen)
    await user.write(" é漢字")
    await user.press("tab", "tab", "pagedown", "pagedown", "pageup")
    await user.press("f3")
    await user.press("escape", "escape")
    await user.on(QuestionScreen)
    await user.press("tab", "enter")
    await user.on(MainScreen)


def all_have_answered(user: Driver) -> bool:
    tests = user.app.screen_stack[0]._tests  # type: ignore[attr-defined]
    return tests is not None and bool(tests.outcomes) and not tests.is_running


async def table(user: Driver) -> None:
    await user.press("V", "down", "space", "O", "E", "O", "greater_than_sign", "less_than_sign", "T")
    await user.until(lambda: all_have_answered(user), "tests of all")
    await user.press("escape", "escape", "escape", "escape")
    await user.on(MainScreen)
    if user.app.screen_stack[0].is_fleet:  # type: ignore[attr-defined]
        await user.press("V")


async def earlier(user: Driver) -> None:
    """Results of before: after the tests of the table and the one by itself there are some."""
    await user.select("methods/http-bearer-token.yaml")
    await user.press("H")
    await user.on(HistoryScreen)
    await user.until(lambda: "results" in user.lines[0], "results")
    await user.press("down", "up", "space", "down", "slash")
    await user.write("pass")
    await user.press("escape", "G", "g", "enter")
    await user.on(HistoryResultScreen)
    await user.press("pagedown", "escape")
    await user.on(HistoryScreen)
    await user.press("D")
    await user.on(HistoryCompareScreen)
    await user.press("pagedown", "k", "escape", "x")
    await user.on(QuestionScreen)
    await user.press("escape", "escape")
    await user.on(MainScreen)


async def comparison(user: Driver) -> None:
    await user.press("home", "A", "equals_sign")
    await user.shows("Parameters")
    await user.press("tab", "tab")
    await user.press("escape", "escape")
    await user.select("methods/basic.yaml")
    await user.press("space")
    await user.select("streams/quick.yaml")
    await user.press("space", "equals_sign")
    screen = await user.on(CompareScreen)
    await user.until(lambda: screen._is_over, "the comparison")
    await user.press("pagedown", "right", "up", "escape", "escape")
    await user.on(MainScreen)
    await user.select("methods/basic.yaml")
    await user.press("space", "v")
    await user.on(MenuScreen)
    await user.press("end", "enter")
    await user.on(PromptScreen)
    await user.write("127.0.0.1 127.0.0.2")
    await user.press("enter")
    await user.on(VantagesScreen)
    await user.shows("vantage")
    await user.press("down", "escape", "escape")
    await user.on(MainScreen)


async def dialogs(user: Driver) -> None:
    """What has no place of its own: a preview, a watch's seconds, a curl command, an expression that is tried."""
    await user.select("methods/basic.yaml")
    await user.palette("Preview")
    await user.on(PreviewScreen)
    await user.press("pagedown", "escape", "W")
    await user.on(PromptScreen)
    await user.write("x")
    await user.press("enter", "escape", "n", "down", "enter")
    await user.on(TextPromptScreen)
    await user.write("curl 'http://é漢字.example/'\n-H 'X: 1'")
    await user.press("pageup", "escape")
    await user.on(MainScreen)
    await user.select("methods/http-bearer-token.yaml")
    await user.press("e")
    await user.on(EditScreen)
    await user.go("Token")
    await user.press("f7")
    await user.on(TryExpressionScreen)
    await user.write(" + '漢'")
    await user.shows("Type")
    await user.press("tab", "escape", "escape")
    await user.on(MainScreen)


async def operation(user: Driver) -> None:
    await user.select("methods/http-bearer-token.yaml")
    await user.press("right", "down", "e")
    await user.on(OperationScreen)
    await user.write(" é漢字")
    await user.press("tab", "tab", "tab", "pagedown", "f9", "f3", "escape", "escape")
    await user.on(QuestionScreen)
    await user.press("tab", "enter")
    await user.on(MainScreen)
    await user.palette("Operation: Open orders")
    await user.on(InputsScreen)
    await user.fill("client_secret", "demo-secret")
    await user.press("f5")
    await user.on(RunScreen)
    await user.until(lambda: "Query" in user.text, "outputs")
    await user.press("down", "m")
    await user.on(TransformScreen)
    await user.press("escape", "b", "pagedown", "escape", "escape", "escape")
    await user.on(MainScreen)


async def requests(user: Driver) -> None:
    await user.select("methods/basic.yaml")
    await user.press("R")
    await user.on(RequestScreen)
    await user.write("/echo?漢字={{Limit}}")
    await user.press("f3", "escape", "ctrl+r", "escape", "tab", "tab", "pagedown", "escape")
    await user.on(MainScreen)


async def results(user: Driver) -> None:
    await user.press("t")
    await user.shows("Parameters")
    await user.write("demo-secret")
    await user.press("enter")
    await user.on(ResultScreen)
    await user.until(lambda: "passed in" in user.text or "failed" in user.text, "an outcome")
    await user.press("b", "down", "pagedown", "escape", "escape")
    await user.on(MainScreen)
    await user.press("K")
    await user.shows("Parameters")
    await user.press("enter")
    await user.on(TokenScreen)
    await user.press("escape")
    await user.on(MainScreen)
    await user.select("streams/quick.yaml")
    await user.press("s")
    await user.on(StreamScreen)
    await user.until(lambda: len([line for line in user.lines if "order" in line]) > 14, "events")
    await user.press("slash")
    await user.write("order")
    await user.press("enter", "escape", "up", "up", "w", "f", "f1", "escape", "escape", "escape")
    await user.on(MainScreen)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("colors", list(TERMS))
async def test_both_drivers_show_the_same_in_every_frame(
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    not_remembered: None,
    colors: str,
    size: tuple[int, int],
) -> None:
    monkeypatch.delenv("COLORTERM", raising=False)
    monkeypatch.setenv("TERM", TERMS[colors][0])
    compared = Comparison(colors, size)
    display = LeanApp._display

    def compare(app: LeanApp[int], screen: Screen[Any], update: object) -> None:
        compared.take(app, screen, update)
        display(app, screen, update)

    monkeypatch.setattr(LeanApp, "_display", compare)
    async with running(workspace, size) as user:
        assert user.app.console.color_system == colors
        assert user.app.theme == ("ansi" if colors == "standard" else "dark")
        await walk(user)
    assert compared.wrong == []
    assert screens_of_the_program() - compared.screens == set()
    for sent in compared.lean:
        assert sent.emulator.received < compared.stock.received / 4, sent.term
