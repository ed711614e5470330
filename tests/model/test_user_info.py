"""What is shown of the user info of an address."""

from __future__ import annotations

import pytest

from integrator_tui.model.user_info import masked_user_info


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://user:pass@host:1/a@b?c=d@e", "http://•••:•••@host:1/a@b?c=d@e"),
        ("https://token@host", "https://•••@host"),
        ("socks5://{{user}}:{{{pass}}}@host", "socks5://{{user}}:{{{pass}}}@host"),
        ("http://pre{{user}}:pa{ss@host", "http://•••{{user}}:•••@host"),
        ("http://user:pa/ss@host", "http://•••:•••@host"),
        ("http://host/a@b", "http://host/a@b"),
        ("somebody@example.com", "somebody@example.com"),
        ("", ""),
    ],
)
def test_user_info_is_masked_but_for_templates(text: str, shown: str) -> None:
    assert masked_user_info(text) == shown
