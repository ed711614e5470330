"""Files that are broken or filled in by hand, and an identity behind a passphrase, in the interface."""

from __future__ import annotations

import os
import signal

from tests.canary.broken_files import broken, misplaced
from tests.canary.canaries import KEY_PASSPHRASE, NAMED, PASSWORD, Search
from tests.canary.connections import connection
from tests.canary.interface import Interface, sealed, told_nowhere
from tests.canary.mirror import Mirror
from tests.canary.processes import Watch
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal
from tests.e2e.form import go

BROKEN = ("seal", "no block", "cut", "unknown key", "conflict")
TYPED = ("plain", "twice", "a list", "alias", "open quote", "user info")
"""Files that are told of in words of their own; the commands are swept with all there are."""


def test_no_broken_file_tells_a_canary(shell: Shell, mirror: Mirror, search: Search) -> None:
    plain = connection("O", "basic", mirror.url)
    sealed(shell, {"O": plain})
    whole = shell.workspace / "O.yaml"
    files = {f"broken {name}": text for name, text in broken(whole.read_text()).items() if name in BROKEN}
    files |= {f"typed {name}": text for name, text in misplaced(plain).items() if name in TYPED}
    whole.unlink()
    for at, (name, text) in enumerate(files.items(), 10):
        shell.write(f"{at}.yaml", text.replace("name: O", f"name: {name}"))
    typed = tuple(path for path in shell.workspace.glob("*.yaml") if "typed" in path.read_text())
    with Watch(os.getpid()) as watch, Interface(shell, search) as user:
        user.until("problem").settle()
        for _ in files:
            user.press("t").done()
            if user.lines[0].startswith(" Test "):
                user.until_row(r"^ Test .* (failed|error)$")
            user.look(f"a test: {user.lines[0]}").press("escape", "L").done()
            user.look(f"a question: {user.lines[1]}").press("escape", "down")
        user.quit()
    assert mirror.connections == 0, "nothing was sent"
    told_nowhere(shell, search, watch, typed)


def unlock(user: Interface, passphrase: str) -> None:
    user.until("[ Unlock ]").type(passphrase).settle().look("a typed passphrase")
    user.press("enter").until_gone("[ Unlock ]")


def test_no_passphrase_is_told(shell: Shell, mirror: Mirror, search: Search) -> None:
    with Terminal(shell, "keys", "init", "--passphrase") as terminal:
        for prompt in ("New passphrase: ", "again: "):
            terminal.expect(prompt)
            terminal.type(KEY_PASSPHRASE)
        assert terminal.finish() == 0
        search.at("keys init", terminal.shown)
    file = shell.write("o.yaml", connection("Behind a passphrase", "basic", mirror.url, "says/401"))
    with Watch(os.getpid()) as watch, Interface(shell, search) as user:
        user.until("Behind a passphrase").press("L").until("plain text stands").press("tab", "enter")
        unlock(user, KEY_PASSPHRASE)
        user.until("is sealed").settle().look("a sealed file")
        user.quit()
    assert PASSWORD not in file.read_text()

    with Watch(os.getpid()) as watch, Interface(shell, search) as user:
        user.until("Behind a passphrase").press("t")
        unlock(user, f"{KEY_PASSPHRASE} ")
        user.until("hint:", "[ Unlock ]").look("a wrong passphrase")
        unlock(user, KEY_PASSPHRASE)
        user.result("failed")

        # The terminal is lost while a secret stands in the form.
        user.press("e").until("Connection Name")
        go(user, "Password")
        user.type(NAMED).settle()
        os.kill(user.pid, signal.SIGTERM)
        assert user.exit_code() == 130
        user.look("what a signal ended")
    told_nowhere(shell, search, watch)
