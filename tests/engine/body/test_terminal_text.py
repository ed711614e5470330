"""Bytes of a body as a terminal may have them, however they are cut."""

from __future__ import annotations

import pytest

from integrator_tui.engine.body.terminal_text import TerminalText
from integrator_tui.model.redact import Redactor
from integrator_tui.model.secret import MASK

SECRET = "s3cr3t-pw"


def shown(data: bytes, charset: str | None = None, size: int = 1, secrets: tuple[str, ...] = (SECRET,)) -> str:
    """Return what is shown of `data` that comes in pieces of `size` bytes."""
    made = TerminalText(Redactor(secrets), charset)
    return "".join(made.feed(data[at : at + size]) for at in range(0, len(data), size)) + made.close()


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("Grüße 日本 🎉\n".encode(), None, "Grüße 日本 🎉\n"),
        ("\ufeffGrüße".encode(), "utf-8", "Grüße"),
        ("Grüße".encode("latin-1"), "iso-8859-1", "Grüße"),
        ("Grüße".encode("utf-16"), "utf-16", "Grüße"),
        (b"no mark", "utf-16", "no mark"),
        (b"no such charset", "x-klingon", "no such charset"),
        (b"a\xffb\xc3", None, "a\ufffdb\ufffd"),
        (b"\x1b[31mred\x07\x00\x7f\tx", None, "␛[31mred␇␀␡\tx"),
        ("a\u202eb\u200bc\x9b".encode(), None, "a\ufffdb\ufffdc\ufffd"),
        (b"a\r\nb\rc\n\nd\r", None, "a\nb\nc\n\nd\n"),
        (b"<s3cr3t-pw> s3cr3t", None, f"<{MASK}> s3cr3t"),
        (b"czNjcjN0LXB3 x", None, f"{MASK} x"),
    ],
)
def test_what_is_shown_does_not_depend_on_the_pieces(
    data: bytes, charset: str | None, text: str, size: int
) -> None:
    assert shown(data, charset, size) == text


@pytest.mark.parametrize(
    "charset", ["utf-16", "utf-32", "utf-7", "idna", "punycode", "unicode-escape", "hex", "\0"]
)
def test_no_bytes_in_any_charset_are_too_much(charset: str) -> None:
    for data in (bytes(range(256)), b"\xff\xfe\x00\xd8", b"+AGE-\x00"):
        assert "\x1b" not in shown(data, charset)


def test_a_secret_is_masked_before_it_is_made_visible() -> None:
    assert shown(b"a tab\tin it.", secrets=("tab\tin it",)) == f"a {MASK}."
    assert shown(b"a line\nin it.", secrets=("line\nin it",)) == f"a {MASK}."


def test_what_cannot_be_a_secret_is_shown_at_once() -> None:
    made = TerminalText(Redactor([SECRET]), None)
    assert made.feed(b"data: 1\n\n") == "data: 1\n\n"
    assert made.feed(b"half s3cr") == "half "
    assert made.feed(b"et") == "s3cret"
    assert made.close() == ""
