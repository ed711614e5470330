#!/usr/bin/env bash
# A blank in an OAuth 2.0 client id: authlib's server reads `+` in a Basic header as a plus.
#
# RFC 6749 2.3.1 has the client form-urlencode id and secret before they go into the Basic header, and forms write a
# blank as `+`. Authlib undoes percent-encoding alone, so such a client is unknown to it, while `%20`, which every form
# reader takes too, works. A client that wants to be understood everywhere writes `%20` there.
# Seen with authlib 1.9.10: `+` gives 'my+client', `%20` gives 'my client'. Exits non-zero where that changed.
set -euo pipefail

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install -q --disable-pip-version-check authlib==1.9.10 2>"$scratch/pip.log" ||
  { cat "$scratch/pip.log" >&2; exit 2; }
"$scratch/venv/bin/python" - <<'PYTHON'
import base64
from importlib.metadata import version

from authlib.oauth2.rfc6749.util import extract_basic_authorization


def read(pair: str) -> tuple[str | None, str | None]:
    return extract_basic_authorization({"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()})


plus, percent = read("my+client:secret"), read("my%20client:secret")
print("authlib", version("authlib"))
print("with +  :", plus)
print("with %20:", percent)
assert plus == ("my+client", "secret"), "a plus is read as a blank now"
assert percent == ("my client", "secret"), "%20 is not read as a blank any more"
PYTHON
