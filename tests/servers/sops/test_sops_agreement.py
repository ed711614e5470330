"""What we take, sops takes, with the same values; what sops writes, we take: YAML is read by two parsers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from integrator_tui.model.connection import Connection
from integrator_tui.model.secret import Secret
from integrator_tui.store.connection_file.reader import connection_of, read
from integrator_tui.store.connection_file.writer import apply, write
from integrator_tui.store.yamltext import parser
from integrator_tui.store.yamltext.document import parse
from integrator_tui.store.yamltext.go_yaml import readable, unreadable_line
from tests.vault.conftest import Person, make_person

REST = "\nname: a\nbase_url: https://a.example\nsecrets:\n  token: hunter2\n"
URL = "https://a.example/b"


@pytest.fixture
def alice(tmp_path: Path) -> Person:
    return make_person(tmp_path / "alice")


def seal(person: Person, text: str) -> str:
    document = parse(text)
    return apply(document, person.vault.seal(document.sealed(), {}, "d" * 64, (person.recipient,)))


UNREADABLE = {
    r'description: "https:\/\/a.example\/b"': (URL, 1),
    r"""description: "\"\\\/\/"   # why""": ('"\\//', 1),
    'description: "https:\\/\\\n  \\/a.example/b"': (URL, 1),
    '%YAML 1.2\n---\ndescription: "https://a.example/b"': (URL, 1),
    "# c\n%YAML 1.2 # d\n%FUTURE x\n---\ndescription: https://a.example/b": (URL, 2),
    "description: |\n  \ta\n  b": ("\ta\nb\n", 1),
    "description: >- # why\n\n  \ta\n  b\n\n# c": ("\n\ta\nb", 1),
    "auth: {type: basic, username: a?b}\ndescription: a": ("a", 1),
    "operations:\n  - {name: a, path: '/x', params: {a?: b}}\ndescription: a": ("a", 2),
    "tags: [a? , b]\ndescription: a": ("a", 1),
    "tags: [\n  what ? now, :b]\ndescription: a": ("a", 2),
    'tags: ["\\/"]\n"description": "\\/"': ("/", 1),
}


@pytest.mark.parametrize("start", UNREADABLE, ids=lambda start: repr(start[:25]))
def test_what_sops_refuses_is_written_so_that_it_does_not(alice: Person, start: str) -> None:
    value, line = UNREADABLE[start]
    text = start + REST
    assert alice.sops.refuses(text)
    before = connection_of(parse(text))
    assert before is not None and before.description == value
    assert unreadable_line(parse(text)) == line
    sealed = seal(alice, text)
    assert unreadable_line(parse(sealed)) is None
    assert alice.sops.decrypt(sealed)["description"] == value
    assert connection_of(parse(sealed)) == before
    assert sealed.count("#") == text.count("#") - start.count(" # d")
    # A save of a field that needs no sealing leaves it in no other state.
    broken = sealed.replace("name: a\n", 'name: a\ndocumentation_link: "https:\\/\\/x.example"\n')
    assert alice.sops.refuses(broken)
    saved = write(
        parse(broken), before.model_copy(update={"tags": ("t",), "documentation_link": "https://x.example"})
    )
    assert alice.sops.decrypt(saved)["tags"] == ["t"]


@pytest.mark.parametrize(
    "text",
    ["%YAML 1.1\n---\nname: a\n", "name: 'a\\/b'\n", "name: a\\/b\n", "name: |\n  a\n  \tb\n", 'name: "a\\\\/"\n'],
)
def test_what_sops_reads_stays_as_it_is(text: str) -> None:
    assert readable(parse(text)).text == text


