"""Values that are named like secrets are found wherever they stand in a body, and nothing else is touched."""

from __future__ import annotations

import pytest

from integrator_tui.interchange.documents.secret_values import SecretValue, holds_secret, with_secrets, within

FORM, JSON, TEXT = "application/x-www-form-urlencoded", "application/json", "text/plain"


def taken(text: str, media_type: str = JSON) -> tuple[str, list[tuple[str, str, str]]]:
    """Return a text with ⟨name⟩ for each secret in it, and names, values and places of these."""
    found: list[tuple[str, str, str]] = []

    def replaced(each: SecretValue) -> str | None:
        found.append((each.name, each.value, each.where))
        return f"<{each.name}>"

    return with_secrets(text, media_type, replaced), found


@pytest.mark.parametrize(
    ("media_type", "text", "wanted", "values"),
    [
        (JSON, '{"a": {"password": "x y"}}', '{"a": {"password": "<password>"}}', ["x y"]),
        (JSON, '{"secret": {"a": "1", "b": ["2", {"c": 3}]}}',
         '{"secret": {"a": "<secret>", "b": ["<secret>", {"c": <secret>}]}}', ["1", "2", "3"]),
        (JSON, '{"secret": {"a": "1"}, "b": "2"}', '{"secret": {"a": "<secret>"}, "b": "2"}', ["1"]),
        (JSON, '{"token": ["a", "b"], "x": ["c"]}', '{"token": ["<token>", "<token>"], "x": ["c"]}', ["a", "b"]),
        (JSON, '{"password": "a\\"b", "n": 1}', '{"password": "<password>", "n": 1}', ['a"b']),
        (JSON, '{"p\\u0061ssword": "x"}', '{"p\\u0061ssword": "<password>"}', ["x"]),
        (JSON, '[{"api_key":"1"},{"a":"2"}]', '[{"api_key":"<api_key>"},{"a":"2"}]', ["1"]),
        (JSON, '{"pin": 1, "token": 12, "secret": null, "cookie": true}',
         '{"pin": 1, "token": <token>, "secret": null, "cookie": true}', ["12"]),
        (JSON, '{"query": "mutation { login(password: \\"p1\\") }", "variables": {"token": "t1"}}',
         '{"query": "mutation { login(password: \\"<password>\\") }", "variables": {"token": "<token>"}}',
         ["p1", "t1"]),
        (JSON, '{"data": "{\\"password\\": \\"p\\"}"}', '{"data": "{\\"password\\": \\"<password>\\"}"}', ["p"]),
        # What is escaped twice is a secret as a whole.
        (JSON, '{"data": "{\\"password\\": \\"p\\\\\\"q\\"}"}', '{"data": "<data>"}', ['{"password": "p\\"q"}']),
        (JSON, '{"hook": "https://u:p1@h.example/?token=t1&a=1"}',
         '{"hook": "https://u:<password>@h.example/?token=<token>&a=1"}', ["p1", "t1"]),
        (JSON, '{ {{#A}}"a": 1,{{/A}} "token": "t", }', '{ {{#A}}"a": 1,{{/A}} "token": "<token>", }', ["t"]),
        (JSON, '{"password": "p"', '{"password": "<password>"', ["p"]),
        (TEXT, '{"a": {"token": "t"}}', '{"a": {"token": "<token>"}}', ["t"]),
        (TEXT, "password=p%201&user=a", "password=<password>&user=a", ["p 1"]),
        (TEXT, "user: a\npassword: p q\nx: 1", "user: a\npassword: <password>\nx: 1", ["p q"]),
        (TEXT, "api_key='k'  \r\nx=1", "api_key='<api_key>'  \r\nx=1", ["k"]),
        (TEXT, "see https://u:p@h.example/x", "see https://u:<password>@h.example/x", ["p"]),
        (FORM, "a=1&client_secret=c%2B1", "a=1&client_secret=<client_secret>", ["c+1"]),
        (FORM, "payload=%7B%22password%22%3A%22p%22%7D", "payload=<payload>", ['{"password":"p"}']),
        ("application/graphql", 'mutation { login(token: "t") }', 'mutation { login(token: "<token>") }', ["t"]),
        ("application/xml", "<a><password>p</password></a>", "<a><password><password></password></a>", ["p"]),
        ("application/yaml", "- token: t", "- token: <token>", ["t"]),
    ],
)  # fmt: skip
def test_a_secret_is_found_where_it_stands(media_type: str, text: str, wanted: str, values: list[str]) -> None:
    made, found = taken(text, media_type)
    assert made == wanted
    assert [value for _, value, _ in found] == values


@pytest.mark.parametrize(
    ("media_type", "text"),
    [
        (JSON, '{"token_type": "bearer", "expires_in": 3600, "passwordless": "x"}'),
        (JSON, '{"tokens": 12, "keyboard": "de", "monkey": "a", "key": "v", "secretary": "b"}'),
        (JSON, '{"password": ""}'),
        (JSON, '{"name": "password", "value": "x"}'),
        (JSON, '["password", "x"]'),
        (JSON, '{"doc": "the password: is long", "url": "https://h.example/?tokens=1#token=x"}'),
        (TEXT, "The secret of this text is short."),
        (TEXT, "password reset for anna"),
        (TEXT, "secret=\npassword:\n# token: none"),
        (FORM, "grant_type=password&token_type=x&key=1"),
        ("application/octet-stream", "\x00\x01 key"),
    ],
)
def test_what_is_named_like_none_stays(media_type: str, text: str) -> None:
    assert taken(text, media_type) == (text, [])


def test_what_is_left_by_who_replaces_stays_letter_for_letter() -> None:
    text = '{"password": "a\\u00e9\\/b", "data": "{\\"token\\": \\"{{t}}\\"}", "n": 1.50, "x": {{y}} }'
    assert with_secrets(text, JSON, lambda found: None) == text


@pytest.mark.parametrize(
    "text", ['{"a":' * 20_000, '"' + "\\a" * 200_000, "x" * 400_000 + "://", "key" + " " * 400_000]
)
def test_hostile_texts_take_no_time_of_their_own(text: str) -> None:
    for media_type in (JSON, TEXT, FORM):
        assert taken(f"{text} secret", media_type)[1] == []


def test_a_value_is_looked_into() -> None:
    assert within('{"token":"t"}', "filter", lambda found: found.name.upper()) == '{"token":"TOKEN"}'
    assert (
        holds_secret('{"token":"t"}')
        and not holds_secret('{"token":"{{t}}"}')
        and holds_secret("a=1&token=t")
        and not holds_secret("a token")
    )
