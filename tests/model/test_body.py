"""What a body is, whatever its content type and its charset say."""

from __future__ import annotations

import pytest

from integrator_tui.model.body import body_kind, body_text

JSON = '{"name": "Zoë"}'


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (b'{"a": 1}', "text/html", "json"),
        (b" \n[1]", "", "json"),
        (b'"text"', "application/json; charset=utf-8", "json"),
        (b"1", "application/problem+json", "json"),
        (b"<?xml version='1.0'?><a/>", "application/json-seq", "xml"),
        (b"<!DOCTYPE html><p>", "text/plain", "html"),
        (b"<!DOCTYPE html><p>", "application/json", "html"),
        (b"Bad Gateway", "application/json", "text"),
        (b"<html><body>", "", "html"),
        (b"a < b", "text/plain", "text"),
        (b"plain", "", "text"),
        (b"\x00\x01\x02\x03", "text/plain", "hex"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image/png", "hex"),
        (b"\xf0\x9c\xfd\xfc" * 40, "application/octet-stream", "hex"),
        (b'{"esc": "\x1b[31m\x00"}', "application/json", "json"),
        (b"", "application/json", "text"),
    ],
)
def test_what_it_is_shows_in_what_it_holds(body: bytes, content_type: str, kind: str) -> None:
    assert body_kind(body_text(body, content_type).data, body, content_type) == kind


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "utf-8-sig"])
def test_json_is_read_in_every_unicode_with_and_without_a_mark(charset: str) -> None:
    assert body_text(JSON.encode(charset), "application/json").data.decode() == JSON


def test_a_charset_that_is_named_counts_for_text_and_not_against_utf_8_json() -> None:
    assert body_text("Zoë".encode("latin-1"), "text/plain; charset=ISO-8859-1").data.decode() == "Zoë"
    read = body_text(JSON.encode(), "application/json; charset=latin1")
    assert read.data.decode() == JSON and read.note == "says latin1, is UTF-8"
    assert body_text(JSON.encode("latin-1"), "application/json; charset=latin1").data.decode() == JSON


@pytest.mark.parametrize("charset", ["no-such", "idna", "rot13", "utf-7", "unicode-escape", "zlib"])
def test_a_charset_of_no_documents_is_told_and_read_as_utf_8(charset: str) -> None:
    read = body_text(JSON.encode(), f"text/plain; charset={charset}")
    assert read.data.decode() == JSON and charset in read.note


def test_bytes_that_are_no_utf_8_are_told_and_kept() -> None:
    read = body_text(b"caf\xe9", "text/plain")
    assert read == (b"caf\xe9", "utf-8", "not valid UTF-8")
