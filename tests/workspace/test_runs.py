"""Operations carried out for who looks at them: outputs and answer, masked; what is remembered of their inputs."""

from __future__ import annotations

import json
import stat
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.errors import NotFound
from integrator_tui.model.connection import BasicAuth, Connection, FormBody, Operation, Output
from integrator_tui.model.entry import Draft
from integrator_tui.model.moved import Moved
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace

ORDERS = Operation(
    name="Orders",
    method="GET",
    path="/echo/orders/{{Region}}",
    params=(("limit", "{{Limit}}"), ("token", "{{Page Token}}")),
    headers=(("X-Trace", "{{Trace}}"),),
    outputs=(
        Output(name="Pairs", value="body.query", children=(("Name", "current[0]"), ("Value", "current[1]"))),
        Output(name="Status", value="statusCode"),
        Output(name="Wrong", value="body.nope.deeper"),
    ),
)
GIVEN = {"Region": "north", "Limit": "7", "Page Token": "t-123456", "Trace": "abc"}


def workspace_at(tmp_path: Path) -> Workspace:
    surroundings = Surroundings(
        tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=tmp_path / "keys.txt"
    )
    return Workspace(tmp_path / "connections", surroundings)


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    workspace = workspace_at(tmp_path)
    yield workspace
    await workspace.aclose()


def saved(workspace: Workspace, base_url: str, *operations: Operation) -> Draft:
    entry = workspace.editor.save(Draft(Connection(name="Orders API", base_url=base_url, operations=operations)))
    assert entry.connection is not None
    return Draft(entry.connection, entry.file, entry.revision)


def requests_seen(demo: ThreadedDemoServer) -> int:
    with urllib.request.urlopen(f"{demo.addresses.http}/stats") as answer:
        return int(json.load(answer)["requests"])


