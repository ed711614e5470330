"""The body of a request of the command line: `-d`, `--json` or the parts of `-F`.

Rules: a text on the command line is a template, so that a secret is written as {{name}}; what comes from a file
or standard input is sent byte for byte. `-F` is written as for curl: NAME=VALUE, NAME=@FILE sends a file with its
name, NAME=<FILE the content alone, `;type=` and `;filename=` follow.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from integrator_tui.errors import UsageError
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.model.connection import Body, Part

_ATTRIBUTES: Final = ("type", "filename")


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
    value, attributes = _attributes(value, name)
    kind, file_name = attributes.get("type"), attributes.get("filename")
    if value[:1] not in ("@", "<"):
        return Part.model_construct(name=name, content=value, content_type=kind, file_name=file_name)
    file = value[1:]
    data = _read(file, f"-F {visible(name)}={value[0]}", current)
    if value[0] == "@" and file_name is None:
        file_name = "-" if file == "-" else Path(file).name
    if value[0] == "@" and kind is None:
        kind = _type_of(file_name or "")
    return Part.model_construct(name=name, content_type=kind, file_name=file_name, data=data)


def _attributes(value: str, name: str) -> tuple[str, dict[str, str]]:
    """Return a value without what follows it, and that by its word; all else behind a `;` is part of the value."""
    found: dict[str, str] = {}
    while True:
        rest, semicolon, last = value.rpartition(";")
        word, equals, told = last.partition("=")
        word = word.strip().lower()
        if not semicolon or not equals or word not in (*_ATTRIBUTES, "charset"):
            return value, found
        if word == "charset":
            # A parameter of the type before it: `;type=text/plain;charset=utf-8`.
            before = rest.rpartition(";")[2].partition("=")
            if before[0].strip().lower() != "type":
                return value, found
            rest, told, word = rest.rpartition(";")[0], f"{before[2]};{last}", "type"
        if word in found:
            raise UsageError(f"-F {visible(name)}: ;{word}= is given twice", "give it once")
        value, found[word] = rest, told.strip().strip('"')


def _type_of(file_name: str) -> str:
    import mimetypes

    # The table of the library alone: what a machine says of a name shall not decide what is sent.
    return mimetypes.MimeTypes().guess_type(file_name)[0] or "application/octet-stream"


def _read(file: str, what: str, current: Path) -> bytes:
    if file == "-":
        return _standard_input(what)
    try:
        return (current / file).read_bytes()
    except OSError as error:
        named = visible(file) or f"the file after {what}"
        raise UsageError(f"{named} cannot be read: {error.strerror}", "name a file, or - after the @") from None


def _standard_input(what: str) -> bytes:
    """Return what stands on standard input; a closed one is not taken for an empty one."""
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"standard input cannot be read: {reason}", f"give it with {what}FILE") from None
