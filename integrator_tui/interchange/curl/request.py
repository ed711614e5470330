"""One request as a curl command line asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from integrator_tui.model.connection import Part


@dataclass(slots=True)
class CurlRequest:
    """One request as curl would make it. Text may hold `{{name}}` for what only the shell knew."""

    url: str = ""
    method: str | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    data: str | None = None
    is_json: bool = False
    query: str | None = None
    parts: list[Part] = field(default_factory=list)
    upload: str | None = None
    get: bool = False
    head: bool = False
    user: str | None = None
    bearer: str | None = None
    cookies: list[str] = field(default_factory=list)
    verify: bool = True
    follow: bool = False
    streams: bool = False
    proxy: str | None = None
    proxy_user: str | None = None
    unix_socket: str | None = None
    ca_file: str | None = None
    certificate: str | None = None
    passphrase: str | None = None
    connect_timeout: float | None = None
    read_timeout: float | None = None
    globs: bool = True
    default_scheme: str = "http"
    refused: str = ""
