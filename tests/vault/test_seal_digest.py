"""The digest covers what decides where and how a secret is sent, by value, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from integrator_tui.model.connection import Connection
from integrator_tui.vault.seal import canonical, digest

FULL: dict[str, Any] = {
    "name": "Orders",
    "description": "Order service",
    "documentation_link": "https://docs.example.com",
    "tags": ("a", "b"),
    "base_url": "https://orders.example.com",
    "test_path": "/health",
    "ca_cert": "PEM",
    "auth": {
        "type": "http_bearer_token",
        "request": {
            "path": "/token",
            "params": (("a", "1"), ("b", "2")),
            "body": {"kind": "form", "form": (("client_secret", "{{s}}"),)},
        },
        "token_output": "body.t",
        "token_connection": {"base_url": "https://login.example.com"},
    },
    "operations": (
        {"name": "Open", "path": "/orders", "description": "d", "outputs": ({"name": "x", "value": "y"},)},
    ),
    "options": {"timeout": {"connect": 3.0}, "proxy": "http://proxy.example.com:3128"},
    "secrets": ("s",),
}


def changed(*path: Any, to: Any) -> Connection:
    def within(node: Any, rest: tuple[Any, ...]) -> Any:
        if not rest:
            return to
        if isinstance(node, tuple):
            return tuple(within(item, rest[1:]) if i == rest[0] else item for i, item in enumerate(node))
        return {**node, rest[0]: within(node.get(rest[0]), rest[1:])}

    return Connection.model_validate(within(FULL, path))


BEFORE = digest(Connection.model_validate(FULL))


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("name",), "x"),
        (("description",), ""),
        (("documentation_link",), "x"),
        (("tags",), ()),
        (("secrets",), ("s", "t")),
        (("operations", 0, "description"), "x"),
        (("operations", 0, "documentation_link"), "x"),
        (("options", "verify"), True),
        (("auth", "header"), "Authorization"),
    ],
    ids=str,
)
def test_what_may_change_freely(path: tuple[Any, ...], to: Any) -> None:
    assert digest(changed(*path, to=to)) == BEFORE


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("type",), "ftp"),
        (("base_url",), "https://evil.example.com"),
        (("test_path",), "/Health"),
        (("ca_cert",), None),
        (("ca_cert_file",), "ca.pem"),
        (("auth",), {"type": "none"}),
        (("auth",), {"type": "basic"}),
        (("auth",), {"type": "oauth2"}),
        (("auth", "header"), "Cookie"),
        (("auth", "prefix"), ""),
        (("auth", "request", "method"), "GET"),
        (("auth", "request", "params"), (("b", "2"), ("a", "1"))),
        (("auth", "request", "params"), (("a", "1b"), ("", "2"))),
        (("auth", "request", "body"), {"kind": "raw", "raw": "x"}),
        (("auth", "request", "body"), {"kind": "raw"}),
        (("auth", "request", "body"), None),
        (("auth", "request", "follow_redirect"), True),
        (("auth", "token_output"), "body.u"),
        (("auth", "token_connection", "base_url"), "https://evil.example.com"),
        (("auth", "token_connection"), None),
        (("operations", 0, "name"), "Delete"),
        (("operations", 0, "path"), "/x"),
        (("operations", 0, "outputs"), ()),
        (("operations",), ()),
        (("options", "verify"), False),
        (("options", "proxy"), None),
        (("options", "timeout", "connect"), 4.0),
        (("options", "client_cert_file"), "c.pem"),
        (("options", "stream_response"), True),
    ],
    ids=str,
)
def test_what_breaks_a_seal(path: tuple[Any, ...], to: Any) -> None:
    assert digest(changed(*path, to=to)) != BEFORE


def test_the_content_of_named_files_counts() -> None:
    named = changed("ca_cert_file", to="ca.pem")
    digests = {
        digest(named, *contents)
        for contents in [(None, None), (b"", None), (b"a", None), (b"b", None), (None, b"a")]
    }
    assert len(digests) == 5


def test_methods_with_nothing_set_differ_by_their_type() -> None:
    kinds = ("none", "basic", "http_bearer_token", "raw_bearer_token", "oauth2")
    assert len({digest(changed("auth", to={"type": kind})) for kind in kinds}) == len(kinds)


def test_defaults_are_left_out_so_that_a_later_field_keeps_old_seals() -> None:
    assert canonical(Connection(name="x", base_url="https://a.example")) == {
        "type": "http",
        "base_url": "https://a.example",
    }


def test_the_digest_of_a_known_connection_never_changes() -> None:
    assert BEFORE == "cb20795f079e0c0dc242211c7f06901d33f533358efab13d52ff6d56a9c6c18d"
