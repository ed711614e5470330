"""What stands after --connect-to and --resolve."""

from __future__ import annotations

import pytest

from integrator_tui.errors import UsageError
from integrator_tui.model.ways_in import addresses, place, ways_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Node1.Example.com:443", ("node1.example.com", 443)),
        ("192.0.2.7:8443", ("192.0.2.7", 8443)),
        ("127.1:80", ("127.0.0.1", 80)),
        ("[2001:DB8::7]:443", ("2001:db8::7", 443)),
        ("bücher.example:1", ("xn--bcher-kva.example", 1)),
    ],
)
def test_a_place(text: str, found: tuple[str, int]) -> None:
    assert place(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a.example:443:192.0.2.7", (("a.example", 443), ("192.0.2.7",))),
        ("a.example:443:192.0.2.7,2001:db8::7", (("a.example", 443), ("192.0.2.7", "2001:db8::7"))),
        ("a.example:443:[::1],192.0.2.7,::1", (("a.example", 443), ("::1", "192.0.2.7"))),
        ("[::2]:443:::1", (("::2", 443), ("::1",))),
    ],
)
def test_given_addresses(text: str, found: tuple[tuple[str, int], tuple[str, ...]]) -> None:
    assert addresses(text) == found


@pytest.mark.parametrize(
    "text",
    (
        "",
        ":",
        "node",
        ":443",
        "node:",
        "node:0",
        "node:65536",
        "node:٣",
        "node:1e3",
        "2001:db8::7",
        "2001:db8::7:443",
        "[::1]",
        "[::1:443",
        "[x]:443",
        "a b:443",
        "a..b:443",
        "http://a.example:443",
        "node:-1",
        "user@node:443",
        "text",
        "",
        "a:443",
        "a:443:",
        "a:443:b.example",
        "a:443:192.0.2.7,",
        "a::192.0.2.7",
        ":443:192.0.2.7",
        "a:x:192.0.2.7",
        "a:443:192.0.2.256",
        "::1:443:192.0.2.7",
        "*:443:192.0.2.7",
        "-a:443",
        "[::1:443:192.0.2.7",
        "a:443:fe80::1::",
    ),
)
def test_what_gives_no_addresses_is_told_with_a_hint(text: str) -> None:
    with pytest.raises(UsageError) as told:
        addresses(text)
    assert told.value.message and told.value.hint


def test_the_last_word_on_a_place_counts_and_nothing_said_is_nothing() -> None:
    found = ways_in(None, map(addresses, ("a:1:192.0.2.7", "a:1:192.0.2.8", "b:1:::1")), 0)
    assert found is not None
    assert found.addresses == {("a", 1): ("192.0.2.8",), ("b", 1): ("::1",)}
    assert ways_in(None, (), 0) is None
