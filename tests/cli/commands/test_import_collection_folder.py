"""`import opencollection DIR`: a collection that is a folder of files, as Bruno keeps one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.shell import Finished, Shell

ROOT = """\
opencollection: 1.0.0

info:
  name: Shop
request:
  headers:
    - {name: X-All, value: "1"}
  auth: {type: bearer, token: "{{token}}"}
bundled: false
extensions:
  bruno:
    ignore: [node_modules, .git, drafts]
"""
DEV = """\
name: dev
variables:
  - {name: host, value: "https://dev.example.com"}
  - {name: token, secret: true}
"""


def request(name: str, seq: int, path: str, more: str = "") -> str:
    return f"""\
info: {{name: {name}, type: http, seq: {seq}}}
http:
  method: GET
  url: "{{{{host}}}}{path}"
  auth: inherit
{more}"""


FILES = {
    "opencollection.yml": ROOT,
    "environments/dev.yml": DEV,
    "Health.yml": request("Health", 1, "/health"),
    "Orders/folder.yml": (
        "info: {name: All orders, type: folder, seq: 2}\n"
        "request: {headers: [{name: X-F, value: '2'}], auth: inherit}\n"
    ),
    "Orders/b.yml": request("One", 1, "/orders/:id"),
    "Orders/a.yml": request("Two", 2, "/orders", "settings: {timeout: 5}\n"),
    "Orders/deep/x.yaml": request("Three", 1, "/x"),
    "drafts/d.yml": request("Draft", 1, "/draft"),
    "node_modules/y.yml": "}",
    ".hidden/z.yml": "}",
    "README.md": "# }",
}


@pytest.fixture
def folder(shell: Shell) -> Path:
    root = shell.home / "shop"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def imported(shell: Shell, *more: str) -> Finished:
    return shell.here("import", "opencollection", "shop", "--environment", "shop/environments/dev.yml", *more)


def test_a_folder_of_files_is_a_collection(shell: Shell, folder: Path) -> None:
    (folder / "compose.yml").write_text("services: {}\n")
    done = imported(shell)
    assert done.code == 0, done.err
    text = (shell.workspace / "shop.yaml").read_text()
    names = [line.partition("name: ")[2] for line in text.splitlines() if line.startswith("  - name: ")]
    assert names == ["Health", "All orders / One", "All orders / Two", "All orders / deep / Three"]
    assert text.count('X-All: "1"') == 4 and text.count('X-F: "2"') == 3 and "Draft" not in text
    assert "type: raw_bearer_token" in text and "base_url: https://dev.example.com\n" in text
    assert "shop:1: Orders/a.yml:1: left out: its timeout" in done.out
    assert "shop:1: compose.yml:1: left out: an item of the type nothing that is known" in done.out
    again = imported(shell)
    assert again.out.startswith("unchanged shop.yaml\n")
    (folder / "Orders/b.yml").write_text(request("One", 1, "/orders/:id", "  headers: [{name: X-N, value: '3'}]\n"))
    (folder / "Orders/a.yml").unlink()
    changed = imported(shell)
    assert "changed: operation All orders / One: headers" in changed.out
    assert "gone there, and taken out here: operation All orders / Two" in changed.out


def test_no_link_is_followed_and_nothing_else_is_opened(shell: Shell, folder: Path) -> None:
    outside = shell.home / "outside"
    outside.mkdir()
    (outside / "secret.yml").write_text(request("Outside", 1, "/outside"))
    (folder / "link.yml").symlink_to(outside / "secret.yml")
    (folder / "linked").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    done = imported(shell)
    assert done.code == 0 and "Outside" not in (shell.workspace / "shop.yaml").read_text()
    for name in ("link.yml", "linked", "loop"):
        assert f"{name} is a link, which is not followed" in done.out
    os.mkfifo(folder / "pipe.yml")
    refused = imported(shell)
    assert refused.code == 2 and "pipe.yml: it is no regular file" in refused.err


def test_a_root_that_is_a_link_is_not_read(shell: Shell, folder: Path) -> None:
    (folder / "opencollection.yml").rename(shell.home / "root.yml")
    (folder / "opencollection.yml").symlink_to(shell.home / "root.yml")
    done = imported(shell)
    assert done.code == 2 and "opencollection.yml: it cannot be read" in done.err


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("opencollection.yml", None, "there is no opencollection.yml in this folder"),
        ("opencollection.yml", "info: {}\n", "there is no opencollection in it"),
        ("opencollection.yml", "opencollection: 9.0.0\n", "the version 9.0.0"),
        ("Orders/b.yml", "a: [", "Orders/b.yml: line 2"),
        ("Orders/b.yml", "a: \udcff", "Orders/b.yml is not UTF-8"),
        ("Orders/folder.yml", "}", "Orders/folder.yml: line 1"),
        ("/".join(["d"] * 60) + "/x.yml", "a: 1", "more than 50 folders inside each other"),
    ],
)
def test_what_is_wrong_is_told_with_its_file(
    shell: Shell, folder: Path, name: str, text: str | None, said: str
) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if text is not None:
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    done = imported(shell)
    assert done.code == 2 and said in done.err and len(done.err.splitlines()) == 2
    assert not [*shell.workspace.rglob("*.yaml")]


def test_many_and_large_files_are_refused(shell: Shell, folder: Path) -> None:
    for number in range(40):
        (folder / f"{number}.yml").write_text("# " + "x" * (1 << 20) + "\n")
    done = imported(shell)
    assert done.code == 2 and "larger than 32 MiB" in done.err


def test_the_file_alone_names_its_folder_and_bru_files_their_way(shell: Shell, folder: Path) -> None:
    done = shell.here("import", "opencollection", "shop/opencollection.yml")
    assert done.code == 2 and "name the folder in which it lies" in done.err
    (folder / "opencollection.yml").rename(folder / "bruno.json")
    done = imported(shell)
    assert done.code == 2 and ".bru files" in done.err
    for form in ("openapi", "postman", "kinetic"):
        done = shell.here("import", form, "shop")
        assert done.code == 2 and "cannot be read: Is a directory" in done.err


def test_a_host_that_is_not_known_is_listed(shell: Shell, folder: Path) -> None:
    done = shell.here("import", "opencollection", "shop")
    assert done.code == 2 and "host" in done.err and not [*shell.workspace.rglob("*.yaml")]
