"""A damaged file is one row and one line of a run, whatever it is; the others are done."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from integrator_tui.errors import IntegratorError, InvalidFile
from integrator_tui.model.connection import BasicAuth, Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.store import folder
from integrator_tui.vault.age.x25519 import X25519Identity
from integrator_tui.workspace import Workspace
from tests.store.corpus import HOSTILE

NO_MAPPING = {
    "text": "hello\n",
    "number": "42\n",
    "null": "~\n",
    "literal": "|\n  name: a\n  secrets: {a: b}\n",
    "folded": ">-\n  a\n",
    "quoted": '"secrets"\n',
    "list": "- secrets\n- {a: b}\n",
    "flow list": "[secrets, [a]]\n",
    "empty": "",
    "comment": "# secrets:\n",
    "document": "---\n...\n",
    "directive": "%YAML 1.0\n---\nname: a\n",
    "tag": "!!set {a, b}\n",
    "binary": "\x00\x01",
    "key that is a list": "[secrets, a]: b\n",
    "key that is null": "~: b\nsecrets: {a: b}\n",
    "open": "name: a\nsecrets: {a: 'b\n",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with a sealed file that comes first and one that comes last."""
    root = tmp_path / "work"
    given = Surroundings(
        tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=tmp_path / "keys"
    )
    made = Workspace(root, given)
    made.keys.create_identity()
    for name in ("a", "z"):
        connection = Connection(
            name=name, base_url="https://a.example", auth=BasicAuth(username="u"), secrets=("password",)
        )
        made.editor.save(Draft(connection, typed={"password": Secret("hunter2")}))
    return made


def damaged(workspace: Workspace) -> list[str]:
    """Put files into the workspace that are damaged in every way; return their names."""
    texts = {f"m {name}.yaml": text.encode() for name, text in NO_MAPPING.items()}
    texts |= {f"m {path.stem} hostile.yaml": path.read_bytes() for path in HOSTILE}
    for name, data in texts.items():
        (workspace.root / name).write_bytes(data)
    (workspace.root / "m link.yaml").symlink_to("nowhere")
    os.mkfifo(workspace.root / "m fifo.yaml")
    return sorted([*texts, "m link.yaml", "m fifo.yaml"])


def test_every_file_has_its_line_when_keys_change(workspace: Workspace) -> None:
    bad = damaged(workspace)
    other = X25519Identity.generate().recipient()
    rotation = workspace.keys.rotation
    # Some are broken in what they say and not in their form: these can hold no secret unseen.
    formless = {f"m {name}.yaml" for name in NO_MAPPING} | {"m link.yaml", "m fifo.yaml"}
    for run in (rotation.rotate, partial(rotation.add, other), partial(rotation.remove, other)):
        outcomes = {outcome.file: outcome for outcome in run()}
        assert sorted(outcomes) == sorted(["a.yaml", *bad, "z.yaml"])
        assert outcomes["a.yaml"].changed and outcomes["z.yaml"].changed
        assert not any(outcomes[name].changed for name in bad)
        assert {name for name in formless if outcomes[name].error is None} == set()
        assert all(isinstance(outcomes[name].error, IntegratorError | None) for name in bad)
    assert workspace.keys.rotation.strangers() == {}
    assert all(workspace.keys.rotation.secret_names(name) is not None for name in bad)


def test_every_file_has_its_line_when_it_is_sealed_or_verified(workspace: Workspace) -> None:
    # What is wrong with an operation stops that operation alone.
    for name in set(damaged(workspace)) - {"m two_bodies hostile.yaml"}:
        with pytest.raises(IntegratorError) as caught:
            workspace.seals.review(name)
        assert caught.value.hint
        try:
            findings = workspace.seals.verify(name)
        except InvalidFile as error:
            findings = (error,)
        assert findings and all(finding.message and finding.hint for finding in findings)


PIECES = [
    "~",
    "[]",
    "{}",
    "x",
    "42",
    "'",
    "|",
    "- ",
    "\n",
    "ENC[",
    "secrets:",
    "sops:",
    "&a ",
    "? ",
    "9" * 400,
    "\u2028",
]


@pytest.mark.parametrize("seed", range(2))
def test_a_sealed_file_that_is_damaged_anywhere_ends_no_run(workspace: Workspace, seed: int) -> None:
    path = workspace.root / "a.yaml"
    whole = path.read_text()
    draw = random.Random(seed)
    for _ in range(20):
        lines = whole.split("\n")
        number = draw.randrange(len(lines))
        if draw.random() < 0.5:
            lines[number] = re.sub(":.*", f": {draw.choice(PIECES)}", lines[number], count=1)
        else:
            column = draw.randrange(len(lines[number]) + 1)
            lines[number] = (
                lines[number][:column] + draw.choice(PIECES) + lines[number][column + draw.randrange(9) :]
            )
        path.write_text("\n".join(lines))
        assert [entry.file for entry in workspace.catalog.entries()] == ["a.yaml", "z.yaml"]
        assert [outcome.file for outcome in workspace.keys.rotation.rotate()] == ["a.yaml", "z.yaml"]
        for use in (workspace.seals.review, workspace.seals.verify):
            try:
                use("a.yaml")
            except IntegratorError as error:
                assert "hunter2" not in error.message + error.hint


@contextmanager
def as_nobody() -> Iterator[None]:
    """Run without the rights of root, whom no folder is closed to."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder that everybody can look into, as those of pytest are not."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_a_folder_that_cannot_be_read_is_a_problem_with_its_path(root: Path) -> None:
    (root / "dev").mkdir(mode=0o755)
    (root / "dev/open.yaml").write_text("name: a\nbase_url: https://a.example\n")
    (root / "dev/open.yaml").chmod(0o644)
    (root / "prod").mkdir()
    (root / "prod/hidden.yaml").write_text("name: b\n")
    (root / "prod").chmod(0)
    opened = Workspace(root, Surroundings(root / "c", root / "s", root / "k", age_keys_file=root / "keys"))
    try:
        with as_nobody():
            assert folder.scan(root) == ("dev/open.yaml", "prod/")
            entries = {entry.file: entry for entry in (*opened.catalog.summaries(), *opened.catalog.entries())}
            assert entries["dev/open.yaml"].state == "ok"
            assert (entries["prod/"].state, entries["prod/"].is_folder) == ("problem", True)
            (problem,) = entries["prod/"].problems
            assert str(root / "prod") in problem.message and "permission denied" in problem.message
            assert problem.hint
            outcomes = list(opened.keys.rotation.rotate())
            assert [(outcome.file, outcome.error is None) for outcome in outcomes] == [
                ("dev/open.yaml", True),
                ("prod/", False),
            ]
            for use in (opened.seals.review, opened.seals.verify):
                with pytest.raises(InvalidFile, match="permission denied"):
                    use("prod/")
    finally:
        (root / "prod").chmod(0o700)
