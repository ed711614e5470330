from __future__ import annotations

from typing import Any

import pytest

from integrator_tui.model.connection import (
    AuthMethod,
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
    RawBearerTokenAuth,
    RawBody,
    Request,
    Timeout,
    TokenConnection,
)
from integrator_tui.model.rules import missing, names_used, parameters, problems, required, secrets_used

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
BEARER = HttpBearerTokenAuth(
    request=Request(path="/token"), token_output="body.access_token", expiration_output="body.expires_in"
)
OAUTH = OAuth2Auth(access_token_url="https://login.example.com/token", client_id="svc")


def connection(auth: AuthMethod | None = None, **fields: Any) -> Connection:
    return Connection(**{"name": "Orders", "base_url": "https://h", "auth": auth or NoAuth(), **fields})


def bearer(**fields: Any) -> Connection:
    return connection(BEARER.model_copy(update=fields))


def requesting(**fields: Any) -> Connection:
    return bearer(request=BEARER.request.model_copy(update=fields))


def operation(**fields: Any) -> Connection:
    return connection(operations=(Operation(**{"name": "Open", "method": "GET", "path": "/o", **fields}),))


@pytest.mark.parametrize(
    "good",
    [
        connection(),
        connection(test_path="/health?x={{y}}", description="two\nlines", tags=("a",)),
        connection(ca_cert=PEM + PEM),
        connection(ca_cert_file="ca.pem"),
        connection(BasicAuth(username="svc")),
        connection(RawBearerTokenAuth(header="X-API-Key", prefix=""), secrets=("token",)),
        connection(RawBearerTokenAuth(header="{{header}}"), secrets=("token",)),
        connection(BEARER),
        connection(OAUTH),
        connection(OAUTH, base_url="http://h", ca_cert=PEM),
        bearer(token_connection=TokenConnection(base_url="https://login", ca_cert=PEM)),
        requesting(
            params=(("a", "1"), ("b", "")), headers=(("Accept", "*/*"),), body=RawBody(raw='{"a": "{{b}}"}')
        ),
        requesting(body=FormBody(form=(("a", "1"), ("", "")))),
        operation(
            body=FormBody(form=()), outputs=(Output(name="Ids", value="", children=(("_Id-2 x", "current"),)),)
        ),
        connection(options=Options(proxy="socks5://{{user}}:{{password}}@proxy:1080", client_cert_file="c.pem")),
        connection(secrets=("password", "client secret*", "Limit [0-1]")),
        connection(documentation_link="https://docs.example.com/a#b"),
    ],
)
def test_a_good_connection_has_no_problem(good: Connection) -> None:
    assert problems(good) == ()


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (connection(name=" "), "name"),
        (connection(name="a\nb"), "name"),
        (connection(type="postgres"), "type"),
        (connection(documentation_link="javascript:alert(1)"), "documentation_link"),
        (connection(base_url=""), "base_url"),
        (connection(base_url="ftp://h"), "base_url"),
        (connection(base_url="https://u:p@h"), "base_url"),
        (connection(base_url="https://{{host}}"), "base_url"),
        (connection(test_path="https://other/health"), "test_path"),
        (connection(ca_cert="MIIB"), "ca_cert"),
        (connection(ca_cert=""), "ca_cert"),
        (connection(ca_cert=PEM + KEY), "ca_cert"),
        (connection(ca_cert="-----BEGIN CERTIFICATE-----\nMIIB"), "ca_cert"),
        (connection(ca_cert=PEM, ca_cert_file="ca.pem"), "ca_cert_file"),
        (connection(ca_cert_file=" "), "ca_cert_file"),
        (connection(BasicAuth()), "auth.username"),
        (connection(BasicAuth(username="a:b")), "auth.username"),
        (connection(RawBearerTokenAuth(header=""), secrets=("token",)), "auth.header"),
        (connection(RawBearerTokenAuth(header="X API"), secrets=("token",)), "auth.header"),
        (connection(RawBearerTokenAuth(header="X:"), secrets=("token",)), "auth.header"),
        (connection(RawBearerTokenAuth(prefix="a\r\nX: y"), secrets=("token",)), "auth.prefix"),
        (bearer(token_output=" "), "auth.token_output"),
        (bearer(expiration_output=""), "auth.expiration_output"),
        (bearer(token_connection=TokenConnection()), "auth.token_connection.base_url"),
        (bearer(token_connection=TokenConnection(base_url="login")), "auth.token_connection.base_url"),
        (
            bearer(token_connection=TokenConnection(base_url="https://l", ca_cert="x")),
            "auth.token_connection.ca_cert",
        ),
        (requesting(path=""), "auth.request.path"),
        (requesting(path="http://h/x"), "auth.request.path"),
        (requesting(method="post"), "auth.request.method"),
        (requesting(method="BREW"), "auth.request.method"),
        (requesting(params=(("a", "1"), ("a", "2"))), "auth.request.params.a"),
        (requesting(params=(("", "1"),)), "auth.request.params"),
        (requesting(headers=(("A B", "1"),)), "auth.request.headers.A B"),
        (requesting(headers=(("A", "1\n2"),)), "auth.request.headers.A"),
        (requesting(body=FormBody(form=(("a", "1"), ("a", "1")))), "auth.request.body.form.a"),
        (requesting(body=MultipartBody(multipart=(Part(content="x"),))), "auth.request.body.multipart.0.name"),
        (
            requesting(body=MultipartBody(multipart=(Part(name="a", file_name="b\r\nc"),))),
            "auth.request.body.multipart.0.file_name",
        ),
        (connection(OAuth2Auth(client_id="x")), "auth.access_token_url"),
        (connection(OAUTH.model_copy(update={"client_id": ""})), "auth.client_id"),
        (connection(OAUTH.model_copy(update={"ca_cert": KEY})), "auth.ca_cert"),
        (operation(name=""), "operations.0.name"),
        (operation(path="//h", method="GOT"), "operations.0.method"),
        (operation(documentation_link="docs"), "operations.0.documentation_link"),
        (operation(outputs=(Output(name=" a"),)), "operations.0.outputs. a"),
        (operation(outputs=(Output(name="a.b"),)), "operations.0.outputs.a.b"),
        (operation(outputs=(Output(name="a"), Output(name="a"))), "operations.0.outputs.a"),
        (operation(outputs=(Output(name="a", children=(("ä", "current"),)),)), "operations.0.outputs.a.children.ä"),
        (connection(options=Options(timeout=Timeout(connect=0))), "options.timeout.connect"),
        (connection(options=Options(timeout=Timeout(read=float("nan")))), "options.timeout.read"),
        (connection(options=Options(proxy="proxy:3128")), "options.proxy"),
        (connection(options=Options(proxy="ftp://proxy")), "options.proxy"),
        (connection(options=Options(proxy="http://{{proxy}}")), "options.proxy"),
        (connection(options=Options(unix_socket="run/app.sock")), "options.unix_socket"),
        (connection(options=Options(unix_socket="")), "options.unix_socket"),
        (connection(options=Options(unix_socket="/run/")), "options.unix_socket"),
        (connection(options=Options(unix_socket="/run/a\nb")), "options.unix_socket"),
        (connection(options=Options(unix_socket="/" + "a" * 107)), "options.unix_socket"),
        (connection(options=Options(unix_socket="/a", proxy="http://proxy:3128")), "options.unix_socket"),
        (connection(options=Options(client_cert_file="")), "options.client_cert_file"),
        (connection(secrets=("_seal",)), "secrets._seal"),
        (connection(secrets=("a:b",)), "secrets.a:b"),
        (connection(secrets=("",)), "secrets."),
        (connection(secrets=("#a",)), "secrets.#a"),
        (connection(secrets=("a}",)), "secrets.a}"),
        (connection(secrets=("a", "a")), "secrets.a"),
    ],
)
def test_each_rule_tells_one_error_at_its_field_with_a_hint(bad: Connection, field: str) -> None:
    (problem,) = problems(bad)
    assert (problem.field, problem.is_error, problem.line) == (field, True, None)
    assert problem.message and problem.hint


