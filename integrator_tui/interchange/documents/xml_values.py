"""Values that are named like secrets in the text of an XML body."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from integrator_tui.model.secret_names import names_a_secret

_ELEMENT: Final = re.compile(
    r"(<([\w:.-]+)(?:\s[^<>]*)?>\s*<!\[CDATA\[|<([\w:.-]+)(?:\s[^<>]*)?>)([^<>]+)((?:\]\]>\s*)?</(?:\2|\3)>)"
)
_TAG: Final = re.compile(r"<[\w:.-]+\s[^<>]*>")
_ATTRIBUTE: Final = re.compile(r"""(\s([\w:.-]+)\s*=\s*)(?:"([^"]*)"|'([^']*)')""")


def with_xml_values(text: str, replaced: Callable[[str, str], str]) -> str:
    """Return an XML text in which each value of an element or attribute that is named like a secret (its prefix
    apart) is what `replaced` gives for name and value; the value is as it is written, with its entities.
    """

    def of(name: str, value: str) -> str:
        plain = name.rpartition(":")[2]
        declares = name.startswith("xmlns:")
        return replaced(plain, value) if value.strip() and not declares and names_a_secret(plain) else value

    def attribute(match: re.Match[str]) -> str:
        opened, name, value, other = match.groups()
        mark, value = ("'", other) if value is None else ('"', value)
        return f"{opened}{mark}{of(name, value)}{mark}"

    def element(match: re.Match[str]) -> str:
        opened, in_data, name, value, closed = match.groups()
        return f"{opened}{of(in_data or name, value)}{closed}"

    return _ELEMENT.sub(element, _TAG.sub(lambda tag: _ATTRIBUTE.sub(attribute, tag[0]), text))
