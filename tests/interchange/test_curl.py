"""Copy as curl: the request as a shell would send it, and never a secret."""

from __future__ import annotations

import shlex
from itertools import pairwise

import pytest

from integrator_tui.interchange.curl import curl, variable
from integrator_tui.model.connection import (
    ApiKeyAuth,
    BasicAuth,
    Connection,
    HttpBearerTokenAuth,
    OAuth2Auth,
    Options,
    RawBearerTokenAuth,
    Timeout,
)


def words(connection: Connection) -> list[str]:
    return shlex.split(curl(connection).replace("\\\n", " "))


def test_base_url_and_test_path() -> None:
    assert words(Connection(name="x", base_url="https://a.example/v1/", test_path="/health"))[-1] == (
        "https://a.example/v1/health"
    )


def test_a_user_is_named_and_the_password_is_left_to_curl() -> None:
    given = words(
        Connection(base_url="http://a.example", auth=BasicAuth(username="it's me"), secrets=("password",))
    )
    assert given[given.index("--user") + 1] == "it's me"


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        (RawBearerTokenAuth(header="X-Key", prefix=""), "X-Key: $TOKEN"),
        (RawBearerTokenAuth(), "Authorization: Bearer $TOKEN"),
        (RawBearerTokenAuth(prefix="Key {{key id}}"), "Authorization: Key $KEY_ID $TOKEN"),
        (HttpBearerTokenAuth(prefix="Token"), "Authorization: Token $ACCESS_TOKEN"),
        (OAuth2Auth(), "Authorization: Bearer $ACCESS_TOKEN"),
        (ApiKeyAuth(), "X-Api-Key: $API_KEY"),
    ],
)
def test_a_token_is_a_shell_variable(
    auth: RawBearerTokenAuth | HttpBearerTokenAuth | OAuth2Auth | ApiKeyAuth, header: str
) -> None:
    given = words(Connection(base_url="http://a.example", auth=auth))
    assert given[given.index("--header") + 1] == header


def test_a_key_of_the_query_is_encoded_by_curl() -> None:
    auth = ApiKeyAuth(name="key", **{"in": "query"})
    given = words(Connection(base_url="http://a.example", test_path="/x?a=1", auth=auth))
    assert given[-4:] == ["--get", "--data-urlencode", "key=$API_KEY", "http://a.example/x?a=1"]


def test_the_headers_of_a_connection_are_sent() -> None:
    headers = (("Accept", "text/x"), ("X-Tag", "{{tag}} b"), ("X-None", ""), ("authorization", "mine"))
    given = words(Connection(base_url="http://a.example", headers=headers, auth=BasicAuth(username="u")))
    sent = [value for option, value in pairwise(given) if option == "--header"]
    assert sent == ["Accept: text/x", "X-Tag: $TAG b", "X-None;"]


def test_placeholders_are_shell_variables_and_the_rest_is_quoted() -> None:
    given = curl(Connection(base_url="https://a.example", test_path="/x'y/{{API key}}/z"))
    assert given.endswith("""'https://a.example/x'"'"'y/'"$API_KEY"/z""")


@pytest.mark.parametrize("password", ["hunter2", "hunt@er2", "hunt@er@2"])
def test_options(password: str) -> None:
    options = Options(verify=False, proxy=f"http://user:{password}@proxy.example:3128", follow_redirect=True)
    given = words(Connection(base_url="https://a.example", options=options))
    assert {"--insecure", "--location"} <= set(given)
    assert given[given.index("--proxy") + 1] == "http://proxy.example:3128"


def test_a_unix_socket() -> None:
    given = words(Connection(base_url="http://a.example", options=Options(unix_socket="/run/a b.sock")))
    assert given[given.index("--unix-socket") + 1] == "/run/a b.sock"


def test_a_stream_is_bounded_by_its_silence_only() -> None:
    options = Options(stream_response=True, timeout=Timeout(read=0.5))
    given = words(Connection(base_url="https://a.example", options=options))
    assert "--no-buffer" in given and "--max-time" not in given
    assert given[given.index("--speed-time") + 1] == "1"


@pytest.mark.parametrize(("name", "expected"), [("a b", "A_B"), ("1st", "_1ST"), ("", "_")])
def test_variable_names(name: str, expected: str) -> None:
    assert variable(name) == expected
