"""The rules of the house: imports point one way, and each thing that needs care is done in one room.

Imports for types alone and imports inside functions count like all others.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "integrator_tui"
NAME = "integrator_tui"

LAYERS: dict[str, set[str]] = {
    "errors": set(),
    "bundled": {"errors"},
    "atomic": {"errors"},
    "crash_report": {"model", "errors"},
    "model": {"errors"},
    "store": {"model", "errors", "atomic"},
    "vault": {"model", "errors", "atomic"},
    "engine": {"model", "errors"},
    "interchange": {"model", "errors"},
    "workspace": {"engine", "store", "vault", "interchange", "model", "errors", "atomic"},
    "tui": {"workspace", "model", "errors", "bundled", "crash_report", "atomic"},
    "demo": {"errors", "bundled"},
    "cli": {"workspace", "interchange", "model", "errors", "demo", "bundled", "tui", "crash_report", "atomic"},
    "__main__": {"cli"},
    "__init__": set(),
}
"""What each layer may import besides itself."""

ROOMS: dict[str, tuple[str, ...]] = {
    "engine": (
        "failure", "http_types", "clock_skew", "target", "net", "request", "http1", "dial", "body", "javascript",
        "auth", "exchange", "sanitize", "answer", "probe", "stream", "engine", "transport",
    ),
    "store": ("yamltext", "sops_yaml", "connection_file", "files", "folder", "settings"),
    "workspace": (
        "sealed_fields", "answers", "batch", "catalog", "keys", "secrets", "editor", "seals", "display", "merge",
        "requests", "tokens", "probes", "exports", "settings", "workspace",
    ),
    "tui": (
        "services", "textual_fixes", "actions", "themes", "widgets", "dialogs", "flows", "screens", "form", "main",
        "app",
    ),
    "cli": ("event_loop", "output", "prompts", "formats", "environment", "options", "commands", "process", "main"),
}  # fmt: skip
"""The rooms of a layer in their order: each imports only what stands before it."""

OWNERS: dict[str, tuple[str, ...]] = {
    "textual": ("tui",),
    "rich": ("tui",),
    "httpx": ("engine.http_types",),
    "httptools": ("engine.http1",),
    "socksio": ("engine.dial",),
    "quickjs": ("engine.javascript",),
    "_quickjs": ("engine.javascript",),
    "certifi": ("engine.net",),
    "ruamel": ("store.yamltext",),
    "cryptography": ("vault", "engine.net", "demo"),
    "pydantic": ("model.connection",),
    "idna": ("model.url",),
    "sqlite3": ("history",),
    "pickle": ("workspace.batch",),
}
"""Where a library is imported, and nowhere else."""

CALLS: dict[str, tuple[str, ...]] = {
    r"os\.(environ|getenv|environb)|sys\.argv|Path\.home|expanduser": ("cli",),
    r"os\.fork": ("workspace.batch",),
    r"os\.memfd_create": ("workspace.batch", "engine.net.client_certificate"),
}
"""Where something is called, and nowhere else."""

AT_MOST = 16
CROWDED = {"cli.commands", "model", "demo"}
"""Rooms that may hold more modules than `AT_MOST`: their names are words that one types, or nouns of one list."""


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the program by its name below the package, with what stands in it."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
        found[name] = ast.parse(path.read_text())
    return found


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module that a module imports, wherever in it and for whatever."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import of {node.module}"
            for alias in node.names:
                yield f"{node.module}.{alias.name}"


@cache
def arrows() -> dict[str, set[str]]:
    """The modules of the program that each of its modules imports."""
    known = modules()

    def module_of(name: str) -> str | None:
        inner = name.removeprefix(f"{NAME}.")
        return next((found for found in (inner, inner.rpartition(".")[0]) if found in known), None)

    return {
        name: {
            target
            for full in imported(tree)
            if full.startswith(f"{NAME}.") and (target := module_of(full)) and target != name
        }
        for name, tree in known.items()
    }


def lies_in(name: str, *rooms: str) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def test_the_program_was_found() -> None:
    assert len(modules()) > 200
    assert "workspace.workspace" in arrows()["workspace"]


def test_layers_point_down() -> None:
    wrong = [
        f"{name} imports {target}"
        for name, targets in arrows().items()
        for target in targets
        if (layer := name.partition(".")[0]) != (other := target.partition(".")[0]) and other not in LAYERS[layer]
    ]
    assert wrong == []


@pytest.mark.parametrize("layer", ROOMS)
def test_rooms_point_down(layer: str) -> None:
    order = ROOMS[layer]
    inside = {name: name.split(".")[1] for name in modules() if lies_in(name, layer) and name != layer}
    assert set(inside.values()) == set(order)
    wrong = [
        f"{name} imports {target}"
        for name, room in inside.items()
        for target in arrows()[name]
        if target in inside and order.index(inside[target]) > order.index(room)
    ]
    assert wrong == []


def test_widgets_know_the_model_alone() -> None:
    wrong = [
        f"{name} imports {target}"
        for name, targets in arrows().items()
        if lies_in(name, "tui.widgets")
        for target in targets
        if not lies_in(target, "tui.widgets", "tui.textual_fixes", "model", "atomic", "errors")
    ]
    assert wrong == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    waiting = {name: set(targets) for name, targets in arrows().items()}
    # An __init__ that loads names when they are asked for is a list of doors, and nothing goes through it here.
    waiting["workspace"].clear()
    while free := {name for name, targets in waiting.items() if not targets & waiting.keys()}:
        waiting = {name: targets for name, targets in waiting.items() if name not in free}
    assert waiting == {}


def test_front_ends_take_from_the_workspace_what_it_exports() -> None:
    wrong = [
        f"{name} imports {target}"
        for name, targets in arrows().items()
        if lies_in(name, "cli", "tui")
        for target in targets
        if lies_in(target, "workspace") and target != "workspace"
    ]
    assert wrong == []


def test_each_library_has_one_owner() -> None:
    wrong = [
        f"{name} imports {full}"
        for name, tree in modules().items()
        for full in imported(tree)
        if (owners := OWNERS.get(full.partition(".")[0])) and not lies_in(name, *owners)
    ]
    assert wrong == []


@pytest.mark.parametrize("call", CALLS)
def test_what_needs_care_is_done_in_one_room(call: str) -> None:
    wrong = [
        f"{name}: {ast.unparse(node)}"
        for name, tree in modules().items()
        if not lies_in(name, *CALLS[call])
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and re.fullmatch(call, ast.unparse(node))
    ]
    assert wrong == []


def test_private_names_of_textual_are_used_in_one_room() -> None:
    ours = {
        found.lstrip("_")
        for tree in modules().values()
        for node in ast.walk(tree)
        for found in defined(node)
        if found.startswith("_")
    }
    wrong = [
        f"{name}: {ast.unparse(node)}"
        for name, tree in modules().items()
        if lies_in(name, "tui") and not lies_in(name, "tui.textual_fixes")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and re.match(r"_[a-z]", node.attr) and node.attr.lstrip("_") not in ours
    ]
    assert wrong == []


def defined(node: ast.AST) -> Iterator[str]:
    """The names that a node defines on an object, a class or a module."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.attr
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id


def test_no_folder_is_crowded() -> None:
    count: defaultdict[str, int] = defaultdict(int)
    for name, tree in modules().items():
        is_folder = any(other.startswith(f"{name}.") for other in modules())
        if not is_folder and (tree.body or name):
            count[name.rpartition(".")[0]] += 1
    assert {room: n for room, n in count.items() if n > AT_MOST and room not in CROWDED} == {}


def test_no_public_class_name_stands_twice() -> None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for name, tree in modules().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not lies_in(name, "demo"):
                places[node.name].append(name)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
