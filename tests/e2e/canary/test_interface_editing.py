"""Secrets that are typed, shown to who asks, copied, sealed again and dropped: nowhere else in what is written."""

from __future__ import annotations

import os
import re

from tests.canary.canaries import CLIENT_SECRET, NAMED, PASSWORD, USER, Search
from tests.canary.connections import connection
from tests.canary.interface import F2, F5, F6, F8, SHIFT_HOME, Interface, sealed, told_nowhere
from tests.canary.mirror import Mirror
from tests.canary.processes import Watch
from tests.cli.shell import Shell
from tests.e2e.form import FOCUS, choose, fill, go

PASTED = "\x1b[200~{}\x1b[201~"


def type_a_connection(user: Interface, url: str) -> None:
    """Fill the form of a connection that sends its secrets in its credentials, its path and its query."""
    user.press("n").until("From a curl command").press("enter").until_row(rf"^{FOCUS}Connection Name")
    user.type("Night Shift").tabs(3, "Base URL").type(url)
    user.tabs(1, "Test Path").type("/says/401/{{named}}?own={{named}}").tabs(2, "Authentication")
    choose(user, "Authentication", "Basic Auth")
    user.tabs(1, "Username").type(USER).tabs(1, "Password").type(PASSWORD)
    user.tabs(1, "Secrets").type("named").press("tab").type(PASTED.format(NAMED)).settle()
    user.look("the form while it was filled")


def use_the_draft(user: Interface) -> None:
    """Test and stream what is not saved, open help and palette, and copy what is typed in secret."""
    user.press(F5).until_row(r"^ *Test +Night Shift +failed")
    user.settle().press("pagedown").settle().look("the test of a draft")
    user.press("escape").until("Connection Name")
    user.press(F6).until_row(r"\d closed: ")
    user.settle().look("the stream of a draft")
    user.press("escape").until("Connection Name").look_around()
    go(user, "Password")
    user.press(SHIFT_HOME, "\x03").until("not copied").look("the copied password")


def test_what_is_typed_is_told_to_who_asks_alone(shell: Shell, mirror: Mirror, search: Search) -> None:
    with Watch(os.getpid()) as watch, Interface(shell, search) as user:
        user.until("No connections yet")
        type_a_connection(user, mirror.url)
        use_the_draft(user)
        fill(user, "Base URL", "not an address")
        user.press("ctrl+s").until("problem").look("a form with problems")
        fill(user, "Base URL", mirror.url)
        user.press("ctrl+s").until("Create identity").look("the question for an identity")
        user.press("enter").until("night-shift.yaml", "New Connection")
        assert {"password", "named secret"} <= search.names("\n".join(mirror.asked).encode())
        assert re.search("password: ENC", (shell.workspace / "night-shift.yaml").read_text())

        user.press("t").result("failed")
        for tabs, secret, name in (((), PASSWORD, "password"), (("tab", "tab"), NAMED, "named secret")):
            user.press("e").until_row(rf"^{FOCUS}Connection Name")
            user.tabs(8, "Password").press(*tabs)
            for key, sign in (("shift+tab", "Connection Name"), ("ctrl+p", "Palette")):
                with user.shown_to_who_asks() as shown:
                    user.press(F2).until(secret).press(key).until_gone(secret).until(sign).settle()
                assert shown == {name}
                user.press(*(["tab"] if key == "shift+tab" else ["escape"])).look(f"what {key} masked")
            user.press("escape").until("New Connection")
        user.look("the main screen after what was shown")

        user.quit()
    told_nowhere(shell, search, watch)


def test_what_is_changed_is_told_nowhere(shell: Shell, mirror: Mirror, search: Search) -> None:
    sealed(shell, {"Old": connection("Old", "oauth", mirror.url, "says/401")})
    file = shell.workspace / "Old.yaml"
    with Watch(os.getpid()) as watch, Interface(shell, search) as user:
        user.until("client_secret")
        user.press("c").until("Copied to the clipboard").settle().press("enter").until_gone("Copied").look("curl")
        assert b"\x1b]52;c;" in user.recording

        # Another secret is typed while the file changes on disk.
        user.press("e").until("Connection Name")
        go(user, "Client Secret")
        user.type(f"new {CLIENT_SECRET}").settle()
        file.write_text(f"description: of somebody else\n{file.read_text()}")
        user.press("ctrl+s").until("The file changed on disk").settle().press("tab", "enter")
        user.until("New Connection").look("a file that changed on disk")
        # Its seal is broken by another hand, looked at, and made again.
        file.write_text(file.read_text().replace("read: 2", "read: 3"))
        user.press("ctrl+r").settle().press("t").until("seal_broken").look("a broken seal")
        user.press("L").until("Differs from what was sealed", "Read Timeout").settle().look("what is sealed")
        user.press("tab", "enter").result("failed")

        user.press("d").until("Connection Name").press("ctrl+s").until(" 2 · 1 failed")
        user.look("the copy")
        user.press("r").until("Rename").press("end", "ctrl+u").type("Copied").press("enter").until("Copied")
        user.settle().press("t").result("failed")

        # Secrets are renamed and removed.
        user.press("e").until("Connection Name")
        go(user, "Secrets")
        user.press("end", "ctrl+u").type("renamed").settle()
        go(user, "Client Secret")
        user.press(F8).until("removed when you save").press("ctrl+s")
        user.until("Remove a stored secret").settle().look("the question about it")
        user.press("enter").until_gone("Remove a stored secret").settle()
        user.look("secrets that were renamed and removed")
        user.leave_form()

        user.press("x").until("This removes the file").press("tab", "enter").until("1 · 1 failed")
        user.look("what was deleted")
        user.press("ctrl+p").until("Palette").type("Theme: light").press("enter").settle()
        user.press("ctrl+p").until("Palette").type("Theme: high-contrast").press("enter").settle().look("themes")
        user.quit()
    told_nowhere(shell, search, watch)
