"""The regular expressions of SOPS rules: Go's syntax (RE2), searched unanchored, as sops does.

A rule comes with the file, so its writer may be anyone: the search takes linear time whatever it says. What was
found is remembered, for the same few keys stand in every file.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from integrator_tui.errors import InvalidFile

OWN: Final = "^secrets$"
"""The expression of the files that are written here, which one comparison does for."""

_HINT = "use encrypted_regex: ^secrets$, as this program writes it"


@lru_cache(maxsize=32)
def compile_rule(expression: str) -> Callable[[str], bool]:
    """Return the search for `expression` in one key, which raises InvalidFile for a character it cannot judge.

    Raises InvalidFile where it is no expression that Go reads, or too large.
    """
    if expression == OWN:
        return "secrets".__eq__
    # The files that are written here do without.
    from integrator_tui.model.re2 import BadPattern, NewerCharacter, compile_expression

    try:
        compiled = compile_expression(expression)
    except BadPattern as error:
        raise InvalidFile(f"a rule in the sops block {error}", _HINT) from None

    @lru_cache(maxsize=1024)
    def found(key: str) -> bool:
        try:
            return compiled.search(key)
        except NewerCharacter:
            raise InvalidFile(
                "a rule in the sops block asks for a class of characters newer than here", _HINT
            ) from None

    return found
