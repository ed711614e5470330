"""The rules of the house: imports point one way, and each thing that needs care is done in one room.

Imports for types alone and imports inside functions count like all others.
"""

from __future__ import annotations

import ast
import gc
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from textual.dom import DOMNode

PACKAGE = Path(__file__).parent.parent / "integrator_tui"
NAME = "integrator_tui"

LAYERS: dict[str, set[str]] = {
    "errors": set(),
    "bundled": {"errors"},
    "atomic": {"errors"},
    "starting": set(),
    "crash_report": {"model", "errors"},
    "model": {"errors"},
    "store": {"model", "errors", "atomic"},
    "vault": {"model", "errors", "atomic", "starting"},
    "engine": {"model", "errors", "atomic"},
    "interchange": {"model", "errors"},
    "history": {"model", "errors", "atomic"},
    "workspace": {"engine", "store", "vault", "interchange", "history", "model", "errors", "atomic", "starting"},
    "tui": {"workspace", "model", "errors", "bundled", "crash_report", "atomic", "starting"},
    "demo": {"errors", "bundled"},
    "cli": {"workspace", "interchange", "model", "errors", "demo", "bundled", "tui", "crash_report", "atomic"},
    "__main__": {"cli"},
    "__init__": set(),
}
"""What each layer may import besides itself."""

