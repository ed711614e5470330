"""The fields of a connection file: for each its key, its label, what it is for, and what it is where it is absent.

This is the one table: the form and its hints, the detail, the shape that files are read by, the page
`docs/connection-file.md` and the JSON Schema are made from it. Labels are those of Kinetic Data's documentation
("Working with Connections"), letter for letter; fields that it does not have are ours, and marked so.

`path` is the dotted key. Below a list or a map whose names are free, `[]` stands for any item or name:
`operations[].outputs[].value`.
"""

from __future__ import annotations

from typing import Any, Final

from integrator_tui.model.named_tuple import NamedTuple

CONNECT_TIMEOUT: Final = 5.0
READ_TIMEOUT: Final = 30.0
TOKEN_HEADER: Final = "Authorization"
TOKEN_PREFIX: Final = "Bearer"
TOKEN_METHOD: Final = "POST"
AUTH_LABELS: Final[dict[str, str]] = {
    "none": "None",
    "basic": "Basic Auth",
    "http_bearer_token": "HTTP Bearer Token",
    "raw_bearer_token": "Raw Bearer Token",
    "oauth2": "OAuth 2.0",
    "api_key": "API Key",
}
"""The types of authentication and their labels, in the documentation's order; what is ours comes last."""
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
CLIENT_AUTHS: Final = ("basic_auth", "www_form_urlencoded")
CLIENT_AUTH: Final = "www_form_urlencoded"
KEY_PLACES: Final = ("header", "query")
KEY_PLACE: Final = "header"
KEY_NAME: Final = "X-Api-Key"
PASSING: Final = ("2xx",)
"""Statuses that pass where nothing else is said."""

_NAMES: Final = "{{name}}: a secret of that name, else it is asked for"
_OPTIONAL: Final = (
    " Where that is the whole value, it may be left empty when it is run: the parameter is not sent then."
)
_MAY_HOLD: Final = "Values may hold `{{name}}`."
_STORED: Final = "Stored encrypted; F2 shows it, F8 removes it"
_PEM: Final = "paste -----BEGIN CERTIFICATE-----"
_AN_ADDRESS: Final = "e.g. https://api.example.com"


class Field(NamedTuple):
    """One field.

    `hint` helps in one line while it has the focus; `about` says what it is for, in sentences. `default` is the
    JSON value that an absent key stands for, None where absent is a state of its own. `methods` are the types of
    authentication that have it, all where it is empty. `ours` tells a field that Integrator does not have.
    `short` is the label in a narrow column, where it is too long for one.
    """

    path: str
    label: str
    hint: str
    about: str
    default: Any = ""
    required: bool = False
    placeholder: str = ""
    methods: tuple[str, ...] = ()
    ours: bool = False
    short: str = ""

    @property
    def brief(self) -> str:
        """The label where a column of names is narrow, as beside a list."""
        return self.short or self.label


_BEARER: Final = ("http_bearer_token", "raw_bearer_token")
_TOKEN: Final = ("http_bearer_token",)


