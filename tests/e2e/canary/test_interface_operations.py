"""Operations in the interface: no secret in outputs, answers, previews and what is remembered, though it is told
back."""

from __future__ import annotations

import os

from tests.canary.canaries import SECRETS, Search
from tests.canary.connections import operated
from tests.canary.interface import F3, F5, Interface, sealed, told_nowhere
from tests.canary.mirror import Mirror
from tests.canary.processes import Watch
from tests.cli.shell import Shell

TYPED = "TypedCanaryWord"
CHOSEN = (5, 10)
"""Answers of other kinds and other ways to prove oneself than the first, none of them a stream."""


def palette(user: Interface, words: str) -> Interface:
    user.press("ctrl+p").until("Palette").type(words).settle(0.1).press("enter")
    return user


def test_no_operation_tells_a_canary(shell: Shell, mirror: Mirror) -> None:
    search = Search(SECRETS | {TYPED: TYPED})
    made = list(operated(mirror.url).values())
    asking = made[0].replace("own: '{{named}}'}}", "own: '{{named}}', typed: '{{Typed Token}}'}}")
    assert asking != made[0]
    files = {f"o{at}": text for at, text in enumerate((asking, *(made[place] for place in CHOSEN)))}
    sealed(shell, files)
    with Watch(os.getpid()) as watch, Interface(shell, search) as user:
        user.until(f"{len(files)} connections", "Secrets")
        for at in range(len(files)):
            if at:
                user.press("down")
            user.settle().done()
            palette(user, "Run")
            if at == 0:
                user.until("Typed Token").type(TYPED).settle().look("the typed input")
                user.press(F3).until("nothing is sent").settle().look("the preview").press("escape")
                user.until("Typed Token").press(F5)
            user.until_row(r"^ *Run .* (passed|failed|error)\s*$")
            user.settle()
            user.press("+").settle(0.1).press("pagedown").settle(0.1).press("end").settle(0.1)
            user.press("y").settle(0.1).press("P").settle(0.1).look(f"the outputs {at}")
            user.press("b").settle().press("end").settle(0.1).press("h").settle(0.1).look(f"the answer {at}")
            user.press("escape", "m").until("Transform").settle().look(f"the outputs over again {at}")
            user.press("escape").until_row("^ *Run ")
            user.look_around()
            user.leave()
        user.press("A")
        for keys in (("enter",), ("down", "enter")):
            user.press("=").until("Compare 3 connections").press(*keys)
            if "down" in keys:
                user.until("Typed Token").type(TYPED).press("enter")
            user.until_row(r"^ *Compare .* (alike|failed|differences?)\s*$")
            user.settle().look("the comparison").press("y").settle(0.1).press("end").settle(0.1).look("its end")
            user.press("escape").until("3 marked").settle()
        user.quit()
    assert {"named secret", TYPED} <= search.names("\n".join(mirror.asked).encode())
    told_nowhere(shell, search, watch)