@pytest.mark.parametrize(
    ("odd", "field"),
    [
        (connection(base_url="http://h", ca_cert=PEM), "ca_cert"),
        (connection(base_url="HTTP://h", ca_cert_file="ca.pem"), "ca_cert_file"),
        (connection(OAUTH.model_copy(update={"access_token_url": "http://l", "ca_cert": PEM})), "auth.ca_cert"),
        (
            bearer(token_connection=TokenConnection(base_url="http://l", ca_cert=PEM)),
            "auth.token_connection.ca_cert",
        ),
        (connection(base_url="https://h/#x"), "base_url"),
        (connection(test_path="/a{{b"), "test_path"),
        (requesting(body=RawBody(raw="{{#a}}x")), "auth.request.body.raw"),
        (requesting(headers=(("accept", "1"), ("Accept", "2"))), "auth.request.headers.Accept"),
        (requesting(method="GET", body=RawBody(raw="x")), "auth.request.body"),
        (connection(operations=(Operation(name="a"), Operation(name="a"))), "operations.1.name"),
        (connection(RawBearerTokenAuth()), "secrets.token"),
        (connection(base_url="https://127.1"), "base_url"),
        (connection(base_url="https://h/a\u200b"), "base_url"),
        (operation(method="POST", body=RawBody(raw="{{=<% %>=}}")), "operations.0.body.raw"),
        (operation(params=(("direction", "{[Direction  [ASC, DESC]}}"),)), "operations.0.params.direction"),
    ],
)
def test_what_is_only_odd_is_a_warning(odd: Connection, field: str) -> None:
    (problem,) = problems(odd)
    assert (problem.field, problem.severity) == (field, "warning")
    assert problem.message and problem.hint


