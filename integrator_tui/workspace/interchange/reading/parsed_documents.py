"""Text of others as values with their lines: what begins like JSON is JSON, anything else YAML."""

from __future__ import annotations

import json

from integrator_tui.errors import UsageError
from integrator_tui.interchange.documents.json_lines import JsonLines
from integrator_tui.interchange.documents.source import SourceDocument
from integrator_tui.store.yamltext.foreign import ForeignYaml, read_foreign


def parsed(name: str, text: str) -> SourceDocument:
    """Return the value of a text; raises UsageError, with the line, where it is neither JSON nor YAML."""
    if text.lstrip()[:1] in ("{", "[") and not name.endswith((".yaml", ".yml")):
        try:
            value = json.loads(text, strict=False)
        except json.JSONDecodeError as error:
            message = f"line {error.lineno}: not valid JSON, in column {error.colno}"
            cut = error.pos >= len(text.rstrip())
            hint = "the document is cut off: copy or download all of it" if cut else "look at this line"
            yaml = _as_yaml(text) if not cut else None
            if yaml is not None:
                return SourceDocument(name, yaml.value, yaml.line)
            raise UsageError(message, hint) from None
        except RecursionError:
            raise UsageError("line 1: nested too deep to be read", "flatten the document") from None
        except ValueError:
            raise UsageError("line 1: a number has too many digits to be read", "write it as text") from None
        lines: list[JsonLines] = []

        def line(pointer: tuple[str | int, ...]) -> int:
            if not lines:
                lines.append(JsonLines(text))
            return lines[0].line(pointer)

        return SourceDocument(name, value, line)
    return SourceDocument(name, *read_foreign(text))


def _as_yaml(text: str) -> ForeignYaml | None:
    """Return what YAML in braces says, None where it is none or too long to be read twice."""
    if len(text) > 1024 * 1024:
        return None
    try:
        return read_foreign(text)
    except UsageError:
        return None
