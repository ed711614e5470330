"""A scratch workspace: the sample connections with the running server's addresses in them.

The shipped samples name `http://127.0.0.1:8080` and its neighbours; they are replaced as text, so that
comments and layout stay. Their secrets are not in the files, since a secret in a file is encrypted for
somebody: whoever fills a workspace stores `DEMO_SECRETS` in it afterwards.
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Mapping
from pathlib import Path

from integrator_tui import bundled
from integrator_tui.demo import guards, oauth, tokens
from integrator_tui.demo.exchange import Addresses

DEMO_SECRETS: Mapping[str, Mapping[str, str]] = {
    "methods/api-key.yaml": {"api_key": guards.API_KEY},
    "methods/basic.yaml": {"password": guards.PASSWORD},
    "methods/http-bearer-token.yaml": {"client_secret": tokens.CLIENT_SECRET},
    "methods/raw-bearer-token.yaml": {"token": guards.RAW_TOKEN},
    "methods/oauth2.yaml": {"client_secret": oauth.CLIENTS["demo-header"].secret},
    "streams/order-events.yaml": {"Login Password": tokens.CLIENT_SECRET},
}
"""The secrets of the samples by file (relative to the workspace) and name; all of them are made up."""

PLACEHOLDERS: Mapping[str, str] = {
    "http://127.0.0.1:8080": "http",
    "http://127.0.0.1:8081": "http_other",
    "https://127.0.0.1:8443": "https",
}
"""The ports that stand in for the addresses in the shipped samples."""

_CERTIFICATE = re.compile(
    r"^(?P<indent> *)-----BEGIN CERTIFICATE-----\n.*?^ *-----END CERTIFICATE-----\n", re.DOTALL | re.MULTILINE
)


def fill(folder: Path, addresses: Addresses, samples: Path | None = None) -> tuple[Path, ...]:
    """Copy the samples to `folder`, made with mode 0700, and return the connection files, sorted, mode 0600.

    Addresses and certificates are those of the running server. `samples` is the bundled folder unless
    given. Raises OSError where a file cannot be written, InvalidFile where no samples are bundled.
    """
    source = samples or bundled.sample_connections()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ca_pem = addresses.ca_file.read_text(encoding="ascii")
    written = []
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if any(part.startswith(".") for part in relative.parts):
            continue
        if path.is_dir():
            (folder / relative).mkdir(mode=0o700, exist_ok=True)
        elif path.suffix in (".yaml", ".yml", ".pem"):
            text = filled_in(path.read_text(encoding="utf-8"), addresses, ca_pem)
            _write(folder / relative, text)
            written.append(folder / relative)
    return tuple(path for path in written if path.suffix != ".pem")


def filled_in(text: str, addresses: Addresses, ca_pem: str) -> str:
    """A sample's text with the server's addresses for the placeholders, and its CA for every certificate."""
    for placeholder, port in PLACEHOLDERS.items():
        text = text.replace(placeholder, addresses[port])
    return _CERTIFICATE.sub(lambda found: textwrap.indent(ca_pem, found["indent"]), text)


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
