"""The index: what lists are told of files without reading them, and never anything that is not so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from integrator_tui.model import opening
from integrator_tui.model.connection import Connection, Operation
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.vault.age.x25519 import X25519Identity
from integrator_tui.workspace import Workspace
from integrator_tui.workspace.catalog import index
from integrator_tui.workspace.catalog.catalog import Catalog

ORDERS = """\
name: Orders
base_url: https://orders.example.com/{{Region}}
test_path: /health
description: open orders
tags: [prod]
ca_cert_file: ca.pem
operations:
  - name: One order
    method: GET
    path: /orders/{{Id}}
    params: {limit: "{{Limit}}"}
    outputs: {Id: {value: body.id}}
  - name: Broken
    method: GET
    path: https://elsewhere.example.com/
"""
FILES = {
    "prod/orders.yaml": ORDERS,
    "prod/stock.yaml": "name: Stock\nbase_url: http://stock.example.com\nauth: {type: basic, username: u}\n",
    "twice.yaml": "name: Same\nbase_url: http://a.example.com\n",
    "again.yaml": "name: Same\nbase_url: http://b.example.com\n",
    "broken.yaml": "name: [\n",
    "wrong.yaml": "base_url: ftp://example.com\n",
    "other.yaml": "name: Data\ntype: postgres\n",
    "plain.yaml": "name: Plain\nbase_url: http://c.example.com\nsecrets: {token: canary-in-plain}\n",
}


class Place:
    """A workspace of some files with a cache; `read` are the files that the last listing read."""

    def __init__(self, root: Path, cache: Path) -> None:
        self.root = root
        self.cache = cache
        self.read: list[str] = []
        for file, text in FILES.items():
            self.write(file, text)

    def write(self, file: str, text: str) -> Path:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def catalog(self, *, cached: bool = True) -> Catalog:
        return Catalog(
            self.root, lambda recipients: False, lambda document, ask: document, self.cache if cached else None
        )

    def listed(self) -> tuple[Entry, ...]:
        """List with the index, and see that it is what the files say."""
        catalog = self.catalog()
        reads, load = [], catalog._read_for_list

        def noted(file: str) -> object:
            reads.append(file)
            return load(file)

        catalog._read_for_list = noted  # type: ignore[method-assign, assignment]
        # As the interface does, which shows at first what the index says.
        catalog.glimpse()
        found = catalog.listed(operations=True)
        self.read = sorted(set(reads))
        assert found == self.catalog(cached=False).listed(operations=True)
        return found

    @property
    def file(self) -> Path:
        (file,) = self.cache.iterdir()
        return file


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A workspace whose files count as old, though they were written this moment, and have been listed once."""
    monkeypatch.setattr(index, "TOO_NEW", 0)
    made = Place(tmp_path / "workspace", tmp_path / "cache/index")
    made.listed()
    assert made.read == sorted(FILES)
    made.listed()
    assert made.read == []
    return made


def test_a_list_from_the_index_is_that_from_the_files(place: Place) -> None:
    found = {entry.file: entry for entry in place.listed()}
    assert place.read == []
    orders = found["prod/orders.yaml"]
    assert (orders.name, orders.tags, orders.test_path, orders.description) == (
        "Orders",
        ("prod",),
        "/health",
        "open orders",
    )
    assert [(row.name, row.is_stopped) for row in orders.operations] == [("One order", False), ("Broken", True)]
    assert [(given.name, given.required, given.where) for given in orders.operations[0].inputs] == [
        ("Region", True, ("base_url",)),
        ("Id", True, ("path",)),
        ("Limit", False, ("query",)),
    ]
    states = {file: entry.state for file, entry in found.items()}
    assert states["twice.yaml"] == states["again.yaml"] == states["broken.yaml"] == "problem"
    assert (states["other.yaml"], states["plain.yaml"]) == ("unsupported", "unsealed")
    assert "again.yaml has the same name" in [problem.message for problem in found["twice.yaml"].problems]
    full = {entry.file: entry for entry in place.catalog().entries()}
    for file, entry in found.items():
        assert entry[:8] == full[file][:8]


