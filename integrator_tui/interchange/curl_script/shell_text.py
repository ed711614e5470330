"""Templates as text of a POSIX shell: a word where they hold values alone, lines that build it for sections.

A value is written where it stands by a function of `FUNCTIONS`, as the templates' own rules write it. Nothing here
relies on how a shell splits words, so that bash, dash and zsh say the same.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from integrator_tui.interchange.exports.pieces import Filled, Literal, Piece, Separator, Where, every, run_together
from integrator_tui.model.encoding import EncodingContext

FUNCTIONS: Final[Mapping[str, str]] = {
    "curl_option": r"""curl_option() {
  printf '%s = "' "$1"
  printf %s "$2" | od -An -v -tu1 | LC_ALL=C awk '{ for (i = 1; i <= NF; i++) { b = $i + 0
    if (b == 10) printf "\\n"; else if (b == 13) printf "\\r"
    else printf(b == 34 || b == 92 ? "\\%c" : "%c", b) } }'
  printf '"\n'
}""",
    "curl_form": r"""curl_form() {
  printf 'form = "%s=\\"' "$1"
  printf %s "$2" | od -An -v -tu1 | LC_ALL=C awk '{ for (i = 1; i <= NF; i++) { b = $i + 0
    if (b == 10) printf "\\n"; else if (b == 13) printf "\\r"
    else if (b == 34 || b == 92) printf("\\\\\\%c", b); else printf("%c", b) } }'
  printf '\\"%s"\n' "$3"
}""",
    "url_text": r"""url_text() {
  printf %s "$1" | od -An -v -tu1 | LC_ALL=C awk '{ for (i = 1; i <= NF; i++) { b = $i + 0; c = sprintf("%c", b)
    printf(b < 128 && c ~ /[A-Za-z0-9._~-]/ ? c : sprintf("%%%%%02X", b)) } }'
}""",
    "path_text": r"""path_text() {
  url_text "$1" | sed 's/%2F/\//g'
}""",
    "json_text": r"""json_text() {
  printf %s "$1" | od -An -v -tu1 | LC_ALL=C awk '{ for (i = 1; i <= NF; i++) { b = $i + 0
    if (b >= 8 && b <= 13 && b != 11) printf("\\%s", substr("btn_fr", b - 7, 1))
    else printf(b == 34 || b == 92 ? "\\%c" : b < 32 ? "\\u%04x" : "%c", b) } }'
}""",
    "xml_text": r"""xml_text() {
  printf %s "$1" | od -An -v -tu1 | LC_ALL=C awk '{ for (i = 1; i <= NF; i++) { b = $i + 0
    printf(b < 32 || b == 34 || b == 38 || b == 39 || b == 60 || b == 62 ? "&#%d;" : "%c", b) } }'
}""",
    "one_line": r"""one_line() {
  [ "$1" = "$(printf %s "$1" | tr -d '\000-\010\012-\037\177')" ] ||
    { echo "a header value is one line" >&2; return 1; }
}""",
    "in_its_segment": r"""in_its_segment() {
  case /$1/ in */../* | */./*) echo "a value would leave its segment of the path" >&2; return 1 ;; esac
}""",
}
"""Shell functions by name: what they print is what curl reads, or their status says that a value cannot be sent."""

_NEEDS: Final = {"path_text": ("url_text",)}

_WRITTEN: Final = {
    EncodingContext.FORM: "url_text",
    EncodingContext.QUERY: "url_text",
    EncodingContext.PATH: "url_text",
    EncodingContext.FORM_TEXT: "url_text",
    EncodingContext.JSON: "json_text",
    EncodingContext.XML: "xml_text",
}


def functions(lines: Iterable[str]) -> Iterator[str]:
    """Yield the functions that lines of a script call."""
    text = "\n".join(lines)
    wanted = {name for name in FUNCTIONS if f"{name} " in text}
    wanted |= {needed for name in wanted for needed in _NEEDS.get(name, ())}
    yield from (source for name, source in FUNCTIONS.items() if name in wanted)


def expansion(piece: Filled) -> str:
    """Return what is filled in as an expansion of the shell, in double quotes."""
    name, context = piece.variable, piece.context
    if piece.raw and context in {EncodingContext.JSON, EncodingContext.XML, EncodingContext.FORM_TEXT}:
        return f'"${name}"'
    if piece.raw and context is EncodingContext.PATH:
        return f'"$(path_text "${name}")"'
    function = _WRITTEN.get(context)
    return f'"$({function} "${name}")"' if function else f'"${name}"'


class ShellText:
    """A text that is put together: `lines` to run first, and the `word` that it then is."""

    def __init__(self, made_of: Iterable[Piece]) -> None:
        self.pieces = tuple(run_together(made_of))
        self.lines: tuple[str, ...] = ()
        if any(isinstance(piece, Where | Separator) for piece in self.pieces):
            self.lines = tuple(self._built())
            self.word = '"$text"'
        else:
            self.word = _word(self.pieces)

    @property
    def literal(self) -> str | None:
        """The text itself where nothing is filled in, else None."""
        if not self.pieces:
            return ""
        first = self.pieces[0]
        return first.text if len(self.pieces) == 1 and isinstance(first, Literal) else None

    def _built(self) -> Iterator[str]:
        if any(isinstance(piece, Separator) for piece in every(self.pieces)):
            yield "separator='?'"
        yield "text="
        yield from _appended(self.pieces)


def _word(found: Iterable[Piece]) -> str:
    words = (_one(piece) for piece in found)
    return "".join(words) or "''"


def _one(piece: Piece) -> str:
    match piece:
        case Literal(text=text):
            return shlex.quote(text)
        case Filled():
            return expansion(piece)
    return '"$separator"'


def _appended(found: Iterable[Piece]) -> Iterator[str]:
    run: list[Piece] = []
    for piece in found:
        if isinstance(piece, Where):
            yield from _append(run)
            run = []
            values = "".join(f"${{{name}:-}}" for name in piece.variables)
            yield f'if [ {"-z" if piece.empty else "-n"} "{values}" ]; then'
            yield from (f"  {line}" for line in list(_appended(piece.pieces)) or [":"])
            yield "fi"
        else:
            run.append(piece)
    yield from _append(run)


def _append(run: list[Piece]) -> Iterator[str]:
    if run:
        yield f'text="$text"{_word(run_together(run))}'
        if any(isinstance(piece, Separator) for piece in run):
            yield "separator='&'"
