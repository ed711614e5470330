"""Bundled folders are found in a checkout and in a wheel alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from integrator_tui import bundled
from integrator_tui.errors import InvalidFile

both = pytest.mark.parametrize("find", [bundled.themes, bundled.sample_connections])
Find = Callable[..., Path]


@both
def test_a_checkout_has_them_beside_the_package(find: Find) -> None:
    assert find() == Path(__file__).resolve().parent.parent / find.__name__


@both
def test_a_wheel_has_them_inside_the_package(find: Find, tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "integrator_tui"
    inside = package / "_bundled" / find.__name__
    inside.mkdir(parents=True)
    (tmp_path / "site-packages" / find.__name__).mkdir()
    assert find(package) == inside


@both
def test_a_missing_folder_says_so(find: Find, tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=find.__name__) as caught:
        find(tmp_path / "integrator_tui")
    assert "install" in caught.value.hint
