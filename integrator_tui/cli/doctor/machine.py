"""What the machine has: terminal, trusted certificates, proxies, ssh. Nothing is sent."""

from __future__ import annotations

import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final

from integrator_tui import __version__
from integrator_tui.cli.doctor.finding import Finding
from integrator_tui.model.secret import MASK

_NO_SCREEN: Final = frozenset({"", "dumb", "none"})
_SCHEMES: Final = ("http", "https", "socks5", "socks5h")
_SMALLEST: Final = (80, 24)


def program() -> Iterator[Finding]:
    """Give the versions."""
    machine = f"{platform.system()} {platform.machine()}"
    yield Finding("program", "ok", f"integrator-tui {__version__}, Python {platform.python_version()}, {machine}")


def terminal(variables: Mapping[str, str]) -> Iterator[Finding]:
    """Give what the interface will meet."""
    term = variables.get("TERM", "")
    if term in _NO_SCREEN:
        hint = "set TERM to what your terminal is, for example TERM=xterm-256color; list, show and check need none"
        yield Finding("terminal", "problem", f"TERM is {term or 'not set'}: the interface cannot be shown", hint)
    else:
        colours = (
            "true colour" if variables.get("COLORTERM") in ("truecolor", "24bit") else "the colours of its kind"
        )
        without = ", none wanted (NO_COLOR)" if "NO_COLOR" in variables else ""
        yield Finding("terminal", "ok", f"TERM is {term}, {colours}{without}")
    encoding = sys.stdout.encoding or "ascii"
    if encoding.lower().replace("-", "") != "utf8":
        hint = "set LANG or LC_ALL to one of `locale -a` that ends in UTF-8"
        yield Finding(
            "terminal", "problem", f"text is written as {encoding}: signs and other scripts are lost", hint
        )
    with suppress(OSError, ValueError):
        size = os.get_terminal_size(sys.stdout.fileno())
        if size < _SMALLEST:
            wanted = "{} columns and {} rows".format(*_SMALLEST)
            yield Finding(
                "terminal", "problem", f"{size.columns} columns, {size.lines} rows", f"it is made for {wanted}"
            )


def trusted(variables: Mapping[str, str]) -> Iterator[Finding]:
    """Give where certificates are trusted from."""
    paths = ssl.get_default_verify_paths()
    named = [(name, variables[name]) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if variables.get(name)]
    for name, value in named:
        for place in value.split(os.pathsep) if name == "SSL_CERT_DIR" else (value,):
            fits = os.path.isdir(place) if name == "SSL_CERT_DIR" else os.path.isfile(place)
            if not fits or not os.access(place, os.R_OK):
                hint = f"correct {name}, or unset it to use the system's"
                yield Finding("certificates", "problem", f"{name}: {place} is not there or cannot be read", hint)
    file = variables.get("SSL_CERT_FILE") or paths.cafile
    count = _certificates(file) if file else 0
    if count:
        yield Finding("certificates", "ok", f"{count} authorities in {file}")
    elif folder := variables.get("SSL_CERT_DIR") or paths.capath:
        yield Finding("certificates", "ok", f"authorities of {folder}, looked into as needed")
    elif not named:
        hint = "install the system's (Debian: apt install ca-certificates)"
        yield Finding("certificates", "missing", "the system has no authorities: certifi's list is used", hint)


def _certificates(file: str) -> int:
    try:
        with open(file, "rb") as stream:
            return stream.read().count(b"-----BEGIN ")
    except OSError:
        return 0


def proxies(settings: Mapping[str, str]) -> Iterator[Finding]:
    """Give the proxies of the environment, without their credentials."""
    for kind, value in settings.items():
        if kind == "no":
            # Hosts alone stand there; who put an address of a proxy there meant no credentials to be told.
            hosts = re.sub(r"[^\s,]+", lambda host: without_credentials(host[0]), value)
            yield Finding("proxy", "ok", f"no_proxy: {hosts}")
            continue
        scheme, separator, _ = value.partition("://")
        if separator and scheme.lower() not in _SCHEMES:
            hint = f"write one of {', '.join(f'{known}://' for known in _SCHEMES)}"
            yield Finding(
                "proxy", "problem", f"{kind}_proxy: {without_credentials(value)}: not a proxy known here", hint
            )
        else:
            yield Finding("proxy", "ok", f"{kind}_proxy: {without_credentials(value)}")
    if not settings.keys() - {"no"}:
        yield Finding("proxy", "ok", "none is set: hosts are asked directly")


def without_credentials(proxy: str) -> str:
    """Return the address of a proxy with user name and password masked, wherever an `@` may end them."""
    before, at, host = proxy.rpartition("@")
    if not at:
        return proxy
    scheme, separator, _ = before.partition("://")
    return f"{scheme}://{MASK}@{host}" if separator else f"{MASK}@{host}"


def ssh(variables: Mapping[str, str]) -> Iterator[Finding]:
    """Give the ssh program, through which other hosts are looked from."""
    path = shutil.which("ssh", path=variables.get("PATH", os.defpath))
    if path is None:
        hint = "install it to test from other hosts (Debian: apt install openssh-client)"
        yield Finding("ssh", "missing", "there is no ssh in PATH", hint)
        return
    try:
        asked = subprocess.run([path, "-V"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        yield Finding("ssh", "problem", f"{path} does not say its version", f"run it: {path} -V")
        return
    version = (asked.stderr or asked.stdout).strip().partition("\n")[0]
    yield Finding("ssh", "ok", f"{path}, {version}" if version else path)
