"""The Connection and its parts, as frozen values named like the keys of the file.

`model_dump` with `exclude_defaults` gives exactly what the file holds besides its secrets; the rules
that no type can say stand in `rules.py`, so that a half-typed draft can be held and shown. Annotations are
values here, and no text, which pydantic would have to compile.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from integrator_tui.model import fields

Pairs = tuple[tuple[str, str], ...]
"""Names and values in the order of the file; a name may stand twice while it is being edited."""


class Frozen(BaseModel):
    """A value that is never changed: editing makes a new one with `model_copy(update=…)`."""

    # Built at first use: importing the model costs nothing but its import. The defaults below are values that
    # need no validating, which would build their parts at once.
    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=False, hide_input_in_errors=True, defer_build=True
    )


class FormBody(Frozen):
    """`application/x-www-form-urlencoded` fields."""

    kind: Literal["form"] = "form"
    form: Pairs = ()


class RawBody(Frozen):
    """A body sent as written, after its template is rendered."""

    kind: Literal["raw"] = "raw"
    raw: str = ""


class Part(Frozen):
    """One part of a `multipart/form-data` body (RFC 7578)."""

    name: str = ""
    content: str = ""
    content_type: str | None = None
    file_name: str | None = None
    # No key of a file: what the command line read, in place of `content` and no template.
    data: bytes | None = Field(default=None, exclude=True)


class MultipartBody(Frozen):
    """A `multipart/form-data` body."""

    kind: Literal["multipart"] = "multipart"
    multipart: tuple[Part, ...] = ()


Body = Annotated[FormBody | RawBody | MultipartBody, Field(discriminator="kind")]


class Request(Frozen):
    """A described request: what to send, below some base URL.

    A name that stands several times in `headers` is sent once for each. A query parameter whose value is empty
    is left out but where `include_empty_params` says otherwise. `accept` counts where the request fetches a token:
    the statuses whose answer its expressions read.
    """

    method: str = fields.TOKEN_METHOD
    path: str = ""
    params: Pairs = ()
    include_empty_params: bool = False
    headers: Pairs = ()
    body: Body | None = None
    accept: tuple[str, ...] = fields.PASSING
    follow_redirect: bool = False
    stream_response: bool = False


class Output(Frozen):
    """A named JavaScript expression on a response; `children` are evaluated with `current` on each element."""

    name: str = ""
    value: str = ""
    children: Pairs = ()


class Operation(Request):
    """One described request of a connection, with output expressions. `kinetic` is that of a Connection."""

    name: str = ""
    description: str = ""
    documentation_link: str = ""
    outputs: tuple[Output, ...] = ()
    kinetic: str = ""
    # No key of an operation: its expressions read whatever is answered.
    accept: tuple[str, ...] = Field(default=fields.PASSING, exclude=True)


class NoAuth(Frozen):
    """No authentication."""

    type: Literal["none"] = "none"


class BasicAuth(Frozen):
    """HTTP Basic (RFC 7617); the password is the secret `password`."""

    type: Literal["basic"] = "basic"
    username: str = ""


class TokenConnection(Frozen):
    """Where the token is fetched, if not at the connection's own base URL ("Use different connection for auth")."""

    base_url: str = ""
    ca_cert: str | None = None


class HttpBearerTokenAuth(Frozen):
    """A token fetched with a described request, sent in a header."""

    type: Literal["http_bearer_token"] = "http_bearer_token"
    header: str = fields.TOKEN_HEADER
    prefix: str = fields.TOKEN_PREFIX
    request: Request = Request.model_construct()
    token_output: str = ""
    expiration_output: str = ""
    token_connection: TokenConnection | None = None


class RawBearerTokenAuth(Frozen):
    """A token made and kept elsewhere: the secret `token`, sent in a header."""

    type: Literal["raw_bearer_token"] = "raw_bearer_token"
    header: str = fields.TOKEN_HEADER
    prefix: str = fields.TOKEN_PREFIX


ClientAuth = Literal["basic_auth", "www_form_urlencoded"]


