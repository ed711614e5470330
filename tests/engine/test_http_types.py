"""httpx stands in one module of the program, so that another line of it is one word to change."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import integrator_tui
from integrator_tui.engine import http_types

PACKAGE = Path(integrator_tui.__file__).parent
LIBRARY = http_types.Request.__module__.partition(".")[0]
"""httpx, or the line of it that is in use."""
LIBRARIES = {"httpx", LIBRARY}


def imported(path: Path) -> set[str]:
    """The first words of all that a file imports that has a library's name in it, deferred imports included."""
    names: set[str] = set()
    source = path.read_text()
    if not any(library in source for library in LIBRARIES):
        return names
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_one_module_imports_httpx() -> None:
    assert [path.name for path in PACKAGE.rglob("*.py") if LIBRARIES & imported(path)] == ["http_types.py"]


def test_it_does_so_in_one_statement() -> None:
    tree = ast.parse(Path(http_types.__file__).read_text())
    named = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert named == ["__future__", LIBRARY]


def test_the_tests_of_the_engine_follow_it() -> None:
    others = [path.name for path in Path(__file__).parent.rglob("*.py") if LIBRARIES & imported(path)]
    assert others == ["test_mocked.py"], "respx knows httpx alone"


def test_a_module_of_the_engine_does_not_bring_the_transport() -> None:
    script = (
        "import sys, integrator_tui.engine.net.resolver; from integrator_tui import engine;"
        "assert not {'httpx', 'integrator_tui.engine.transport.staged_transport'} & set(sys.modules);"
        "assert engine.StagedTransport.__name__ in engine.__all__;"
        "assert 'integrator_tui.engine.transport.staged_transport' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