def _request(prefix: str, label: str, of: str, methods: tuple[str, ...] = ()) -> tuple[Field, ...]:
    """Return the fields of a described request, which a token request and an operation have alike."""
    optional = _OPTIONAL if prefix == "operations[]" else ""
    return (
        Field(f"{prefix}.method", "Method", f"How {of} is asked for", f"The method that {of} is asked for with.",
              TOKEN_METHOD, True, methods=methods),
        Field(f"{prefix}.path", "Request Path", f"Where {of} is asked for, below the base URL",
              f"Where {of} is asked for. It is joined to the base URL with one slash.", "", True, label, methods),
        Field(f"{prefix}.params", "URL Parameters", _NAMES,
              f"Names and values of the query, behind those that stand in the path. {_MAY_HOLD}{optional}",
              {}, methods=methods),
        Field(f"{prefix}.include_empty_params", "Include Empty Parameters",
              "Send query parameters without a value too",
              "Whether a query parameter whose value is empty is sent. Absent, it is left out.", False,
              methods=methods),
        Field(f"{prefix}.headers", "Headers", _NAMES,
              "Names and values; a list of values sends the header once for each. Values may hold `{{name}}`.",
              {}, methods=methods),
        Field(f"{prefix}.body", "Body", "What is sent with it", "One of `form`, `raw` and `multipart`, or nothing.",
              None, methods=methods),
        Field(f"{prefix}.body.form", "Form URL Encoded", _NAMES,
              "Names and values, sent as `application/x-www-form-urlencoded`.", None, methods=methods),
        Field(f"{prefix}.body.raw", "Raw", "Sent as it is written",
              "Text. `{{name}}` is inserted as JSON string content, `{{{name}}}` as it is. Without a Content-Type "
              "header it is sent as `application/json`.", None, methods=methods),
        Field(f"{prefix}.body.multipart", "Multipart", "Parts, in their order",
              "A list of parts, sent as `multipart/form-data` (RFC 7578).", None, methods=methods, ours=True),
        Field(f"{prefix}.body.multipart[].name", "Part Name", "The name of this part", "The name of this part.",
              "", methods=methods, ours=True),
        Field(f"{prefix}.body.multipart[].content", "Content", "What this part holds", "What this part holds.",
              "", methods=methods, ours=True),
        Field(f"{prefix}.body.multipart[].content_type", "Content Type", "The media type of this part",
              "The media type of this part; absent, none is sent.", None, methods=methods, ours=True),
        Field(f"{prefix}.body.multipart[].file_name", "File Name", "The file name told with this part",
              "The file name told with this part; absent, none is sent.", None, methods=methods, ours=True),
        Field(f"{prefix}.follow_redirect", "Follow Redirect", f"Follow 3xx answers of {of}",
              "Whether 3xx answers are followed. Credentials go along within the same origin only.",
              False, methods=methods),
        Field(f"{prefix}.stream_response", "Stream Response", "The answer is a stream of events",
              "Whether the answer comes as events or lines, shown as they come.", False, methods=methods),
    )  # fmt: skip


