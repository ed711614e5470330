"""Secret: a value that never shows itself.

Rules: no `str`, `repr`, `format`, pickle, copy or comparison that leaks; the one way to the value is
`reveal()`, so that a search for that word finds every place where a secret becomes plain text.
"""

from __future__ import annotations

from typing import Final, Never

MASK: Final = "•••"


class Secret:
    """A sensitive string. `str()`, `repr()` and `format()` give the mask; `reveal()` gives the value."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Return the plain value."""
        return self.__value

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        # It brings all of OpenSSL, which a command that compares nothing has no use for.
        import hmac

        return hmac.compare_digest(
            self.__value.encode("utf-8", "surrogatepass"), other.reveal().encode("utf-8", "surrogatepass")
        )

    # A hash of a low-entropy value can be searched, and shows in debuggers.
    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __reduce__(self) -> Never:
        raise TypeError("a Secret is not pickled or copied")


class SecretRef(str):
    """The name of a secret of one connection."""

    __slots__ = ()
