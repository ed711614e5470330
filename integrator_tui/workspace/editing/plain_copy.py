"""A connection file as its user edits it, and back: secrets in plain, without the `sops` block and the seal.

Rules: what was not edited comes back to the byte, an encrypted value included; what cannot be opened stands as
`•••`, and is kept where that stays. A file whose form is broken is edited as it lies. What is written keeps no
secret in plain text that did not stand so before.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from typing import Final

from integrator_tui.errors import IntegratorError, InvalidFile
from integrator_tui.model.problem import Problem
from integrator_tui.model.secret import MASK, Secret
from integrator_tui.store.connection_file.kinds import SEAL
from integrator_tui.store.connection_file.reader import SecretState, other_type, secret_states
from integrator_tui.store.connection_file.writer import typed as as_data
from integrator_tui.store.yamltext import edits
from integrator_tui.store.yamltext.document import SECRETS, SOPS, Document, parse
from integrator_tui.store.yamltext.node import Mapping, Member, Scalar, after_line, is_absent, line_start
from integrator_tui.store.yamltext.scalar import ENCRYPTED
from integrator_tui.store.yamltext.spans import member_end

_SECRETS: Final = (SECRETS,)
_SEAL: Final = (SECRETS, SEAL)
_BLOCK: Final = (SOPS,)


@dataclass(frozen=True, slots=True)
class PlainCopy:
    """What is given to an editor.

    `base` is the file that it is a copy of, its encrypted fields opened, None for a new one; `shown` what each
    encrypted secret of it is shown as. `keeps_block` says that seal and `sops` block stand in the text too. Its
    representation holds no text.
    """

    text: str = field(repr=False)
    base: Document | None = field(default=None, repr=False)
    shown: Map[str, str] = field(default_factory=dict, repr=False)
    keeps_block: bool = False
    closed: IntegratorError | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What an edited text is to be written as: `text` with typed secrets left empty, and the values that were
    `typed`; or what is wrong with it."""

    text: str = field(default="", repr=False)
    typed: Map[str, Secret] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def plain_copy(document: Document, values: Map[str, Secret], closed: IntegratorError | None = None) -> PlainCopy:
    """Return the copy of a document whose encrypted fields are opened; `values` are its secrets, which are missing
    where they stay `closed`. Raises InvalidFile for what is no file of ours."""
    if document.root is None and not document.whole:
        first = document.problems[0]
        raise InvalidFile(first.message, first.hint)
    if other_type(document):
        raise InvalidFile("a connection of this type cannot be opened here", "edit its file with another program")
    if not document.whole or document.mapping is None or _is_odd(document):
        return PlainCopy(document.text, document, keeps_block=True, closed=closed)
    encrypted = [name for name, state in secret_states(document).items() if state == "encrypted" and name != SEAL]
    shown = {name: values[name].reveal() if name in values else MASK for name in encrypted}
    keeps = document.mapping.flow or bool(document.opened)
    changed = parse(document.text) if keeps else _without_block(parse(document.text))
    changed = edits.put_texts(changed, {(SECRETS, name): text for name, text in shown.items()})
    fields = {
        leaf.path: as_data(value)
        for leaf in changed.leaves()
        if leaf.path[0] != SECRETS
        and (value := document.opened.get(leaf.text)) is not None
        and value.kind != "comment"
    }
    splices = [piece for path, value in fields.items() for piece in edits.value_splices(changed, path, value)]
    return PlainCopy(edits.splice(changed, splices).text, document, shown, keeps, closed)


def taken_back(copy: PlainCopy, text: str) -> TakenBack:
    """Return how an edited copy is to be written."""
    document = parse(text)
    if document.problems or document.mapping is None:
        return TakenBack(problems=document.problems)
    found, texts, wrong = _secrets(copy, document)
    if wrong:
        return TakenBack(problems=wrong)
    document = edits.put_texts(document, {(SECRETS, name): text for name, text in texts.items()})
    if copy.base is None:
        return TakenBack(document.text, found)
    document = edits.put_texts(document, _closed_again(copy.base, document))
    if not copy.keeps_block:
        document = _with_block(copy.base, document)
    return TakenBack(document.text, found)


def _is_odd(document: Document) -> bool:
    secrets = document.find(_SECRETS)
    return not (secrets is None or is_absent(secrets) or isinstance(secrets, Mapping))