FIELDS: Final[tuple[Field, ...]] = (
    Field("name", "Connection Name", "A friendly name, unique in its folder",
          "A friendly name, unique in its folder.", "", True),
    Field("type", "Type", "The kind of connection", "The kind of connection. `http` is the one there is.",
          "http", ours=True),
    Field("description", "Description", "What this connection is for", "What this connection is for."),
    Field("documentation_link", "API Documentation Link", "Where the API is documented",
          "Address of documentation on the API.", placeholder=_AN_ADDRESS, short="Documentation"),
    Field("base_url", "Base URL", "Base location of the API, http or https",
          "Base location of the API, http or https. A path and a query in it are kept.", "", True, _AN_ADDRESS),
    Field("test_path", "Test Path", "What the test asks for below the base URL",
          "What the test asks for with GET, below the base URL. Absent, the base URL itself is asked.",
          placeholder="e.g. /health"),
    Field("ca_cert", "Trusted CA Certificate", "One or more PEM certificates; only for https",
          "One or more PEM certificates of authorities that signed the server's certificate, instead of the "
          "system's own. Only for https.", None, placeholder=_PEM, short="Trusted CA"),
    Field("ca_cert_file", "Trusted CA Certificate File", "Path of a PEM file, relative to the connection's file",
          "The same in a file: its path, relative to this file. Not beside `ca_cert`.", None, ours=True,
          short="Trusted CA"),
    Field("tags", "Tags", "Words with commas between them", "Words to select connections by.", [],
          placeholder="e.g. prod, orders", ours=True),
    Field("headers", "Connection Headers", "Sent with the test and operations, not for the token",
          "Names and values of headers that are sent with the test, with operations and with `request`, and not "
          "with the token request; a list of values sends the header once for each. A header of the same name, "
          "in whatever letters, that a request has itself wins, and so does the one that the method fills. Values "
          "may hold `{{name}}`.", {}, ours=True, short="Headers"),
    Field("test", "Test", "What counts as passed", "What the answer to the test has to be.", {}, ours=True),
    Field("test.status", "Test: Status", "Codes or classes that pass, with commas between them",
          "Statuses that pass: codes (`204`) or classes (`2xx`).", list(PASSING), placeholder="e.g. 200, 3xx",
          ours=True, short="Passes with"),
    Field("test.expect", "Test: Expect", "JavaScript on body, statusCode, headers: true passes",
          "JavaScript over `body`, `statusCode` and `headers` that has to give `true`, else the test fails. Of a "
          "stream, `body` is the data of the first event, or the first line.",
          placeholder="e.g. body.status == 'UP'", ours=True, short="Expects"),
    Field("auth", "Authentication", "How this connection proves itself",
          "How this connection proves itself; which further keys it has depends on its `type`.", {"type": "none"}),
    Field("auth.type", "Authentication", "How this connection proves itself; Enter opens the list",
          "The method: `none`, `basic`, `http_bearer_token`, `raw_bearer_token`, `oauth2` or `api_key`.", "none",
          True, short="Method"),
    Field("auth.username", "Username", "The user's name",
          "The user's name (RFC 7617). The password is the secret `password`.", "", True, methods=("basic",)),
    Field("auth.header", "Token Header", "The header that carries the token", "The header that carries the token.",
          TOKEN_HEADER, True, methods=_BEARER),
    Field("auth.prefix", "Token Prefix", "What stands before the token; empty sends the bare token",
          "What stands before the token. An explicit empty one sends the bare token.", TOKEN_PREFIX, True,
          methods=_BEARER),
    Field("auth.request", "Token Request", "How the token is asked for", "The request that fetches the token.",
          {}, methods=_TOKEN),
    *_request("auth.request", "e.g. /oauth/token", "the token", _TOKEN),
    Field("auth.request.accept", "Accepted Status", "Codes or classes whose answer holds the token, with commas",
          "Statuses whose answer the expressions read: codes (`302`) or classes (`3xx`), for a login that answers "
          "with a redirect or a cookie. Any other status is a refusal.", list(PASSING),
          placeholder="e.g. 2xx, 302", methods=_TOKEN, ours=True),
    Field("auth.token_output", "Token", "JavaScript on body, statusCode and headers: the token",
          "JavaScript over `body`, `statusCode` and `headers` that gives the token.", "", True,
          "e.g. body['access_token']", _TOKEN),
    Field("auth.expiration_output", "Expiration", "JavaScript that gives the token's life in seconds",
          "JavaScript that gives the token's life in seconds; 0 or less means: use once.", "", True,
          "e.g. body['expires_in']", _TOKEN),
    Field("auth.token_connection", "Use different connection for auth", "The token comes from another host",
          "Where the token is asked for, if not at the base URL.", None, methods=_TOKEN),
    Field("auth.token_connection.base_url", "Token Base URL", "Base location of the token's host",
          "Base location of the token's host.", "", True, _AN_ADDRESS, _TOKEN),
    Field("auth.token_connection.ca_cert", "Token Trusted CA Certificate",
          "For the token's host; empty trusts the connection's own",
          "PEM certificates for the token's host. Absent, it is trusted as the connection is.", None,
          placeholder=_PEM, methods=_TOKEN),
    Field("auth.access_token_url", "Access Token URL", "The token endpoint",
          "The token endpoint (RFC 6749 section 3.2).", "", True, _AN_ADDRESS, ("oauth2",), short="Token URL"),
    Field("auth.client_id", "Client ID", "As the authorization server knows this client",
          "As the authorization server knows this client. The secret is the secret `client_secret`.", "", True,
          methods=("oauth2",)),
    Field("auth.client_auth", "Client Auth", "How ID and secret are sent",
          "How ID and secret are sent (RFC 6749 section 2.3.1): `basic_auth` in a header, "
          "`www_form_urlencoded` in the body.", CLIENT_AUTH, True, methods=("oauth2",)),
    Field("auth.scope", "Scope", "Scopes with blanks between them", "Scopes with blanks between them.",
          methods=("oauth2",)),
    Field("auth.ca_cert", "Trusted CA Certificate", "For the token endpoint; empty trusts the connection's own",
          "PEM certificates for the token endpoint. Absent, it is trusted as the connection is.", None,
          placeholder=_PEM, methods=("oauth2",)),
    Field("auth.params", "Token Parameters", "Sent with the token request besides, for example audience",
          "Names and values of further parameters of the token request, for example `audience` or `resource`; a "
          "list of values sends the parameter once for each. Values may hold `{{name}}`.", {},
          methods=("oauth2",), ours=True),
    Field("auth.in", "Send Key In", "A header, or a parameter of the query",
          "Where the key is sent: in a `header`, or in the `query`, where logs of servers and proxies may keep it.",
          KEY_PLACE, True, methods=("api_key",), ours=True),
    Field("auth.name", "Key Name", "The name of the header or of the query parameter",
          "The name of the header or of the query parameter that carries the key, which is the secret `api_key`.",
          KEY_NAME, True, methods=("api_key",), ours=True),
    Field("extends", "Extends", "Another file of the workspace, which this one is a stage of",
          "Path of another connection file of this workspace, relative to this one. Of description, "
          "documentation_link, headers, test, auth and operations each is taken whole from there where this file "
          "has not that key; everything else is its own. One level. The seal covers what is taken too.", None,
          placeholder="e.g. ../orders.yaml", ours=True),
    Field("secrets_from", "Secrets From", "Names, and env:NAME, file:/PATH or SOURCE:PATH#KEY",
          "Names of secrets whose values lie elsewhere, each with its source: `env:NAME` a variable, `file:/PATH` "
          "a file, `SOURCE:PATH#KEY` a command of your own settings. Read only where you agreed to send them to "
          "this connection's origins. A name stands here or under `secrets`.", {}, ours=True),
    Field("operations", "Operations", "Described requests of this connection",
          "A list of described requests with outputs, run by `integrator-tui run`.", []),
    Field("operations[].name", "Operation Name", "What it is called", "What it is called.", "", True),
    Field("operations[].description", "Description", "What this operation is for", "What this operation is for."),
    Field("operations[].documentation_link", "API Documentation Link", "Where it is documented",
          "Address of documentation on this operation."),
    *_request("operations[]", "e.g. /orders", "this operation"),
    Field("operations[].outputs", "Outputs", "Names and JavaScript on the answer; F9: a child of the one above",
          "Names of outputs, in their order.", {}),
    Field("operations[].outputs[].value", "Value", "JavaScript on body, statusCode and headers",
          "JavaScript over `body`, `statusCode` and `headers` that gives this output."),
    Field("operations[].outputs[].children", "Children", "Names and expressions on each element, as current",
          "Names and expressions that are evaluated on each element of the value, which is `current` there.", {}),
    Field("operations[].kinetic", "Kept for Integrator", "What Integrator has and this program keeps",
          "What Integrator has of this operation and this program only keeps: `id`, `empty_body` (the kind of body "
          "that an operation without one has there) and whatever else stands below it. Outside the seal.", {},
          ours=True),
    Field("options", "Options", "What Integrator does not have", "What Integrator does not have.", {}, ours=True),
    Field("options.timeout", "Timeouts", "Seconds", "How long is waited, in seconds.", {}, ours=True),
    Field("options.timeout.connect", "Connect Timeout", "Seconds for resolve, connect and tls each",
          "Seconds for resolve, connect and tls each.", CONNECT_TIMEOUT, ours=True),
    Field("options.timeout.read", "Read Timeout", "Seconds for the answer as a whole",
          "Seconds for the answer as a whole; in a stream for the silence between two reads.", READ_TIMEOUT,
          ours=True),
    Field("options.proxy", "Proxy", "http, https or socks5; empty takes the environment's",
          "Address of a proxy: http, https, socks5 or socks5h. Absent, the environment's is taken.", None,
          ours=True),
    Field("options.unix_socket", "Unix Socket", "Path dialled in place of the host, where you allow it",
          "Absolute path of a unix socket that is dialled for the origin of the base URL, in place of its host and "
          "without a proxy. Used only where `unix_sockets` of the user's own settings allows it.", None, ours=True),
    Field("options.via", "From", "Host of your ssh to test from, where you allow it",
          "A host that the system's `ssh` reaches, and from which names are looked up and connections made; TLS "
          "and secrets stay here. Used only where `vantages` of the user's own settings allows it.", None,
          ours=True),
    Field("options.verify", "Verify TLS Certificates", "Off trusts anybody: for experiments only",
          "Whether the server's certificate is checked. `false` trusts anybody, and is told wherever the "
          "connection is shown.", True, ours=True, short="Verify TLS"),
    Field("options.client_cert_file", "Client Certificate File", "PEM with key and certificate, for mutual TLS",
          "Path of a PEM file with key and certificate, relative to this file, for mutual TLS. A passphrase of "
          "the key is the secret `client_cert_passphrase`.", None, ours=True, short="Client cert"),
    Field("options.follow_redirect", "Test: Follow Redirect", "Follow 3xx answers of the test",
          "Whether 3xx answers of the test request are followed.", False, ours=True, short="Redirects"),
    Field("options.stream_response", "Test: Stream Response", "The test path answers with a stream",
          "Whether the test path answers with a stream; the log pane then shows it as it comes.", False, ours=True,
          short="Response"),
    Field("kinetic", "Kept for Integrator", "What Integrator has and this program keeps",
          "What Integrator has of this connection and this program only keeps: `id`, `secret_names` (what a secret "
          "that had to be renamed is called there) and whatever else stands below it. Outside the seal: it says "
          "which connection and operation there this is, and is never a reason to send anything else.", {},
          ours=True),
    Field("secrets", "Secrets", "Stored encrypted, used as {{name}}; F2 shows, F8 removes",
          "A flat map of names to values, each encrypted in the SOPS format. `{{name}}` anywhere in the file is "
          "the secret of that name. `_seal` binds them to where they may be sent.", {}),
    Field("secrets.password", "Password", _STORED, "What Basic Auth sends as the password.", None,
          methods=("basic",)),
    Field("secrets.token", "Token", _STORED, "The token of Raw Bearer Token, made and kept elsewhere.", None,
          methods=("raw_bearer_token",)),
    Field("secrets.client_secret", "Client Secret", _STORED, "The client secret of OAuth 2.0.", None,
          methods=("oauth2",)),
    Field("secrets.api_key", "API Key", _STORED, "The key of API Key, sent as it is.", None, methods=("api_key",),
          ours=True),
    Field("sops", "SOPS block", "As sops writes it", "As sops writes it; last in the file.", None, ours=True),
)  # fmt: skip

