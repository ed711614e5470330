"""Documents are told apart by what stands in them, and opened only where they are regular files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from integrator_tui.errors import UsageError
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import GivenDocument, Workspace
from integrator_tui.workspace.interchange import documents as module
from integrator_tui.workspace.interchange.documents import ForeignDocuments


@pytest.fixture
def documents(tmp_path: Path) -> ForeignDocuments:
    surroundings = Surroundings(tmp_path / "config", tmp_path / "state", tmp_path / "cache")
    return Workspace(tmp_path / "work", surroundings).documents


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("curl https://a.example", "curl"),
        ("$ curl -s https://a.example", "curl"),
        ("openapi: 3.1.0\ninfo: {}", "openapi"),
        ("# a comment\nswagger: '2.0'\n", "openapi"),
        ('{"openapi": "3.0.0"}', "openapi"),
        ('{"info": {}, "swagger": "2.0"}', "openapi"),
        ('[{"name": "A", "config": {"baseUrl": "https://a.example"}}]', "kinetic"),
        ('{"connectionId": "1", "name": "A"}', "kinetic"),
        ("baseUrl: https://a.example", ""),
        ("just words", ""),
        ("", ""),
    ],
)
def test_what_a_text_is(documents: ForeignDocuments, text: str, form: str) -> None:
    assert documents.format_of(GivenDocument(text)) == form


def test_a_path_is_read_however_a_terminal_pastes_it(documents: ForeignDocuments, tmp_path: Path) -> None:
    file = tmp_path / "my orders.yaml"
    file.write_text("openapi: 3.1.0\n")
    escaped = str(file).replace(" ", "\\ ")
    for text in (str(file), f"'{file}'", f'"{file}"\n', escaped, f"file://{file}".replace(" ", "%20")):
        assert documents.given(text) == GivenDocument("openapi: 3.1.0\n", file)
        assert documents.looks_like_one(text)
    assert documents.given("~/my orders.yaml", tmp_path).file == file
    assert not documents.looks_like_one(str(tmp_path / "none.yaml"))
    assert not documents.looks_like_one(str(tmp_path))
    assert not documents.looks_like_one("openapi: 3.1.0\n")


def test_what_is_no_document_is_named(
    documents: ForeignDocuments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "latin.json").write_bytes(b"\xff")
    (tmp_path / "long.json").write_text("x" * 20)
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    for name, said in (
        ("none.json", "cannot be read: no such file"),
        ("pipe.json", "is no regular file"),
        ("latin.json", "is not UTF-8"),
        ("long.json", "holds more than"),
        (".", "is a directory"),
    ):
        with pytest.raises(UsageError, match=said):
            documents.given(str(tmp_path / name))


def test_a_collection_that_is_a_folder_is_told_apart_by_its_file(
    documents: ForeignDocuments, tmp_path: Path
) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "opencollection.yml").write_text("opencollection: 1.0.0\ninfo: {name: Shop}\nbundled: false\n")
    (folder / "a.yml").write_text("info: {name: A}\nhttp: {url: 'https://a.example/x'}\n")
    document = documents.given(str(folder))
    assert documents.format_of(document) == "opencollection"
    prepared = documents.prepared("opencollection", document)
    assert [draft.connection.base_url for draft in prepared.drafts] == ["https://a.example"]