def test_every_problem_is_told_at_once_in_the_order_of_the_file() -> None:
    bad = Connection(auth=HttpBearerTokenAuth(header=""), secrets=("_seal",))
    assert [problem.field for problem in problems(bad)] == [
        "name",
        "base_url",
        "auth.header",
        "auth.request.path",
        "auth.token_output",
        "auth.expiration_output",
        "secrets._seal",
    ]


def test_no_problem_tells_what_a_field_holds() -> None:
    canary = "hunter2"
    bad = connection(
        BasicAuth(username=f"svc:{canary}"),
        base_url=f"https://user:{canary}@h:x/",
        ca_cert=f"{KEY}{canary}",
        operations=(
            Operation(name="a", body=RawBody(raw=f'{{{{"password": "{canary}"'), headers=(("A", f"\n{canary}"),)),
        ),
    )
    told = problems(bad)
    assert len(told) >= 5
    assert canary not in "".join(problem.message + problem.hint for problem in told)


OPERATION = Operation(
    name="Open",
    path="/orders/{{Order Id*}}",
    params=(("limit", "{{#Limit}}{{Limit}}{{/Limit}}"),),
    headers=(("X-Key", "{{api_key}}"),),
    body=MultipartBody(multipart=(Part(name="a", content="{{content}}", file_name="{{file}}"),)),
)
WITH_ALL = Connection(
    name="{{not a template}}",
    base_url="https://h/{{tenant}}",
    test_path="/health/{{probe}}",
    auth=BEARER.model_copy(
        update={
            "prefix": "{{prefix}}",
            "request": Request(
                path="/token", body=FormBody(form=(("s", "{{client_secret}}"), ("a", "{{audience}}")))
            ),
            "token_output": "body['{{no}}']",
        }
    ),
    operations=(OPERATION,),
    secrets=("api_key", "client_secret", "unused"),
)


def test_only_what_a_purpose_uses_is_asked_for() -> None:
    assert names_used(WITH_ALL, "token") == ("tenant", "client_secret", "audience")
    assert names_used(WITH_ALL, "test") == ("prefix", "client_secret", "audience", "tenant", "probe")
    assert parameters(WITH_ALL, "test") == ("prefix", "audience", "tenant", "probe")
    asked = parameters(WITH_ALL, OPERATION)
    assert asked == ("prefix", "audience", "tenant", "Order Id*", "Limit", "content", "file")
    assert required(WITH_ALL, OPERATION) == tuple(name for name in asked if name != "Limit")
    assert missing(WITH_ALL, "test", {"tenant": "x", "probe": ""}) == ("prefix", "audience")


def test_an_own_token_connection_does_not_need_the_base_url() -> None:
    assert isinstance(WITH_ALL.auth, HttpBearerTokenAuth)
    elsewhere = TokenConnection(base_url="https://login/{{realm}}")
    auth = WITH_ALL.auth.model_copy(update={"token_connection": elsewhere})
    assert names_used(WITH_ALL.model_copy(update={"auth": auth}), "token") == ("realm", "client_secret", "audience")


def test_the_secrets_of_a_purpose_are_those_it_may_send() -> None:
    assert secrets_used(WITH_ALL, "test") == ("client_secret",)
    assert secrets_used(WITH_ALL, OPERATION) == ("api_key", "client_secret")
    basic = connection(BasicAuth(username="{{user}}"), secrets=("password", "user", "token"))
    assert secrets_used(basic, "test") == ("password", "user")
    mutual = connection(secrets=("client_cert_passphrase",), options=Options(client_cert_file="c.pem"))
    assert secrets_used(mutual, "test") == ("client_cert_passphrase",)
    assert secrets_used(connection(secrets=("client_cert_passphrase",)), "test") == ()


def test_proxy_credentials_are_asked_for() -> None:
    proxied = connection(options=Options(proxy="http://{{user}}:{{proxy_password}}@proxy:3128"))
    assert parameters(proxied, "test") == ("user", "proxy_password")
