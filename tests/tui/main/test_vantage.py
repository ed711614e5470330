"""From: choosing the host that tests are made from, what the screens say of it, and what may not be named."""

from __future__ import annotations

from pathlib import Path

from integrator_tui.model.probe import Failure, StageResult
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.vantages import VantagesScreen
from integrator_tui.workspace.workbench.ssh_hosts import SshHosts
from tests.tui.driver import running
from tests.tui.samples import workspace as samples


async def test_a_host_is_chosen_and_said() -> None:
    workspace = samples()
    async with running(workspace) as user:
        await user.press("v")
        await user.on(MenuScreen)
        await user.shows("eu-bastion")
        await user.press("down", "enter")
        await user.on(MainScreen)
        assert workspace.via == "bastion"
        await user.shows("from bastion")
        await user.palette("From")
        await user.on(MenuScreen)
        await user.press("home", "enter")
        await user.on(MainScreen)
        await user.until(lambda: not workspace.via, "from here again")


async def test_another_host_is_named_and_an_option_is_refused() -> None:
    workspace = samples()
    async with running(workspace) as user:
        await user.press("v")
        await user.on(MenuScreen)
        await user.press("end", "up", "enter")
        await user.on(PromptScreen)
        await user.press(*"-oProxyCommand", "enter")
        await user.shows("begins with a dash")
        assert workspace.via == ""
        await user.press("ctrl+u", *"ops@far", "enter")
        await user.on(MainScreen)
        assert workspace.via == "ops@far"


async def test_escape_changes_nothing() -> None:
    workspace = samples()
    async with running(workspace) as user:
        await user.press("v")
        await user.on(MenuScreen)
        await user.press("escape")
        await user.on(MainScreen)
        assert workspace.via == ""


async def test_several_hosts_end_in_a_table() -> None:
    workspace = samples()
    refused = Failure("connect", "refused", "nobody there", "start it")
    failed = (StageResult("resolve", "skipped"), StageResult("connect", "failed", 1.0, {}, refused))
    file = next(iter(workspace.files))
    workspace.stages_of[file] = failed
    async with running(workspace) as user:
        await user.press("A", "v")
        await user.on(MenuScreen)
        await user.press("end", "enter")
        await user.on(PromptScreen)
        await user.shows("bastion eu-bastion")
        await user.press("enter")
        await user.on(VantagesScreen)
        await user.shows("✗ refused")
        await user.shows("from eu-bastion")
        await user.shows("nobody there. start it")
        await user.shows(" passed")
        assert workspace.looked_from == ("bastion", "eu-bastion")
        await user.press("q")
        await user.on(MainScreen)
        assert workspace.via == ""


def test_hosts_of_the_configuration(tmp_path: Path) -> None:
    folder = tmp_path / ".ssh"
    (folder / "conf.d").mkdir(parents=True)
    config = folder / "config"
    config.write_text(
        "# Host commented\nInclude conf.d/*\nInclude ~/.ssh/more\nHost bastion *.example.com !bad\n"
        'host = "eu-bastion" -option\n  HostName 192.0.2.1\nMatch host x\nHost bastion\n'
    )
    (folder / "conf.d" / "a").write_text("Host included\n  Include ../config\n")
    (folder / "more").write_text("Host\tmore\n")
    assert SshHosts(config).names() == ("included", "more", "bastion", "eu-bastion")
    assert SshHosts(folder / "none").names() == ()
    assert SshHosts(folder).names() == ()
    assert SshHosts(None).names() == ()
