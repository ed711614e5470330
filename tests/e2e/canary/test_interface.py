"""Tests, streams and tokens on their screens: no secret in what is written, though the server tells it back."""

from __future__ import annotations

import os
from typing import Any

from integrator_tui.demo.server import ThreadedDemoServer
from tests.canary.canaries import SECRETS, Search
from tests.canary.connections import connection, with_key
from tests.canary.interface import Interface, sealed, told_nowhere
from tests.canary.mirror import Mirror
from tests.canary.processes import Watch
from tests.cli.shell import Shell

STREAMED = {"options": "  stream_response: true\n"}
THROWN = ("throw new Error(JSON.stringify(body))", "60")
TESTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "says 401": ("basic", "says/401", {}),
    "header 401": ("oauth header", "header/401", {}),
    "reason 503": ("bearer", "reason/503", {}),
    "no head": ("basic", "head/0", {}),
    "moved": ("raw", "moved/302", {}),
    "short": ("oauth", "short/200", {}),
    "keyed token": ("bearer", "ok/200", {"token": "keys/200"}),
    "said token": ("bearer", "ok/200", {"token": "says/500", "body": "json"}),
    "thrown token": ("bearer", "ok/200", {"expressions": THROWN}),
    "api key": ("key", "says/401", {}),
    "passes": ("bearer", "ok/200", {"body": "multipart"}),
    "web token": ("oauth", "says/401", {"token": "jwt"}),
}
STREAMS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "events": ("basic", "events/200", STREAMED),
    "plain lines": ("oauth", "lines/200", STREAMED),
    "no stream": ("bearer", "says/401", STREAMED),
}


def test_no_test_tells_a_canary(shell: Shell, mirror: Mirror, demo: ThreadedDemoServer, search: Search) -> None:
    files = {
        name: connection(name, method, mirror.url, place, **how) for name, (method, place, how) in TESTS.items()
    }
    files["with key"] = with_key(demo.addresses["mtls"], shell.workspace).replace("{name}", "with key")
    sealed(shell, files)
    with Watch(os.getpid()) as watch, Interface(shell, search) as user:
        user.until("says 401", "with key")
        for name in files:
            user.select(name)
            user.press("t").result("passed" if name == "passes" else "failed|error")
            user.look(f"the main screen at {name}")
        look_at_the_history(user, "says 401")
        user.press("escape", "T").until("tested:").look("the list after Test all")
        user.press("V").until("worked").settle().look("the table").press("V").settle()
        user.press("ctrl+p").until("Palette").type("says").settle().look("the palette").press("escape")
        user.quit()
    sent = "\n".join(mirror.asked).encode()
    assert search.names(sent) == set(SECRETS) - {"passphrase of a key"}, "the server was sent every one of them"
    told_nowhere(shell, search, watch)


def look_at_the_history(user: Interface, name: str) -> None:
    """Pin the answer of the last test, which tells every secret back, and read what is kept of it."""
    user.select(name)
    user.press("H").until_row(rf"^ *History +{name}")
    user.until("worked last").settle().look("the history")
    user.press("p").until("With the answer").press("tab", "enter").until("⊙").settle().look("the pinned result")
    user.press("enter").until_row("^ *Result of")
    user.press("b").until("Body ·").settle().look("the pinned answer")
    user.press("escape", "escape").until_row(rf"^ *History +{name}")
    user.press("escape").settle()


def read_a_stream(user: Interface, name: str) -> None:
    """Search, wrap, copy and save what a stream gave."""
    user.select(name)
    user.press("s").until_row(r"\d closed: ")
    user.settle().look(f"the stream of {name}")
    user.press("/").type("Basic").press("enter").settle().press("n").settle().press("escape")
    user.press("w").settle().press("home", "y").until("line copied").press("Y").until("lines copied")
    user.press("pagedown").settle().press("right", "right").settle()
    user.press("s").until("Save to").press("end", "ctrl+u").type(f"~/{name}.log").press("enter")
    user.until("saved to").look(f"the log of {name}")
    user.leave()


def test_no_stream_tells_a_canary(shell: Shell, mirror: Mirror, search: Search) -> None:
    sealed(
        shell,
        {
            name: connection(name, method, mirror.url, place, **how)
            for name, (method, place, how) in STREAMS.items()
        },
    )
    with Watch(os.getpid()) as watch, Interface(shell, search) as user:
        user.until("events", "plain lines")
        for name in STREAMS:
            read_a_stream(user, name)
        user.look_around()
        user.quit()
    assert b"\x1b]52;" in user.recording, "the terminal's clipboard is part of the recording"
    logs = [shell.home / f"{name}.log" for name in STREAMS]
    assert all("•••" in log.read_text() for log in logs)
    told_nowhere(shell, search, watch)


def test_no_token_tells_a_canary(shell: Shell, mirror: Mirror, search: Search) -> None:
    files = {
        f"{token} {method}": connection(f"{token} {method}", method, mirror.url, token=token)
        for token, method in (("jwt", "oauth"), ("token", "bearer"), ("says/401", "oauth header"))
    }
    sealed(shell, files)
    with Watch(os.getpid()) as watch, Interface(shell, search) as user:
        user.until(*files)
        for name in files:
            user.select(name)
            user.press("K").until("No token is held").press("t")
            user.until("hint:" if name.startswith("says") else "sent as")
            if name.startswith("jwt"):
                user.until("its signature is not verified").look_around()
            for _ in range(3):
                user.settle(0.1).press("pagedown").settle(0.1)
            user.press("x").until("No token is held")
            user.look(f"the token of {name}")
            user.leave()
        user.quit()
    told_nowhere(shell, search, watch)
