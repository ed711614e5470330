"""Pinning: who can read a workspace's files, written into `.sops.yaml` and taken out of it again.

Rules: the text is spliced, so that comments, order and every rule that is not meant stay as they are; a list
gets an item, a text with commas another part. What was written is read again as sops reads it, and is
nothing but what was meant, or it is a SaveError: a list that aliases share is for a person to edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from integrator_tui.errors import InvalidFile, SaveError
from integrator_tui.model.sealed import Path
from integrator_tui.store.sops_yaml.creation_rules import creation_rules, first_fitting
from integrator_tui.store.yamltext import writer
from integrator_tui.store.yamltext.document import Document, parse_bytes
from integrator_tui.store.yamltext.edits import delete, insert_item, put
from integrator_tui.store.yamltext.node import Scalar, is_absent
from integrator_tui.store.yamltext.node import Sequence as SequenceNode

RULES: Final = "creation_rules"


def pin(data: bytes | None, files: Iterable[str], recipient: str, founders: Sequence[str]) -> bytes:
    """Return a `.sops.yaml` whose rules for `files` name `recipient`, made where `data` is None.

    A rule that names nobody yet, or has to be made, gets the `founders` first.

    Raises:
        InvalidFile: The file cannot be read.
        SaveError: The recipient cannot be written into it without changing more than that.
    """
    members = tuple(dict.fromkeys((*founders, recipient)))
    if data is None or not data.strip():
        return _text(_new_file(members)).encode()
    before = creation_rules(data)
    document = parse_bytes(data)
    meant = {before.index(rule) for file in files if (rule := first_fitting(before, file)) is not None}
    if not before:
        return put(document, (RULES,), [_new_rule(members)]).text.encode()
    if not meant:
        return insert_item(document, (RULES,), len(before), _new_rule(members)).text.encode()
    expected = [
        _added(rule.recipients, members) if n in meant else rule.recipients for n, rule in enumerate(before)
    ]
    for number in sorted(meant):
        for member in expected[number][len(before[number].recipients) :]:
            document = _add(document, number, member, fresh=not before[number].recipients)
    return _checked(document, expected, f"write {recipient} under age in the file by hand, then repeat the command")


def unpin(data: bytes, recipient: str) -> bytes:
    """Return a `.sops.yaml` in which no rule names `recipient`; raises what `pin` raises, and SaveError for a rule
    that would name nobody any more."""
    before = creation_rules(data)
    document = parse_bytes(data)
    expected = [tuple(text for text in rule.recipients if text != recipient) for rule in before]
    for number, rule in enumerate(before):
        if recipient in rule.recipients:
            if not expected[number]:
                message = f"a rule of .sops.yaml names nobody but {recipient}"
                raise SaveError(message, "add another recipient first: integrator-tui keys add")
            document = _remove(document, number, recipient)
    return _checked(document, expected, f"take {recipient} out of the file by hand, then repeat the command")


def _new_file(members: Sequence[str]) -> Mapping[str, Any]:
    return {RULES: [_new_rule(members)], "stores": {"yaml": {"indent": 2}}}


def _new_rule(members: Sequence[str]) -> Mapping[str, Any]:
    return {"encrypted_regex": "^secrets$", "mac_only_encrypted": True, "age": list(members)}


def _text(data: Mapping[str, Any]) -> str:
    return "".join(f"{line}\n" for line in writer.members(data, 0))


def _added(present: tuple[str, ...], members: Sequence[str]) -> tuple[str, ...]:
    """Return who a rule is to name: the last of `members` joins those present, all where it names nobody yet."""
    wanted = members if not present else members[-1:]
    return (*present, *(member for member in wanted if member not in present))


def _places(document: Document, number: int) -> Iterable[Path]:
    """Yield where the age recipients of a rule stand: in its key group, where it has one, else in itself."""
    rule: Path = (RULES, number)
    groups = document.find((*rule, "key_groups"))
    if isinstance(groups, SequenceNode) and groups.items:
        yield from ((*rule, "key_groups", n, "age") for n in range(len(groups.items)))
    else:
        yield (*rule, "age")


def _add(document: Document, number: int, recipient: str, *, fresh: bool) -> Document:
    place = next(iter(_places(document, number)))
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


def _checked(document: Document, expected: Sequence[tuple[str, ...]], hint: str) -> bytes:
    data = document.text.encode()
    try:
        found = [rule.recipients for rule in creation_rules(data)]
    except InvalidFile:
        found = []
    if found != list(expected):
        raise SaveError(".sops.yaml cannot be changed without changing more than was meant", hint)
    return data
