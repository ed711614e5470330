"""Pinning: who can read a workspace's files, written into `.sops.yaml` and taken out of it again.

Rules: a file that is for other workspaces too changes in what is for this one alone; the text is spliced, so that
comments, order and every rule that is not meant stay as they are; a list gets an item, a text with commas another
part. What was written is read again as sops reads it, and is nothing but what was meant, or it is a SaveError: a
list that aliases share is for a person to edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from integrator_tui.errors import InvalidFile, SaveError
from integrator_tui.model.sealed import Path
from integrator_tui.store.sops_yaml.creation_rules import (
    CreationRule,
    creation_rules,
    first_fitting,
    possible_below,
)
from integrator_tui.store.yamltext import writer
from integrator_tui.store.yamltext.document import Document, parse_bytes
from integrator_tui.store.yamltext.edits import delete, insert_item, put
from integrator_tui.store.yamltext.node import Scalar, is_absent
from integrator_tui.store.yamltext.node import Sequence as SequenceNode

RULES: Final = "creation_rules"


def pin(
    data: bytes | None, files: Iterable[str], recipient: str, founders: Sequence[str], *, below: str = ""
) -> bytes:
    """Return a `.sops.yaml` whose rules for `files` name `recipient`, made where `data` is None.

    `below` is the path of the workspace relative to the folder of the file, with a slash at its end. A rule that
    names nobody yet, or has to be made, gets the `founders` first.

    Raises:
        InvalidFile: The file cannot be read.
        SaveError: The recipient cannot be written into it without changing more than that.
    """
    members = tuple(dict.fromkeys((*founders, recipient)))
    if data is None or not data.strip():
        return _text(_new_file(members, below)).encode()
    hint = f"write {recipient} under age in the file by hand, then repeat the command"
    before = creation_rules(data)
    document = parse_bytes(data)
    fitting = [first_fitting(before, below + file) for file in files]
    meant = {before.index(rule) for rule in fitting if rule is not None}
    expected = [
        rule._replace(recipients=_added(rule.recipients, members)) if n in meant else rule
        for n, rule in enumerate(before)
    ]
    for number in sorted(meant):
        for member in expected[number].recipients[len(before[number].recipients) :]:
            document = _add(document, number, member, fresh=not before[number].recipients)
    if None in fitting:
        document, made = _with_rule(document, before, _new_rule(members, below))
        expected.append(made)
    return _checked(document, expected, hint)


def unpin(data: bytes, recipient: str, *, below: str = "") -> bytes:
    """Return a `.sops.yaml` in which no rule that can be for a file `below` names `recipient`; raises what `pin`
    raises, and SaveError for a rule that would name nobody any more."""
    before = creation_rules(data)
    document = parse_bytes(data)
    meant = possible_below(before, below)
    if problem := next((rule.problem for rule in meant if rule.problem), None):
        raise InvalidFile(*problem)
    expected = [
        rule._replace(recipients=tuple(text for text in rule.recipients if text != recipient))
        if rule in meant
        else rule
        for rule in before
    ]
    for number, rule in enumerate(before):
        if expected[number] != rule:
            if not expected[number].recipients:
                message = f"a rule of .sops.yaml names nobody but {recipient}"
                raise SaveError(message, "add another recipient first: integrator-tui keys add")
            document = _remove(document, number, recipient)
    return _checked(document, expected, f"take {recipient} out of the file by hand, then repeat the command")


def _new_file(members: Sequence[str], below: str) -> Mapping[str, Any]:
    return {RULES: [_new_rule(members, below)], "stores": {"yaml": {"indent": 2}}}


def _new_rule(members: Sequence[str], below: str) -> Mapping[str, Any]:
    from integrator_tui.model.re2 import quoted

    rule = {"encrypted_regex": "^secrets$", "mac_only_encrypted": True, "age": list(members)}
    return {"path_regex": f"^{quoted(below)}", **rule} if below else rule


def _with_rule(
    document: Document, before: Sequence[CreationRule], rule: Mapping[str, Any]
) -> tuple[Document, CreationRule]:
    """Return the document with a rule more, the last one, and what it is read as."""
    (made,) = creation_rules(_text({RULES: [rule]}).encode())
    if before:
        return insert_item(document, (RULES,), len(before), rule), made
    return put(document, (RULES,), [rule]), made


def _text(data: Mapping[str, Any]) -> str:
    return "".join(f"{line}\n" for line in writer.members(data, 0))


def _added(present: tuple[str, ...], members: Sequence[str]) -> tuple[str, ...]:
    """Return who a rule is to name: the last of `members` joins those present, all where it names nobody yet."""
    wanted = members if not present else members[-1:]
    return (*present, *(member for member in wanted if member not in present))


def _places(document: Document, number: int) -> Iterator[Path]:
    """Yield where age recipients of a rule can stand: in its key groups and those they merge, else in itself."""
    rule: Path = (RULES, number)
    groups = (*rule, "key_groups")
    found = list(_group_places(document, groups))
    yield from found or [(*rule, "age")]


def _group_places(document: Document, groups: Path) -> Iterator[Path]:
    listed = document.find(groups)
    for number in range(len(listed.items) if isinstance(listed, SequenceNode) else 0):
        yield (*groups, number, "age")
        yield from _group_places(document, (*groups, number, "merge"))


def _add(document: Document, number: int, recipient: str, *, fresh: bool) -> Document:
    places = list(_places(document, number))
    place = next((place for place in places if not is_absent(document.find(place))), places[0])
    node = document.find(place)
    if isinstance(node, SequenceNode):
        return insert_item(document, place, len(node.items), recipient)
    if isinstance(node, Scalar) and node.text.strip():
        return put(document, place, f"{node.text.strip()},{recipient}")
    # Where the rule names somebody all the same, an alias or a merge key does it, which is not written over.
    return put(document, place, [recipient]) if fresh and (node is None or is_absent(node)) else document


def _remove(document: Document, number: int, recipient: str) -> Document:
    for place in _places(document, number):
        node = document.find(place)
        if isinstance(node, SequenceNode):
            for index in reversed(range(len(node.items))):
                document = _without(document, (*place, index), recipient)
        elif isinstance(node, Scalar):
            document = _without(document, place, recipient)
    return document


def _without(document: Document, place: Path, recipient: str) -> Document:
    node = document.find(place)
    parts = [part.strip() for part in node.text.split(",")] if isinstance(node, Scalar) else []
    if recipient not in parts:
        return document
    kept = ",".join(part for part in parts if part and part != recipient)
    return put(document, place, kept) if kept else delete(document, place)


def _checked(document: Document, expected: Sequence[CreationRule], hint: str) -> bytes:
    data = document.text.encode()
    try:
        found = creation_rules(data)
    except InvalidFile:
        found = ()
    if list(map(_comparable, found)) != list(map(_comparable, expected)):
        raise SaveError(".sops.yaml cannot be changed without changing more than was meant", hint)
    return data


def _comparable(rule: CreationRule) -> CreationRule:
    # In a group that merges others a recipient does not come last.
    return rule._replace(recipients=tuple(sorted(rule.recipients)))
