"""Imports point one way: cli → tui → workspace → engine | store | vault | interchange → model → errors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "integrator_tui"

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "bundled": {"errors"},
    "crash_report": {"model", "errors"},
    "model": {"errors"},
    "store": {"model", "errors"},
    "vault": {"model", "errors"},
    "engine": {"model", "errors"},
    "interchange": {"model", "errors"},
    "workspace": {"engine", "store", "vault", "interchange", "model", "errors"},
    "tui": {"workspace", "model", "errors", "bundled", "crash_report"},
    "demo": {"errors", "bundled"},
    "commands": {"workspace", "interchange", "model", "errors", "demo", "bundled", "tui"},
    "cli": {"commands", "workspace", "model", "errors", "demo", "bundled", "tui", "crash_report"},
    "__main__": {"cli"},
    "__init__": set(),
}

OWNERS: dict[str, set[str]] = {
    "textual": {"tui"},
    "rich": {"tui"},
    "httpx": {"engine"},
    "httptools": {"engine"},
    "socksio": {"engine"},
    "ruamel": {"store"},
    "cryptography": {"vault", "engine", "demo"},
    "quickjs": {"engine"},
    "_quickjs": {"engine"},
    "pydantic": {"model"},
    "idna": {"model"},
    "certifi": {"engine"},
}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).parts[0].removesuffix(".py"), path


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module imported anywhere in the file, type-checking and deferred imports included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            assert node.module
            yield node.module, node.lineno
            if node.module == "integrator_tui":
                yield from ((f"integrator_tui.{alias.name}", node.lineno) for alias in node.names)


@pytest.mark.parametrize(
    ("layer", "path"), [pytest.param(*m, id=str(m[1].relative_to(PACKAGE))) for m in modules()]
)
def test_imports_point_down(layer: str, path: Path) -> None:
    assert layer in MAY_IMPORT, f"{path.name} belongs to no layer"
    for name, line in imports(path):
        root, *rest = name.split(".")
        if root == "integrator_tui" and rest and not rest[0].startswith("__"):
            assert rest[0] == layer or rest[0] in MAY_IMPORT[layer], f"{path}:{line}: {layer} imports {rest[0]}"
        elif root in OWNERS:
            assert layer in OWNERS[root], f"{path}:{line}: {root} belongs to {OWNERS[root]}"


@pytest.mark.parametrize("path", [pytest.param(p, id=p.name) for p in (PACKAGE / "tui" / "widgets").rglob("*.py")])
def test_widgets_know_the_model_only(path: Path) -> None:
    for name, line in imports(path):
        if name.startswith("integrator_tui."):
            assert name.startswith(("integrator_tui.model", "integrator_tui.tui.widgets")), f"{path}:{line}: {name}"


def environment_reads(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            dotted = f"{node.value.id}.{node.attr}"
            if dotted in {"os.environ", "os.getenv", "sys.argv", "Path.home", "os.path.expanduser"}:
                yield node.lineno


@pytest.mark.parametrize(
    ("layer", "path"), [pytest.param(*m, id=str(m[1].relative_to(PACKAGE))) for m in modules()]
)
def test_only_the_command_line_reads_the_environment(layer: str, path: Path) -> None:
    if layer not in {"cli", "commands"}:
        assert list(environment_reads(path)) == []


def test_the_package_was_found() -> None:
    assert len(list(modules())) > 20
