#!/usr/bin/env bash
# httpx 0.28.1 gives the first member of a gzip body and drops the others, without an error.
#
# A gzip file is a series of members, and what they hold is joined (RFC 1952 section 2.2); bgzip, pigz and servers
# that append to a compressed log write such bodies. urllib3 2.5.0 (requests) reads them whole. A client built on
# httpx sees half a document and a status of 200. Exits with 1 where httpx reads the rest.
set -euo pipefail

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install -q --disable-pip-version-check httpx==0.28.1 urllib3==2.5.0

"$scratch/venv/bin/python" - <<'PYTHON'
import gzip
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import urllib3

BODY = gzip.compress(b"first,") + gzip.compress(b"second")


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"
by_httpx = httpx.get(url, trust_env=False).content
by_urllib3 = urllib3.PoolManager().request("GET", url).data
server.shutdown()
print(f"gzip     {gzip.decompress(BODY)!r}")
print(f"urllib3  {urllib3.__version__}: {by_urllib3!r}")
print(f"httpx    {httpx.__version__}: {by_httpx!r}")
sys.exit(by_httpx != b"first,")
PYTHON