def test_it_is_for_its_owner_alone(place: Place) -> None:
    assert place.file.stat().st_mode & 0o777 == 0o600
    assert place.cache.stat().st_mode & 0o777 == 0o700


def test_it_is_replaced_only_where_something_changed(place: Place) -> None:
    before = place.file.stat().st_ino, place.file.read_bytes()
    place.listed()
    assert (place.file.stat().st_ino, place.file.read_bytes()) == before


def kept_times(path: Path, text: str) -> None:
    before = path.stat()
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def moved_over(path: Path, text: str) -> None:
    other = path.with_suffix(".new")
    other.write_text(text)
    os.replace(other, path)


CHANGES: dict[str, Callable[[Path, str], object]] = {
    "written": lambda path, text: path.write_text(text),
    "same size and time": kept_times,
    "replaced": moved_over,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changed_is_read_anew(place: Place, change: str) -> None:
    path = place.root / "prod/stock.yaml"
    CHANGES[change](path, FILES["prod/stock.yaml"].replace("Stock", "Stack"))
    assert "Stack" in [entry.name for entry in place.listed()]
    assert place.read == ["prod/stock.yaml"]
    place.listed()
    assert place.read == []


def test_files_that_come_and_go_are_seen(place: Place) -> None:
    place.write("new.yaml", "name: New\nbase_url: http://n.example.com\n")
    (place.root / "twice.yaml").unlink()
    (place.root / "prod/stock.yaml").rename(place.root / "stock.yaml")
    found = {entry.file: entry for entry in place.listed()}
    assert place.read == ["new.yaml", "stock.yaml"]
    assert found["again.yaml"].state == "ok"
    glimpsed = [(entry.file, entry.name, entry.auth, entry.base_url) for entry in place.catalog().glimpse()]
    assert glimpsed == [(entry.file, entry.name, entry.auth, entry.base_url) for entry in found.values()]


def test_a_file_that_was_written_in_the_same_moment_is_read_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "TOO_NEW", 2_000_000_000)
    place.listed()
    assert place.read == sorted(FILES)


def test_a_file_that_another_one_names_counts_too(place: Place) -> None:
    ca = place.write("prod/ca.pem", "one")
    place.listed()
    assert place.read == ["prod/orders.yaml"]
    kept_times(ca, "two")
    place.listed()
    assert place.read == ["prod/orders.yaml"]
    ca.unlink()
    place.listed()
    assert place.read == ["prod/orders.yaml"]
    place.listed()
    assert place.read == []


def head_with(place: Place, **words: object) -> bytes:
    head, _, rest = place.file.read_bytes().partition(b"\n")
    return json.dumps(json.loads(head) | words).encode() + b"\n" + rest


def flipped(data: bytes, word: bytes) -> bytes:
    assert word in data
    return data.replace(word, word.swapcase(), 1)


