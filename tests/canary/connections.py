"""Connection files that send each canary in each way a file can, to every place of the mirror."""

from __future__ import annotations

import json
from pathlib import Path

from tests.canary.canaries import API_KEY, CLIENT, CLIENT_SECRET, KEY_PASSPHRASE, NAMED, PASSWORD, RAW_TOKEN, USER

PLACES = (
    "ok/200",
    "says/200",
    "says/400",
    "says/401",
    "says/404",
    "says/500",
    "keys/200",
    "header/401",
    "header/500",
    "moved/302",
    "moved/307",
    "reason/200",
    "reason/503",
    "head/0",
    "short/200",
)
"""Where a test request goes, and so what comes back."""

STREAMS = ("events/200", "lines/200", "says/401")

_SECRETS = {
    "basic": f"  password: {json.dumps(PASSWORD)}\n",
    "raw": f"  token: {json.dumps(RAW_TOKEN)}\n",
    "key": f"  api_key: {json.dumps(API_KEY)}\n",
    "oauth": f"  client_secret: {json.dumps(CLIENT_SECRET)}\n",
    "oauth header": f"  client_secret: {json.dumps(CLIENT_SECRET)}\n",
    "bearer": f"  client_secret: {json.dumps(CLIENT_SECRET)}\n",
}

_BODIES = {
    "form": f"      form: {{client_id: {CLIENT}, client_secret: '{{{{client_secret}}}}'}}\n",
    "json": '      raw: \'{"client_secret": "{{client_secret}}"}\'\n',
    "multipart": "      multipart: [{name: client_secret, content: '{{client_secret}}'}]\n",
}

METHODS = tuple(_SECRETS)

TOKENS = (
    *("says/401", "says/500", "refusing/400", "refusing/401", "keys/200", "header/401", "moved/302", "reason/401"),
    *("head/0", "short/200", "says/200"),
)
"""Where a token request goes that gets no token."""

EXPRESSIONS = (
    ("body", "60"),
    ("body['none'].deeper", "60"),
    ("body.access_token", "body"),
    ("body.access_token", "body.access_token"),
    ("body.access_token", "headers"),
    ("throw new Error(JSON.stringify(body))", "60"),
    ("(() => { throw new Error(JSON.stringify(body)) })()", "60"),
    ("JSON.parse(body.access_token)", "60"),
    ("decodeURIComponent('%' + body.access_token)", "60"),
    ("null[body.access_token]", "60"),
    ("body[body.access_token]()", "60"),
    ("({[body.access_token]: 1})", "60"),
    ("eval(body.access_token)", "60"),
    ("new RegExp('(' + body.access_token)", "60"),
)
"""Token and Expiration over the answer of `/token`; each fails, some with the token in JavaScript's own words."""


EXPECTATIONS = (
    "body",
    "body[0]",
    "throw new Error(JSON.stringify(body))",
    "body.none[body[0]]",
    "headers",
)
"""What is expected of an answer that tells all back; each fails."""


def auth(
    method: str,
    url: str,
    token: str = "token",
    body: str = "form",
    expressions: tuple[str, str] = ("body.access_token", "body.expires_in"),
) -> str:
    """Return the `auth` key of a file; its token comes from the place `token`."""
    match method:
        case "basic":
            return f"auth:\n  type: basic\n  username: {USER}\n"
        case "raw":
            return "auth:\n  type: raw_bearer_token\n  header: X-Key\n"
        case "key":
            return "auth:\n  type: api_key\n  in: query\n  name: key\n"
        case "bearer":
            return (
                "auth:\n  type: http_bearer_token\n  request:\n    method: POST\n"
                f"    path: /{token}\n    params: {{own: '{{{{named}}}}'}}\n"
                f"    headers: {{X-Own: '{{{{{{named}}}}}}'}}\n"
                f"    body:\n{_BODIES[body]}"
                f"  token_output: {json.dumps(expressions[0])}\n  expiration_output: {json.dumps(expressions[1])}\n"
            )
    style = "basic_auth" if method == "oauth header" else "www_form_urlencoded"
    return (
        f"auth:\n  type: oauth2\n  access_token_url: {url}/{token}\n  client_id: {CLIENT}\n  client_auth: {style}\n"
        "  params: {resource: ['{{named}}', '{{{named}}}']}\n"
    )


