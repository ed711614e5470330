"""Comments and untouched bytes survive every edit, wherever a comment may stand around a value."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrator_tui.model.connection import Connection
from integrator_tui.model.sealed import Path
from integrator_tui.store.connection_file.reader import connection_of
from integrator_tui.store.connection_file.writer import write
from integrator_tui.store.yamltext.document import Document, parse, plain
from integrator_tui.store.yamltext.edits import put
from integrator_tui.store.yamltext.node import Scalar
from tests.store.drawn_connections import TEXT

PEM = "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n"
OLD = "old"

STYLES = {
    "null": "",
    "tilde": "~",
    "plain": OLD,
    "single": f"'{OLD}'",
    "double": f'"{OLD}"',
    "two lines": f'"{OLD}\n@@  two"',
    "literal": f"|-\n@@  {OLD}",
    "deep literal": f"|\n@@      {OLD}\n",
    "folded": f">-\n@@  {OLD}\n@@  two",
}
"""A value in every style; `@@` stands for the indentation of its key."""

# What may stand between the colon and the value, behind the value, and in the lines below it.
BETWEEN = [" ", "  ", " # c1\n@@  ", "\n@@  # c1\n@@  ", "\n# c1\n@@      ", " # c1\n\n@@  # c2\n@@  "]
BEHIND = ["", " # c3", "  # c3"]
BELOW = [
    "",
    "\n@@  # c4",
    "\n@@      # c4\n@@    # c5",
    "\n",
    "\n        ",
    "\n@@\n        \n@@  # c4",
    "\n\n# c4",
    "\n\t",
]

# A mapping or a list that holds the value; `@@` as above, `%s` for the value with all that surrounds it.
PLACES: dict[str, tuple[str, str, Path]] = {
    "first": ("description:%s\nbase_url: x # k1\n", "", ("description",)),
    "middle": ("name: a # k1\n# k2\nca_cert:%s\nbase_url: x\n", "", ("ca_cert",)),
    "last": ("name: a # k1\ndescription:%s\n", "", ("description",)),
    "nested": (
        "auth:\n  # k1\n  type: oauth2\n  scope:%s\n  client_id: b # k2\nname: a\n",
        "  ",
        ("auth", "scope"),
    ),
    "deep": ("operations:\n  - name: a\n    path:%s\n    # k1\n", "    ", ("operations", 0, "path")),
    "item": ("tags:\n  -%s\n  - b # k1\n", "  ", ("tags", 0)),
    "flush item": ("tags:\n- a\n-%s\n- b # k1\nname: a\n", "", ("tags", 1)),
}


def comments(text: str) -> list[str]:
    """Return the marked comments of a text, in their order."""
    return re.findall(r"# ([ck][0-9])", text)


def others(document: Document, path: Path) -> list[tuple[Path, str]]:
    return [(leaf.path, leaf.text) for leaf in document.leaves() if leaf.path != path]


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(sorted(PLACES)),
    st.sampled_from(sorted(STYLES)),
    st.sampled_from(BETWEEN),
    st.sampled_from(BEHIND),
    st.sampled_from(BELOW),
    st.one_of(st.sampled_from([PEM, "new", "a\n\nb", "", "x # y", "a: b", " \n x", OLD]), TEXT),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_every_comment_survives_a_new_value(
    place: str, style: str, between: str, behind: str, below: str, value: str, line_end: str, whole: bool
) -> None:
    frame, indent, path = PLACES[place]
    written = STYLES[style]
    if style in ("literal", "deep literal", "folded"):
        # A comment of the value stands in the header's line.
        header, rest = written.split("\n", 1)
        written, behind = f"{header}{behind}\n{rest}", ""
    text = (frame % f"{between}{written}{behind}{below}").replace("@@", indent).replace("\n", line_end)
    text = text if whole else text.rstrip("\r\n")
    before = parse(text)
    node = before.find(path)
    if before.problems or not isinstance(node, Scalar) or "#" in node.text:
        return
    after = put(before, path, value)
    changed = after.find(path)
    assert isinstance(changed, Scalar)
    assert changed.text == value
    assert others(after, path) == others(before, path)
    assert comments(after.text) == comments(text)
    assert comments("".join(leaf.text for leaf in after.leaves())) == comments(value)
    assert [line for line in kept_lines(text) if line not in kept_lines(after.text)] == []


def kept_lines(text: str) -> list[str]:
    """Return the lines that no value of these tests stands in."""
    return [line for line in text.splitlines() if re.search(r"\bk[0-9]|name:|base_url:|client_id|type:", line)]


@pytest.mark.parametrize("style", sorted(STYLES))
@pytest.mark.parametrize("between", [" ", " # c1\n  ", "\n  # c1\n  "])
def test_a_comment_between_key_and_value_stays_where_it_is(style: str, between: str) -> None:
    text = f"name: a\ndescription:{between}{STYLES[style]}\nbase_url: https://a.example\n".replace("@@", "")
    before = connection_of(parse(text))
    assert before is not None
    after = write(parse(text), before.model_copy(update={"description": "new"}))
    if "c1" in between and style not in ("null",):
        assert f"description:{between}" in after
    assert comments(after) == comments(text)


def test_a_certificate_takes_the_place_of_a_comment_below_its_key() -> None:
    text = "name: a\nbase_url: https://a.example\nca_cert:\n  # paste it here\ntags: [b]\n"
    connection = connection_of(parse(text))
    assert connection is not None
    after = write(parse(text), connection.model_copy(update={"ca_cert": PEM}))
    body = "".join(f"  {line}\n" for line in PEM.splitlines())
    assert after == text.replace("ca_cert:\n  #", f"ca_cert: |\n{body}#")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{name: }\n", '{name: , tags: "a\\nb" }\n'),
        ("{name: # c1\n}\n", '{name: , tags: "a\\nb" # c1\n}\n'),
        ("auth: {type: none, scope: }\n", "auth: {type: none, scope: }\ntags: |-\n  a\n  b\n"),
    ],
)
def test_a_key_without_a_value_in_braces_keeps_its_name(before: str, after: str) -> None:
    document = parse(before)
    changed = put(document, ("tags",), "a\nb")
    assert changed.text == after
    assert [leaf for leaf in changed.leaves() if leaf.path[0] != "tags"] == list(document.leaves())


@pytest.mark.parametrize("value", ["x", "a\nb\n", ["x"]])
def test_an_explicit_key_without_a_colon_gets_one(value: object) -> None:
    for text in ("? name # c1\nbase_url: x\n", "auth:\n  ? scope\n  # c1\n  type: oauth2\n", "? name"):
        path: Path = ("auth", "scope") if "auth" in text else ("name",)
        changed = put(parse(text), path, value)
        found = changed.find(path)
        assert found is not None and plain(found) == value
        assert comments(changed.text) == comments(text)


@pytest.mark.parametrize(
    "end", ["|\n  a", "|-\n  a", "|+\n  a", ">\n  a\n  b", "|\n  a\n  ", "|\n  a\n     ", "|+\n  a\n  ", "|2\n   a"]
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_file_that_ends_in_a_block_keeps_its_value(end: str, line_end: str) -> None:
    text = f"name: a\nbase_url: https://a.example\ndescription: {end}".replace("\n", line_end)
    connection = connection_of(parse(text))
    assert connection is not None
    wanted = connection.model_copy(update={"tags": ("t",), "secrets": ("s",), "test_path": "/x"})
    after = write(parse(text), wanted)
    assert connection_of(parse(after)) == wanted
    assert write(parse(text), connection) == text


@pytest.mark.parametrize("blanks", ["      ", "  ", "    \n      ", "      \n# c1", "      # c1\n      # c2"])
def test_lines_of_blanks_do_not_run_into_a_new_block(blanks: str) -> None:
    text = f"name: a\nca_cert:\n{blanks}\nbase_url: https://a.example\n"
    for before in (
        text,
        text.replace("ca_cert:", "test_path: /x"),
        text.replace("ca_cert:", "ca_cert: |-\n        old"),
    ):
        connection = connection_of(parse(before))
        assert connection is not None
        wanted = connection.model_copy(update={"ca_cert": PEM})
        after = write(parse(before), wanted)
        assert connection_of(parse(after)) == wanted
        assert comments(after) == comments(before)


def test_a_connection_without_a_key_writes_it_above_what_is_indented() -> None:
    text = "name: a\n      # c1\nbase_url: https://a.example\n"
    wanted = Connection(name="a", base_url="https://a.example", description="one\ntwo\n")
    after = write(parse(text), wanted)
    assert connection_of(parse(after)) == wanted
    assert comments(after) == ["c1"]


@pytest.mark.parametrize("value", ["new", "a: b", PEM, "", "x # y"])
@pytest.mark.parametrize(
    "text",
    [
        "auth: {type: oauth2, scope: # c1\n    old, # c2\n  client_id: b}\n",
        "auth: {type: oauth2, scope:\n  # c1\n  'old' # c2\n  , client_id: b}\n",
        'auth: {\n  "scope": "old" # c1\n  # c2\n}\n',
        "auth: # c1\n  {type: oauth2, # c2\n   scope: # c3\n  }\n",
        "auth: {scope # c1\n  , client_id: b # c2\n}\n",
    ],
)
def test_comments_inside_braces_stay_too(text: str, value: str) -> None:
    before = parse(text)
    assert not before.problems
    after = put(before, ("auth", "scope"), value)
    found = after.find(("auth", "scope"))
    assert isinstance(found, Scalar) and found.text == value
    assert comments(after.text) == comments(text)
    assert others(after, ("auth", "scope")) == others(before, ("auth", "scope"))
