"""Options that several commands have: positive numbers, and `--param` and `--param-file`, the values of inputs.

Rules: `NAME=@FILE` is what a file holds, less one final line break, `NAME=@-` standard input, `NAME=@@text` the
text `@text`. A name that is given twice is refused; `--param` wins over `--param-file`. That file holds a mapping
of names to text (its name ends in .json, .yaml or .yml, or it begins with a brace), else lines of NAME=VALUE.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from integrator_tui.errors import UsageError
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.model.ways_in import WaysIn

LIMIT: Final = 64 * 1024 * 1024
"""Bytes of a file that may be given."""

_SHOWN: Final = 60


def positive_int(text: str) -> int:
    """Return a whole number, 1 or more."""
    with suppress(ValueError):
        value = int(text)
        if value >= 1:
            return value
    raise argparse.ArgumentTypeError("must be a whole number, 1 or more")


def whole_number(text: str) -> int:
    """Return a whole number, 0 or more."""
    with suppress(ValueError):
        value = int(text)
        if value >= 0:
            return value
    raise argparse.ArgumentTypeError("must be a whole number, 0 or more")


def positive_float(text: str) -> float:
    """Return a number of seconds, more than 0."""
    with suppress(ValueError):
        value = float(text)
        if 0 < value < 1e9:
            return value
    raise argparse.ArgumentTypeError("must be a number of seconds, more than 0")


def milliseconds(text: str) -> float:
    """Return a number of milliseconds, more than 0."""
    with suppress(ValueError):
        value = float(text)
        if 0 < value < 1e12:
            return value
    raise argparse.ArgumentTypeError("must be a number of milliseconds, more than 0")


def statuses(text: str) -> tuple[str, ...]:
    """Return codes and classes with commas between them."""
    from integrator_tui.model.statuses import status_problems

    found = tuple(word.strip().lower() for word in text.split(","))
    for problem in status_problems(found, ""):
        raise argparse.ArgumentTypeError(f"{problem.message}: {problem.hint}")
    return found


def expression(text: str) -> str:
    """Return a JavaScript expression, which says something."""
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty: give an expression, for example body.status == 'UP'")
    return text


def add_dry_run(parser: argparse.ArgumentParser) -> None:
    """Add `--dry-run`, which shows what would be sent."""
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="show what would be sent and where each value came from, secrets masked; nothing is sent",
    )


def add_ways_in(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where a connection is dialled; `ways_in` reads them."""
    parser.add_argument(
        "--connect-to",
        action="append",
        default=[],
        metavar="HOST:PORT",
        help="dial this node for the origin of the base URL, or of a URL; TLS still verifies the URL's own host",
    )
    parser.add_argument(
        "--resolve",
        action="append",
        default=[],
        metavar="HOST:PORT:ADDRESS[,ADDRESS]",
        help="the addresses of HOST:PORT, which is not looked up, wherever it is dialled; repeatable",
    )
    family = parser.add_mutually_exclusive_group()
    family.add_argument("-4", dest="ip_version", action="store_const", const=4, default=0, help="IPv4 alone")
    family.add_argument("-6", dest="ip_version", action="store_const", const=6, help="IPv6 alone")


def add_via(parser: argparse.ArgumentParser, *, repeatable: bool = False) -> None:
    """Add `--via`, the host that is looked from."""
    also = "; repeatable: each connection once from each host" if repeatable else ""
    parser.add_argument(
        "--via",
        action="append",
        default=[],
        metavar="HOST",
        help=f"from this host, which ssh reaches as it is configured; TLS and secrets stay here{also}",
    )


def vantages(arguments: argparse.Namespace) -> tuple[str, ...]:
    """Return the hosts that a command line names with `--via`, each once. Raises UsageError."""
    if not arguments.via:
        return ()
    from integrator_tui.model.vantage import HINT, vantage_problem

    for host in arguments.via:
        if wrong := vantage_problem(host):
            raise UsageError(f"--via: the host {visible(host, limit=_SHOWN) or 'that is given'} {wrong}", HINT)
    if getattr(arguments, "ip_version", 0):
        hint = f"leave -{arguments.ip_version} out: the far end looks names up as it is used to"
        raise UsageError(f"--via and -{arguments.ip_version}: ssh cannot choose the family at the far end", hint)
    return tuple(dict.fromkeys(arguments.via))


