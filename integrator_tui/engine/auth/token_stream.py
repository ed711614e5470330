"""A streamed answer to a token request, told as it comes: its structure, and no value.

Rules: which part of the answer becomes the token is known only after its expression has run, so every string
and every number is masked before that, and so is every line that is no JSON. What stays is punctuation, true,
false and null, and keys and names of events that are a few words: a token holds digits or is longer. Known
secrets are masked there too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.body.decoding import is_event_stream
from integrator_tui.engine.request.status import reason
from integrator_tui.model.redact import Redactor
from integrator_tui.model.secret import MASK
from integrator_tui.model.stream import Event, Opened, Received, StreamEvent, StreamLine
from integrator_tui.model.url import without_user_info

_WORDS: Final = "[A-Za-z][A-Za-z_-]{0,31}"
_NAME: Final = re.compile(rf"{_WORDS}\Z")
_HARMLESS: Final = re.compile(r"(?:[\s\[\]{},]|true|false|null)*\Z")
_MEMBER: Final = re.compile(rf'(\s*"{_WORDS}"\s*:\s*)(.*)\Z', re.DOTALL)


class TokenStream:
    """Tells of the answer to a token request; `tell` is handed Opened, and a Received for each network read."""

    def __init__(self, redactor: Redactor, tell: Callable[[StreamEvent], None]) -> None:
        self._redactor = redactor
        self._tell = tell

    def opened(self, response: httpx.Response) -> None:
        """Tell that the head of the answer arrived."""
        content_type, text = response.headers.get("content-type", ""), self._redactor.text
        opened = Opened(
            status=response.status_code,
            reason=text(reason(response)),
            headers=tuple((name.lower(), MASK) for name, _ in response.headers.multi_items()),
            content_type=text(content_type),
            is_event_stream=is_event_stream(content_type),
            url=text(without_user_info(str(response.request.url))),
            of_token=True,
        )
        self._tell(opened)

    def received(self, items: Iterable[Event | StreamLine], size: int) -> None:
        """Tell what one network read of `size` bytes gave."""
        self._tell(Received(tuple(map(self._masked, items)), size))

    def _masked(self, item: Event | StreamLine) -> Event | StreamLine:
        if isinstance(item, StreamLine):
            return item._replace(text=self._redactor.text(structure(item.text)))
        kind = self._redactor.text(item.type) if _NAME.match(item.type) else MASK
        data = self._redactor.text(structure(item.data))
        return item._replace(type=kind, data=data, id=MASK if item.id else "")


def structure(text: str) -> str:
    """Return JSON, or the lines of a part of it, with the mask for every value; what is no JSON is masked whole."""
    try:
        return _json(json.loads(text))
    except (ValueError, RecursionError):
        return "\n".join(map(_line, text.split("\n")))


def _json(value: Any) -> str:
    match value:
        case None | bool():
            return json.dumps(value)
        case dict():
            members = (f'"{key if _NAME.match(key) else MASK}": {_json(of)}' for key, of in value.items())
            return f"{{{', '.join(members)}}}"
        case list():
            return f"[{', '.join(map(_json, value))}]"
    return f'"{MASK}"'


def _line(line: str) -> str:
    if _HARMLESS.match(line):
        return line
    member = _MEMBER.match(line)
    if member is None:
        return MASK
    before, value = member.groups()
    return line if _HARMLESS.match(value) else f'{before}"{MASK}"{"," if value.rstrip().endswith(",") else ""}'