DAMAGES: dict[str, Callable[[Place], object]] = {
    "cut": lambda place: place.file.write_bytes(place.file.read_bytes()[:900]),
    "cut to its first line": lambda place: place.file.write_bytes(place.file.read_bytes().partition(b"\n")[0]),
    "empty": lambda place: place.file.write_bytes(b""),
    "another letter in a row": lambda place: place.file.write_bytes(
        flipped(place.file.read_bytes(), b"open orders")
    ),
    "another number": lambda place: place.file.write_bytes(head_with(place, seen=[3, 4], rows=[1, 2])),
    "another version": lambda place: place.file.write_bytes(head_with(place, version=99)),
    "another build": lambda place: place.file.write_bytes(head_with(place, build="0.0.0")),
    "another workspace": lambda place: place.file.write_bytes(head_with(place, workspace="/elsewhere")),
    "of tomorrow": lambda place: place.file.write_bytes(head_with(place, written=1 << 62)),
    "rows that are none": lambda place: place.file.write_bytes(head_with(place, rows="x", seen={}, written=None)),
    "a list": lambda place: place.file.write_bytes(b"[]\n[]\n"),
    "no text": lambda place: place.file.write_bytes(os.urandom(5000)),
    "deep": lambda place: place.file.write_bytes(b"[" * 100_000),
    "others may write it": lambda place: place.file.chmod(0o666),
    "others may write its folder": lambda place: place.cache.chmod(0o777),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_index_that_cannot_be_believed_is_none(place: Place, damage: str) -> None:
    DAMAGES[damage](place)
    glimpsed = place.catalog().glimpse()
    assert [entry.file for entry in glimpsed] == sorted(FILES)
    assert "Orders" not in [entry.name for entry in glimpsed] or damage in ("another letter in a row", "cut")
    place.listed()
    assert place.read == sorted(FILES)


def test_operations_that_are_damaged_are_read_from_their_files(place: Place) -> None:
    place.file.write_bytes(flipped(place.file.read_bytes(), b"One order"))
    place.listed()
    assert "prod/orders.yaml" in place.read
    place.listed()
    assert place.read == sorted(FILES)
    place.listed()
    assert place.read == []


def put_rows(place: Place, rows: list[bytes], operations: list[bytes]) -> None:
    """Replace the rows and operations of the index, with the checksums that they have."""
    head, first, seen = place.file.read_bytes().split(b"\n")[:3]
    told, asked = b"".join(row + b"\n" for row in rows), b"\n".join(operations)
    said = json.loads(head) | {"rows": [len(told), zlib.crc32(told)], "check": zlib.crc32(asked)}
    place.file.write_bytes(b"\n".join([json.dumps(said).encode(), first, seen, told + asked]))


STRAYS = [b"", b"nothing", b"[1,2]", b"[[1],2]", b"[{},2]", b'["\xff",2]', b"[" * 100_000]


@pytest.mark.parametrize("stray", STRAYS, ids=lambda stray: str(stray[:9]))
@pytest.mark.parametrize("number", [0, 3, len(FILES)])
def test_a_row_that_says_of_no_file_what_it_is_does_no_harm_to_others(
    place: Place, stray: bytes, number: int
) -> None:
    lines = place.file.read_bytes().split(b"\n")[3:]
    rows, operations = lines[: len(FILES)], lines[len(FILES) :]
    put_rows(place, [*rows[:number], stray, *rows[number:]], [*operations[:number], b"{}", *operations[number:]])
    place.listed()
    assert place.read == []
    assert place.file.read_bytes().split(b"\n")[3:] == lines


def test_operations_that_are_too_deep_are_read_from_their_files(place: Place) -> None:
    rows = place.file.read_bytes().split(b"\n")[3:][: len(FILES)]
    put_rows(place, rows, [b"[" * 100_000] * len(rows))
    place.listed()
    assert place.read == sorted(FILES)


@pytest.mark.parametrize("there", ["folder", "link", "fifo"])
def test_what_is_no_file_in_its_place_does_no_harm(place: Place, there: str) -> None:
    path, data = place.file, place.file.read_bytes()
    path.unlink()
    if there == "folder":
        path.mkdir()
    elif there == "fifo":
        os.mkfifo(path)
    else:
        (place.root.parent / "else").write_bytes(data)
        path.symlink_to(place.root.parent / "else")
    place.listed()
    assert place.read == sorted(FILES)


def test_a_cache_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    made = Place(tmp_path / "workspace", tmp_path / "cache/index")
    made.listed()
    made.listed()
    assert made.read == sorted(FILES)


def test_a_name_is_found_without_reading_the_files_that_have_another(place: Place) -> None:
    for number in range(40):
        place.write(f"more/{number}.yaml", f"name: More {number}\nbase_url: http://m.example.com\n")
    place.listed()
    # Its words stand in a file whose name they are not: reading that one would be needless.
    place.write("more/note.yaml", "name: Note\ndescription: Stock\nbase_url: http://m.example.com\n")
    place.listed()
    catalog = place.catalog()
    assert catalog.find("Stock").file == "prod/stock.yaml"
    assert list(catalog._known) == ["prod/stock.yaml"]
    kept_times(place.root / "more/7.yaml", "name: Stuck\nbase_url: http://m.example.com\n")
    assert place.catalog().find("Stuck").file == "more/7.yaml"
    assert [entry.file for entry in place.catalog().tagged(["prod"])] == ["prod/orders.yaml"]


def test_an_entry_that_is_found_is_what_its_file_says(place: Place) -> None:
    place.write("prod/stock.yaml", "name: Stock\nbase_url: http://other.example.com\n")
    found = place.catalog().find("Stock")
    assert found.connection is not None
    assert found.base_url == "http://other.example.com"


def sealed_workspace(tmp_path: Path) -> tuple[Surroundings, X25519Identity]:
    identity = X25519Identity.generate()
    surroundings = Surroundings(
        tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_key=Secret(identity.text())
    )
    workspace = Workspace(tmp_path / "workspace", surroundings)
    connection = Connection(
        name="Orders",
        base_url="http://h.example.com",
        secrets=("token",),
        operations=(Operation(name="List", method="GET", path="/x"),),
    )
    workspace.editor.save(Draft(connection, typed={"token": Secret("canary-of-a-secret")}))
    return surroundings, identity


def test_nothing_encrypted_and_nothing_secret_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "TOO_NEW", 0)
    surroundings, _ = sealed_workspace(tmp_path)
    workspace = Workspace(tmp_path / "workspace", surroundings)
    (workspace.root / "plain.yaml").write_text(FILES["plain.yaml"])
    whole = "name: ENC[AES256_GCM,data:abc,iv:abc,tag:abc,type:str]\nbase_url: http://h.example.com\n"
    text = (workspace.root / "orders.yaml").read_text()
    (workspace.root / "whole.yaml").write_text(whole + text[text.index("sops:") :])
    entries = workspace.catalog.listed(operations=True)
    assert [entry.name for entry in entries] == ["Orders", "Plain", "(encrypted)"]
    (file,) = (tmp_path / "cache/index").iterdir()
    held = file.read_text()
    assert "Orders" in held
    assert "Plain" in held
    for secret in ("canary", "ENC[", "AGE", "BEGIN", "whole.yaml"):
        assert secret not in held


