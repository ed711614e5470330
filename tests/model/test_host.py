from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator_tui.errors import UsageError
from integrator_tui.model.host import canonical_host, ipv4, too_long
from integrator_tui.model.url import problems


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("256.256.256.256", "no IPv4 address"),
        ("1.2.3.256", "no IPv4 address"),
        ("1.2.3.4.5", "no IPv4 address"),
        ("api.example.1", "no IPv4 address"),
        ("4294967296", "no IPv4 address"),
        ("1.2.65536", "no IPv4 address"),
        ("08.1.2.3", "no IPv4 address"),
        ("0xg.1", "no IPv4 address"),
        ("api..example.com", "two dots in a row"),
        ("api.example..", "two dots in a row"),
        (".example.com", "begins with a dot"),
        ("..", "begins with a dot"),
        ("ö" * 60 + ".example", "no international domain name"),
    ],
)
def test_what_is_no_host_is_named_for_what_it_is(text: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        canonical_host(text)
    assert says in caught.value.message and caught.value.hint
    assert len(caught.value.message) < 200


@pytest.mark.parametrize("text", ["a" * 64 + ".example.com", ".".join(["a" * 60] * 5), "a" * 254])
def test_a_name_that_no_name_server_holds_is_told(text: str) -> None:
    (problem,) = problems(f"https://{text}/x", "base_url")
    assert (problem.severity, "too long" in problem.message) == ("warning", True)
    assert not too_long(".".join(["a" * 63] * 3)) and canonical_host(text) == text


@pytest.mark.parametrize(
    "text", ["a1", "1a.example", "1.2.3.4", "1.2.3.4.", "x-1.2", "a" * 63, "example.com.", "1.2.3.example", "e0x1"]
)
def test_what_is_a_host_stays(text: str) -> None:
    if text == "x-1.2":
        with pytest.raises(UsageError):
            canonical_host(text)
    else:
        assert canonical_host(text) == text


@given(
    st.lists(
        st.one_of(
            st.integers(0, 300).map(str),
            st.integers(0, 2**33).map(str),
            st.integers(0, 0o777).map(lambda number: f"0{number:o}"),
            st.integers(0, 0x1FF).map(lambda number: f"0x{number:x}"),
            st.sampled_from(["08", "0", "00", "0377", "0x"]),
        ),
        min_size=1,
        max_size=5,
    ).map(".".join)
)
def test_an_address_is_what_the_system_takes_it_for(text: str) -> None:
    try:
        ours = ipv4(text)
    except UsageError:
        ours = None
    # The system's own reader; a bare 0x, which it refuses, is 0 in the URL standard.
    if "0x." in f"{text}.":
        return
    try:
        theirs = socket.inet_ntoa(socket.inet_aton(text))
    except OSError:
        theirs = None
    assert ours == theirs
