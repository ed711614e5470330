"""The OAuth 2.0 server of tests/servers/oauth: oidc-provider, strict about RFC 6749 and not ours.

What npm installs lies in a cache folder outside the tree, by the digest of the lock file.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from integrator_tui.demo.certificates import Credentials
from tests.servers.node_packages import installed
from tests.servers.programs import program

SOURCE: Final = Path(__file__).parent / "oauth"
SCOPES: Final = ("read", "write", "brief")
CLIENTS: Final = (
    {
        "client_id": "header",
        "client_secret": "header-secret",
        "token_endpoint_auth_method": "client_secret_basic",
        "scope": "read write",
    },
    {
        "client_id": "body",
        "client_secret": "body-secret",
        "token_endpoint_auth_method": "client_secret_post",
    },
    {
        "client_id": "we:ird+id /?",
        "client_secret": "p@ss w+rd%&=:~'\"\\e",
        "token_endpoint_auth_method": "client_secret_basic",
    },
    {
        "client_id": "odd&body=1",
        "client_secret": "%41 {{not}} +&=;",
        "token_endpoint_auth_method": "client_secret_post",
    },
)
"""Secrets by RFC 6749 appendix A: any printable ASCII character may stand in id and secret."""


@dataclass(frozen=True, slots=True)
class OAuthServer:
    """The origins of a running server: the same over http and over https."""

    http: str
    https: str


@contextmanager
def oauth_server(folder: Path, credentials: Credentials) -> Iterator[OAuthServer]:
    """Run the server until the end of the block, with `credentials` for https."""
    command = program("node")
    packages = installed(SOURCE)
    shutil.copy(SOURCE / "server.mjs", packages / "server.mjs")
    folder.mkdir()
    certificate, key = folder / "server.pem", folder / "server.key"
    certificate.write_text(credentials.certificates_pem())
    key.write_text(credentials.key_pem())
    given = {"clients": CLIENTS, "scopes": SCOPES, "cert": str(certificate), "key": str(key)}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [command, "server.mjs", json.dumps(given)],
            cwd=packages,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, (folder / "log").read_text()
            said = json.loads(line)
            yield OAuthServer(
                said["http"].replace("127.0.0.1", "localhost"), said["https"].replace("127.0.0.1", "localhost")
            )
        finally:
            process.stdin.close()
            process.wait(timeout=60)
