"""Reading large OpenAPI documents: python -m benchmarks.openapi_import, on a quiet machine

A document of 5 MB or more as JSON, read and made into connections, against `json.loads` of the same bytes: at most
ten times that and 0.3 s more. A document as YAML, read into values, against ruamel.yaml's own safe loader, which
goes through the same C parser: at most 1.2 times; beside it, without a limit, against the events of that parser
that nobody takes. Medians of processor time, in turn.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from ruamel.yaml import YAML

from benchmarks.paired import compare, report
from integrator_tui.interchange.openapi.reader import read
from integrator_tui.store.yamltext import parser
from integrator_tui.store.yamltext.foreign import read_foreign
from integrator_tui.workspace.interchange.reading.openapi_files import OpenApiFiles

TEXT = "Returns what was asked for, in the order in which it was made. " * 8


def operation(number: int) -> dict[str, Any]:
    field = {"type": "string", "description": TEXT[:200], "maxLength": 200}
    answer = {"type": "object", "properties": {f"field_{n}": field for n in range(12)}}
    return {
        "summary": f"Do {number}",
        "description": TEXT,
        "parameters": [
            {"name": f"p{n}", "in": "query", "description": TEXT[:100], "schema": {"type": "string"}}
            for n in range(4)
        ],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
        "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": answer}}}},
    }


def document(operations: int) -> dict[str, Any]:
    thing = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Large", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "paths": {f"/things/{n}": {"post": operation(n)} for n in range(operations)},
        "components": {"schemas": {"Thing": thing}},
    }


def timed(run: Callable[[], object]) -> Callable[[], float]:
    def once() -> float:
        started = time.process_time()
        run()
        return time.process_time() - started

    return once


def ours(text: str) -> Callable[[], object]:
    def run() -> object:
        from_files = OpenApiFiles(None)
        return read(from_files.document(text), from_files.load)

    return run


def events(text: str) -> Callable[[], object]:
    def run() -> object:
        made = parser.CParser(text)
        while made.check_event():
            made.get_event()
        return None

    return run


def main() -> int:
    """Measure; exit 1 where a limit is not kept."""
    large = json.dumps(document(1200), indent=1)
    print(f"{len(large) / 1e6:.1f} MB of JSON, at most 10x and 0.3 s more")
    figures = compare(timed(ours(large)), timed(lambda: json.loads(large)), runs=7)
    report("JSON", figures, 10)
    written = io.StringIO()
    YAML(typ="safe").dump(document(300), written)
    text = written.getvalue()
    print(f"{len(text) / 1e6:.1f} MB of YAML")
    alone = compare(timed(lambda: read_foreign(text)), timed(events(text)), runs=5)
    print(f"against the events alone: {alone[2]:.2f}x")
    as_yaml = compare(timed(lambda: read_foreign(text)), timed(lambda: YAML(typ="safe").load(text)), runs=5)
    report("YAML", as_yaml, 1.2)
    return 0 if figures[0] <= 10 * figures[1] + 0.3 and as_yaml[2] <= 1.2 else 1


if __name__ == "__main__":
    sys.exit(main())
