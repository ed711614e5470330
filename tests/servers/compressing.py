"""nginx and haproxy in front of a stream, both set to compress it where the client offers that."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.programs import free_ports, program, running

_NGINX = """
{user} daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/temporary; proxy_temp_path {folder}/temporary;
  fastcgi_temp_path {folder}/temporary; uwsgi_temp_path {folder}/temporary; scgi_temp_path {folder}/temporary;
  server {{
    listen 127.0.0.1:{port};
    gzip on; gzip_types text/event-stream; gzip_min_length 1; gzip_proxied any;
    location / {{ proxy_pass http://127.0.0.1:{upstream}; proxy_http_version 1.1; }}
  }}
}}
"""
_HAPROXY = """
global
  maxconn 64
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend here
  bind 127.0.0.1:{port}
  default_backend there
backend there
  compression algo gzip
  compression type text/event-stream
  server one 127.0.0.1:{upstream}
"""

COMPRESSING = ("nginx", "haproxy")


@contextmanager
def compressing(name: str, folder: Path, upstream: int) -> Iterator[str]:
    """Run the proxy of that name in front of the port `upstream`, and give its origin."""
    command = program(name)
    [port] = free_ports(1)
    folder.mkdir(exist_ok=True)
    # Started by root, the workers of nginx would be nobody, who may not enter the folders of a test.
    user = "user root;" if os.geteuid() == 0 else ""
    template = {"nginx": _NGINX, "haproxy": _HAPROXY}[name]
    (folder / "config").write_text(template.format(folder=folder, port=port, upstream=upstream, user=user))
    arguments = {
        "nginx": [command, "-c", str(folder / "config"), "-p", str(folder), "-e", str(folder / "error.log")],
        "haproxy": [command, "-db", "-f", str(folder / "config")],
    }[name]
    with running(arguments, port, folder / "start.log"):
        yield f"http://127.0.0.1:{port}"
