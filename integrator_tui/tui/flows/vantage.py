"""From: the host that is looked from is chosen, or named."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from textual.app import App

from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.widgets.fields.labelled import Label
from integrator_tui.tui.widgets.menu_list import MenuItem

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices

# No host has these ids: those hold no blank.
_OTHER: Final = "another host"
_SEVERAL: Final = "several hosts"
_OFFERED: Final = 4
_ONE: Final = "What `ssh HOST` takes: a Host of your ssh configuration, or user@host."
_NOTE: Final = "Names resolve there, TLS and secrets stay here. ssh leads there as you have it configured."


class VantageChoice(NamedTuple):
    """What was chosen: whether the session looks from another place now, or several hosts for a table."""

    is_other: bool = False
    hosts: tuple[str, ...] = ()


async def vantage_chosen(app: App[Any], workspace: WorkspaceServices, *, several: bool = False) -> VantageChoice:
    """Ask from where tests and requests are to be made in this session, and see to it. With `several` hosts are
    offered at a time, and given."""
    before = workspace.via
    known = tuple(dict.fromkeys((*((before,) if before else ()), *await asyncio.to_thread(workspace.hosts.names))))
    items = [MenuItem("", "Here", "or what the file says"), *(MenuItem(host, visible(host)) for host in known)]
    items.append(MenuItem(_OTHER, "Another host"))
    if several:
        items.append(MenuItem(_SEVERAL, "Several hosts, in a table"))
    chosen = await ask(app, MenuScreen("From", items, chosen=before, note=_NOTE))
    if chosen == _SEVERAL:
        return VantageChoice(hosts=await _several(app, known))
    if chosen == _OTHER:
        chosen = next(iter(await _named(app, "Host", "", _ONE)), None)
    if chosen is None or chosen == before:
        return VantageChoice()
    workspace.via = chosen
    app.notify(f"Tests and requests are made from {visible(chosen)}" if chosen else "From here again", markup=False)
    return VantageChoice(is_other=True)


async def _several(app: App[Any], known: Sequence[str]) -> tuple[str, ...]:
    return await _named(app, "Hosts", " ".join(known[:_OFFERED]), "Hosts as `ssh` takes them, with blanks between.")


async def _named(app: App[Any], label: str, text: str, note: str) -> tuple[str, ...]:
    """Ask for hosts, or one; return them, none where the user left."""
    from integrator_tui.model.vantage import vantage_problem

    while True:
        fields = (Label(label, "host", required=True),)
        answer = await ask(app, PromptScreen("From", fields, note=note, values={"host": text}, button="From there"))
        text = answer["host"].strip() if answer else ""
        hosts = tuple(dict.fromkeys(text.split() if label == "Hosts" else (text,) if text else ()))
        wrong = next((f"{visible(host, limit=40)} {why}" for host in hosts if (why := vantage_problem(host))), "")
        if not wrong:
            return hosts
        note = f"✗ the host {wrong}"
