"""What stands behind the content of a part of a form: `;type=`, `;filename=` and others (curl(1), -F)."""

from __future__ import annotations

import re


def form_options(content: str, kind: str) -> tuple[str, dict[str, str]]:
    """Part the content of -F from what follows it: `;type=`, `;filename=`, `;encoder=`, `;headers=`."""
    if content.startswith('"'):
        found = re.match(r'"((?:[^"\\]|\\.)*)"', content)
        if found:
            text, rest = re.sub(r"\\(.)", r"\1", found[1]), content[found.end() :]
            return text, _options_of(rest)
    at = content.find(";")
    if at < 0:
        return content, {}
    options = _options_of(content[at:])
    # Without a file a semicolon that begins no option belongs to the content.
    if not options and kind not in ("@", "<"):
        return content, {}
    return content[:at], options


def _options_of(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for option in re.finditer(r';\s*(type|filename|encoder|headers)=("(?:[^"\\]|\\.)*"|[^;]*)', text):
        value = option[2]
        found[option[1]] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value.strip()
    return found