async def test_outputs_and_answer_come_with_what_failed_beside_them(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    draft = saved(workspace, demo.addresses.http, ORDERS)
    done = await workspace.runs.run(draft, ORDERS, GIVEN)
    assert done.outputs is not None and done.answer is not None
    assert done.outcome == "failed" and done.failure is None
    assert done.outputs["Pairs"][0] == {"Name": "limit", "Value": "7"}
    assert done.outputs["Status"] == 200 and done.outputs["Wrong"] is None
    assert [problem.name for problem in done.problems] == ["Wrong"] and done.problems[0].message
    assert json.loads(done.answer.body)["path"] == "/echo/orders/north"
    assert await workspace.answers.last(draft) is None, "the answer of the test is another"
    (kept,) = workspace.history.entries("orders-api.yaml")
    assert (kept.kind, kept.operation, kept.failure and kept.failure.kind) == ("run", "Orders", "output_failed")


async def test_an_optional_input_that_is_left_out_is_not_sent(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    draft = saved(workspace, demo.addresses.http, ORDERS)
    done = await workspace.runs.run(draft, ORDERS, {"Region": "north", "Trace": "abc"})
    assert done.outputs is not None and done.outputs["Pairs"] == []


async def test_a_refusal_still_has_outputs_and_an_answer(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    refused = Operation(
        name="No", method="GET", path="/status/404", outputs=(Output(name="S", value="statusCode"),)
    )
    done = await workspace.runs.run(saved(workspace, demo.addresses.http, refused), refused, {})
    assert done.outcome == "failed" and done.failure is not None and done.failure.kind == "not_found"
    assert done.outputs == {"S": 404} and done.answer is not None and done.answer.status == 404


@pytest.mark.parametrize(
    ("path", "given", "kind", "outcome"),
    [
        ("/x", {}, "refused", "failed"),
        ("/{{Id}}", {}, "missing_parameter", "error"),
        ("/{{Id}}/x", {"Id": ".."}, "invalid_file", "error"),
    ],
)
async def test_what_gets_no_answer_is_a_result_too(
    workspace: Workspace, path: str, given: dict[str, str], kind: str, outcome: str
) -> None:
    operation = Operation(name="No", method="GET", path=path, outputs=(Output(name="S", value="statusCode"),))
    done = await workspace.runs.run(saved(workspace, "http://127.0.0.1:9", operation), operation, given)
    assert done.failure is not None and (done.failure.kind, done.outcome) == (kind, outcome)
    assert done.outputs is None and done.answer is None
    assert "--param" not in done.failure.hint, "the words are those of the interface"


async def test_a_secret_is_masked_in_values_and_keys(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    workspace.keys.create_identity()
    echo = Operation(
        name="Echo",
        path="/echo",
        body=FormBody(form=(("own", "{{own}}"),)),
        outputs=(Output(name="Body", value="body"), Output(name="Keys", value="({[body.body]: 1, long: 'x'})")),
    )
    auth = BasicAuth(username="svc")
    connection = Connection(
        name="E", base_url=demo.addresses.http, auth=auth, secrets=("password", "own"), operations=(echo,)
    )
    typed = {"password": Secret("pass-word-1"), "own": Secret("my-own-secret")}
    entry = workspace.editor.save(Draft(connection, typed=typed))
    done = await workspace.runs.run(Draft(connection, entry.file, entry.revision), echo, {})
    told = repr(done)
    assert done.outputs is not None and done.answer is not None and done.answer.holds_secret
    assert "my-own-secret" not in told and "pass-word-1" not in told
    assert list(done.outputs["Keys"]) == ["own=•••", "long"]


async def test_outputs_are_evaluated_again_on_the_last_answer_and_nothing_is_sent(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    draft = saved(workspace, demo.addresses.http, ORDERS)
    with pytest.raises(NotFound, match="no answer of this operation"):
        await workspace.runs.transform(draft, ORDERS)
    await workspace.runs.run(draft, ORDERS, GIVEN)
    before = requests_seen(demo)
    other = ORDERS.model_copy(
        update={"outputs": (Output(name="Path", value="body.path"), Output(name="No", value="nope"))}
    )
    done = await workspace.runs.transform(draft, other)
    assert done.outputs == {"Path": "/echo/orders/north", "No": None}
    assert [problem.name for problem in done.problems] == ["No"] and done.outcome == "failed"
    assert done.answer is not None and done.answer.status == 200
    assert requests_seen(demo) == before


async def test_what_went_into_an_address_is_remembered_and_no_more(
    workspace: Workspace, demo: ThreadedDemoServer, tmp_path: Path
) -> None:
    draft = saved(workspace, demo.addresses.http, ORDERS)
    await workspace.runs.run(draft, ORDERS, GIVEN)
    again = workspace_at(tmp_path)
    assert again.runs.remembered(draft, ORDERS) == {"Region": "north", "Limit": "7"}
    (file,) = (tmp_path / "state" / "inputs").iterdir()
    assert "t-123456" not in file.read_text() and "abc" not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    # What was left out is forgotten, and what is kept follows its file.
    await workspace.runs.run(draft, ORDERS, {"Region": "north", "Trace": "abc"})
    workspace._follow(Moved("orders-api.yaml", "b/orders.yaml", "Orders API"))
    assert again.runs.remembered(draft, ORDERS) == {}
    assert again.runs.remembered(Draft(draft.connection, "b/orders.yaml"), ORDERS) == {"Region": "north"}
    file.write_text("{damaged")
    assert again.runs.remembered(draft, ORDERS) == {}


async def test_nothing_is_remembered_where_the_settings_say_so(
    workspace: Workspace, demo: ThreadedDemoServer, tmp_path: Path
) -> None:
    draft = saved(workspace, demo.addresses.http, ORDERS)
    await workspace.runs.run(draft, ORDERS, GIVEN)
    (tmp_path / "config").mkdir(exist_ok=True)
    (tmp_path / "config" / "settings.yaml").write_text("remember: false\n")
    again = workspace_at(tmp_path)
    assert again.runs.remembered(draft, ORDERS) == {}
    await again.runs.run(draft, ORDERS, GIVEN | {"Limit": "8"})
    await again.aclose()
    assert all("8" not in file.read_text() for file in (tmp_path / "state" / "inputs").iterdir())