ROOMS: dict[str, tuple[str, ...]] = {
    "engine": (
        "failure", "http_types", "origin", "oddity", "clock_skew", "token", "target", "net", "ssh", "settings",
        "http1", "body", "dial", "request", "javascript", "auth", "sanitize", "exchange", "answer", "requests",
        "probe", "stream", "preview", "engine", "transport", "space",
    ),
    "store": ("yamltext", "files", "sops_yaml", "connection_file", "folder", "settings"),
    "workspace": (
        "waiting", "given_parameters", "answers", "batch", "catalog", "settings", "workbench", "history",
        "journals", "keys", "sources", "secrets", "editor", "editing", "undo", "seals", "display", "merge",
        "targets", "requests", "previews", "tokens", "probes", "fleet", "comparison", "operations",
        "interchange", "space", "workspace",
    ),
    "history": ("codec", "spool", "database_file", "database", "fold", "history_file"),
    "tui": (
        "services", "labels", "terminal_output", "textual_fixes", "actions", "themes", "widgets", "dialogs",
        "flows", "screens", "form", "main", "front_door", "elsewhere", "app",
    ),
    "cli": (
        "event_loop", "once_more", "output", "prompts", "formats", "environment", "options", "selection", "checks",
        "requests", "examples", "parsers", "completion", "doctor",
        "editing", "importing", "commands", "main", "process",
    ),
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
    "idna": ("model.host",),
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

WRITERS = ("atomic", "cli.output", "demo", "history", "workspace.journals", "workspace.editing.scratch")
"""Where files are written; what goes to a place that the user named with --output is `cli.output`'s, and `history`
has a database, which is written in the middle, and what is appended for it. `workspace.journals` writes by
`atomic` and says by the names of its records what became of them. `workspace.editing.scratch` holds what an editor
is to change, in memory, and overwrites it."""

NO_FILES: dict[tuple[str, str], str] = {
    ("cli.checks.nagios_console", "os.O_WRONLY"): "/dev/null, in the place of a standard error that stays empty",
    ("cli.process", "os.O_WRONLY"): "/dev/null, in the place of a standard output that nobody reads any more",
    ("cli.prompts.passphrase", "os.O_RDWR"): "/dev/tty, where a passphrase is asked for",
    ("engine.net.client_certificate", "os.fdopen(os.dup(fd), 'wb')"): "memory, which OpenSSL reads by a path",
    ("tui.textual_fixes.terminal", "open(os.dup(file.fileno()), 'w', encoding=file.encoding, errors=file.errors)"):
        "the terminal, by a descriptor of its own",
    ("workspace.batch.second_process", "open(write, 'wb')"): "a pipe from one process to the other",
}  # fmt: skip
"""What looks like the writing of a file elsewhere, by its module and source, and what is written there instead."""

OPENING = {"open", "io.open", "os.fdopen", "codecs.open"}
WRITING = re.compile(
    r"os\.(O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE|O_APPEND|O_TRUNC"
    r"|replace|renames?|link|symlink|mkdir|makedirs|mkfifo|mknod|f?truncate|unlink|remove|rmdir|removedirs)"
    r"|io\.FileIO|tempfile\.\w+|shutil\.(copy\w*|move|rmtree|make_archive|unpack_archive)"
    r"|.+\.(write_text|write_bytes|touch|mkdir|unlink|rmdir|symlink_to|hardlink_to)"
    r"|(.*\W)?\w*[Pp]ath(\(.*\))?\.(rename|replace)",
    re.DOTALL,
)
"""Names that change what is in a folder or open a file to be written."""

AT_MOST = 16
CROWDED = {"cli.commands", "model", "demo"}
"""Rooms that may hold more modules than `AT_MOST`: their names are words that one types, or nouns of one list."""


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the program by its name below the package, with what stands in it."""
    found = {}
    # Nothing of it becomes garbage, and looking for some in hundreds of thousands of nodes takes most of the time.
    gc.collect()
    gc.disable()
    try:
        for path in sorted(PACKAGE.rglob("*.py")):
            parts = path.relative_to(PACKAGE).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
            found[name] = ast.parse(path.read_text())
        gc.freeze()
    finally:
        gc.enable()
    return found


@cache
def nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """All that stands in a module."""
    return tuple(ast.walk(tree))


@cache
def attributes(tree: ast.Module) -> tuple[tuple[ast.Attribute, str], ...]:
    """The attributes that stand in a module, each with its source."""
    return tuple((node, ast.unparse(node)) for node in nodes(tree) if isinstance(node, ast.Attribute))


@cache
def imported(tree: ast.Module) -> tuple[str, ...]:
    """Every module that a module imports, wherever in it and for whatever."""
    found: list[str] = []
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import of {node.module}"
            found += (f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(found)


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
    for doors in ("workspace", "engine"):
        waiting[doors].clear()
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
        f"{name}: {source}"
        for name, tree in modules().items()
        if not lies_in(name, *CALLS[call])
        for _, source in attributes(tree)
        if re.fullmatch(call, source)
    ]
    assert wrong == []


def test_files_are_written_in_one_room() -> None:
    found = {
        (name, what)
        for name, tree in modules().items()
        if not lies_in(name, *WRITERS)
        for what in (*written(tree), *(full for full in imported(tree) if WRITING.fullmatch(full)))
    }
    assert found == NO_FILES.keys()


def written(tree: ast.Module) -> Iterator[str]:
    """The source of everything in a module that writes a file, or looks like it."""
    for _, source in attributes(tree):
        if WRITING.fullmatch(source):
            yield source
    for node in nodes(tree):
        if isinstance(node, ast.Call) and opens_for_writing(node):
            yield ast.unparse(node)


def opens_for_writing(call: ast.Call) -> bool:
    """Whether a call opens a file in a mode that is not known to be one of reading."""
    function = ast.unparse(call.func)
    if function not in OPENING and not function.endswith(".open"):
        return False
    is_method = function not in OPENING
    given = [word.value for word in call.keywords if word.arg == "mode"] or call.args[0 if is_method else 1 :][:1]
    mode = given[0].value if given and isinstance(given[0], ast.Constant) else None
    if is_method:
        # Much else is opened by a method of that name, and os.open takes numbers.
        return isinstance(mode, str) and bool(re.fullmatch(r"[rwxabt+]*[wxa+][rwxabt+]*", mode))
    return bool(given) and not (isinstance(mode, str) and re.fullmatch(r"[rbtU]*", mode))


@pytest.mark.parametrize(
    "source",
    [
        "open(p, 'w')",
        "open(p, mode='r+b')",
        "open(p, how)",
        "io.open(p, 'x')",
        "os.fdopen(3, 'ab')",
        "path.open('w')",
        "Path('a').open(mode='a')",
        "os.open(p, os.O_RDONLY | os.O_CREAT)",
        "path.parent.write_text('')",
        "Path(p).write_bytes(b'')",
        "write = path.write_text",
        "os.replace(a, b)",
        "path.rename(b)",
        "Path(a).replace(b)",
        "os.makedirs(p)",
        "(path / 'a').mkdir()",
        "path.unlink()",
        "tempfile.mkdtemp()",
        "shutil.copyfile(a, b)",
    ],
)
def test_what_writes_a_file_is_found(source: str) -> None:
    assert list(written(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "open(p)",
        "open(p, 'rb')",
        "open(p, encoding='ascii')",
        "path.open()",
        "path.open('rb')",
        "os.open(p, os.O_RDONLY | os.O_CLOEXEC)",
        "path.read_text()",
        "self.pane.open('what was typed')",
        "text.replace('a', 'b')",
        "tally.open(monotonic(), 'events')",
        "listed.remove(a)",
    ],
)
def test_what_writes_no_file_is_left_alone(source: str) -> None:
    assert not list(written(ast.parse(source)))


def test_private_names_of_textual_are_used_in_one_room() -> None:
    ours = {
        "_replace",
        *(found for tree in modules().values() for node in nodes(tree) for found in defined(node)),
    }
    wrong = [
        f"{name}: {source}"
        for name, tree in modules().items()
        if lies_in(name, "tui") and not lies_in(name, "tui.textual_fixes")
        for node, source in attributes(tree)
        if re.match(r"_[a-z]", node.attr) and node.attr not in ours
    ]
    assert wrong == []


def test_private_names_of_textual_are_overridden_in_one_room() -> None:
    wrong = [
        f"{name}: {cls.__name__}.{found}"
        for name in modules()
        if lies_in(name, "tui") and not lies_in(name, "tui.textual_fixes")
        for cls in vars(import_module(f"{NAME}.{name}")).values()
        if isinstance(cls, type) and issubclass(cls, DOMNode) and cls.__module__ == f"{NAME}.{name}"
        for found in vars(cls)
        if re.match(r"_(?!default_)[a-z]", found) and found not in MADE_BY_TEXTUAL
        if any(found in vars(base) for base in cls.__mro__ if base.__module__.startswith("textual."))
    ]
    assert wrong == []


MADE_BY_TEXTUAL = {"_merged_bindings", "_css_type_name", "_css_type_names", "_inherit_bindings", "_inherit_css",
                   "_decorated_handlers", "_reactives", "_computes", "_inherit_component_classes"}  # fmt: skip
"""What Textual itself puts into each class."""


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
