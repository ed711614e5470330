"""From a Document to a Connection, with every problem at once.

Rules: a connection is given wherever all known keys could be taken, even if some of them say something wrong,
so that it can be shown and mended; unknown keys are problems and stay in the file. Encrypted values are not
interpreted here. No message holds the value of a secret.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.pattern import pattern
from integrator_tui.model.problem import Problem
from integrator_tui.model.text import visible
from integrator_tui.store.connection_file.base import EXTENDS, INHERITED, inherited, with_inherited
from integrator_tui.store.connection_file.keys import FILE
from integrator_tui.store.connection_file.kinds import Findings
from integrator_tui.store.yamltext.document import SECRETS, SOPS, Document
from integrator_tui.store.yamltext.node import Mapping, Scalar, Sequence, is_absent, scalars
from integrator_tui.store.yamltext.scalar import ENCRYPTED, SHOWN_ENCRYPTED

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection

_WHOLE: Final = pattern(r"ENC\[AES256_GCM,data:[^,]+,iv:[^,]+,tag:[^,]+,type:[a-z]+\]")
_TOP_LINE: Final = pattern(rb"[\r\n](?=[^\s#])")

SecretState = Literal["encrypted", "plain", "empty"]


class Summary(NamedTuple):
    """What a list shows of a file, read without the connection model.

    `name` is that of the connection, else the stem of its file; `state` is `problem` where the form of the
    file is broken, `unsupported` where it holds a connection of another type, `unsealed` where plain text stands
    below `secrets:`, `locked` where fields are encrypted. Such a field is shown as `(encrypted)`.
    """

    name: str
    auth: str
    base_url: str
    tags: tuple[str, ...]
    state: Literal["ok", "problem", "unsealed", "locked", "unsupported"]


def read(document: Document, stem: str = "") -> tuple[Connection | None, tuple[Problem, ...]]:
    """Return the connection that a document says, and everything that is wrong with it, in the order of lines.

    The connection is None where its form keeps it from being read as one. `stem`, the name of the file
    without its extension, is what a missing name is proposed to be.
    """
    if document.mapping is None or not document.whole:
        return None, document.problems
    if kind := other_type(document):
        from integrator_tui.model.rules import type_problem

        return None, (*document.problems, _placed(document, type_problem(kind), stem))
    if stray := _encrypted_without_block(document):
        return None, tuple(sorted((*document.problems, *stray), key=lambda problem: problem.line or 0))
    connection, found = _read(document)
    problems = [*document.problems, *found]
    if document.base is not None and document.base.problem is not None:
        problems.append(_placed(document, document.base.problem, stem))
    elif connection is not None:
        from integrator_tui.model import rules

        problems += (_placed(document, problem, stem) for problem in rules.problems(connection))
    return connection, tuple(sorted(problems, key=lambda problem: problem.line or 0))


def other_type(document: Document) -> str | None:
    """Return the type of a connection that is none of ours, None where it is http, however spelled.

    Such a file is kept as it is; nobody here knows what its keys mean.
    """
    kind = _text(document.mapping, "type")
    return kind if kind and kind.lower() != "http" and kind != SHOWN_ENCRYPTED else None


def connection_of(document: Document) -> Connection | None:
    """Return the connection that a document says, whatever its rules say of it, or None."""
    return _read(document)[0] if document.whole else None


def values(document: Document) -> dict[str, Any] | None:
    """Return the values of the connection that a document says, None where anything is wrong with its form."""
    if document.mapping is None or document.problems or other_type(document):
        return None
    found, findings = _values(document.mapping, document)
    return None if findings.problems else found


def summary(document: Document, stem: str) -> Summary:
    """Return what a list shows of a document, as far as it could be read."""
    root = document.mapping
    auth = root.get("auth") if root else None
    tags = root.get("tags") if root else None
    kind = _text(auth, "type") if isinstance(auth, Mapping) else ""
    locked = document.encrypts_fields() and not document.opened
    plain = "plain" in secret_states(document).values()
    return Summary(
        name=_text(root, "name") or stem,
        auth=kind or _inherited_method(document) or "none",
        base_url=_address(_text(root, "base_url")),
        tags=tuple(_shown(tag.text) for tag in scalars(tags) if not tag.is_null)
        if isinstance(tags, Sequence)
        else (),
        state=_state(document, plain, locked),
    )


def _inherited_method(document: Document) -> str:
    return str(document.base.values["auth"]["type"]) if "auth" in inherited(document) else ""


def _state(
    document: Document, plain: bool, locked: bool
) -> Literal["ok", "problem", "unsealed", "locked", "unsupported"]:
    if document.problems:
        return "problem"
    if other_type(document):
        return "unsupported"
    return "unsealed" if plain else "locked" if locked else "ok"


def may_hold(data: bytes, text: str) -> bool:
    """Return whether a value in a file of these bytes may be `text`, without parsing it; False is certain.

    Its words stand in the file as they are: YAML folds a value at white space only (YAML 1.2.2 section 6.5) and
    doubles an apostrophe (7.3.2); all else that may stand for a character begins with a backslash (5.7).
    """
    return b"\\" in data or all(word in data for word in _words(text))


def may_encrypt_fields(data: bytes) -> bool:
    """Return whether a file of these bytes may encrypt a field beside its secrets, so that nothing in it can be
    sought; False is certain: no text stands in the lines of a key at the top but of `secrets` and `sops`."""
    mark = ENCRYPTED.encode()
    return mark in data and any(
        mark in lines and not lines.startswith((b"secrets:", b"sops:")) for lines in _TOP_LINE.split(data)
    )


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[bytes, ...]:
    return tuple(word.encode("utf-8", "surrogateescape") for word in re.split(r"[\s']+", text))


def _address(url: str) -> str:
    """Return a base URL as a list may show it: a password has no place in one, but may stand there."""
    if "@" not in url:
        return url
    from integrator_tui.model.url import without_user_info

    return without_user_info(url)


def secret_states(document: Document) -> dict[str, SecretState]:
    """Tell of each name below `secrets:`, the seal's included, whether its value is encrypted, plain or empty."""
    secrets = document.find(("secrets",))
    if not isinstance(secrets, Mapping):
        return {}
    states: dict[str, SecretState] = {}
    for key, value in secrets.members:
        if not is_absent(value):
            texts = [scalar.text for scalar in scalars(value) if not scalar.is_null]
            plain = any(text and not _is_encrypted(text) for text in texts)
            states.setdefault(key.text, "plain" if plain else "encrypted" if any(texts) else "empty")
    return states


