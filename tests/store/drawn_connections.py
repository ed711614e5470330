"""Any connection a file can hold, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from integrator_tui.model.connection import (
    ApiKeyAuth,
    BasicAuth,
    Connection,
    FormBody,
    HttpBearerTokenAuth,
    MultipartBody,
    NoAuth,
    OAuth2Auth,
    Operation,
    Options,
    Output,
    Part,
    Passing,
    RawBearerTokenAuth,
    RawBody,
    Request,
    Timeout,
    TokenConnection,
)

# What a file can hold: everything but NUL and lone surrogates, weighted to what YAML finds special.
_AWKWARD = [
    *(
        "",
        " ",
        "~",
        "null",
        "true",
        "no",
        "on",
        "y",
        "0123",
        "1.50",
        "1e3",
        "0x1f",
        "2026-01-02",
        "1:30",
        "-",
        "- a",
    ),
    *(
        "a: b",
        "a:",
        ":a",
        "a #b",
        "#a",
        "{{x}}",
        "{a: b}",
        "[a, b]",
        "a, b",
        "'a'",
        '"a"',
        "it's",
        "a\\b",
        "\t",
        "a\tb",
    ),
    *(
        "&a",
        "*a",
        "!a",
        "!!str a",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "? a",
        "a\nb",
        "a\n",
        "\na",
        "a\n\n",
        " a\n b",
        "a\n b\n",
    ),
    *(
        "a \nb",
        "a\n \nb",
        "a\r\nb",
        "\x85",
        "\u2028",
        "\ufeff",
        "\xa0",
        "\x7f",
        "\x1b[0m",
        "é",
        "😀",
        "<<",
        "=",
        "---",
    ),
    *(
        "...",
        "a\n---\nb",
        "ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]",
        "https://a.example/b?c=d#e",
        "\ud7ff",
        "\ufffe",
    ),
    "-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n",
]
_CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXT = st.one_of(st.sampled_from(_AWKWARD), st.text(_CHARACTERS, max_size=12))
NAME = st.one_of(st.sampled_from(_AWKWARD), st.text(_CHARACTERS, min_size=1, max_size=8))
OPTIONAL = st.one_of(st.none(), TEXT)
PAIRS = st.lists(st.tuples(NAME, TEXT), max_size=4, unique_by=lambda pair: pair[0]).map(tuple)
HEADERS = st.lists(
    st.tuples(NAME, st.lists(TEXT, min_size=1, max_size=3)), max_size=3, unique_by=lambda header: header[0]
).map(lambda headers: tuple((name, value) for name, values in headers for value in values))

BODY = st.one_of(
    st.none(),
    st.builds(FormBody, form=PAIRS),
    st.builds(RawBody, raw=TEXT),
    st.builds(
        MultipartBody,
        multipart=st.lists(
            st.builds(Part, name=TEXT, content=TEXT, content_type=OPTIONAL, file_name=OPTIONAL), max_size=3
        ).map(tuple),
    ),
)
STATUSES = st.lists(st.sampled_from(["2xx", "204", "3xx"]), max_size=3).map(tuple)
_REQUEST = {
    "method": st.sampled_from(["GET", "POST", "PUT"]),
    "path": TEXT,
    "params": PAIRS,
    "include_empty_params": st.booleans(),
    "headers": HEADERS,
    "body": BODY,
    "follow_redirect": st.booleans(),
    "stream_response": st.booleans(),
}
OUTPUTS = st.lists(
    st.builds(Output, name=NAME, value=TEXT, children=PAIRS), max_size=3, unique_by=lambda output: output.name
).map(tuple)
OPERATIONS = st.lists(
    st.builds(Operation, name=TEXT, description=TEXT, documentation_link=TEXT, outputs=OUTPUTS, **_REQUEST),
    max_size=3,
).map(tuple)
AUTH = st.one_of(
    st.just(NoAuth()),
    st.builds(BasicAuth, username=TEXT),
    st.builds(RawBearerTokenAuth, header=TEXT, prefix=TEXT),
    st.builds(
        OAuth2Auth,
        access_token_url=TEXT,
        client_id=TEXT,
        client_auth=st.sampled_from(["basic_auth", "www_form_urlencoded"]),
        scope=TEXT,
        ca_cert=OPTIONAL,
        params=HEADERS,
    ),
    st.builds(ApiKeyAuth, name=TEXT, **{"in": st.sampled_from(["header", "query"])}),
    st.builds(
        HttpBearerTokenAuth,
        header=TEXT,
        prefix=TEXT,
        request=st.builds(Request, accept=STATUSES, **_REQUEST),
        token_output=TEXT,
        expiration_output=TEXT,
        token_connection=st.one_of(st.none(), st.builds(TokenConnection, base_url=TEXT, ca_cert=OPTIONAL)),
    ),
)
_SECONDS = st.floats(0, 1e6, allow_nan=False)
CONNECTIONS = st.builds(
    Connection,
    name=TEXT,
    type=st.sampled_from(["http", "HTTP"]),
    description=TEXT,
    documentation_link=TEXT,
    base_url=TEXT,
    test_path=TEXT,
    ca_cert=OPTIONAL,
    ca_cert_file=OPTIONAL,
    tags=st.lists(TEXT, max_size=3).map(tuple),
    headers=HEADERS,
    test=st.builds(Passing, status=STATUSES, expect=TEXT),
    auth=AUTH,
    extends=OPTIONAL,
    secrets_from=PAIRS,
    operations=OPERATIONS,
    options=st.builds(
        Options,
        timeout=st.builds(Timeout, connect=_SECONDS, read=_SECONDS),
        proxy=OPTIONAL,
        verify=st.booleans(),
        client_cert_file=OPTIONAL,
        follow_redirect=st.booleans(),
        stream_response=st.booleans(),
    ),
    secrets=st.lists(NAME.filter(lambda name: name != "_seal"), max_size=3, unique=True).map(tuple),
)
