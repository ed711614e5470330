"""Settings: the user's own, which keep their comments, and a workspace's, which may say little."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.errors import InvalidFile
from integrator_tui.model.history import HistoryBounds
from integrator_tui.store.settings import Settings, WorkspaceSettings, read, workspace, write


def test_a_missing_file_has_the_defaults_and_is_made(tmp_path: Path) -> None:
    path = tmp_path / "config" / "settings.yaml"
    assert read(path) == Settings()
    write(path, Settings(theme="dark: blue"))
    assert read(path) == Settings(theme="dark: blue")
    write(path, Settings())
    assert read(path) == Settings()


def test_comments_and_other_keys_stay(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("# mine\ntheme: 'light'   # by day\nlater: {a: 1}\n")
    write(path, Settings(theme="ansi", remember=False))
    assert path.read_text() == "# mine\ntheme: 'ansi'   # by day\nlater: {a: 1}\n"
    write(path, read(path))
    assert path.read_text() == "# mine\ntheme: 'ansi'   # by day\nlater: {a: 1}\n"


@pytest.mark.parametrize("text", ["", "# only this", "theme:\n"])
def test_a_file_that_says_nothing_can_be_written(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(text)
    assert read(path) == Settings()
    write(path, Settings(theme="dark"))
    assert read(path) == Settings(theme="dark")
    assert path.read_text().startswith(text.strip("\n"))


def test_a_broken_file_is_told_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("theme: [\n")
    with pytest.raises(InvalidFile, match=r"settings\.yaml:2"):
        read(path)
    with pytest.raises(InvalidFile):
        write(path, Settings(theme="dark"))
    assert path.read_text() == "theme: [\n"


def test_what_a_workspace_says_of_itself(tmp_path: Path) -> None:
    assert workspace(tmp_path) == WorkspaceSettings()
    (tmp_path / "integrator.yaml").write_text("# nothing yet\n")
    assert workspace(tmp_path) == WorkspaceSettings()
    (tmp_path / "integrator.yaml").write_text("name: Team\ndescription: ours\n")
    assert workspace(tmp_path) == WorkspaceSettings("Team", "ours")


@pytest.mark.parametrize("key", ["proxy", "ca_cert", "ca_file", "verify", "editor", "command", "options"])
def test_a_workspace_cannot_say_where_requests_go_or_what_is_trusted(tmp_path: Path, key: str) -> None:
    (tmp_path / "integrator.yaml").write_text(f"name: Team\n{key}: x\n")
    found = workspace(tmp_path)
    assert found.name == "Team"
    (problem,) = found.problems
    assert (problem.field, problem.line) == (key, 2)
    assert "cannot set this" in problem.hint


@pytest.mark.parametrize("text", ["nmae: x\n", "name: [x]\n", "name: x\nname: y\n", "- a\n", "name: [\n"])
def test_a_broken_workspace_file_has_problems(tmp_path: Path, text: str) -> None:
    (tmp_path / "integrator.yaml").write_text(text)
    assert workspace(tmp_path).problems


@pytest.mark.parametrize(
    ("text", "bounds", "remember"),
    [
        ("theme: x", HistoryBounds(), True),
        ("history:", HistoryBounds(), True),
        ("history: true", HistoryBounds(), True),
        ("history: false", None, True),
        ("remember: false", HistoryBounds(), False),
        ("history: {}", HistoryBounds(), True),
        ("history: {count: 5}", HistoryBounds(results=5), True),
        ("history:\n  count: 5\n  days: 0.5\n  size: 1.5\n", HistoryBounds(5, 0.5, 1.5), True),
        ("theme: x\nkeys: {}\ndriver: stock\nsend: {a: [b]}\nunix_sockets: []", HistoryBounds(), True),
    ],
)
def test_how_much_history_is_kept(tmp_path: Path, text: str, bounds: HistoryBounds | None, remember: bool) -> None:
    (tmp_path / "settings.yaml").write_text(text)
    found = read(tmp_path / "settings.yaml")
    assert (found.history, found.remember, found.problems) == (bounds, remember, ())


@pytest.mark.parametrize(
    ("text", "driver"),
    [("theme: x", "lean"), ("driver:", "lean"), ("driver: stock", "stock"), ("driver: lean", "lean")],
)
def test_which_driver_draws(tmp_path: Path, text: str, driver: str) -> None:
    (tmp_path / "settings.yaml").write_text(text)
    found = read(tmp_path / "settings.yaml")
    assert (found.driver, found.problems) == (driver, ())


@pytest.mark.parametrize(
    ("text", "field", "line", "hint"),
    [
        ("theme: x\nhistroy: false", "histroy", 2, "did you mean history?"),
        ("something: 1", "something", 1, "the keys here are theme, "),
        ("history: no", "history", 1, "write false"),
        ("history: [1]", "history", 1, "write false"),
        ("history: 'false'", "history", 1, "write false"),
        ("history: {cuont: 1}", "history.cuont", 1, "did you mean count?"),
        ("history:\n  count: 0", "history.count", 2, "for example 100000"),
        ("history: {count: 1.5}", "history.count", 1, "for example 100000"),
        ("history: {days: -1}", "history.days", 1, "for example 90"),
        ("history: {size: big}", "history.size", 1, "for example 64"),
        ("remember: off", "remember", 1, "write true or false"),
        ("theme: {a: 1}", "theme", 1, "brace"),
        ("driver: stok", "driver", 1, "did you mean stock?"),
        ("driver: [stock]", "driver", 1, "one of lean, stock"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, field: str, line: int, hint: str) -> None:
    (tmp_path / "settings.yaml").write_text(text)
    found = read(tmp_path / "settings.yaml")
    (problem,) = found.problems
    assert (problem.field, problem.line) == (field, line) and hint in problem.hint
    # Whoever wrote something there meant less, not more.
    assert found.history is None or field != "history"
    assert found.remember is (field != "remember")


@pytest.mark.parametrize("text", ["- a\n", "just text\n"])
def test_settings_that_are_no_mapping_are_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.yaml").write_text(text)
    try:
        assert read(tmp_path / "settings.yaml").problems
    except InvalidFile as error:
        assert "settings.yaml" in error.message


@pytest.mark.parametrize(
    ("text", "tags", "problems"),
    [
        ("", ("prod", "production"), 0),
        ("prod_tags: [live, Prod]\n", ("live", "Prod"), 0),
        ("prod_tags: []\n", (), 0),
        ("prod_tags: live\n", ("prod", "production"), 1),
    ],
)
def test_tags_of_production(tmp_path: Path, text: str, tags: tuple[str, ...], problems: int) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(text)
    found = read(path)
    assert found.prod_tags == tags and len(found.problems) == problems


@pytest.mark.parametrize(("text", "bell"), [("bell: true", True), ("bell: false", False), ("theme: dark", False)])
def test_a_watch_rings_where_that_is_wanted(tmp_path: Path, text: str, bell: bool) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(f"{text}\n")
    assert (read(path).bell, read(path).problems) == (bell, ())