def test_locked_is_told_anew_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "TOO_NEW", 0)
    surroundings, _ = sealed_workspace(tmp_path)
    root = tmp_path / "workspace"
    assert [entry.state for entry in Workspace(root, surroundings).catalog.listed()] == ["ok"]
    without = surroundings._replace(age_key=None)
    assert [entry.state for entry in Workspace(root, without).catalog.listed()] == ["locked"]
    assert [entry.state for entry in Workspace(root, surroundings).catalog.listed()] == ["ok"]


def test_many_processes_at_once_each_list_what_there_is(place: Place) -> None:
    script = (
        "import sys; from pathlib import Path; from integrator_tui.workspace.catalog.catalog import Catalog;"
        "from integrator_tui.workspace.catalog import index; index.TOO_NEW = 0;"
        "c = lambda: Catalog(Path(sys.argv[1]), lambda r: False, lambda d, a: d, Path(sys.argv[2]));"
        "[print(len(c().listed(operations=True)), (Path(sys.argv[1]) / f'{sys.argv[3]}.yaml').write_text("
        "f'name: N{n}\\nbase_url: http://h.example.com\\n')) for n in range(20)]"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(place.root), str(place.cache), f"own-{number}"],
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    for process in running:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert len(out.splitlines()) == 20
    assert len(place.listed()) == len(FILES) + 3


def test_a_file_counts_too_that_another_one_extends(place: Place) -> None:
    base = place.write(
        "base.yaml", "name: Base\nbase_url: http://b.example.com\nauth: {type: basic, username: u}\n"
    )
    place.write("child.yaml", "name: Child\nbase_url: http://c.example.com\nextends: base.yaml\n")
    place.listed()
    assert place.read == ["base.yaml", "child.yaml"]
    found = {entry.file: entry for entry in place.listed()}
    assert place.read == []
    assert (found["child.yaml"].auth, found["child.yaml"].base) == ("basic", "base.yaml")
    kept_times(base, base.read_text().replace("{type: basic, username: u}", "{type: none}             "))
    found = {entry.file: entry for entry in place.listed()}
    assert place.read == ["base.yaml", "child.yaml"]
    assert found["child.yaml"].auth == "none"
    base.unlink()
    place.listed()
    assert place.read == ["child.yaml"]


