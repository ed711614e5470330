"""What a crash of the interface prints, and what Textual's logs and consoles get: nothing that was typed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.pretty import pretty_repr
from textual.widgets import Input

from integrator_tui.tui.widgets.fields.labelled import Label
from integrator_tui.tui.widgets.fields.pairs_editor import PairsEditor
from integrator_tui.tui.widgets.fields.secret_field import SecretField
from integrator_tui.tui.widgets.fields.secrets_editor import SecretRow, SecretsEditor
from integrator_tui.tui.widgets.fields.text_field import TextField
from tests.canary.canaries import PASSWORD, Search
from tests.e2e.form import FOCUS
from tests.e2e.terminal import Terminal
from tests.tui.driver import running
from tests.tui.samples import workspace

PROGRAM = Path(__file__).parent.parent / "failing_interface.py"
ROOT = PROGRAM.parent.parent.parent
CONSOLE = {
    "client.py": """
import os
class DevtoolsConnectionError(Exception):
    pass
class DevtoolsLog:
    def __init__(self, objects, caller):
        self.objects = objects
class DevtoolsClient:
    is_connected = verbose = True
    url = "a console"
    def __init__(self, host):
        self.file = open(os.environ["CONSOLE"], "a")
    async def connect(self):
        pass
    async def disconnect(self):
        pass
    def log(self, log, *how):
        print(repr(log.objects), file=self.file, flush=True)
""",
    "redirect_output.py": """
class StdoutRedirector:
    def __init__(self, client):
        self.file = client.file
    def write(self, text, frame):
        self.file.write(text)
    def flush(self):
        self.file.flush()
""",
    "__init__.py": "",
}
"""A stand-in for Textual's console: it writes down what it is sent."""


FILE = "name: Night Shift\nbase_url: http://127.0.0.1:9\nauth:\n  type: basic\n  username: somebody\n"


class Run:
    """The program in a terminal, with everything asked of Textual that makes it talk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        workspace = self.home / ".config/integrator-tui/connections"
        workspace.mkdir(parents=True)
        (workspace / "night-shift.yaml").write_text(FILE)
        package = folder / "installed" / "textual_dev"
        package.mkdir(parents=True)
        for name, source in CONSOLE.items():
            (package / name).write_text(source)

    def open(self, place: str) -> Terminal:
        command = [sys.executable, str(PROGRAM), place, str(len(PASSWORD)), "open"]
        environment = self.environment() | ({"PYTHONASYNCIODEBUG": "1"} if place == "loop" else {})
        return Terminal(command, environment=environment, directory=self.home)

    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "TERM": "xterm-256color",
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "PYTHONPATH": f"{self.folder / 'installed'}:{ROOT}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TEXTUAL": "debug,devtools",
            "TEXTUAL_DEBUG": "1",
            "TEXTUAL_LOG": str(self.folder / "textual.log"),
            "TEXTUAL_SHOW_RETURN": "1",
            "TEXTUAL_SCREENSHOT": "1",
            "TEXTUAL_SCREENSHOT_LOCATION": str(self.folder),
            "CONSOLE": str(self.folder / "console.log"),
        }

    def search(self, terminal: Terminal) -> None:
        search = Search({"password": PASSWORD})
        search.at("the terminal", bytes(terminal.recording))
        search.below(self.folder)
        assert search.found == set()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def type_a_secret(terminal: Terminal) -> None:
    terminal.until("Night Shift", "somebody").press("e").until_row(rf"^{FOCUS}Connection Name")
    terminal.press(*["tab"] * 8).until_row(rf"^{FOCUS}Password")
    terminal.type(PASSWORD)


@pytest.mark.parametrize("place", ["handler", "painting", "timer", "flow", "thread", "keyboard"])
def test_a_crash_tells_where_and_no_value(run: Run, place: str) -> None:
    with run.open(place) as terminal:
        type_a_secret(terminal)
        if place in ("flow", "thread", "keyboard"):
            terminal.settle().press("ctrl+s")
        if place == "thread":
            terminal.until("Create identity").press("enter")
        assert terminal.exit_code() == 1
        told = terminal.recording.decode("utf-8", "replace")
        assert "failing_interface.py" in told and "ValueError" in told
        run.search(terminal)


def test_what_nobody_waits_for_is_logged_nowhere(run: Run) -> None:
    with run.open("loop") as terminal:
        type_a_secret(terminal)
        assert terminal.exit_code() == 1
        run.search(terminal)


def test_textual_writes_nothing_down(run: Run) -> None:
    with run.open("nowhere") as terminal:
        type_a_secret(terminal)
        terminal.settle().press("ctrl+q").until("Discard").press("escape").settle()
        terminal.press("ctrl+q").until("Discard").press("tab", "enter")
        assert terminal.exit_code() == 0
        run.search(terminal)
    assert not any((run.folder / name).exists() for name in ("textual.log", "console.log", "home/keys.log"))
    assert list(run.folder.glob("**/*.svg")) == []


def messages() -> Iterator[object]:
    """Every message that carries what was typed."""
    field = SecretField(Label("Password", "secrets.password"), PASSWORD)
    yield field
    yield from (field.Edited(field, PASSWORD), field.Changed(field, PASSWORD), field.Submitted(field, PASSWORD))
    text = TextField(Label("Name", "name"), PASSWORD)
    yield from (text, text.Edited(text, PASSWORD), text.Changed(text, PASSWORD))
    secrets = SecretsEditor(Label("Secrets", "secrets"), (SecretRow("name", PASSWORD),))
    yield from (secrets, secrets.Edited(secrets, secrets.value), secrets.value)
    pairs = PairsEditor(Label("Headers", "headers"), (("X-Key", PASSWORD),))
    yield pairs.Edited(pairs, pairs.value)


async def test_no_message_shows_what_was_typed() -> None:
    async with running(workspace()):
        made = list(messages())
    for message in made:
        for shown in (repr(message), str(message), pretty_repr(message)):
            assert not Search().names(shown.encode()), type(message)


def test_a_field_handles_its_own_messages_as_an_input_does() -> None:
    assert TextField.Changed.handler_name == Input.Changed.handler_name
    assert TextField.Submitted.handler_name == Input.Submitted.handler_name


async def test_a_secret_is_not_copied_to_the_clipboard() -> None:
    async with running(workspace()) as user:
        await user.select("prod/billing.yaml")
        await user.press("e")
        await user.shows("Username")
        await user.fill("Password", PASSWORD)
        await user.press("shift+home", "ctrl+c")
        assert user.app.clipboard == ""
        assert "not copied" in user.notices
        await user.press("ctrl+x")
        assert user.app.clipboard == ""
        assert user.field("Password").value == ""  # type: ignore[attr-defined]
        await user.fill("Username", "somebody")
        await user.press("shift+home", "ctrl+c")
        assert user.app.clipboard == "somebody"
