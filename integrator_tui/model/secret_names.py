"""What a name says of its value: the one place that judges by a name whether something is a secret.

Rules, from the narrowest to the widest. A *credential* has one of the few names that RFC 6749, RFC 9110, RFC 6265
and OpenID give (masked in answers that are kept). What a name *says to be* a secret by its last word becomes a
stored one on import (`token`, not `token_type`). What *reads like* one anywhere in its name is masked where it is
shown. What *may be* one, a key or a code too, is not written to a disk in plain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from integrator_tui.model.pattern import pattern
from integrator_tui.model.secret import MASK

CREDENTIAL_HEADERS: Final = frozenset({"set-cookie", "cookie", "authorization", "proxy-authorization"})
"""Headers whose value is a credential, in lower case."""

CREDENTIAL_KEYS: Final = ("access_token", "refresh_token", "id_token", "client_secret", "password")
"""Keys of JSON and of forms whose value is a credential."""

_LAST_WORD: Final = pattern(
    r"(password|passwd|passphrase|pwd|secret|secretkey|token|apikey|accesskey|authkey|privatekey|subscriptionkey"
    r"|authorization|cookie)\d*\Z"
)
_ANYWHERE: Final = pattern(
    r"passwor[dt]|passwd|passphrase|passcode|secret|token|credential|authorization|cookie|bearer"
    r"|(?:api|access|auth|private|subscription)key"
)
_WORDS: Final = frozenset({"pin", "pins", "otp", "otps", "totp", "pwd", "pass", "tan", "mfa", "cvv", "cvc"})
_KEY_OR_CODE: Final = pattern(r"(?:keys?|codes?|signature|sig|session|sessionid|sid|jwt|auth|hash)\d*\Z")
_BETWEEN_WORDS: Final = pattern(r"[^a-z0-9]+")
_HUMP: Final = pattern(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=4096)
def names_a_secret(name: str, also: frozenset[str] = frozenset()) -> bool:
    """Return whether what has this name is a secret: its last word is password, secret, token, api_key,
    authorization, cookie or one of a few that are used for the same; or it is a name of `also`."""
    plain = _plain(name)
    return plain in also or bool(_LAST_WORD.search(plain))


@lru_cache(maxsize=4096)
def reads_like_a_secret(name: str) -> bool:
    """Return whether a value of this name is masked where it is shown: some part of the name is a word for a
    secret."""
    return bool(_ANYWHERE.search(_plain(name))) or not _WORDS.isdisjoint(_words(name))


@lru_cache(maxsize=4096)
def may_be_secret(name: str) -> bool:
    """Return whether a value of this name stays off the disk: it reads like a secret, or one of its words ends in
    key or code or is another that secrets go by."""
    return reads_like_a_secret(name) or any(_KEY_OR_CODE.search(word) for word in _words(name))


def typed_secrets(given: Mapping[str, str]) -> tuple[str, ...]:
    """Return the values of parameters whose names read like secrets."""
    return tuple(value for name, value in given.items() if value and reads_like_a_secret(name))


def masked_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return headers with the values of those masked that carry credentials."""
    return [(name, MASK if name.lower() in CREDENTIAL_HEADERS else value) for name, value in headers]


def masked_json(value: Any) -> Any:
    """Return a JSON value with the values of the keys masked that RFC 6749 and OpenID name."""
    if isinstance(value, dict):
        return {
            key: MASK if key.lower() in CREDENTIAL_KEYS and item is not None else masked_json(item)
            for key, item in value.items()
        }
    return [masked_json(item) for item in value] if isinstance(value, list) else value


def masked_form(text: str) -> str:
    """Return text with the values behind those keys masked where they are written as a form writes them."""
    return re.sub(rf"(?i)\b({'|'.join(CREDENTIAL_KEYS)})(=)[^&\s\"']+", rf"\1\2{MASK}", text)


def _plain(name: str) -> str:
    """The letters and digits of a name, in lower case."""
    return _BETWEEN_WORDS.sub("", name.lower())


def _words(name: str) -> frozenset[str]:
    """The words of a name, in lower case: `clientSecret`, `Client-Secret` and `client_secret` have the same."""
    return frozenset(_BETWEEN_WORDS.split(_HUMP.sub(" ", name).lower())) - {""}
