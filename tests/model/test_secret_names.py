"""What a name says of its value."""

from __future__ import annotations

import pytest

from integrator_tui.model.secret_names import (
    masked_form,
    masked_headers,
    masked_json,
    may_be_secret,
    names_a_secret,
    reads_like_a_secret,
)


@pytest.mark.parametrize(
    "name",
    "password Client-Secret access_token X-Api-Key apikey PRIVATE-TOKEN Cookie clientSecret set-cookie".split(),
)
def test_names_of_secrets(name: str) -> None:
    assert names_a_secret(name) and reads_like_a_secret(name) and may_be_secret(name)


@pytest.mark.parametrize("name", "token_type max_tokens username tokens grant_type key cookies_accepted".split())
def test_names_of_no_secrets(name: str) -> None:
    assert not names_a_secret(name)


def test_a_name_can_be_known_besides() -> None:
    assert names_a_secret("Key", frozenset({"key"}))


@pytest.mark.parametrize(
    "name",
    [
        "New Password",
        "Page Token",
        "pin",
        "User-PIN",
        "one_time_otp",
        "loginOtp",
        "Passwort",
        "AWS Secret Access Key",
        "API key",
        "privateKey",
        "TOTP",
        "credentials",
        "bearer",
    ],
)
def test_what_reads_like_a_secret_is_masked_where_it_is_shown(name: str) -> None:
    assert reads_like_a_secret(name) and may_be_secret(name)


@pytest.mark.parametrize("name", ["key", "Country Code", "Issue Key", "Postcode", "passkey 2", "Auth", "signature"])
def test_a_key_and_a_code_are_shown_and_stay_off_the_disk(name: str) -> None:
    assert may_be_secret(name) and not reads_like_a_secret(name)


@pytest.mark.parametrize(
    "name",
    ["Limit", "status", "Pinned", "Keyword", "Shipping", "Author", "decoded", "Options", "spin", ""],
)
def test_other_names_say_nothing(name: str) -> None:
    assert not may_be_secret(name) and not reads_like_a_secret(name)


def test_keys_of_tokens_are_masked_at_every_level() -> None:
    body = {"Access_Token": "x", "id_token": None, "n": [{"password": {"a": 1}}], "token_type": "bearer"}
    assert masked_json(body) == {
        "Access_Token": "•••",
        "id_token": None,
        "n": [{"password": "•••"}],
        "token_type": "bearer",
    }


def test_headers_and_forms_lose_their_credentials() -> None:
    assert masked_headers([("Set-Cookie", "a=b"), ("X", "y")]) == [("Set-Cookie", "•••"), ("X", "y")]
    assert masked_form("a=1&Password=x y&id_token=z") == "a=1&Password=••• y&id_token=•••"
