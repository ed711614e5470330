"""User name and password of an address (RFC 3986 section 3.2.1), shown so that it can be told what is sent."""

from __future__ import annotations

import re
from typing import Final

from integrator_tui.model.secret import MASK
from integrator_tui.model.url import without_user_info

_LITERAL: Final = re.compile(r"(\{\{.*?\}\}\}?|:)|[^:{]+|\{")


def masked_user_info(text: str) -> str:
    """Return an address, or any other text, with what stands in its user info masked; templates stay.

    Which secret goes into an address is to be seen, the password that somebody wrote there is not.
    """
    bare = without_user_info(text)
    count = len(text) - len(bare)
    if not count:
        return text
    start = text.index("//") + 2
    # The sign `@` is the last of what was taken away.
    info = text[start : start + count - 1]
    masked = _LITERAL.sub(lambda match: match[1] or MASK, info)
    return f"{text[:start]}{re.sub(f'(?:{MASK})+', MASK, masked)}@{text[start + count :]}"
