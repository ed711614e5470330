"""A Kinetic space on loopback: its login, and the API of Integrator as its OpenAPI document has it.

Strict where the document is (unknown keys are 400 with validationErrors), secrets masked as null, null in an update
keeps what is stored. What it was asked is recorded; single requests can be answered otherwise.
"""

from __future__ import annotations

import base64
import copy
import json
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

USER, PASSWORD = "admin", "sp4ce-Pa55word"
CLIENT, CLIENT_SECRET = "integration", "cl1ent-S3cret-x"
API = "/app/integrator/api"

CONNECTION_KEYS = {"id", "type", "name", "description", "documentationLink", "config", "secrets", "lockVersion"}
OPERATION_KEYS = {"id", "connectionId", "name", "notes", "documentationLink", "config", "outputs", "lockVersion"}


class Asked(NamedTuple):
    """A request that the space was sent; `body` is its JSON."""

    method: str
    path: str
    body: Any
    token: str


class Given(NamedTuple):
    """An answer in place of the space's own; `after` carries the request out all the same, `cut` ends the
    connection without an answer."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    after: bool = False
    cut: bool = False


class SpaceServer:
    """One space; `connections` by id, each with its `operations` by id."""

    def __init__(self) -> None:
        self.connections: dict[str, dict[str, Any]] = {}
        self.operations: dict[str, dict[str, dict[str, Any]]] = {}
        self.core: dict[str, Any] = {}
        self.asked: list[Asked] = []
        self.logins = 0
        self.password = PASSWORD
        self.expires_in: float | None = 43_200
        self.tokens: dict[str, float] = {}
        self.test_answer: dict[str, Any] = {"status": "ok"}
        self.given: list[tuple[str, str, Given]] = []
        self.before: Callable[[str, str], None] = lambda method, path: None
        self.lock = threading.RLock()
        space = self

        class Handler(_Handler):
            server_space = space

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> SpaceServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def add(self, *connections: dict[str, Any]) -> None:
        """Have connections in the shape of an export, with their operations."""
        with self.lock:
            for each in connections:
                values = copy.deepcopy(each)
                operations = values.pop("operations", [])
                self.connections[values["id"]] = values
                self.operations[values["id"]] = {one["id"]: one for one in operations}

    def clear(self) -> None:
        """Have nothing, and forget what was asked and what was to be answered otherwise."""
        with self.lock:
            for each in (self.connections, self.operations, self.core, self.asked, self.given):
                each.clear()

    def answer(self, method: str, path: str, given: Given) -> None:
        """Answer the next request of this method and path otherwise."""
        self.given.append((method, path, given))

    def writes(self) -> list[Asked]:
        """Return the requests that change something, and no test."""
        return [each for each in self.asked if each.method != "GET" and not each.path.endswith("/test")]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away, where the command's own standard error is looked at."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are written one after the other; without this the body waits 40 ms for the head's receipt.
    disable_nagle_algorithm = True
    server_space: SpaceServer

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def _serve(self, method: str) -> None:
        space = self.server_space
        length = int(self.headers.get("content-length") or 0)
        data = self.rfile.read(length)
        path = urlsplit(self.path).path
        space.before(method, path)
        with space.lock:
            if path.startswith("/app/oauth/"):
                self._login(method, path)
                return
            scheme, _, token = self.headers.get("authorization", "").partition(" ")
            body = json.loads(data) if data else None
            space.asked.append(Asked(method, path, body, token))
            given = next((each for each in space.given if each[:2] == (method, path)), None)
            if given is not None:
                space.given.remove(given)
                if given[2].after:
                    self._answer(method, path, body)
                if given[2].cut:
                    self.close_connection = True
                    return
                self._send(given[2].status, given[2].body, given[2].kind)
                return
            if scheme != "Bearer" or space.tokens.get(token, 0) < time.monotonic():
                self._json(401, {"message": "Authorization header must contain a bearer token"})
                return
            self._json(*self._answer(method, path, body))

    def _login(self, method: str, path: str) -> None:
        space, query = self.server_space, parse_qs(urlsplit(self.path).query)
        client = query.get("client_id", [""])[0]
        scheme, _, coded = self.headers.get("authorization", "").partition(" ")
        user, _, password = base64.b64decode(coded or b"").decode().partition(":")
        known = {USER: space.password} if path.endswith("authorize") else {CLIENT: CLIENT_SECRET}
        if scheme != "Basic" or known.get(user) != password:
            self._json(401, {"error": "unauthorized", "message": f"no user {user}:{password}"})
            return
        if client not in ("system", CLIENT):
            self._json(401, {"error": "invalid_client"})
            return
        if path.endswith("/token"):
            if query.get("code") != ["c0de-1"]:
                self._json(400, {"error": "invalid_grant"})
                return
            self._json(200, {"access_token": self._token(), "token_type": "bearer"})
        elif query.get("grant_type") == ["authorization_code"] and method == "POST":
            self._redirect(f"{space.url}/app/oauth/callback?code=c0de-1#/")
        elif query.get("grant_type") == ["implicit"] and method == "GET":
            life = "" if space.expires_in is None else f"&expires_in={space.expires_in}"
            self._redirect(f"{space.url}/app/oauth/callback#access_token={self._token()}&token_type=bearer{life}")
        else:
            self._json(400, {"error": "unsupported_grant_type"})

    def _token(self) -> str:
        space = self.server_space
        space.logins += 1
        token = f"jwt-t0ken-{space.logins}-abcdef"
        space.tokens[token] = time.monotonic() + (space.expires_in or 43_200)
        return token

    def _answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        space = self.server_space
        if path in space.core:
            return 200, space.core[path]
        parts = [unquote(part) for part in path.removeprefix(API).split("/")[1:]]
        match method, parts:
            case "GET", ["connections"]:
                return 200, [_masked(each) for each in space.connections.values()]
            case "POST", ["connections"]:
                return self._create(body)
            case _, ["connections", key, *_] if key not in space.connections:
                return 404, {"errorKey": ":not_found", "error": "Not Found"}
            case "GET", ["connections", key]:
                return 200, _masked(space.connections[key])
            case (("PATCH" | "PUT"), ["connections", key]):
                return self._update(key, body)
            case "POST", ["connections", _, "test"]:
                return 200, space.test_answer
            case "GET", ["connections", key, "operations"]:
                return 200, list(space.operations[key].values())
            case "POST", ["connections", key, "operations"]:
                return self._create_operation(key, body)
            case _, ["connections", key, "operations", operation] if operation in space.operations[key]:
                return self._operation(method, key, operation, body)
        return 404, {"errorKey": ":not_found", "error": "Not Found"}

    def _create(self, body: Any) -> tuple[int, Any]:
        space = self.server_space
        if (wrong := _wrong(body, CONNECTION_KEYS, ("type", "name", "config"))) is not None:
            return 400, wrong
        key = body.get("id") or f"made-{len(space.connections)}"
        if key in space.connections:
            return 400, {"errorKey": "id", "errors": {"id": ["has already been taken"]}}
        space.connections[key] = {**body, "id": key, "lockVersion": 1, "status": {"healthy": True}}
        space.operations[key] = {}
        return 200, _masked(space.connections[key])

    def _update(self, key: str, body: Any) -> tuple[int, Any]:
        space = self.server_space
        if (wrong := _wrong(body, CONNECTION_KEYS, ())) is not None:
            return 400, wrong
        stored = space.connections[key]
        changed = {**stored, **body}
        if "config" in body:
            changed["config"] = _kept(stored["config"], body["config"])
        if "secrets" in body:
            before = stored.get("secrets") or {}
            changed["secrets"] = {
                name: before.get(name) if value is None else value for name, value in body["secrets"].items()
            }
        space.connections[key] = {**changed, "lockVersion": stored.get("lockVersion", 0) + 1}
        return 200, _masked(space.connections[key])

    def _create_operation(self, key: str, body: Any) -> tuple[int, Any]:
        operations = self.server_space.operations[key]
        if (wrong := _wrong(body, OPERATION_KEYS, ("name", "config"))) is not None:
            return 400, wrong
        own = body.get("id") or f"made-{len(operations)}"
        if own in operations:
            return 400, {"errorKey": "id", "errors": {"id": ["has already been taken"]}}
        operations[own] = {**body, "id": own, "connectionId": key, "lockVersion": 1}
        return 200, operations[own]

    def _operation(self, method: str, key: str, operation: str, body: Any) -> tuple[int, Any]:
        operations = self.server_space.operations[key]
        if method == "DELETE":
            del operations[operation]
            return 200, None
        if method == "GET":
            return 200, operations[operation]
        if (wrong := _wrong(body, OPERATION_KEYS, ("name", "config"))) is not None:
            return 400, wrong
        operations[operation] = {**operations[operation], **body}
        return 200, operations[operation]

    def _json(self, status: int, value: Any) -> None:
        self._send(status, b"" if value is None else json.dumps(value).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _redirect(self, where: str) -> None:
        self.send_response(303)
        self.send_header("location", where)
        self.send_header("content-length", "0")
        self.end_headers()


def _wrong(body: Any, keys: set[str], wanted: tuple[str, ...]) -> Any:
    errors = [f"Unexpected field: {key}" for key in body if key not in keys]
    errors += [f"Missing field: {key}" for key in wanted if key not in body]
    if not errors:
        return None
    return {
        "error": "Request does not match the API schema",
        "validationErrors": [{"error": error} for error in errors],
    }


SECRETS = ("password", "token", "clientSecret")


def _masked(values: dict[str, Any]) -> dict[str, Any]:
    found = copy.deepcopy(values)
    auth = found["config"].get("auth")
    for name in SECRETS:
        if isinstance(auth, dict) and isinstance(auth.get(name), str):
            auth[name] = None
    found["secrets"] = dict.fromkeys(found.get("secrets") or {})
    return found


def _kept(stored: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    found = copy.deepcopy(sent)
    before, auth = stored.get("auth"), found.get("auth")
    if isinstance(before, dict) and isinstance(auth, dict) and before.get("authType") == auth.get("authType"):
        for name in SECRETS:
            if name in auth and auth[name] is None:
                auth[name] = before.get(name)
    return found
