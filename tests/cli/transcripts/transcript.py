"""Transcripts: what a command said, word by word, in a text that reads like a terminal.

    # What this shows.
    @ locked
    $ integrator-tui check Orders
      a line of standard output
    ! a line of standard error
    = 3

Each paragraph begins in a fresh home with the workspace of `scene`; lines that begin with `@` change it (see
`CHANGES`) and `< text` is what the next command reads; `...` alone before a command leaves out all that it says on
standard output but the first line. An empty line is a `␤`. What differs from run to run is written as a word:
WORK, HOME, DEMO, N. With `INTEGRATOR_TUI_TRANSCRIPTS=write` the tests write what the commands say now, for a diff.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.cli.shell import Finished, Shell

PASSWORD: Final = "demo-password"

_PLAIN: Final = """\
name: Plain
base_url: {url}
test_path: /health
tags: [prod]
operations:
  - {{name: Health, method: GET, path: /health, outputs: {{Status: {{value: statusCode}}}}}}
  - {{name: Find, method: GET, path: "/echo/{{{{Number}}}}", outputs: {{Path: {{value: body.path}}}}}}
  - {{name: Lost, method: GET, path: /status/404}}
"""
_ORDERS: Final = """\
name: Orders
base_url: {url}
test_path: /basic/health
auth: {{type: basic, username: demo}}
operations:
  - {{name: Health, method: GET, path: /basic/health}}
secrets: {{password: demo-password}}
"""
_TOKEN: Final = """\
name: Token
base_url: {url}
test_path: /health
auth: {{type: raw_bearer_token}}
secrets: {{token: a-stored-token}}
"""
_DOWN: Final = "name: Down\nbase_url: {url}\ntest_path: /status/500\n"


def scene(shell: Shell, url: str) -> None:
    """Make the workspace that every paragraph begins with, in a home that has an identity."""
    shell.create_identity()
    for file, text in {"plain": _PLAIN, "orders": _ORDERS, "token": _TOKEN, "down": _DOWN}.items():
        shell.write(f"{file}.yaml", text.format(url=url))
    assert shell.run("seal", "--yes").code == 0
    shutil.rmtree(shell.home / ".local", ignore_errors=True)


def _write(shell: Shell, file: str, *words: str) -> None:
    path = shell.home / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(" ".join(words).encode().decode("unicode_escape"))


def _replace(shell: Shell, file: str, old: str, new: str) -> None:
    path = shell.workspace / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def _locked(shell: Shell) -> None:
    shutil.rmtree(shell.home / ".config/sops")


def _broken(shell: Shell) -> None:
    _replace(shell, "orders.yaml", "/basic/health", "/basic/echo")


def _editor(shell: Shell, script: str) -> None:
    shell.environment["EDITOR"] = shell.editor(script)


CHANGES: Final[Mapping[str, Callable[..., None]]] = {
    "locked": _locked,
    "broken": _broken,
    "editor": _editor,
    "write": _write,
    "replace": _replace,
    "remove": lambda shell, file: (shell.home / file).unlink(),
    "folder": lambda shell, folder: (shell.home / folder).mkdir(parents=True),
}
"""What may stand behind an `@`: another home than the one that a paragraph begins with."""


@dataclass
class Step:
    """One command of a paragraph, and what was said."""

    before: list[str] = field(default_factory=list)
    """Lines as they stand before the command: changes of the scene, its input, words for the reader."""
    line: str = ""
    said: list[str] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        return shlex.split(self.line.removeprefix("$ "))

    @property
    def command(self) -> str:
        """The command's own word, empty where there is none."""
        words = [word for word in self.words if "=" not in word][1:]
        return next((word for word in words if not word.startswith("-")), "")

    @property
    def code(self) -> int:
        return int(self.said[-1].removeprefix("= "))


def paragraphs(text: str) -> Iterator[list[Step]]:
    """Yield the steps of each paragraph."""
    for paragraph in text.strip().split("\n\n"):
        steps = [Step()]
        for line in paragraph.splitlines():
            if line.startswith(("  ", "! ", "= ")):
                steps[-1].said.append(line)
                continue
            if steps[-1].line:
                steps.append(Step())
            if line.startswith("$ "):
                steps[-1].line = line
            else:
                steps[-1].before.append(line)
        yield steps


def run(shell: Shell, url: str, step: Step) -> list[str]:
    """Run a step and return what is said, as it stands in a transcript."""
    stdin = ""
    for line in step.before:
        if line.startswith("@ "):
            name, *words = shlex.split(line[2:])
            CHANGES[name](shell, *words)
        elif line.startswith("< "):
            stdin += line[2:] + "\n"
    words = step.words
    at = next(place for place, word in enumerate(words) if "=" not in word)
    environment = dict(word.split("=", 1) for word in words[:at])
    assert words[at] == "integrator-tui"
    given = [word.replace("DEMO", url).replace("HOME", str(shell.home)) for word in words[at + 1 :]]
    done = shell.run(*given, stdin=stdin, environment=environment)
    return list(_told(done, shell, url, brief="..." in step.before))


def _told(done: Finished, shell: Shell, url: str, *, brief: bool) -> Iterator[str]:
    for text, sign in ((done.out, "  "), (done.err, "! ")):
        lines = plain(text, shell, url).splitlines()
        if brief and sign == "  " and len(lines) > 1:
            lines[1:] = ["..."]
        yield from (f"{sign}{line.rstrip() or '␤'}" for line in lines)
    yield f"= {done.code}"


_VARYING: Final = (
    (re.compile(r"\x1b\[[0-9;]*m"), ""),
    (re.compile(r"age1[a-z0-9]{58}"), "AGE"),
    (re.compile(r" *\b\d+(?:\.\d+)? ms"), " N ms"),
    (re.compile(r'("\w*ms"):( ?)[\d.]+'), r"\1:\2N"),
    (re.compile(r"=[\d.]+ms"), "=Nms"),
    (re.compile(r'"port":( ?)\d+'), r'"port":\1N'),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|\+00:00)?"), "DATE"),
    (re.compile(r"(integrator_check_\w*seconds\{[^}]*\}) \S+"), r"\1 N"),
    (re.compile(r'(\btime=)"[\d.]+"'), r'\1"N"'),
    (re.compile(r"(time|seconds)=[\d.]+s?"), r"\1=N"),
    (re.compile(r"127\.0\.0\.1:\d{4,}"), "ADDRESS"),
    (re.compile(r"(?<=\S) {2,}"), "  "),
)


def plain(text: str, shell: Shell, url: str) -> str:
    """Return text with a word for each thing that differs from run to run."""
    for found, word in ((url, "DEMO"), (str(shell.workspace), "WORK"), (str(shell.home), "HOME")):
        text = text.replace(found, word)
    for varying, word in _VARYING:
        text = varying.sub(word, text)
    return text


def files() -> list[Path]:
    """Return the transcripts, by name."""
    return sorted(Path(__file__).parent.glob("*.txt"))
