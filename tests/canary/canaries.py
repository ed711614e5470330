"""The secrets of the canary tests, and every spelling in which one may turn up where nobody asked for it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

USER = "canary-user"
CLIENT = "canary-client"

PASSWORD = 'pAssw0rd-kQ9+v/&%"ü-Zt4xLm7w'
RAW_TOKEN = "rAwT0ken-Jx3=Pq8~Hd2sVb6n"
CLIENT_SECRET = "cLients3c-Ym5 Ru1/<Gf7>kWc0e"
API_KEY = "aPik3y-Rw7+Hc/2&Vd=9sKm4n"
NAMED = "nAm3d-Sv4'Bn9&Tq2zXh8p"
KEY_PASSPHRASE = "kEypAss-Df6 Wl1:Mz3rJc5y"
FETCHED = "fEtch3d.Ub8-Ea4_Ok2.Ni7gTy1q"

SECRETS = {
    "password": PASSWORD,
    "raw token": RAW_TOKEN,
    "client secret": CLIENT_SECRET,
    "api key": API_KEY,
    "named secret": NAMED,
    "passphrase of a key": KEY_PASSPHRASE,
    "fetched token": FETCHED,
}

_PART = 9
"""Characters of a beginning or an end that are a leak too: text that was cut before it was masked."""


def _in_base64(data: bytes) -> Iterator[str]:
    """The characters of base64 that stand for nothing but `data`, wherever in a longer text it begins."""
    for before in range(3):
        coded = base64.b64encode(bytes(before) + data).decode().rstrip("=")
        # Characters that hold bits of a neighbour differ.
        yield coded[(before * 8 + 5) // 6 : (before + len(data)) * 8 // 6]


def spellings(value: str) -> frozenset[bytes]:
    """Return what is derived from a value: encoded, escaped, in Basic credentials, its beginning and its end."""
    whole = [value, quote(value, safe=""), quote(value), quote_plus(value), quote_plus(value, safe="/")]
    texts = {
        *whole,
        *(re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), text) for text in whole),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        escape(value),
        escape(value, {'"': "&quot;", "'": "&apos;"}),
        repr(value)[1:-1],
        value.encode().hex(),
        value[:_PART],
        value[-_PART:],
        *_in_base64(value.encode()),
        *_in_base64(quote_plus(value).encode()),
    }
    return frozenset(form.encode() for text in texts for form in (text, text.replace("+", "-").replace("/", "_")))


@dataclass
class Search:
    """Looks for every canary, and remembers where which was found."""

    secrets: dict[str, str] = field(default_factory=lambda: dict(SECRETS))
    found: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        forms = [(form, name) for name, value in self.secrets.items() for form in spellings(value)]
        self._names = dict(forms)
        longest_first = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, longest_first)))

    def names(self, data: bytes) -> set[str]:
        """Return which canaries stand in `data`."""
        return {self._names[match[0]] for match in self._pattern.finditer(data)}

    def at(self, place: str, data: bytes | str) -> None:
        """Note what stands in `data`, which came from `place`."""
        if isinstance(data, str):
            data = data.encode("utf-8", "surrogateescape")
        self.found |= {(place, name) for name in self.names(data)}

    def below(self, folder: Path, exempt: Iterable[Path] = ()) -> int:
        """Look at every name and every byte below a folder; return the number of files."""
        spared, count = frozenset(exempt), 0
        for path in folder.rglob("*"):
            self.at(f"the name {path}", str(path.relative_to(folder)))
            if path.is_file() and path not in spared:
                self.at(str(path), path.read_bytes())
                count += 1
        return count
