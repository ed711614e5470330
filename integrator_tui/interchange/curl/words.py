"""What one curl command line asks for, by the rules of curl itself.

Sources: curl(1) 7.88.1 and what that curl was seen to send: `-d` joins with `&`, `--json` with nothing, `-G` moves
all of them to the query; `-d @FILE` drops line breaks; `-H 'X;'` sends an empty header, `-H 'X:'` removes one; an
own Authorization header wins over `-u`; no scheme means http; `{a,b}` and `[1-9]` in a URL are several.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from integrator_tui.interchange.curl.form_options import form_options
from integrator_tui.interchange.curl.options import (
    FATES,
    MAPPED,
    REASONS,
    REFUSED,
    SHORT,
    SILENT,
    TAKES_VALUE,
    named,
    unknown,
)
from integrator_tui.interchange.curl.request import CurlRequest
from integrator_tui.interchange.curl.urls import Say, globbed
from integrator_tui.model.connection import Part
from integrator_tui.model.encoding import form_field

_TEMPLATE: Final = re.compile(r"(\{\{\{?[^{}]*\}\}\}?)")
_TYPES: Final = {
    "gif": "image/gif", "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "svg": "image/svg+xml",
    "txt": "text/plain", "htm": "text/html", "html": "text/html", "pdf": "application/pdf",
    "xml": "application/xml",
}  # fmt: skip
"""The types that curl knows of file names."""


class CurlWords:
    """Reads the words behind `curl`; `stdin` is what stands on its standard input, where that is known."""

    def __init__(self, say: Say, stdin: str | None = None, stdin_name: str = "stdin") -> None:
        self._say = say
        self._stdin = stdin
        self._stdin_name = stdin_name
        self._urls: list[str] = []
        self._now = CurlRequest()

    def requests(self, words: Sequence[str]) -> Iterator[CurlRequest]:
        """Yield every request that the words ask for."""
        given = iter(words)
        ended = False
        for word in given:
            if ended or word == "-" or not word.startswith("-"):
                self._urls.append(word)
            elif word == "--":
                ended = True
            elif word.startswith("--"):
                found = named(word[2:])
                if found is None:
                    self._refuse(unknown(word.partition("=")[0][:60]))
                    continue
                name, on = found
                if name == "next":
                    yield from self._ended()
                    continue
                value = self._value(name, word, given) if TAKES_VALUE[name] else ""
                if value is not None:
                    self._take(name, value, on, word)
            else:
                yield from self._cluster(word, given)
        yield from self._ended()

    def _cluster(self, word: str, given: Iterator[str]) -> Iterator[CurlRequest]:
        for at in range(1, len(word)):
            letter = word[at]
            found = named(SHORT[letter]) if letter in SHORT else None
            if found is None:
                self._refuse(unknown(f"-{letter}"))
                return
            name, on = found
            if name == "next":
                yield from self._ended()
            elif TAKES_VALUE[name]:
                value = word[at + 1 :] or self._value(name, f"-{letter}", given)
                if value is not None:
                    self._take(name, value, on, f"-{letter}")
                return
            else:
                self._take(name, "", on, f"-{letter}")

    def _value(self, name: str, word: str, given: Iterator[str]) -> str | None:
        value = next(given, None)
        if value is None:
            self._refuse(f"{word} wants a value, and none follows")
        return value

    def _refuse(self, why: str) -> None:
        self._now.refused = self._now.refused or why

    def _ended(self) -> Iterator[CurlRequest]:
        """Give the requests up to here, and begin anew as `--next` does."""
        now, urls = self._now, self._urls
        self._now, self._urls = CurlRequest(), []
        if not urls and (now.refused or now != CurlRequest()):
            now.refused = now.refused or "curl has no URL to ask"
            yield now
            return
        if len(urls) == 1 and "{" not in urls[0] and "[" not in urls[0]:
            now.url = urls[0]
            yield now
            return
        for url in urls:
            whole = globbed(url, self._say) if now.globs and ("{" in url or "[" in url) else (url,)
            for one in whole:
                yield replace(now, url=one)

    # options

    def _take(self, name: str, value: str, on: bool, word: str) -> None:
        fate = FATES.get(name)
        if fate is SILENT:
            now = self._now
            if name == "globoff":
                now.globs = not on
            return
        if fate is REFUSED:
            if on:
                self._refuse(f"{word} cannot be said here{_because(name)}")
            return
        if fate is MAPPED:
            handler = _HANDLERS.get(name)
            if handler is not None:
                handler(self, value, on)
            return
        if on or name in ("alpn",):
            self._say(f"{word} is left out{_because(name)}")

    def _header(self, value: str, on: bool) -> None:
        if value.startswith("@"):
            self._say(f"-H {value}: the file is not read; its headers are left out")
            return
        name, colon, text = value.partition(":")
        name = name.strip()
        if colon:
            text = text.strip()
            if text:
                self._now.headers.append((name, text))
            else:
                self._now.removed.append(name.lower())
        elif value.rstrip().endswith(";"):
            self._now.headers.append((value.rstrip()[:-1].strip(), ""))
        else:
            self._say("a -H without a colon is no header, and curl sends nothing for it")

    def _data(self, value: str, on: bool) -> None:
        if value.startswith("@"):
            value = self.file(value[1:], strips=True)
        self._append(value)

    def _data_binary(self, value: str, on: bool) -> None:
        self._append(self.file(value[1:]) if value.startswith("@") else value)

    def _data_raw(self, value: str, on: bool) -> None:
        self._append(value)

    def _data_urlencode(self, value: str, on: bool) -> None:
        self._append(self._encoded(value))

    def _json(self, value: str, on: bool) -> None:
        self._now.is_json = True
        self._append(self.file(value[1:]) if value.startswith("@") else value, between="")

    def _append(self, text: str, between: str = "&") -> None:
        before = self._now.data
        self._now.data = text if before is None else f"{before}{between}{text}"

    def _encoded(self, value: str) -> str:
        name, sign, text = value.partition("=")
        if not sign:
            name, sign, text = value.partition("@")
            if not sign:
                return _percent(value)
            text = self.file(text, quiet_context=True)
            if not _TEMPLATE.fullmatch(text):
                text = _percent(text)
        else:
            text = _percent(text)
        return f"{name}={text}" if name else text

    def _url_query(self, value: str, on: bool) -> None:
        text = value[1:] if value.startswith("+") else self._encoded(value)
        self._now.query = text if self._now.query is None else f"{self._now.query}&{text}"

    def file(self, name: str, *, strips: bool = False, quiet_context: bool = False) -> str:
        """Return what stands for the content of a file: the text of standard input where it is known, else a
        parameter of its name."""
        if name == "-" and self._stdin is not None:
            text = self._stdin
            return text.replace("\r", "").replace("\n", "") if strips else text
        if name == "-":
            name = self._stdin_name
        plain = re.sub(r"[{}\r\n]|^[#^/&!>=\s]+", "", name.replace("\\", "/").rpartition("/")[2]).strip() or "file"
        breaks = "; its line breaks are kept, which -d drops" if strips else ""
        source = "standard input" if name == self._stdin_name == "stdin" else name
        self._say(f"{source} is not read: the parameter {plain}, given with --param '{plain}=@FILE'{breaks}")
        return f"{{{{{plain}}}}}" if quiet_context else f"{{{{{{{plain}}}}}}}"

    def _form(self, value: str, on: bool) -> None:
        name, equals, content = value.partition("=")
        if not equals:
            self._refuse("a -F is not of the form NAME=CONTENT")
            return
        kind = content[:1]
        if kind == "(" or kind == ")":
            self._refuse("-F with nested parts cannot be said here")
            return
        text, options = form_options(content[1:] if kind in "@<" and kind else content, kind)
        if kind == "@":
            if "," in text and not content.startswith('@"'):
                self._refuse("-F with several files in one part cannot be said here")
                return
            file_name = options.get("filename", text.replace("\\", "/").rpartition("/")[2] if text != "-" else "-")
            ending = text.rpartition(".")[2].lower() if "." in text else ""
            content_type = options.get("type") or _TYPES.get(ending, "application/octet-stream")
            self._now.parts.append(
                Part(name=name, content=self.file(text), content_type=content_type, file_name=file_name)
            )
            return
        text = self.file(text) if kind == "<" else text
        self._now.parts.append(
            Part(name=name, content=text, content_type=options.get("type"), file_name=options.get("filename"))
        )

    def _form_string(self, value: str, on: bool) -> None:
        name, equals, content = value.partition("=")
        if not equals:
            self._refuse("a --form-string is not of the form NAME=CONTENT")
        else:
            self._now.parts.append(Part(name=name, content=content))

    def _upload(self, value: str, on: bool) -> None:
        if value:
            self._now.upload = value

    def _cookie(self, value: str, on: bool) -> None:
        if "=" in value:
            self._now.cookies.append(value.strip())
        elif value:
            self._say("-b FILE is not read: the header Cookie is the parameter cookie")
            self._now.cookies.append("{{cookie}}")

    def _agent(self, value: str, on: bool) -> None:
        self._own("User-Agent", value)

    def _referer(self, value: str, on: bool) -> None:
        if value.endswith(";auto"):
            self._say("-e ;auto is left out: a redirect is followed without a Referer")
            value = value[:-5]
            if not value:
                return
        self._own("Referer", value)

    def _own(self, name: str, value: str) -> None:
        """A header that an option of its own sends, where no -H names it."""
        now = self._now
        if not value:
            now.removed.append(name.lower())
        elif all(other.lower() != name.lower() for other, _ in now.headers):
            now.headers.append((name, value))

    def _range(self, value: str, on: bool) -> None:
        self._own("Range", f"bytes={value}")

    def _proxy(self, value: str, on: bool) -> None:
        if not value:
            self._say("-x '' is left out: a proxy of the environment is used where there is one")
            return
        scheme, found, rest = value.partition("://")
        if not found:
            scheme, rest = "http", value
        scheme = {"socks": "socks5", "socks5a": "socks5h"}.get(scheme.lower(), scheme.lower())
        if scheme not in ("http", "https", "socks5", "socks5h"):
            self._refuse(f"a proxy of {scheme} cannot be used here")
            return
        info, at, address = rest.rstrip("/").rpartition("@")
        if at:
            self._now.proxy_user = self._now.proxy_user or info
        if not re.search(r":\d+$", address):
            address += ":443" if scheme == "https" else ":1080"
        self._now.proxy = f"{scheme}://{address}"

    def _unix_socket(self, value: str, on: bool) -> None:
        if not value.startswith("/"):
            self._refuse("--unix-socket: a connection names a socket by its absolute path")
            return
        self._now.unix_socket = value
        self._say("--unix-socket: it is used where unix_sockets of your own settings allows it")

    def _socks5(self, value: str, on: bool) -> None:
        self._proxy(f"socks5://{value}", on)

    def _socks5h(self, value: str, on: bool) -> None:
        self._proxy(f"socks5h://{value}", on)

    def _cert(self, value: str, on: bool) -> None:
        # A colon parts file and passphrase, but for one that a backslash keeps, and that of a Windows drive.
        found = re.fullmatch(r"((?:[A-Za-z]:[\\/])?(?:[^:\\]|\\.)*)(?::(.*))?", value, re.DOTALL)
        file, phrase = (found[1], found[2]) if found else (value, None)
        self._now.certificate = re.sub(r"\\([:\\])", r"\1", file)
        if phrase:
            self._now.passphrase = phrase
        self._say(f"--cert: client_cert_file is {self._now.certificate}, relative to the connection's file")

    def _key(self, value: str, on: bool) -> None:
        self._say("--key is left out: client_cert_file holds key and certificate in one file")

    def _cacert(self, value: str, on: bool) -> None:
        self._now.ca_file = value
        self._say(f"--cacert: ca_cert_file is {value}, relative to the connection's file")

    def _insecure(self, value: str, on: bool) -> None:
        self._now.verify = not on

    def _location(self, value: str, on: bool) -> None:
        self._now.follow = on

    def _location_trusted(self, value: str, on: bool) -> None:
        self._now.follow = on
        if on:
            self._say(
                "--location-trusted is --location here: credentials follow a redirect within their origin only"
            )

    def _seconds(self, value: str, option: str) -> float | None:
        try:
            seconds = float(value)
        except ValueError:
            self._say(f"{option} is left out: its value is no number")
            return None
        return seconds if 0 < seconds < 1e6 else None

    def _max_time(self, value: str, on: bool) -> None:
        self._now.read_timeout = self._seconds(value, "-m")

    def _connect_timeout(self, value: str, on: bool) -> None:
        self._now.connect_timeout = self._seconds(value, "--connect-timeout")

    def _buffer(self, value: str, on: bool) -> None:
        if not on:
            self._now.streams = True

    def _config(self, value: str, on: bool) -> None:
        self._say("-K is not read: the options in that file are left out")

    def _netrc(self, value: str, on: bool) -> None:
        if on:
            self._say("-n is not read: user name and password of a .netrc are left out; choose Basic Auth for them")

    def _netrc_file(self, value: str, on: bool) -> None:
        self._netrc(value, True)

    def _get(self, value: str, on: bool) -> None:
        self._now.get = on

    def _head(self, value: str, on: bool) -> None:
        self._now.head = on

    def _url(self, value: str, on: bool) -> None:
        self._urls.append(value)

    def _request(self, value: str, on: bool) -> None:
        self._now.method = value

    def _user(self, value: str, on: bool) -> None:
        self._now.user = value

    def _oauth2_bearer(self, value: str, on: bool) -> None:
        self._now.bearer = value

    def _proxy_user(self, value: str, on: bool) -> None:
        self._now.proxy_user = value

    def _pass(self, value: str, on: bool) -> None:
        self._now.passphrase = value

    def _proto_default(self, value: str, on: bool) -> None:
        self._now.default_scheme = value.lower()


Handler = Callable[[CurlWords, str, bool], None]

_HANDLERS: Final[dict[str, Handler]] = {
    "request": CurlWords._request, "header": CurlWords._header, "data": CurlWords._data,
    "data-ascii": CurlWords._data, "data-binary": CurlWords._data_binary, "data-raw": CurlWords._data_raw,
    "data-urlencode": CurlWords._data_urlencode, "json": CurlWords._json, "url-query": CurlWords._url_query,
    "get": CurlWords._get, "form": CurlWords._form, "form-string": CurlWords._form_string,
    "user": CurlWords._user, "oauth2-bearer": CurlWords._oauth2_bearer, "insecure": CurlWords._insecure,
    "unix-socket": CurlWords._unix_socket,
    "proxy": CurlWords._proxy, "proxy1.0": CurlWords._proxy, "proxy-user": CurlWords._proxy_user,
    "socks5": CurlWords._socks5, "socks5-hostname": CurlWords._socks5h, "location": CurlWords._location,
    "follow": CurlWords._location, "location-trusted": CurlWords._location_trusted,
    "max-time": CurlWords._max_time, "connect-timeout": CurlWords._connect_timeout, "head": CurlWords._head,
    "upload-file": CurlWords._upload, "url": CurlWords._url, "user-agent": CurlWords._agent,
    "referer": CurlWords._referer, "cookie": CurlWords._cookie, "cacert": CurlWords._cacert,
    "cert": CurlWords._cert, "key": CurlWords._key, "pass": CurlWords._pass, "range": CurlWords._range,
    "proto-default": CurlWords._proto_default, "buffer": CurlWords._buffer, "config": CurlWords._config,
    "netrc": CurlWords._netrc, "netrc-optional": CurlWords._netrc, "netrc-file": CurlWords._netrc_file,
}  # fmt: skip


def _because(name: str) -> str:
    reason = REASONS.get(name)
    return f": {reason}" if reason else ""


def _percent(text: str) -> str:
    """Encode as --data-urlencode does, but for what stands for a value that is not known yet."""
    if "{{" not in text:
        return form_field(text)
    return "".join(piece if at % 2 else form_field(piece) for at, piece in enumerate(_TEMPLATE.split(text)))
