"""From a described request and its values to the bytes that are sent."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.request.render import Values, render, values
from integrator_tui.engine.request.secret_parts import secret_parts
from integrator_tui.errors import MissingParameter, RequestFailed
from integrator_tui.model.connection import (
    BasicAuth,
    Body,
    Connection,
    FormBody,
    MultipartBody,
    Operation,
    Pairs,
    Part,
    RawBearerTokenAuth,
    RawBody,
    Request,
)
from integrator_tui.model.secret import Secret, SecretRef

BASE = "https://host.example/v1"


def sent(
    request: Request, given: Mapping[str, str] | None = None, secret: frozenset[str] = frozenset(), base: str = BASE
) -> httpx.Request:
    return render(request, base, Values(given or {}, secret))


def posted(body: Body, headers: Pairs = (), **given: str) -> httpx.Request:
    return sent(Request(body=body, headers=headers), given)


def test_url_and_parameters_are_joined_and_encoded() -> None:
    request = Request(
        method="GET", path="/a/{{p}}?x={{q}}", params=(("na me", "{{v}} &"), ("empty", ""), ("none", "{{e}}"))
    )
    url = sent(request, {"p": "a/b", "q": "1&2", "v": "ü", "e": ""}, base=BASE + "?b=0").url
    assert str(url) == "https://host.example/v1/a/a%2Fb?b=0&x=1%262&na%20me=%C3%BC%20%26"
    kept = request.model_copy(update={"include_empty_params": True})
    known = {"p": "a/b", "q": "1&2", "v": "ü", "e": ""}
    assert str(sent(kept, known, base=BASE).url).endswith("&na%20me=%C3%BC%20%26&empty=&none=")


def test_a_form_encodes_every_reserved_character() -> None:
    request = posted(FormBody(form=(("k", "{{v}}"), ("s p", "a+b"))), v="&=%{{x}}")
    assert request.content == b"k=%26%3D%25%7B%7Bx%7D%7D&s+p=a%2Bb"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.headers["content-length"] == str(len(request.content))


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (None, b'{"k": "a\\"<"}'),
        ("application/vnd.api+json; v=1", b'{"k": "a\\"<"}'),
        ("application/xml", b'{"k": "a&quot;&lt;"}'),
        ("text/plain", b'{"k": "a"<"}'),
    ],
)
def test_a_raw_body_is_encoded_for_its_type(content_type: str | None, body: bytes) -> None:
    headers = (("content-type", content_type),) if content_type else ()
    request = posted(RawBody(raw='{"k": "{{v}}"}'), headers, v='a"<')
    assert request.content == body
    assert request.headers["content-type"] == (content_type or "application/json")
    assert len(request.headers.get_list("content-type")) == 1


def test_triple_braces_are_as_they_are() -> None:
    assert posted(RawBody(raw="{{{v}}}"), v='{"a": 1}').content == b'{"a": 1}'


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("multipart/form-data", "multipart/form-data"),
        ("Multipart/Related; boundary=mine", "Multipart/Related"),
    ],
)
def test_a_multipart_content_type_given_by_hand_gets_the_boundary(given: str, kept: str) -> None:
    body = MultipartBody(multipart=(Part(name="a", content="b"),))
    request = posted(body, (("content-type", given),))
    (content_type,) = request.headers.get_list("content-type")
    media_type, _, boundary = content_type.partition("; boundary=")
    assert media_type == kept
    assert request.content.startswith(f"--{boundary}\r\n".encode())


def test_another_content_type_given_by_hand_stays_with_a_multipart_body() -> None:
    body = MultipartBody(multipart=(Part(name="a", content="b"),))
    assert posted(body, (("Content-Type", "text/plain"),)).headers["content-type"] == "text/plain"


def test_multipart_is_one_part_after_the_other() -> None:
    parts = (
        Part(name='a"b', content="{{v}}"),
        Part(name="file", content="data", file_name="f.txt", content_type="text/plain"),
    )
    request = posted(MultipartBody(multipart=parts), v="ü")
    boundary = request.headers["content-type"].removeprefix("multipart/form-data; boundary=").encode()
    assert request.content.split(b"--" + boundary) == [
        b"",
        b'\r\nContent-Disposition: form-data; name="a%22b"\r\n\r\n\xc3\xbc\r\n',
        b'\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\ndata\r\n",
        b"--\r\n",
    ]
    assert posted(MultipartBody(multipart=parts), v="ü").content == request.content


@pytest.mark.parametrize("body", [None, FormBody(), RawBody(), MultipartBody()])
def test_no_body_is_no_content_type(body: Body | None) -> None:
    request = sent(Request(body=body))
    assert request.content == b""
    assert "content-type" not in request.headers
    assert request.headers["content-length"] == "0"
    assert "content-length" not in sent(Request(method="GET", body=body)).headers


def test_own_headers_take_the_place_of_the_usual_ones() -> None:
    request = sent(Request(headers=(("user-agent", "me"), ("X-Two", "1"), ("X-Two", "{{v}}"))), {"v": "ü"})
    assert request.headers.get_list("user-agent") == ["me"]
    assert request.headers.get_list("x-two") == ["1", "ü"]
    assert request.headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\0b"])
def test_a_header_value_with_a_line_break_is_refused(value: str) -> None:
    with pytest.raises(RequestFailed) as caught:
        sent(Request(headers=(("X-Key", "{{v}}"),)), {"v": value})
    assert value not in caught.value.message


@pytest.mark.parametrize("name", ["", "a b", "a:b", "ü", "a\r\nb"])
def test_a_name_that_no_header_has_is_refused(name: str) -> None:
    with pytest.raises(RequestFailed):
        sent(Request(headers=((name, "v"),)))


def test_parts_that_hold_a_secret_are_marked() -> None:
    headers = (("X-Key", "<{{k}}>"), ("X-Plain", "{{p}}"))
    known = {"k": "s", "p": "x"}
    marked = secret_parts(sent(Request(headers=headers, body=RawBody(raw="{{p}}")), known, frozenset({"k"})))
    assert marked.headers == {"x-key"}
    assert not marked.body
    for body in (
        FormBody(form=(("a", "{{k}}"),)),
        RawBody(raw="{{k}}"),
        MultipartBody(multipart=(Part(content="{{k}}"),)),
    ):
        assert secret_parts(sent(Request(body=body), known, frozenset({"k"}))).body


class Vault:
    """Counts what is revealed."""

    def __init__(self, **known: str) -> None:
        self.known = known
        self.revealed: list[str] = []

    def __call__(self, name: SecretRef) -> Secret:
        self.revealed.append(name)
        return Secret(self.known[name])


def test_only_secrets_that_are_used_are_revealed_and_they_come_first() -> None:
    vault = Vault(used="1", unused="2", password="3")
    connection = Connection(
        base_url="https://h.example",
        test_path="/{{used}}/{{p}}",
        auth=BasicAuth(username="u"),
        secrets=("used", "unused", "password"),
    )
    found = values(connection, "test", vault, {"p": "x", "used": "given", "idle": "y"}, ["password"])
    assert sorted(vault.revealed) == ["password", "used"]
    assert found.plain == {"used": "1", "p": "x"}
    assert found.secret == {"used"} and dict(found.own) == {"password": "3"}
    assert sorted(found.sensitive) == ["1", "3"]
    assert "'1'" not in repr(found)


def test_all_missing_names_are_told_at_once() -> None:
    connection = Connection(
        base_url="https://h.example/{{b}}", test_path="/{{a}}{{#opt}}{{opt}}{{/opt}}", auth=RawBearerTokenAuth()
    )
    with pytest.raises(MissingParameter) as caught:
        values(connection, "test", Vault(), {}, ["token"])
    assert set(caught.value.names) == {"a", "b", "token"}


def test_an_operation_asks_for_what_it_needs_alone() -> None:
    operation = Operation(method="GET", path="/{{x}}")
    connection = Connection(base_url="https://h.example", test_path="/{{a}}", operations=(operation,))
    assert values(connection, operation, Vault(), {"x": "1"}).plain == {"x": "1"}
