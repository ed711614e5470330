#!/usr/bin/env bash
# pystache loses text behind an empty comment. The Mustache specification lets a comment hold any text, none
# included, but "{{!}}" takes along everything up to the next "}}": what stood between them is missing in what is
# rendered, without an error. It matters where a template is a request body: a line that somebody commented out and
# emptied takes a field with it. "{{! }}", with a blank, is rendered as expected.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install -q --disable-pip-version-check pystache==0.6.8
"$scratch/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import pystache

template = '{{!}}"id": 7, {{! the user }}"name": "ada"'
found = pystache.render(template, {})
print(f"pystache {version('pystache')}")
print(f"template: {template}")
print(f"rendered: {found}")
print(f"expected: {template.replace('{{!}}', '').replace('{{! the user }}', '')}")
sys.exit(found != '"name": "ada"')
PYTHON