def test_what_no_index_knows_is_glimpsed_by_the_names_of_its_files(tmp_path: Path) -> None:
    place = Place(tmp_path / "workspace", tmp_path / "cache/index")
    glimpsed = place.catalog().glimpse()
    assert [(entry.file, entry.name, entry.auth) for entry in glimpsed[:3]] == [
        ("again.yaml", "again", ""),
        ("broken.yaml", "broken", ""),
        ("other.yaml", "other", ""),
    ]
    assert place.catalog(cached=False).glimpse() == glimpsed


def test_a_list_begins_with_its_first_rows_and_knows_how_many_there_are(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "MOST", 3)
    place.write("prod/zebra.yaml", "name: a zebra\nbase_url: http://z.example.com\n")
    place.listed()
    everything = opening.opening_of(place.catalog().glimpse())
    assert place.catalog().opening() == everything
    assert (everything.total, len(everything.entries)) == (len(FILES) + 1, 3)
    names = [(entry.group, entry.name.casefold()) for entry in opening.in_list_order(place.catalog().glimpse())]
    assert [(entry.group, entry.name.casefold()) for entry in everything.entries] == sorted(names)[:3]
    assert everything.problems == [entry.state for entry in place.catalog().glimpse()].count("problem")
    headers = {group for group, _ in names if group}
    assert everything.rows_beyond == len(names) + len(headers) - 3
    assert place.catalog(cached=False).opening().total == everything.total


def test_a_beginning_that_is_damaged_comes_from_the_files(place: Place) -> None:
    head, first, *rest = place.file.read_bytes().split(b"\n")
    place.file.write_bytes(b"\n".join([head, flipped(first, b"Orders"), *rest]))
    assert place.catalog().opening() == opening.opening_of(place.catalog().glimpse())


def test_rows_are_found_in_any_order(place: Place) -> None:
    known = index.read(place.file, os.path.realpath(place.root))
    assert len(known) == len(FILES)
    in_order = {file: (known.row(file), known.asked(file)) for file in sorted(FILES)}
    for file in (*sorted(FILES, reverse=True), *FILES):
        assert file in known
        assert (known.row(file), known.asked(file)) == in_order[file]
    assert in_order["prod/orders.yaml"][0].entry.name == "Orders"
    assert [row.name for row in in_order["prod/orders.yaml"][1].operations] == ["One order", "Broken"]
    assert "twice.yam" not in known
    with pytest.raises(LookupError):
        known.row("twice.yam")


@pytest.mark.parametrize("times", [1, 2])
def test_another_index_that_takes_its_place_while_rows_are_told_does_no_harm(
    place: Place, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    place.write("again.yaml", FILES["again.yaml"].replace("Same", "Other"))
    expected = [row.entry for row in place.catalog(cached=False)._listing.rows(sorted(FILES), operations=True)]
    asked, replaced = index.Index.asked, 0

    def counted(known: index.Index, file: str) -> object:
        nonlocal replaced
        try:
            return asked(known, file)
        except index.Replaced:
            replaced += 1
            raise

    monkeypatch.setattr(index.Index, "asked", counted)
    listing = place.catalog()._listing
    rows = listing.rows(sorted(FILES), operations=True)
    found = [next(rows).entry]
    place.listed()
    read = index.read

    def read_too_early(path: Path, workspace: str) -> index.Index:
        known = read(path, workspace)
        monkeypatch.setattr(index, "read", read)
        place.write("new.yaml", "name: New\n")
        place.listed()
        return known

    if times == 2:
        monkeypatch.setattr(index, "read", read_too_early)
    found += [row.entry for row in rows]
    assert found == expected
    assert replaced == times