class OAuth2Auth(Frozen):
    """OAuth 2.0 client credentials (RFC 6749 section 4.4); the client secret is the secret `client_secret`."""

    type: Literal["oauth2"] = "oauth2"
    access_token_url: str = ""
    client_id: str = ""
    client_auth: ClientAuth = fields.CLIENT_AUTH
    scope: str = ""
    ca_cert: str | None = None
    params: Pairs = ()


KeyPlace = Literal["header", "query"]


class ApiKeyAuth(Frozen):
    """A key of a service's own making: the secret `api_key`, sent in the header or the query parameter `name`.

    Where it is sent is the field `in`, a word that Python keeps for itself: `place` reads it.
    """

    type: Literal["api_key"] = "api_key"
    __annotations__["in"] = "KeyPlace"
    locals()["in"] = fields.KEY_PLACE
    name: str = fields.KEY_NAME

    @property
    def place(self) -> KeyPlace:
        """Where the key is sent."""
        found: KeyPlace = getattr(self, "in")
        return found


AuthMethod = Annotated[
    NoAuth | BasicAuth | HttpBearerTokenAuth | RawBearerTokenAuth | OAuth2Auth | ApiKeyAuth,
    Field(discriminator="type"),
]

AUTH_TYPES: dict[str, type[Frozen]] = {
    "none": NoAuth,
    "basic": BasicAuth,
    "http_bearer_token": HttpBearerTokenAuth,
    "raw_bearer_token": RawBearerTokenAuth,
    "oauth2": OAuth2Auth,
    "api_key": ApiKeyAuth,
}

WELL_KNOWN_SECRETS: dict[str, str] = {
    "basic": "password",
    "raw_bearer_token": "token",
    "oauth2": "client_secret",
    "api_key": "api_key",
}
"""The secret that a method takes by its own name; it goes where the method puts it and fills no template."""

NEEDED_SECRETS: frozenset[str] = frozenset({"raw_bearer_token", "api_key"})
"""Methods that have nothing to send without their own secret, which may be given as a parameter instead."""


class Timeout(Frozen):
    """Bounds in seconds: `connect` for resolve, connect and tls each, `read` for the response."""

    connect: float = fields.CONNECT_TIMEOUT
    read: float = fields.READ_TIMEOUT


class Options(Frozen):
    """What the page this learns from does not have."""

    timeout: Timeout = Timeout.model_construct()
    proxy: str | None = None
    unix_socket: str | None = None
    via: str | None = None
    verify: bool = True
    client_cert_file: str | None = None
    follow_redirect: bool = False
    stream_response: bool = False


class Passing(Frozen):
    """What the answer to a test has to be: its `status` one of these, `expect` true where there is one."""

    status: tuple[str, ...] = fields.PASSING
    expect: str = ""


class Connection(Frozen):
    """One external HTTP system.

    `secrets` holds the names of the file's secrets in their order, never a value. At most one of
    `ca_cert` (PEM text) and `ca_cert_file` (path relative to the file) is set. `headers` are sent with every
    request but the token's (see `headers.inherited_headers`). Where the file `extends` another one, what it takes
    from there stands here as its own. `kinetic` is what Integrator has and this program only keeps, as the text of
    a JSON object with sorted keys (see `model.kept`), empty where there is nothing.
    """

    name: str = ""
    type: str = "http"
    description: str = ""
    documentation_link: str = ""
    base_url: str = ""
    test_path: str = ""
    ca_cert: str | None = None
    ca_cert_file: str | None = None
    tags: tuple[str, ...] = ()
    headers: Pairs = ()
    test: Passing = Passing.model_construct()
    auth: AuthMethod = NoAuth.model_construct()
    extends: str | None = None
    secrets_from: Pairs = ()
    operations: tuple[Operation, ...] = ()
    options: Options = Options.model_construct()
    kinetic: str = ""
    secrets: tuple[str, ...] = ()

    @property
    def secret_names(self) -> tuple[str, ...]:
        """The names of all secrets: those that are stored, then those that lie elsewhere."""
        return tuple(dict.fromkeys((*self.secrets, *(name for name, _ in self.secrets_from))))
