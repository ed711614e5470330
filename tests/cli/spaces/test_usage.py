"""`usage DIR` and `usage SPACE`: callers of operations in forms and workflows, and what is wrong with them."""

from __future__ import annotations

import json
import os
from typing import Any
from xml.sax.saxutils import escape

import pytest

from tests.cli.commands.kinetic_exports import connection, operation
from tests.cli.shell import Finished, Shell
from tests.cli.spaces.space_server import SpaceServer

CONNECTION = connection(0)["id"]
ORDERS, REPORT = operation(0)["id"], operation(1)["id"]
FILLED = {"Order Id*": "${values('Id')}"}


def integration(name: str, operation: str = ORDERS, connection: str = CONNECTION, **inputs: str) -> dict[str, Any]:
    given = FILLED | inputs
    return {"name": name, "connectionId": connection, "operationId": operation, "inputMappings": given}


def node(name: str, operation: str = ORDERS, connection: str = CONNECTION, **inputs: str) -> dict[str, Any]:
    own = [{"id": "connection", "value": connection}, {"id": "operation", "value": operation}]
    given = [{"id": f"parameters.{key}", "label": key, "value": value} for key, value in (FILLED | inputs).items()]
    return {"name": name, "definitionId": "system_integration_v1", "id": "n1", "parameters": own + given}


def tree(*nodes: dict[str, Any]) -> dict[str, Any]:
    start = {"name": "Start", "definitionId": "system_start_v1", "parameters": []}
    return {"schemaVersion": "1.0", "name": "Submitted", "nodes": [start, *nodes]}


