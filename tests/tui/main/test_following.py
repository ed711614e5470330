"""Files that git or an editor changes, adds, moves and removes appear by themselves, and nothing is lost by it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from integrator_tui.model.surroundings import Surroundings
from integrator_tui.store import folder
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.workspace import Workspace
from tests.tui.driver import LARGE, running

QUICK = 0.01


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "connections"
    (made / "prod").mkdir(parents=True)
    for name in ("alpha", "beta", "prod/gamma"):
        write(made / f"{name}.yaml", name.rpartition("/")[2].capitalize())
    return made


def write(path: Path, name: str, more: str = "") -> None:
    path.write_text(f"name: {name}\nbase_url: http://127.0.0.1:9\n{more}")


def workspace(root: Path) -> Workspace:
    home = root.parent
    return Workspace(root, Surroundings(home / "config", home / "state", home / "cache"))


async def test_what_others_do_appears_and_keeps_place_filter_and_marks(root: Path) -> None:
    async with running(workspace(root), LARGE, look_every=QUICK) as user:
        await user.select("prod/gamma.yaml")
        await user.press("space", "slash", *"a", "enter")
        write(root / "delta.yaml", "Delta")
        await user.until(lambda: user.sidebar_row("Delta"), "the new file")
        write(root / "prod/gamma.yaml", "Gamma", "description: by somebody else\n")
        await user.shows("by somebody else")
        (root / "alpha.yaml").rename(root / "prod/alpha.yaml")
        await user.shows("prod/ (2)")
        (root / "beta.yaml").unlink()
        await user.until(lambda: not user.sidebar_row("Beta"), "the removed file to go")
        write(root / "delta.yaml", "Delta", "base_ur: x\n")
        await user.until(lambda: user.sidebar_row("Delta").rstrip().endswith("!"), "the problem")
        assert user.sidebar.selected == "prod/gamma.yaml"
        assert "1 marked · 3 of 3" in user.lines[0]


async def test_a_draft_is_left_alone(root: Path) -> None:
    async with running(workspace(root), LARGE, look_every=QUICK) as user:
        await user.select("alpha.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Description", "typed")
        write(root / "alpha.yaml", "Alpha two")
        await user.until(lambda: "Alpha two" in [entry.name for entry in user.sidebar.entries], "the new name")
        assert "typed" in user.row("Description")
        await user.on(EditScreen)


async def test_a_removed_folder_is_told_in_the_place_of_the_list(root: Path) -> None:
    async with running(workspace(root), LARGE, look_every=QUICK) as user:
        await user.until(lambda: user.sidebar.entries, "the rows")
        kept = root.with_name("kept")
        root.rename(kept)
        await user.shows("is gone")
        assert "No connections yet" not in user.text
        shutil.copytree(kept, root)
        await user.until(lambda: user.sidebar_row("Alpha"), "the rows to come back")
        assert "is gone" not in user.text


def test_a_look_tells_every_change_and_nothing_else(root: Path) -> None:
    seen = [folder.look(root)]

    def look() -> bool:
        seen.append(folder.look(root))
        return seen[-1] != seen[-2]

    assert not look()
    write(root / "beta.yaml", "Beta", "# longer\n")
    assert look()
    (root / "beta.yaml").rename(root / "prod/beta.yaml")
    assert look()
    (root / "notes.txt").write_text("no connection")
    assert not look()
    (root / "beta.yaml").symlink_to("nowhere")
    assert look()
    shutil.rmtree(root)
    assert look() and seen[-1] is None
