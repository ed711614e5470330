"""docs/demo.md names every path and port in the words of the code."""

from __future__ import annotations

from pathlib import Path

from integrator_tui.demo.oauth import CLIENTS
from integrator_tui.demo.ports import CLOSED, PORTS
from integrator_tui.demo.routes import ROUTES, about

LINES = (Path(__file__).parent.parent.parent / "docs" / "demo.md").read_text(encoding="utf-8").splitlines()


def test_every_path_is_documented() -> None:
    guarded = {"/basic/*", "/bearer/*", "/raw/*", "/key/*"}
    rows = [f"| `{path}` | {about(route)} |" for path, route in ROUTES.items() if path not in guarded]
    assert [row for row in rows if row not in LINES] == []


def test_every_port_is_documented() -> None:
    rows = [f"| `{name}` | {port.scheme} | {port.about}. |" for name, port in PORTS.items()]
    rows += [f"| `{name}` | http | {text}. |" for name, text in CLOSED.items()]
    assert [row for row in rows if row not in LINES] == []


def test_nothing_is_documented_that_is_not_there() -> None:
    paths = {line.split("`")[1] for line in LINES if line.startswith("| `/")}
    assert paths <= ROUTES.keys()


def test_every_client_is_documented() -> None:
    for name, client in CLIENTS.items():
        assert any(line.startswith(f"| `{name}` |") and client.secret in line for line in LINES)
