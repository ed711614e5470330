"""StageFailed: its kinds, and messages that hold nothing a terminal could act on."""

from __future__ import annotations

import errno
import socket

import pytest

from integrator_tui.engine import failure
from integrator_tui.engine.failure import StageFailed

EVIL = "evil\x1b[31m\nsecond line\u202e"


def test_a_kind_that_is_none() -> None:
    with pytest.raises(ValueError, match="no failure kind"):
        StageFailed("broken", "message")


def test_a_failure_names_its_stage_unless_no_probe_could_be_made() -> None:
    assert StageFailed("refused", "m", "h").failure("connect").stage == "connect"
    assert StageFailed("ca_invalid", "m", "h").failure("tls").stage is None


@pytest.mark.parametrize(
    "failed",
    [
        failure.resolve_failed(EVIL, socket.gaierror(socket.EAI_NONAME, EVIL)),
        failure.resolve_failed(EVIL, socket.gaierror(socket.EAI_AGAIN, EVIL)),
        failure.resolve_failed(EVIL, UnicodeError(EVIL)),
        failure.resolve_timeout(EVIL, 5.0),
        failure.connect_failed(EVIL, 1, {"a": OSError(errno.ECONNREFUSED, EVIL)}),
        failure.connect_failed(EVIL, 1, {"a": OSError(9999, EVIL)}),
        failure.connect_timeout(EVIL, 1, 5.0, {"a": OSError(9999, EVIL)}),
        failure.read_timeout(30.0),
        failure.too_large(1 << 20),
        failure.vantage_failed("m", cause=failure.resolve_timeout(EVIL, 5.0)),
    ],
)
def test_messages_are_one_visible_line_with_a_hint(failed: StageFailed) -> None:
    assert failed.message.isprintable()
    assert failed.hint.isprintable()
    assert failed.hint


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        ([errno.ECONNREFUSED, errno.ETIMEDOUT], "refused"),
        ([errno.ENETUNREACH, errno.ECONNREFUSED], "refused"),
        ([errno.ENETUNREACH, errno.ETIMEDOUT], "connect_timeout"),
        ([errno.EHOSTUNREACH], "unreachable"),
        ([errno.EACCES], "unreachable"),
        ([errno.EMFILE], "unreachable"),
    ],
)
def test_what_says_most_of_several_addresses(codes: list[int], kind: str) -> None:
    errors = {f"192.0.2.{number}": OSError(code, "") for number, code in enumerate(codes)}
    failed = failure.connect_failed("a.example", 443, errors)
    assert failed.kind == kind
    assert all(address in failed.message for address in errors)


def test_foreign_text_is_cut() -> None:
    assert failure.quote("x" * 1000, 10) == "xxxxxxxxxx…"
    assert failure.quote(b"\xff\x00", 10) == "\ufffd\u2400"
