"""The body of a request of the command line: `-d`, `--json` or the parts of `-F`.

Rules: a text on the command line is a template, so that a secret is written as {{name}}; what comes from a file
or standard input is sent byte for byte. `-F` is written as for curl: NAME=VALUE, NAME=@FILE sends a file with its
name, NAME=<FILE the content alone, `;type=` and `;filename=` follow, and what stands in double quotes holds any
character, a quote and a backslash behind a backslash.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from integrator_tui.errors import UsageError
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.model.connection import Body, Part

LIMIT: Final = 1 << 30
"""Bytes of a body that are read from a file: a device may have no end."""
_UNKNOWN: Final = ("headers", "encoder")
_QUOTED: Final = r'"((?:[^"\\]|\\.)*)"'
_LAST: Final = r';\s*((?i:type|filename|charset|headers|encoder))\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)\Z'
"""The last of what follows a value."""


class Data(NamedTuple):
    """A body: a template, the bytes of a file, or the parts of a form."""

    template: str | None = None
    content: bytes | None = None
    parts: tuple[Part, ...] = ()
    is_json: bool = False

    @property
    def is_there(self) -> bool:
        return self.template is not None or self.content is not None or bool(self.parts)

    @property
    def described(self) -> Body | None:
        """The body as a connection's operation has it; None for what is sent as it is, and where there is none."""
        from integrator_tui.model.connection import MultipartBody, RawBody

        if self.parts:
            return MultipartBody.model_construct(multipart=self.parts)
        return RawBody.model_construct(raw=self.template) if self.template is not None else None

    def headers(self, own: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """Return the headers of a request with those that `--json` sets; one's own win."""
        if not self.is_json:
            return own
        given = {name.lower() for name, _ in own}
        sets = (("Content-Type", "application/json"), ("Accept", "application/json"))
        return (*own, *((name, value) for name, value in sets if name.lower() not in given))


def add_body(parser: argparse.ArgumentParser) -> None:
    """Add the options that give a body."""
    parser.add_argument("-d", "--data", action="append", default=[], metavar="DATA|@FILE|@-", help="the body")
    parser.add_argument(
        "--json",
        action="append",
        default=[],
        metavar="DATA|@FILE|@-",
        help="the body, with Content-Type and Accept application/json",
    )
    parser.add_argument(
        "-F",
        "--form",
        action="append",
        default=[],
        metavar="NAME=VALUE|NAME=@FILE",
        help="a part of a multipart form, repeatable; ;type=TYPE and ;filename=NAME may follow a file or a value",
    )


def data_of(arguments: argparse.Namespace, current: Path) -> Data:
    """Return the body that the options give; files are relative to `current`. Raises UsageError."""
    if sum(map(bool, (arguments.data, arguments.json, arguments.form))) > 1:
        raise UsageError("-d, --json and -F each give the whole body", "give one of them")
    if arguments.form:
        return Data(parts=tuple(_part(text, current) for text in arguments.form))
    option, given = ("--json", arguments.json) if arguments.json else ("-d", arguments.data)
    if len(given) > 1:
        raise UsageError(
            f"{option} is given more than once", f"give the whole body with one {option}, or with {option} @FILE"
        )
    if not given:
        return Data()
    is_json = option == "--json"
    if not given[0].startswith("@"):
        return Data(template=given[0], is_json=is_json)
    return Data(content=_read(given[0][1:], f"{option} @", current), is_json=is_json)


def _part(text: str, current: Path) -> Part:
    from integrator_tui.model.connection import Part

    name, equals, value = text.partition("=")
    if not equals or not name:
        # What was given may be a secret, and is not told back.
        raise UsageError(
            "a -F is no part: it has no name before an equals sign", "write -F name=value or name=@FILE"
        )
    mark = value[:1] if value[:1] in ("@", "<") else ""
    value, attributes = _attributes(value.removeprefix(mark), name)
    kind, file_name = attributes.get("type"), attributes.get("filename")
    if not mark:
        return Part.model_construct(name=name, content=value, content_type=kind, file_name=file_name)
    data = _read(value, f"-F {visible(name)}={mark}", current)
    if mark == "@" and file_name is None:
        file_name = "-" if value == "-" else Path(value).name
    if mark == "@" and kind is None:
        kind = _type_of(file_name or "") or _type_of(value) or "application/octet-stream"
    return Part.model_construct(name=name, content_type=kind, file_name=file_name, data=data)


def _attributes(value: str, name: str) -> tuple[str, dict[str, str]]:
    """Return a value without what follows it, and that by its word; all else behind a `;` is part of the value."""
    found: dict[str, str] = {}
    quoted = re.match(rf"{_QUOTED}(?=\s*(?:;|$))", value, re.DOTALL)
    if quoted:
        rest, found = _attributes(value[quoted.end() :].strip(), name)
        if not rest:
            return _unquoted(quoted[0]), found
        found = {}
    while last := re.search(_LAST, value, re.DOTALL):
        rest, word, told = value[: last.start()], last[1].lower(), last[2]
        if word in _UNKNOWN:
            hint = "put the value in double quotes where it is meant as it stands"
            raise UsageError(f"-F {visible(name)}: ;{word}= cannot be said here", hint)
        if word == "charset":
            # A parameter of the type before it: `;type=text/plain;charset=utf-8`.
            before = re.search(_LAST, rest, re.DOTALL)
            if before is None or before[1].lower() != "type":
                return value, found
            rest, told, word = rest[: before.start()], f"{before[2]};{last[0][1:].strip()}", "type"
        if word in found:
            raise UsageError(f"-F {visible(name)}: ;{word}= is given twice", "give it once")
        value, found[word] = rest, _unquoted(told.strip())
    return value, found


def _unquoted(text: str) -> str:
    """Return what stands in double quotes, where all of it does; else the text."""
    quoted = re.fullmatch(_QUOTED, text, re.DOTALL)
    return re.sub(r"\\([\\\"])", r"\1", quoted[1]) if quoted else text


def _type_of(file_name: str) -> str | None:
    import mimetypes

    # The table of the library alone: what a machine says of a name shall not decide what is sent.
    return mimetypes.MimeTypes().guess_type(file_name)[0]


def _read(file: str, what: str, current: Path) -> bytes:
    named = "standard input" if file == "-" else visible(file) or f"the file after {what}"
    try:
        if file == "-":
            data = _standard_input(what)
        else:
            with open(current / file, "rb") as stream:
                data = stream.read(LIMIT + 1)
    except OSError as error:
        raise UsageError(f"{named} cannot be read: {error.strerror}", "name a file, or - after the @") from None
    except MemoryError:
        raise UsageError(f"{named} holds more than there is memory for", "send it in parts") from None
    if len(data) > LIMIT:
        raise UsageError(f"{named} holds more than {LIMIT >> 30} GiB", "send it in parts, or with another program")
    return data


def _standard_input(what: str) -> bytes:
    """Return what stands on standard input; a closed one is not taken for an empty one."""
    from integrator_tui.cli.prompts.standard_input import taken

    try:
        return taken(f"{what}-", LIMIT + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"standard input cannot be read: {reason}", f"give it with {what}FILE") from None