def _without_block(document: Document) -> Document:
    for path in (_BLOCK, _SEAL):
        if document.find(path) is not None:
            document = edits.delete(document, path)
    secrets = document.find(_SECRETS)
    if isinstance(secrets, Mapping) and not secrets.members:
        document = edits.delete(document, _SECRETS)
    return document


def _secrets(copy: PlainCopy, document: Document) -> tuple[dict[str, Secret], dict[str, str], tuple[Problem, ...]]:
    """Return the secrets that were typed, the texts that take the place of those in the copy, and what is wrong."""
    section = document.find(_SECRETS)
    typed: dict[str, Secret] = {}
    texts: dict[str, str] = {}
    wrong: list[Problem] = []
    before: Map[str, SecretState] = secret_states(copy.base) if copy.base is not None else {}
    for member in section.members if isinstance(section, Mapping) else ():
        name, value = member.key.text, member.value
        if name == SEAL or is_absent(value) or not isinstance(value, Scalar):
            # What is no text is among the problems of the file.
            continue
        old = _text(copy.base, name)
        if copy.base is not None and not copy.base.whole and _stands_in(copy.base, document, member):
            # Nobody can tell what it was, but that it stood so.
            continue
        if name in copy.shown and value.text == copy.shown[name]:
            texts[name] = old
        elif value.text == old and (before.get(name) == "plain" or old.startswith(ENCRYPTED)):
            continue
        elif value.text == MASK or value.text.startswith(ENCRYPTED):
            wrong.append(_no_value(name, value.line))
        elif value.text:
            typed[name] = Secret(value.text)
            texts[name] = ""
    return typed, texts, tuple(wrong)


def _stands_in(base: Document, document: Document, member: Member) -> bool:
    return document.text[member.key.start : member.value.end] in base.text


def _no_value(name: str, line: int) -> Problem:
    return Problem(
        f"{SECRETS}.{name}",
        f"{MASK} and encrypted text stand for a value that is stored under this name, and there is none",
        "write the value itself, or take the line out",
        line,
    )


def _text(document: Document | None, name: str) -> str:
    node = document.find((SECRETS, name)) if document is not None else None
    return node.text if isinstance(node, Scalar) and not node.is_null else ""


def _closed_again(base: Document, document: Document) -> dict[tuple[str | int, ...], str]:
    """Return the encrypted texts of the fields that say what they said."""
    if not base.opened:
        return {}
    before = {leaf.path: leaf.text for leaf in base.leaves() if leaf.path[0] != SECRETS}
    return {
        leaf.path: before[leaf.path]
        for leaf in document.leaves()
        if leaf.path in before
        and leaf.text != before[leaf.path]
        and before[leaf.path] in base.opened
        and base.opened[before[leaf.path]].text == leaf.text
    }


def _with_block(base: Document, document: Document) -> Document:
    """Return the document with the seal and the `sops` block of the file, where it still has a secret."""
    if not set(secret_states(document)) - {SEAL}:
        return document
    seal = _text(base, SEAL)
    if seal and document.find(_SEAL) is None:
        document = edits.insert_member(document, _SECRETS, _place_of_seal(base, document), SEAL, seal)
    root = base.mapping
    position = root.position(SOPS) if root is not None else None
    if root is None or position is None or document.find(_BLOCK) is not None:
        return document
    member = root.members[position]
    start = line_start(base.text, member.key.start)
    end = after_line(base.text, member_end(base.text, member))
    block, behind, text = base.text[start:end], base.text[end:], document.text
    if behind.strip() and text.endswith(behind):
        return parse(text.removesuffix(behind) + block + behind)
    if not text.endswith(("\n", "\r")):
        text += document.line_end
    return parse(text + block)


def _place_of_seal(base: Document, document: Document) -> int:
    """Return where the seal stands among the secrets: behind the same one as before, for the MAC goes by their
    order."""
    old, new = base.find(_SECRETS), document.find(_SECRETS)
    assert isinstance(old, Mapping)
    assert isinstance(new, Mapping)
    at = old.position(SEAL) or 0
    behind = old.members[at - 1].key.text if at else None
    if behind is None:
        return 0
    place = new.position(behind)
    return len(new.members) if place is None else place + 1
