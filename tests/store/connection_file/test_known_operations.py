"""Files read in parts say what they say as a whole, or are left to be read so."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrator_tui.model.connection import Connection
from integrator_tui.store.connection_file import reader
from integrator_tui.store.connection_file.known_operations import MAX_CHARACTERS, KnownOperations
from integrator_tui.store.connection_file.writer import write
from integrator_tui.store.yamltext.document import parse
from tests.store.drawn_connections import CONNECTIONS

HEAD = "name: A\nbase_url: https://a.example.com\n"
OPERATIONS = "operations:\n  - name: One\n    method: GET\n    path: /one\n  - name: Two\n    path: /two/{{Id}}\n"

IN_PARTS = {
    "at the end": HEAD + OPERATIONS,
    "without a last line end": (HEAD + OPERATIONS).rstrip("\n"),
    "first": OPERATIONS + HEAD,
    "between": "name: A\n" + OPERATIONS + "base_url: https://a.example.com\n",
    "not indented": HEAD + "operations:\n- name: One\n  path: /one\n- name: Two\n  path: /two\ntags: [a]\n",
    "with comments and blank lines": HEAD
    + "# before\n\noperations:\n  - name: One # one\n# at the margin\n    path: /one\n\n  - name: Two\n\n# last\n",
    "blocks that keep their line ends": HEAD
    + "operations:\n  - name: One\n    description: |+\n      a\n\n  - name: Two\n    description: >\n      b\n\n"
    "  - name: Three\n    description: |\n      - name: no\n       - more\n",
    "lists inside": HEAD
    + "operations:\n  - name: One\n    headers:\n      A:\n      - b\n      - c\n  - name: Two\n",
    "a document mark": "---\n" + HEAD + OPERATIONS,
    "a mark of byte order": "\ufeff" + HEAD + OPERATIONS,
    "an opened secret in a template": HEAD + OPERATIONS + "secrets: {Id: ''}\n",
}

AS_A_WHOLE = {
    "no operations": HEAD,
    "none below the key": HEAD + "operations:\ntags: [a]\n",
    "a comment first": HEAD + OPERATIONS.replace("\n", "\n  # first\n", 1),
    "in a flow": HEAD + "operations: [{name: One}]\n",
    "a quoted text over the key": 'name: "A\noperations:\n  - name: One\ntags: "\nbase_url: https://a.example.com\n',
    "a flow over the key": "name: A\nbase_url: https://a.example.com\ntags: [b,\noperations:\n  - name: One\nc]\n",
    "a quoted text over two items": HEAD + 'operations:\n  - name: "One\n  - name: Two"\n',
    "a dash on a line of its own": HEAD + "operations:\n  - name: One\n  -\n    name: Two\n",
    "two of one name": HEAD + "operations:\n  - name: One\n  - name: One\n",
    "without a name": HEAD + "operations:\n  - path: /\n",
    "an unknown key": HEAD + "operations:\n  - name: One\n    pth: /\n",
    "a template that is not closed": HEAD + "operations:\n  - name: One\n    path: '/{{a'\n",
    "a path that is an address": HEAD + "operations:\n  - name: One\n    path: https://b.example.com/\n",
    "an anchor": HEAD + "operations:\n  - &a\n    name: One\n",
    "null among them": HEAD + "operations:\n  - name: One\n  - ~\n",
    "twice": HEAD + OPERATIONS + OPERATIONS,
    "twice, once in quotes": HEAD + OPERATIONS + '"operations": []\n',
    "something wrong beside them": "name: A\nbase_url: ftp://a.example.com\n" + OPERATIONS,
    "two documents": HEAD + OPERATIONS + "---\n" + HEAD,
    "an end of the document, and more": HEAD + "...\n" + OPERATIONS,
    "other line ends": (HEAD + OPERATIONS).replace("\n", "\r\n"),
    "something encrypted": HEAD + "operations:\n  - name: One\n    description: ENC[AES256_GCM,data:a]\n",
    "a stage": HEAD + "extends: b.yaml\n" + OPERATIONS,
    "another type": "type: postgres\n" + HEAD + OPERATIONS,
    "many characters": HEAD + "description: " + "a" * MAX_CHARACTERS + "\n" + OPERATIONS,
}


def agrees(known: KnownOperations, text: str) -> bool:
    """Read a text both ways; return whether it could be read in parts, where it has to say the same."""
    document = parse(text)
    connection, problems = reader.read(document, "a")
    found = known.read(text, "a")
    if found is not None:
        assert (found.connection, ()) == (connection, problems)
        assert found.rest.metadata() == document.metadata()
        assert reader.summary(found.rest, "a") == reader.summary(document, "a")
        assert reader.secret_states(found.rest) == reader.secret_states(document)
    return found is not None


@pytest.mark.parametrize("text", IN_PARTS.values(), ids=IN_PARTS)
def test_a_file_with_nothing_wrong_is_read_in_parts(text: str) -> None:
    assert agrees(KnownOperations(), text)


@pytest.mark.parametrize("text", AS_A_WHOLE.values(), ids=AS_A_WHOLE)
def test_what_is_out_of_the_ordinary_is_read_as_a_whole(text: str) -> None:
    assert not agrees(KnownOperations(), text)


@given(st.lists(CONNECTIONS, min_size=1, max_size=4), st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_connections_say_the_same_both_ways(connections: list[Connection], again: bool) -> None:
    known = KnownOperations()
    for connection in connections * (1 + again):
        agrees(known, write(None, connection))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_text_that_was_cut_or_changed_says_the_same_both_ways(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([*IN_PARTS.values(), *AS_A_WHOLE.values()]))
    place, gone = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 12))
    put = data.draw(
        st.sampled_from(["", "\n", " ", '"', "'", "- ", "\n  - ", "|", "#", "[", "]", ":", "\noperations:\n", "{{"])
    )
    agrees(KnownOperations(), text[:place] + put + text[place + gone :])


def test_what_is_hardly_ever_a_copy_is_read_as_a_whole() -> None:
    known = KnownOperations()
    texts = [HEAD + OPERATIONS.replace("/one", f"/{number}").replace("/two", f"/{number}") for number in range(60)]
    read = [agrees(known, text) for text in texts]
    assert read[0] and not read[-1]


def test_an_operation_that_is_a_copy_is_the_same_object() -> None:
    known = KnownOperations()
    first, second = known.read(HEAD + OPERATIONS, "a"), known.read(HEAD.replace("A", "B") + OPERATIONS, "b")
    assert first is not None and second is not None
    assert second.connection.name == "B"
    assert [id(operation) for operation in first.connection.operations] == [
        id(operation) for operation in second.connection.operations
    ]