def xml(*nodes: dict[str, Any]) -> str:
    tasks = "".join(
        f'<task definition_id="{each["definitionId"]}" id="n" name="{escape(each["name"])}"><parameters>'
        + "".join(
            f'<parameter id="{escape(one["id"])}" required="false">{escape(one["value"])}</parameter>'
            for one in each["parameters"]
        )
        + "</parameters><dependents><task type='Complete'>other</task></dependents></task>"
        for each in nodes
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<tree schema_version="1.0"><request>{tasks}</request></tree>'


@pytest.fixture
def here(shell: Shell) -> Shell:
    """A workspace with one connection of two operations, and an empty folder `export`."""
    one = connection(0, "Orders", operations=[operation(0), operation(1, "Report", path="/report", params={})])
    (shell.home / "c.json").write_text(json.dumps([one]))
    assert shell.here("import", "kinetic", str(shell.home / "c.json")).code == 0
    (shell.home / "export/forms").mkdir(parents=True)
    return shell


def write(shell: Shell, file: str, value: Any) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    (shell.home / "export" / file).write_text(text)


def used(shell: Shell) -> Finished:
    return shell.here("usage", str(shell.home / "export"))


@pytest.mark.parametrize("form", ["form", "kapp", "tree", "text of a tree", "tree as XML", "list of trees"])
def test_a_caller_of_each_kind_is_a_line(here: Shell, form: str) -> None:
    values: dict[str, Any] = {
        "form": {"slug": "a", "integrations": [integration("Call")], "pages": [{"elements": [{"name": "x"}]}]},
        "kapp": {"slug": "k", "integrations": [integration("Call")], "fields": []},
        "tree": tree(node("Call")),
        "text of a tree": {"title": "t", "treeJson": json.dumps(tree(node("Call")))},
        "tree as XML": xml(node("Call")),
        "list of trees": [{"trees": [tree(node("Call"))]}],
    }
    file = f"forms/a.{'xml' if 'XML' in form else 'json'}"
    write(here, file, values[form])
    done = used(here)
    assert (done.code, done.err) == (0, "")
    lines = [f"{file}: Call: calls Orders / Open orders", "nobody calls Orders / Report"]
    assert done.out.splitlines() == lines


def test_inputs_that_are_left_out_or_misspelt_are_told(here: Shell) -> None:
    missing = integration("None")
    missing["inputMappings"] = {}
    blank = node("Blank", **{"Order Id*": " "})
    wrong = integration("Wrong", **{"Limit [0-10]": "5", "Entirely else": "1"})
    write(here, "a.json", {"integrations": [missing, wrong]})
    write(here, "b.xml", xml(blank))
    assert used(here).out.splitlines() == [
        "a.json: None: calls Orders / Open orders",
        "a.json: None: leaves out Order Id*, which Orders / Open orders needs",
        "a.json: Wrong: calls Orders / Open orders",
        "a.json: Wrong: fills Limit [0-10], which Orders / Open orders does not ask for: "
        "did you mean Limit [0-100]?",
        "a.json: Wrong: fills Entirely else, which Orders / Open orders does not ask for",
        "b.xml: Blank: calls Orders / Open orders",
        "b.xml: Blank: leaves Order Id* empty, which Orders / Open orders needs",
        "nobody calls Orders / Report",
    ]


def test_ids_that_nobody_has_are_told(here: Shell) -> None:
    calls = [
        integration("Other operation", "11111111"),
        integration("Other connection", "11111111", "2222\x1b[31m2222"),
        integration("Wrong connection", ORDERS, "22222222"),
        integration("Late", "<%= @values['Operation'] %>"),
        {"name": "Nothing", "connectionId": "", "operationId": ""},
    ]
    write(here, "a.json", {"integrations": calls})
    lines = used(here).out.splitlines()
    assert lines == [
        "a.json: Other operation: Orders: nobody has the operation 11111111",
        "a.json: Other connection: nobody has the connection 2222␛[31m2222",
        "a.json: Other connection: nobody has the operation 11111111",
        "a.json: Wrong connection: calls Orders / Open orders",
        "a.json: Wrong connection: Orders / Open orders is no operation of the connection 22222222",
        "a.json: Late: chooses connection and operation when it runs",
        "a.json: Nothing: names no operation",
        "nobody calls Orders / Report",
    ]


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("a.json", b'{"integrations": [', "line 1, column 19: this is no JSON"),
        ("a.json", b"[" * 200_000, "nested too deeply"),
        ("a.json", b"\xff\xfe", "it is not UTF-8"),
        ("a.xml", b"<tree><task>", "this is no XML"),
        ("a.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "entities of its own is not read"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(here: Shell, file: str, content: bytes, said: str) -> None:
    (here.home / "export" / file).write_bytes(content)
    write(here, "z.json", {"integrations": [integration("Call")]})
    done = used(here)
    assert (done.code, done.err) == (2, "")
    assert any(line.startswith(f"{file}: cannot be read: ") and said in line for line in done.out.splitlines())
    assert "z.json: Call: calls Orders / Open orders" in done.out


def test_nothing_but_regular_files_is_read(here: Shell) -> None:
    os.mkfifo(here.home / "export/a.json")
    (here.home / "export/.git").mkdir()
    write(here, ".git/b.json", "{")
    write(here, "c.txt", "{")
    (here.home / "export/loop.json").symlink_to("loop.json")
    done = used(here)
    assert done.code == 2
    assert [line.split(": ")[0] for line in done.out.splitlines()] == [
        "nobody calls Orders / Open orders",
        "nobody calls Orders / Report",
        "a.json",
        "loop.json",
    ]


def test_a_folder_that_is_none_is_a_connection_or_an_address(here: Shell) -> None:
    done = here.here("usage", "nowhere")
    assert done.code == 2 and "nowhere" in done.err and "--user" in done.err


def test_the_callers_of_a_space_are_those_it_has(joined: Shell, space: SpaceServer) -> None:
    one = connection(0, "Orders", operations=[operation(0), operation(1, "Report")])
    space.add(one)
    core, task = "/app/api/v1", "/app/components/task/app/api/v2"
    space.core = {
        f"{core}/kapps": {"kapps": [{"slug": "services", "integrations": [integration("Of kapp")]}]},
        f"{core}/kapps/services/forms": {"forms": [{"slug": "a", "integrations": [integration("Of form")]}]},
        f"{task}/trees": {"trees": [{"title": "X :: Y", "treeJson": json.dumps(tree(node("Of tree", "gone")))}]},
    }
    done = joined.here("usage", "Dev")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "kapp services: Of kapp: calls Orders / Open orders",
        "form services/a: Of form: calls Orders / Open orders",
        "workflow X :: Y: Of tree: Orders: nobody has the operation gone",
        "nobody calls Orders / Report",
    ]
    space.core[f"{task}/trees"] = {"error": "no"}
    done = joined.here("usage", "Dev")
    assert done.code == 1 and f"{space.url}{task}/trees: a list of trees is wanted there" in done.err


def test_pages_are_read_to_their_end(joined: Shell, space: SpaceServer) -> None:
    space.add(connection(0, "Orders", operations=[operation(0)]))
    core, task = "/app/api/v1", "/app/components/task/app/api/v2"
    # A server that gives the same token for ever ends it too.
    page = {"kapps": [{"slug": "k", "integrations": [integration("Of kapp")]}], "nextPageToken": "same"}
    space.core = {
        f"{core}/kapps": page,
        f"{core}/kapps/k/forms": {"forms": []},
        f"{task}/trees": {"trees": []},
    }
    done = joined.here("usage", "Dev")
    assert done.code == 0 and done.out.count("kapp k: Of kapp: calls") == 2
