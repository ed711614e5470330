"""One request as a curl command.

Rules: what is known stands in the command; what holds a value is piped to curl as lines of its configuration, since
every user of a machine sees the words of every command. A value that no header or path may hold keeps the command
from being run.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from integrator_tui.interchange.curl_script.shell_text import ShellText
from integrator_tui.interchange.exports.outgoing import Outgoing, has_content
from integrator_tui.interchange.exports.pieces import Filled, Literal, Piece, address, names, pieces
from integrator_tui.model.connection import FormBody, MultipartBody, Part, RawBody, Request
from integrator_tui.model.encoding import EncodingContext, form_field, raw_body_context
from integrator_tui.model.template import parse
from integrator_tui.model.url import filled

_BRACKETS: Final = frozenset("[]{}")

Made = tuple[str, ShellText]
"""An option of curl by its long name, and its value."""


class ShownCredentials(NamedTuple):
    """How a request proves itself: options of curl and, where the method fills one, a parameter of the query; and
    the variables that have to be set for it, `in_header` those of them that stand in a header."""

    options: tuple[Made, ...] = ()
    key: tuple[str, Filled] | None = None
    variables: tuple[str, ...] = ()
    in_header: tuple[str, ...] = ()


class CurlCommand:
    """Writes the command of one request; `plain` are options of the connection, as words, `made` as text.

    With `is_alone` it is one command for people to read, whose words hold the variables.
    """

    def __init__(
        self,
        sent: Outgoing,
        variable: Callable[[str], str],
        shown: ShownCredentials,
        plain: Iterable[str],
        made: Iterable[Made],
        *,
        of_proxy: Iterable[str] = (),
        is_alone: bool = False,
    ) -> None:
        self._is_alone = is_alone
        self._sent = sent
        self._request = sent.request
        self._variable = variable
        self._shown = shown
        self._of_proxy = tuple(of_proxy)
        self._words = list(plain)
        self._piped: list[str] = []
        self._method()
        for option, text in (*made, *shown.options):
            self._add(option, text)
        for pair in self._request.headers:
            self._header(*pair)
        self._body()
        self._address()

    def text(self, before: str, after: str = "") -> str:
        """Return the whole: `before` are words in front of the options, `after` what follows in the pipe."""
        command = " \\\n  ".join([f"curl {before}", *self._words])
        if self._piped:
            lines = "\n".join(f"  {line}" for line in self._piped)
            command = f"{{\n{lines}\n}} | {command}"
        return f"{command}{after}"

    def checks(self) -> str:
        """Return what has to hold before anything is sent, as the beginning of a list of commands."""
        if self._is_alone and not self._piped:
            return ""
        held: dict[str, None] = dict.fromkeys(self._shown.variables)
        held |= dict.fromkeys(self._of_proxy)
        held |= dict.fromkeys(self._variable(name) for name in self._required())
        whole = {*self._shown.in_header, *(self._shown.variables if self._shown.key else ())}
        words = " ".join(f'"${{{name}{":" if name in whole else ""}?}}"' for name in held)
        checks = [f": {words}"] if held else []
        in_headers = dict.fromkeys(self._shown.in_header)
        in_headers |= dict.fromkeys(map(self._variable, names(*(value for _, value in self._request.headers))))
        checks += [f'one_line "${{{name}:-}}"' for name in in_headers]
        in_path = names(self._sent.base_url, self._request.path)
        checks += [f'in_its_segment "${{{self._variable(name)}:-}}"' for name in in_path]
        return "".join(f"{check} && " for check in checks)

    def _required(self) -> Iterator[str]:
        request = self._request
        values = [value for _, value in request.headers] + [self._sent.base_url, request.path]
        for _, value in request.params:
            template = parse(value)
            if request.include_empty_params or not template.is_one_value:
                values.append(value)
        match request.body:
            case RawBody(raw=raw):
                values.append(raw)
            case FormBody(form=form):
                values += [value for _, value in form]
            case MultipartBody(multipart=parts):
                values += [part.content for part in parts]
        for value in values:
            yield from parse(value).required

    # --- parts ---

    def _add(self, option: str, text: ShellText, *, piped: bool = False) -> None:
        """Add an option where its value may stand; what is `piped` comes in the order of the lines."""
        literal = text.literal
        if literal is not None and not piped:
            self._words.append(f"--{option} {shlex.quote(literal)}")
        elif self._is_alone and not text.lines:
            self._words.append(f"--{option} {text.word}")
        else:
            self._piped += [*text.lines, f"curl_option {option} {text.word}"]

    def _pieces(self, text: str, context: EncodingContext) -> Iterator[Piece]:
        return pieces(parse(text), context, self._variable)

    def _method(self) -> None:
        request = self._request
        if request.method == "HEAD":
            self._words.append("--head")
        elif not (request.method == "GET" and not has_content(request)) and request.method != "POST":
            self._words.append(f"--request {request.method}")
        if request.stream_response:
            self._words.append("--no-buffer")
        if request.follow_redirect:
            self._words.append("--location --max-redirs 10")

    def _header(self, name: str, value: str) -> None:
        template = parse(value)
        made = ShellText([Literal(f"{name}: "), *pieces(template, EncodingContext.HEADER, self._variable)])
        if template.is_one_section or (template.is_one_value and not self._is_alone):
            # curl leaves out a header whose value is empty, but for one that ends with a semicolon.
            self._piped += [f'if [ -n "${{{self._variable(template.tags[0].name)}:-}}" ]; then']
            self._piped += [f"  {line}" for line in (*made.lines, f"curl_option header {made.word}")]
            if template.is_one_value:
                self._piped += ["else", f"  curl_option header {shlex.quote(f'{name};')}"]
            self._piped.append("fi")
        else:
            same = [text for other, text in self._request.headers if other.lower() == name.lower()]
            text = made if value.strip() else ShellText([Literal(f"{name};")])
            self._add("header", text, piped=any(parse(each).tags for each in same))

    def _body(self) -> None:
        request = self._request
        match request.body:
            case RawBody(raw=raw) if raw:
                given = next((value for name, value in request.headers if name.lower() == "content-type"), None)
                self._add("data-raw", ShellText(self._pieces(raw, raw_body_context(given))))
            case FormBody(form=form) if filled(form):
                self._add("data-raw", ShellText(self._form(filled(form))))
            case MultipartBody(multipart=parts) if parts:
                piped = any(parse(part.content).tags for part in parts)
                for part in parts:
                    self._part(part, piped=piped)
            case _ if request.method in {"POST", "PUT", "PATCH"}:
                # So that it says its length, which is 0.
                self._words.append("--data-raw ''")
                if not any(name.lower() == "content-type" for name, _ in request.headers):
                    self._words.append("--header 'Content-Type:'")

    def _form(self, pairs: Iterable[tuple[str, str]]) -> Iterator[Piece]:
        for number, (name, value) in enumerate(pairs):
            yield Literal(f"{'&' if number else ''}{form_field(name)}=")
            yield from self._pieces(value, EncodingContext.FORM)

    def _part(self, part: Part, *, piped: bool) -> None:
        kind = part.content_type
        context = raw_body_context(kind) if kind else EncodingContext.TEXT
        content = ShellText(self._pieces(part.content, context))
        if kind is None and part.file_name is None:
            name = Literal(f"{part.name}=")
            self._add("form-string", ShellText([name, *self._pieces(part.content, context)]), piped=piped)
            return
        rest = f";filename={_in_form(part.file_name)}" if part.file_name is not None else ""
        rest += f";type={kind or 'application/octet-stream'}"
        if content.literal is not None and not piped:
            self._words.append(f"--form {shlex.quote(f'{part.name}={_in_form(content.literal)}{rest}')}")
        else:
            words = (shlex.quote(_in_config(part.name)), content.word, shlex.quote(_in_config(rest)))
            self._piped += [*content.lines, f"curl_form {' '.join(words)}"]

    def _address(self) -> None:
        text = ShellText(address(self._sent.base_url, self._request, self._variable, self._shown.key))
        if any(isinstance(piece, Literal) and _BRACKETS & set(piece.text) for piece in text.pieces):
            self._words.append("--globoff")
        if text.literal is not None or (self._is_alone and not text.lines):
            self._words.append(text.word)
        else:
            self._piped += [*text.lines, f"curl_option url {text.word}"]
            self._words.append("--config -")
            return
        if self._piped:
            self._words.insert(len(self._words) - 1, "--config -")


def times(connect: float, read: float, request: Request) -> Iterator[str]:
    """Yield the options for the bounds of a request, in seconds."""
    yield f"--connect-timeout {connect:g}"
    if request.stream_response:
        # In a stream the read timeout bounds the silence; curl takes it in whole seconds.
        yield f"--speed-limit 1 --speed-time {math.ceil(read)}"
    else:
        yield f"--max-time {read:g}"


def _in_form(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _in_config(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
