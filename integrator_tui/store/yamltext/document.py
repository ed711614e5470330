"""Document: a YAML text with its nodes, where they stand, and what is wrong with its form.

Rules: a document is one mapping with text keys, each once, without tags, anchors, aliases and merge keys,
so that every program reads the same in it; what is not so is a Problem with its line, and the text is never
changed by reading. Line ends, a byte order mark and every other byte are kept in `text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as Map
from types import MappingProxyType
from typing import Any, Final

from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.pattern import pattern
from integrator_tui.model.problem import Problem
from integrator_tui.model.sealed import Leaf, OpenedValue, Path, SealedFile
from integrator_tui.model.text import visible
from integrator_tui.store.yamltext.node import Mapping, Member, Node, Scalar, Sequence, is_absent, scalars
from integrator_tui.store.yamltext.parser import parse_nodes
from integrator_tui.store.yamltext.scalar import ENCRYPTED, key_kind

SOPS: Final = "sops"
SECRETS: Final = "secrets"

NO_MAPPING: Final = "the file is not a mapping of keys to values"
"""What is said of a text that is well formed, and holds one value or a list."""

_BREAK: Final = pattern(r"\r\n|\n|\r")
_COMMENT: Final = pattern(r"(?:^|[ \t])#(ENC\[AES256_GCM,[^\]\s]*,type:comment\])[ \t]*\r?$", re.MULTILINE)
_NONE: Final[Any] = MappingProxyType({})


class Document(NamedTuple):
    """One parsed text. `root` is None where nothing could be read; where `whole` is false it holds what
    stood before an error.

    `opened` maps the text of an encrypted scalar to what it is in plain where the document was `replaced`; `base`
    is what the document extends, where somebody looked for it.
    """

    text: str
    root: Node | None
    problems: tuple[Problem, ...]
    whole: bool = True
    opened: Any = _NONE
    base: Any = None

    def __repr__(self) -> str:
        # What was opened is secret.
        return f"Document({self.text!r})"

    @property
    def mapping(self) -> Mapping | None:
        """The mapping at the top, or None where there is none."""
        return self.root if isinstance(self.root, Mapping) else None

    @property
    def line_end(self) -> str:
        """The line end that new lines take: that of the first line, else a line feed."""
        match = _BREAK.search(self.text)
        return match[0] if match else "\n"

    def find(self, path: Path) -> Node | None:
        """Return the node at `path`, or None."""
        node = self.root
        for part in path:
            if isinstance(node, Mapping) and isinstance(part, str):
                node = node.get(part)
            elif isinstance(node, Sequence) and isinstance(part, int) and 0 <= part < len(node.items):
                node = node.items[part]
            else:
                return None
        return node

    def line(self, path: Path) -> int | None:
        """Return the line of the key or item at `path`, counted from 1; where it is missing, that of the nearest
        key above it, and None where none is there."""
        node, line = self.root, None
        for part in path:
            if isinstance(node, Mapping) and isinstance(part, str) and (index := node.position(part)) is not None:
                line, node = node.members[index].key.line, node.members[index].value
            elif isinstance(node, Sequence) and isinstance(part, int) and 0 <= part < len(node.items):
                node = node.items[part]
                line = node.line
            else:
                break
        return line

    def path(self, dotted: str) -> Path:
        """Return the path that a dotted field names here, as far as it exists; keys may hold dots.

        A field counts the items of a list without those that are null.
        """
        found: list[str | int] = []
        node, rest = self.root, dotted
        while rest:
            if isinstance(node, Mapping):
                keys = [m.key.text for m in node.members if rest == m.key.text or rest.startswith(f"{m.key.text}.")]
                if not keys:
                    break
                part = max(keys, key=len)
                node, rest = node.get(part), rest[len(part) + 1 :]
                found.append(part)
            elif isinstance(node, Sequence):
                number, _, rest = rest.partition(".")
                places = [place for place, item in enumerate(node.items) if not is_absent(item)]
                if not (number.isascii() and number.isdigit() and int(number[:9]) < len(places)):
                    break
                place = places[int(number)]
                node = node.items[place]
                found.append(place)
            else:
                break
        return tuple(found)

    def leaves(self) -> tuple[Leaf, ...]:
        """Return every scalar outside `sops` in the order of the document, as it stands there, nulls included; none
        where the document is no mapping."""
        return tuple(_leaves(self.mapping, ())) if self.mapping is not None else ()

    def metadata(self) -> dict[str, Any] | None:
        """Return the `sops` block as nested dicts, lists and source texts (None for null), or None without one."""
        block = self.find((SOPS,))
        return plain(block) if isinstance(block, Mapping) else None

    def sealed(self) -> SealedFile:
        """Return what the vault needs to know of the file."""
        return SealedFile(self.leaves(), self.metadata(), tuple(text for _, text in self.comments()))

    def comments(self) -> tuple[tuple[int, str], ...]:
        """Return where comments stand that sops encrypted, and their texts without the `#`."""
        if self.mapping is None or "#ENC[" not in self.text:
            return ()
        found = [(match.start(1), match[1]) for match in _COMMENT.finditer(self.text)]
        spans = [(scalar.start, scalar.end) for scalar in scalars(self.mapping)]
        return tuple(comment for comment in found if not any(s <= comment[0] < e for s, e in spans))

    def encrypts_fields(self) -> bool:
        """Return whether a value beside the secrets is encrypted, as some rules of sops want it."""
        root = self.mapping
        if root is None or not isinstance(root.get(SOPS), Mapping):
            return False
        return any(
            scalar.text.startswith(ENCRYPTED)
            for member in root.members
            if member.key.text not in (SOPS, SECRETS)
            for scalar in scalars(member.value)
        )

    def replaced(self, opened: Map[Path, OpenedValue]) -> Document:
        """Return the document read with other texts at some scalars, as the vault decrypted them.

        The text itself stays as it is: writing touches such a scalar only where its decrypted text changes.
        """
        texts = dict(self.opened)
        for path, value in opened.items():
            node = self.find(path)
            if isinstance(node, Scalar):
                texts[node.text] = value
        return self.reopened(texts)

    def with_base(self, base: Any) -> Document:
        """Return the document with what it extends."""
        return self if base is self.base else self._replace(base=base)

    def reopened(self, texts: Any) -> Document:
        """Return the document with the plain text of each encrypted scalar that `texts` knows."""
        if not texts or self.root is None:
            return self
        return self._replace(root=_open(self.root, texts), opened=MappingProxyType(dict(texts)))


def parse(source: str, *, aliases: bool = False) -> Document:
    """Parse a text; never raises. With `aliases`, anchors, aliases, merge keys and tags are no problem."""
    root, problems, whole = parse_nodes(source, aliases=aliases)
    if root is None and not problems:
        problems = (Problem("", "the file is empty", "write at least name and base_url"),)
    elif root is not None and not isinstance(root, Mapping) and not problems:
        problems = (Problem("", NO_MAPPING, 'write it as lines of "key: value"', root.line),)
    if root is not None and not aliases:
        problems += tuple(_key_problems(root, ""))
    return Document(source, root, tuple(sorted(problems, key=lambda problem: problem.line or 0)), whole)


def parse_bytes(data: bytes, *, aliases: bool = False) -> Document:
    """Parse the bytes of a file; bytes that are not UTF-8 give a document without a root and with a Problem."""
    try:
        return parse(data.decode("utf-8"), aliases=aliases)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        binary = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        hint = "the file is UTF-16: save it as UTF-8" if binary else "save it as UTF-8, or is it no text at all?"
        return Document("", None, (Problem("", "the file is not UTF-8 text", hint, line),), False)


def plain(node: Node) -> Any:
    """Return a node as nested dicts, lists and source texts, with None for null; of equal keys the first."""
    if isinstance(node, Scalar):
        return None if node.is_null else node.text
    if isinstance(node, Mapping):
        found: dict[str, Any] = {}
        for key, value in node.members:
            found.setdefault(key.text, plain(value))
        return found
    return [plain(item) for item in node.items]


def _leaves(node: Node, path: Path) -> Iterator[Leaf]:
    if isinstance(node, Scalar):
        yield Leaf(path, node.stored if node.opened else node.text, not node.style, node.tag, node.line)
    elif isinstance(node, Mapping):
        for member in node.members:
            if path or member.key.text != SOPS:
                yield from _leaves(member.value, (*path, member.key.text))
    else:
        for index, item in enumerate(node.items):
            yield from _leaves(item, (*path, index))


def _open(node: Node, texts: Any) -> Node:
    if isinstance(node, Scalar):
        if node.text not in texts:
            return node
        text, kind = texts[node.text]
        return node._replace(text=text, opened=kind, stored=node.text)
    if isinstance(node, Mapping):
        return node._replace(members=tuple(Member(m.key, _open(m.value, texts)) for m in node.members))
    return node._replace(items=tuple(_open(item, texts) for item in node.items))


def _key_problems(node: Node, prefix: str) -> Iterator[Problem]:
    if isinstance(node, Mapping):
        seen: dict[str, int] = {}
        for key, value in node.members:
            field_path = f"{prefix}{key.text}"
            if key.text in seen:
                hint = f"keep one of them; the first stands in line {seen[key.text]}"
                yield Problem(field_path, f"the key {visible(key.text, limit=60)} stands twice", hint, key.line)
            seen.setdefault(key.text, key.line)
            if not key.style and key.text == "<<":
                yield Problem(field_path, "a merge key (<<) is not allowed", "write the keys themselves", key.line)
            elif kind := key_kind(key):
                name = visible(key.text, limit=60)
                message = f"the key {name or 'here'} is {kind}, not text"
                yield Problem(field_path, message, f'write "{name}"', key.line)
            if not isinstance(value, Scalar):
                yield from _key_problems(value, f"{field_path}.")
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            if not isinstance(item, Scalar):
                yield from _key_problems(item, f"{prefix}{index}.")