_BY_PATH: Final = {field.path: field for field in FIELDS}


def field(path: str) -> Field:
    """Return the field of a dotted key, in which numbers and free names may stand for `[]`; KeyError for none."""
    found = find(path)
    if found is None:
        raise KeyError(path)
    return found


def exact(path: str) -> Field | None:
    """Return the field of a dotted key, as `find` reads it; None where it has none of its own."""
    return _match(path.split("."))


def find(path: str) -> Field | None:
    """Return the field of a dotted key, or of the nearest key above it; None where there is neither.

    `operations.2.outputs.Ids.value` is found as `operations[].outputs[].value`, `operations.2` as `operations`.
    """
    parts = path.split(".")
    while parts:
        if found := _match(parts):
            return found
        parts.pop()
    return None


def default(path: str) -> Any:
    """Return the value that stands where the key at `path` is absent."""
    return _BY_PATH[path].default


def _match(parts: list[str]) -> Field | None:
    """Return the field that these parts name exactly, each of them itself or a free name below a list or map."""
    heads = [""]
    for part in parts:
        grown = []
        for head in heads:
            plain = f"{head}.{part}" if head else part
            grown += [name for name in (plain, f"{head}[]") if name and _begins(name)]
        heads = grown
    return next((_BY_PATH[head] for head in heads if head in _BY_PATH), None)


def _begins(head: str) -> bool:
    return any(path == head or path.startswith((f"{head}.", f"{head}[")) for path in _BY_PATH)
