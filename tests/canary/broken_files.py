"""Connection files with canaries that are broken, or filled in by a hand that made a mistake."""

from __future__ import annotations

import re

from tests.canary.canaries import NAMED, USER

TAG = NAMED.partition("'")[0]
"""A beginning of a canary that may stand as a name in YAML."""


def broken(text: str) -> dict[str, str]:
    """Return a sealed file in every way of being broken that has words of its own."""
    value = re.search(r"  named: (ENC.*)", text)
    assert value is not None
    return {
        "seal": text.replace("/ok/200", "/says/200"),
        "mac": re.sub(r'lastmodified: "\d{4}', 'lastmodified: "1999', text),
        "no seal": re.sub(r"  _seal: .*\n", "", text),
        "no mac": re.sub(r"  mac: .*\n", "", text),
        "no block": text[: text.index("\nsops:") + 1],
        "cut": text.replace(value[1], value[1][:-9]),
        "unknown key": text.replace("test_path:", "tests_path:"),
        "conflict": text.replace("test_path:", "<<<<<<< ours\ntest_path:"),
    }


def misplaced(plain: str) -> dict[str, str]:
    """Return a plain file with a secret in every place where a hand may have put it by mistake."""
    found = re.search(r"  password: (.*)", plain)
    assert found is not None
    value = found[1]
    return {
        "plain": plain,
        "twice": plain.replace("  named:", "  password:"),
        "no map": plain.replace("secrets:\n", f"secrets: {value}\nx:\n"),
        "a list": plain.replace("secrets:\n", f"secrets:\n  - {value}\n"),
        "deeper": plain.replace("  named: ", f"  deeper:\n    named: {value}\n  other: "),
        "binary": plain.replace("  password: ", "  password: !!binary "),
        "anchor": plain.replace("  password: ", "  password: &anchor "),
        "alias": plain.replace("  password: ", "  password: *"),
        "block": plain.replace("  password: ", "  password: | "),
        "no colon": plain.replace("  password: ", "  password "),
        "open quote": plain.replace("  password: ", "  password: '"),
        "tab": plain.replace("secrets:\n", "secrets:\n\t"),
        "a tag": plain.replace("  password: ", f"  password: !{TAG} "),
        "a tag's handle": plain.replace("  password: ", f"  password: !{TAG}! "),
        "an anchor's name": plain.replace("  password: ", f"  password: &{TAG} "),
        "an alias's name": plain.replace("  password: ", f"  password: *{TAG} # "),
        "user info": plain.replace("http://", f"http://{USER}:{TAG}@"),
        "in auth": plain.replace("  username: canary-user\n", f"  username: canary-user\n  password: {value}\n"),
        "another document": plain + f"---\n{value}\n",
    }