def connection(
    name: str,
    method: str,
    url: str,
    place: str = "ok/200",
    *,
    own: bool = True,
    options: str = "",
    test: str = "",
    **how: object,
) -> str:
    """Return a file in plain text; with `own` the named secret stands in the path and the query too."""
    path = f"/{place}/{{{{named}}}}?own={{{{named}}}}" if own else f"/{place}"
    return (
        f"name: {name}\nbase_url: {url}\ntest_path: {path}\n"
        f"headers: {{X-Shared: ['{{{{named}}}}', 'b']}}\n{test}{auth(method, url, **how)}"  # type: ignore[arg-type]
        f"options:\n  timeout: {{connect: 2, read: 2}}\n{options}"
        f"secrets:\n{_SECRETS[method]}  named: {json.dumps(NAMED)}\n"
    )


def matrix(url: str) -> dict[str, str]:
    """Return every file of the sweep, by its path."""
    made: dict[str, str] = {}

    def add(folder: str, method: str, place: str, **how: object) -> None:
        name = f"{folder} {method} {len(made)}"
        made[f"{folder}/{len(made):03}.yaml"] = connection(name, method, url, place, **how)  # type: ignore[arg-type]

    for method in METHODS:
        for place in PLACES:
            add("answers", method, place)
            if place.startswith("moved"):
                add("followed", method, place, options="  follow_redirect: true\n")
        for place in STREAMS:
            add("streams", method, place, options="  stream_response: true\n")
    for expect in EXPECTATIONS:
        add("expected", "key", "says/200", test=f"test: {{expect: {json.dumps(expect)}}}\n")
        # Under a name of its own: what was refused under the other one is not tried again.
        last = next(reversed(made))
        made[last] = made[last].replace("  name: key\n", "  name: other\n")
    for token in TOKENS:
        for method in ("oauth", "oauth header"):
            add("tokens", method, "ok/200", token=token)
        for body in _BODIES:
            add("tokens", "bearer", "ok/200", token=token, body=body)
    for expressions in EXPRESSIONS:
        add("expressions", "bearer", "ok/200", expressions=expressions)
    return made


def operated(url: str) -> dict[str, str]:
    """Return files with an operation `Echo` that sends the named secret and gives out all that is told back."""
    made: dict[str, str] = {}
    outputs = "".join(
        f"      {name}: {{value: {json.dumps(value)}{more}}}\n"
        for name, value, more in (
            ("Body", "body", ""),
            ("Headers", "headers", ""),
            ("Keys", "[body].concat(Object.keys(body))", ", children: {Of: current, No: current.no.deeper}"),
            ("Wrong", "body.nope.deeper", ""),
            ("Thrown", "(() => { throw new Error(JSON.stringify(body)) })()", ""),
        )
    )
    for method in METHODS:
        for place in ("says/404", "keys/200", "header/500", "events/200"):
            operation = (
                "operations:\n  - name: Echo\n    method: POST\n"
                f"    path: /{place}/{{{{named}}}}\n    params: {{own: '{{{{named}}}}'}}\n"
                "    headers: {X-Own: '{{named}}'}\n    body: {form: {own: '{{named}}'}}\n"
                f"    stream_response: {str(place == 'events/200').lower()}\n    outputs:\n{outputs}"
            )
            text = connection(f"operated {method} {len(made)}", method, url)
            made[f"operated/{len(made):02}.yaml"] = text.replace("options:\n", f"{operation}options:\n")
    return made


def with_key(url: str, folder: Path) -> str:
    """Return a file whose client key is locked with the canary passphrase; write the key beside it."""
    from cryptography.hazmat.primitives import serialization

    from integrator_tui.demo.certificates import Authority

    credentials = Authority.create("Canary Authority").issue("canary client")
    locked = credentials.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(KEY_PASSPHRASE.encode()),
    )
    (folder / "client.pem").write_text(credentials.certificates_pem() + locked.decode())
    return (
        f"name: {{name}}\nbase_url: {url}\ntest_path: /client-certificate\n"
        "options:\n  verify: false\n  client_cert_file: client.pem\n"
        f"secrets:\n  client_cert_passphrase: {json.dumps(KEY_PASSPHRASE)}\n"
    )