def _encrypted_without_block(document: Document) -> list[Problem]:
    """Return the problem of each field that is encrypted in a file without the block that says with which key."""
    if "ENC[" not in document.text or isinstance(document.find((SOPS,)), Mapping):
        return []
    hint = "restore the file from its history, or write the value itself"
    return [
        Problem(
            ".".join(map(str, leaf.path)),
            "is encrypted, and the file has no sops block to open it",
            hint,
            leaf.line,
        )
        for leaf in document.leaves()
        if leaf.path[0] not in (SECRETS, SOPS) and _WHOLE.fullmatch(leaf.text)
    ]


def _is_encrypted(text: str) -> bool:
    return text.startswith(ENCRYPTED)


def _read(document: Document) -> tuple[Connection | None, list[Problem]]:
    root = document.mapping
    if root is None or other_type(document):
        return None, []
    found, findings = _values(root, document)
    if findings.fatal or document.problems:
        return None, findings.problems

    from integrator_tui.store.connection_file.build import connection

    return connection(found), findings.problems


def _values(root: Mapping, document: Document) -> tuple[dict[str, Any], Findings]:
    findings = Findings()
    found = with_inherited(document, FILE.read(root, "", findings))
    block = root.get(SOPS)
    if block is not None and not is_absent(block) and not isinstance(block, Mapping):
        message = "sops is not the block that sops writes"
        findings.refuse(
            SOPS, document.line((SOPS,)) or root.line, message, "take it from an earlier version of the file"
        )
    return found, findings


def _placed(document: Document, problem: Problem, stem: str) -> Problem:
    """The problem with its line: that of its key, or of the nearest key above where it is missing."""
    root = document.mapping
    if (key := problem.field.partition(".")[0]) in INHERITED and key in inherited(document):
        line = document.line((EXTENDS,))
        return problem._replace(line=line, message=f"{problem.message} (in {visible(document.base.file)})")
    path = document.path(problem.field)
    line = document.line(path) or (root.line if root else None)
    if problem.field == "name" and not path and stem:
        return problem._replace(line=line, hint=f"write name: {stem}")
    return problem._replace(line=line)


def _text(node: Mapping | None, key: str) -> str:
    value = node.get(key) if node else None
    return _shown(value.text) if isinstance(value, Scalar) and not value.is_null else ""


def _shown(text: str) -> str:
    return SHOWN_ENCRYPTED if _is_encrypted(text) else text
