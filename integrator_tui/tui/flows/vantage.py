"""From: the host that is looked from is chosen, or named."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from textual.app import App

from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.widgets.fields.labelled import Label
from integrator_tui.tui.widgets.menu_list import MenuItem

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices

_OTHER: Final = "another host"  # no host has this id: those hold no blank
_NOTE: Final = "Names resolve there, TLS and secrets stay here. ssh leads there as you have it configured."


async def vantage_chosen(app: App[Any], workspace: WorkspaceServices) -> bool:
    """Ask from where tests and requests are to be made in this session; tell whether that is another place now."""
    before = workspace.probes.via
    known = dict.fromkeys((*((before,) if before else ()), *await asyncio.to_thread(workspace.hosts.names)))
    items = [MenuItem("", "Here", "or what the file says"), *(MenuItem(host, visible(host)) for host in known)]
    items.append(MenuItem(_OTHER, "Another host"))
    chosen = await ask(app, MenuScreen("From", items, chosen=before, note=_NOTE))
    if chosen == _OTHER:
        chosen = await _named(app)
    if chosen is None or chosen == before:
        return False
    workspace.probes.via = chosen
    app.notify(f"Tests and requests are made from {visible(chosen)}" if chosen else "From here again", markup=False)
    return True


async def _named(app: App[Any]) -> str | None:
    from integrator_tui.model.vantage import vantage_problem

    host, note = "", "What `ssh HOST` takes: a Host of your ssh configuration, or user@host."
    while True:
        label = Label("Host", "host", required=True)
        answer = await ask(
            app, PromptScreen("From", (label,), note=note, values={"host": host}, button="From there")
        )
        host = answer["host"].strip() if answer else ""
        if not host:
            return None
        if not (wrong := vantage_problem(host)):
            return host
        note = f"✗ the host {wrong}"