@pytest.mark.parametrize("pure", [False, True], ids=["C", "pure"])
def test_a_value_that_sops_takes_for_a_merge_key_is_its_text(
    alice: Person, monkeypatch: pytest.MonkeyPatch, pure: bool
) -> None:
    if pure:
        monkeypatch.setattr(parser, "CParser", None)
    text = seal(alice, "description: <<" + REST.replace("name: a", "name: '<<'\ntags: [<<, '<<']"))
    theirs = alice.sops.change(text, "set", "FILE", '["secrets"]["token"]', '"x"')
    assert theirs.count("!!merge <<") == 4
    document = parse(theirs)
    connection, problems = read(document)
    assert not problems
    assert connection is not None
    assert (connection.name, connection.description, connection.tags) == ("<<", "<<", ("<<", "<<"))
    ours = write(document, connection.model_copy(update={"description": "new", "tags": ("<<", "b")}))
    assert "\ndescription: new\n" in f"\n{ours}"
    assert alice.sops.decrypt(seal(alice, ours))["tags"] == ["<<", "b"]


@pytest.mark.parametrize(
    "key", ["<<: {a: b}", "!!merge <<: {a: b}", "!!merge 'x': a", "description: !!merge x", "description: !!str <<"]
)
def test_any_other_merge_key_or_tag_is_refused(key: str) -> None:
    problems = parse(key + REST).problems
    assert problems
    assert all(problem.line == 1 for problem in problems)


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize(
    "place", ["# note%s", "description: a%sb", "description: 'a%sb'", "description: |\n  a%s  b"]
)
@pytest.mark.parametrize("pure", [False, True], ids=["C", "pure"])
def test_a_line_break_of_yaml_1_1_is_a_problem_with_its_line(
    monkeypatch: pytest.MonkeyPatch, character: str, place: str, pure: bool
) -> None:
    if pure:
        monkeypatch.setattr(parser, "CParser", None)
    text = f"name: a\n{place % character}\nbase_url: https://a.example\n"
    connection, problems = read(parse(text))
    assert connection is None
    (problem,) = problems
    assert problem.line == 2 + ("|" in place)
    assert f"U+{ord(character):04X}" in problem.message
    assert f'"\\u{ord(character):04x}"' in problem.hint
    escaped = parse(f'name: a\ndescription: "a\\u{ord(character):04x}b"\n')
    assert not escaped.problems
    # A value that holds one is written escaped, whatever stood there.
    written = write(parse(text.replace(character, "x")), Connection(name="a", description=f"a{character}\nb"))
    assert character not in written
    again = connection_of(parse(written))
    assert again is not None and again.description == f"a{character}\nb"


@pytest.mark.parametrize("pure", [False, True], ids=["C", "pure"])
def test_a_pair_of_escapes_is_named_for_what_it_is(
    alice: Person, monkeypatch: pytest.MonkeyPatch, pure: bool
) -> None:
    if pure:
        monkeypatch.setattr(parser, "CParser", None)
    text = json.dumps({"name": "a", "base_url": "https://a.example", "description": "\U0001f600"})
    assert alice.sops.refuses(text)
    (problem,) = parse(text).problems
    assert "a pair of escapes" in problem.message and "YAML does not have" in problem.message
    assert '"\\U0001f600"' in problem.hint
    document = parse(text.replace("\\ud83d\\ude00", "\\U0001f600"))
    assert document.find(("description",)).text == "\U0001f600"  # type: ignore[union-attr]
    for half in ("\\ud83d", "\\ude00", "\\ude00\\ud83d"):
        (problem,) = parse(text.replace("\\ud83d\\ude00", half)).problems
        assert "half a surrogate pair" in problem.message
    written = write(None, Connection(name="a", base_url="https://a.example", description="\U0001f600"))
    assert "\U0001f600" in written


@pytest.mark.parametrize(
    "text", ["%YAML 1.0\n---\na: b\n", "%YAML 3.1\n---\na: b\n", "%YAML x\n---\n", "%YAML 1.\n"]
)
def test_a_directive_that_no_parser_takes_is_a_problem(text: str) -> None:
    document = parse(text)
    assert document.problems
    assert not document.whole


def test_the_secret_itself_may_be_written_so(alice: Person) -> None:
    text = seal(alice, 'name: a\nsecrets:\n  token: "a\\/b"\n  other: |\n    \tx\n')
    assert alice.sops.decrypt(text)["secrets"] | {"_seal": ""} == {"token": "a/b", "other": "\tx\n", "_seal": ""}
    assert alice.vault.open(parse(text).sealed(), "d" * 64)["token"] == Secret("a/b")