def vantage(arguments: argparse.Namespace) -> str:
    """Return the one host that a command line names with `--via`, empty where none is. Raises UsageError."""
    found = vantages(arguments)
    if len(found) > 1:
        raise UsageError("--via is given more than once", "check takes several hosts; here name one")
    return next(iter(found), "")


def ways_in(arguments: argparse.Namespace) -> WaysIn | None:
    """Return where a command line has connections dialled, None where it says nothing. Raises UsageError."""
    if not (arguments.connect_to or arguments.resolve or arguments.ip_version):
        return None
    from integrator_tui.model.ways_in import addresses, place, ways_in

    if len(arguments.connect_to) > 1:
        raise UsageError("--connect-to is given more than once", "give it once, and run it again for another node")
    try:
        option = "--connect-to"
        node = place(arguments.connect_to[0]) if arguments.connect_to else None
        option = "--resolve"
        return ways_in(node, map(addresses, arguments.resolve), arguments.ip_version)
    except UsageError as error:
        raise UsageError(f"{option}: {error.message}", error.hint) from None


def add_param(parser: argparse.ArgumentParser) -> None:
    """Add `--param`, which gives values to `{{name}}` where no secret of the connection has that name."""
    parser.add_argument(
        "--param",
        action="append",
        default=[],
        type=parameter,
        metavar="NAME=VALUE|NAME=@FILE",
        help="the value of {{NAME}} where no secret has that name; once for each; @@ stands for @",
    )


def parameter(text: str) -> tuple[str, str]:
    """Return the two sides of NAME=VALUE."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError("is not of the form NAME=VALUE")
    return name, value


def given(arguments: argparse.Namespace, folder: Path) -> dict[str, str]:
    """Return the parameters of a command line; files are relative to `folder`. Raises UsageError."""
    single = _once(arguments.param, "--param")
    values = {name: _value(name, text, folder) for name, text in single.items()}
    file = getattr(arguments, "param_file", None)
    return {**from_file(file, folder), **values} if file is not None else values


def from_file(file: str, folder: Path) -> dict[str, str]:
    """Return the parameters that a file holds. Raises UsageError, which tells no value."""
    text = _read(f"--param-file {file}", file, folder).decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    if file.lower().endswith((".json", ".yaml", ".yml")) or text.lstrip().startswith("{"):
        from integrator_tui.workspace import named_texts

        return _once(named_texts(text, f"--param-file {visible(file)}"), f"--param-file {file}")
    return _once(_lines(text, file), f"--param-file {file}")


def _once(pairs: Iterable[tuple[str, str]], where: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            hint = "give each name once"
            raise UsageError(f"{visible(where)}: {visible(name, limit=_SHOWN)} is given twice", hint)
        found[name] = value
    return found


def _value(name: str, text: str, folder: Path) -> str:
    if text.startswith("@@") or not text.startswith("@"):
        return text.removeprefix("@")
    data = _read(f"--param {name}", text[1:], folder).decode("utf-8", "surrogateescape")
    return data.removesuffix("\n").removesuffix("\r") if data.endswith("\n") else data


def _read(what: str, file: str, folder: Path) -> bytes:
    """Return the bytes of a file, or of standard input where it is `-`. Raises UsageError."""
    what = visible(what, limit=4 * _SHOWN)
    try:
        if file == "-":
            from integrator_tui.cli.prompts.standard_input import taken

            data = taken(what, LIMIT + 1)
        else:
            with open(folder / file, "rb") as stream:
                data = stream.read(LIMIT + 1)
    except OSError as error:
        hint = "name a file, or - for standard input; a text that begins with @ is written @@"
        raise UsageError(f"{what}: {_named(file)} cannot be read: {error.strerror}", hint) from None
    if len(data) > LIMIT:
        raise UsageError(f"{what}: {_named(file)} holds more than 64 MiB", "send it with request -d @FILE")
    return data


def _named(file: str) -> str:
    return "standard input" if file == "-" else visible(file) or "the file"


def _lines(text: str, file: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        line = line.removesuffix("\r")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            hint = "write each as NAME=VALUE, or name the file .yaml or .json and write a mapping"
            raise UsageError(
                f"--param-file {visible(file)}, line {number}: this is not of the form NAME=VALUE", hint
            )
        yield name.strip(), value
