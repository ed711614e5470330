"""A request of another tool in the request line of a connection of ours."""

from __future__ import annotations

import pytest

from integrator_tui.interchange.curl import reader as curl_reader
from integrator_tui.model.connection import ApiKeyAuth, Connection, Operation, RawBody
from integrator_tui.model.pasted_request import PastedRequest, is_empty, pasted_request, suggested_name

OWN = Connection(name="Orders", base_url="https://orders.example.com/api/v1", secrets=("stored_key",))


def pasted(command: str, own: Connection = OWN) -> PastedRequest:
    found = curl_reader.read(command).connections[0]
    return pasted_request(found.connection, found.secrets, own)


def test_method_path_headers_and_body_are_taken_and_values_of_secrets_stay_secrets() -> None:
    found = pasted(
        "curl -X PUT 'https://orders.example.com/api/v1/orders?limit=3' -H 'X-Api-Key: k3y-v4lue' "
        "-H 'Accept: text/plain' --json '{\"a\": 1}'"
    )
    request = found.operation
    assert (request.method, request.path, request.params) == ("PUT", "/orders", (("limit", "3"),))
    assert ("X-Api-Key", "{{x_api_key}}") in request.headers and ("Accept", "text/plain") in request.headers
    assert request.body == RawBody(raw='{"a": 1}')
    assert {name: value.reveal() for name, value in found.secrets.items()} == {"x_api_key": "k3y-v4lue"}
    assert found.notes == () and request.name == ""


def test_it_goes_to_the_connection_with_its_authentication_and_says_so() -> None:
    found = pasted("curl https://other.example.com/api/v1/x -H 'Authorization: Bearer t0ken-v4lue' -d a=1")
    assert found.operation.path == "/api/v1/x"
    assert not any(name == "Authorization" for name, _ in found.operation.headers)
    assert found.secrets == {}
    said = "\n".join(found.notes)
    assert "it was for https://other.example.com: it will be sent to https://orders.example.com/api/v1" in said
    assert "Raw Bearer Token" in said and "v4lue" not in said


def test_a_stored_secret_of_that_name_stays_what_it_is() -> None:
    own = OWN.model_copy(update={"secrets": ("x_api_key",)})
    found = pasted("curl -d a=1 https://orders.example.com/ -H 'X-Api-Key: k3y-v4lue'", own)
    assert found.secrets == {} and "stored secret" in found.notes[0]


@pytest.mark.parametrize(
    ("path", "below"),
    [("/api/v1/a", "/a"), ("/api/v1", ""), ("/api/v1?x=1", ""), ("/api/v10", "/api/v10"), ("/b", "/b")],
)
def test_the_path_of_the_base_url_is_taken_off(path: str, below: str) -> None:
    assert pasted(f"curl -X DELETE 'https://orders.example.com{path}'").operation.path == below


def test_a_plain_get_is_a_request_too() -> None:
    found = pasted("curl 'https://orders.example.com/api/v1/health?x=1'")
    assert (found.operation.method, found.operation.path) == ("GET", "/health?x=1")


def test_a_suggested_name_holds_no_query() -> None:
    assert suggested_name(Operation(method="GET", path="/orders?key=abc")) == "GET /orders"
    assert suggested_name(Operation(method="HEAD", path="")) == "HEAD"


def test_an_empty_line_is_told() -> None:
    assert is_empty(Operation(method="POST", body=RawBody(raw="")))
    assert not is_empty(Operation(headers=(("A", "b"),)))


@pytest.mark.parametrize(
    ("command", "headers", "params"),
    [
        ("-H 'X-Api-Key: k3y-v4lue'", (("X-Api-Key", "{{x_api_key}}"),), ()),
        ("-H 'Authorization: Token k3y-v4lue'", (), ()),
    ],
)
def test_a_key_in_a_place_of_its_own_is_part_of_the_request(
    command: str, headers: tuple[tuple[str, str], ...], params: tuple[tuple[str, str], ...]
) -> None:
    found = pasted(f"curl -X DELETE https://orders.example.com/api/v1/a {command}")
    assert (found.operation.headers, found.operation.params) == (headers, params)
    assert set(found.secrets) == ({"x_api_key"} if headers else set())


def test_a_key_where_the_connection_sends_its_own_is_left_out() -> None:
    own = OWN.model_copy(update={"auth": ApiKeyAuth(name="x-api-key")})
    found = pasted("curl -X DELETE https://orders.example.com/api/v1/a -H 'X-Api-Key: k3y-v4lue'", own)
    assert found.operation.headers == () and found.secrets == {}
    assert any("its own authentication (API Key) is left out" in note for note in found.notes)


def test_headers_of_a_plain_get_come_along() -> None:
    found = pasted("curl https://orders.example.com/api/v1/a -H 'X-T: 1'")
    assert found.operation.headers == (("X-T", "1"),) and found.operation.path == "/a"
