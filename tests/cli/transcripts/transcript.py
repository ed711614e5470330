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
WORK, HOME, DEMO, SPACE, N. With `INTEGRATOR_TUI_TRANSCRIPTS=write` the tests write what the commands say now, for a
diff.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from tests.cli.commands.kinetic_exports import connection, operation
from tests.cli.shell import Finished, Shell
from tests.cli.spaces.space_server import SpaceServer
from tests.cli.spaces.workspaces import write_space

PASSWORD: Final = "demo-password"


class Scene(NamedTuple):
    """Where a transcript is played: a home, the demo server's address, and a space that has nothing at first."""

    shell: Shell
    url: str
    space: SpaceServer


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


def furnish(space: SpaceServer, url: str) -> None:
    """Have a space with two connections, no form and no workflow."""
    space.clear()
    for number, name in enumerate(("Departments", "Teams")):
        one = operation(number, f"Find {name}", path="/find/{{Slug*}}")
        space.add(connection(number, name, baseUrl=url, testPath="/health", operations=[one]))
    space.core = {"/app/api/v1/kapps": {"kapps": []}, "/app/components/task/app/api/v2/trees": {"trees": []}}


def space_scene(scene: Scene) -> None:
    """Have such a space, and its own connection `Dev` in the folder `space`."""
    furnish(scene.space, scene.url)
    write_space(scene.shell, scene.space.url, file="space/dev.yaml")


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


def _there(scene: Scene, old: str, new: str) -> None:
    """Replace a text in all that the space has."""
    space = scene.space
    held = json.dumps([space.connections, space.operations])
    assert old in held
    space.connections, space.operations = json.loads(held.replace(old, new))


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

SPACE_CHANGES: Final[Mapping[str, Callable[..., None]]] = {
    "space": space_scene,
    "there": _there,
}
"""The same for what the space has."""


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


def run(scene: Scene, step: Step) -> list[str]:
    """Run a step and return what is said, as it stands in a transcript."""
    shell, stdin = scene.shell, ""
    for line in step.before:
        if line.startswith("@ "):
            name, *words = shlex.split(line[2:])
            if name in SPACE_CHANGES:
                SPACE_CHANGES[name](scene, *words)
            else:
                CHANGES[name](shell, *words)
        elif line.startswith("< "):
            stdin += line[2:] + "\n"
    words = step.words
    at = next(place for place, word in enumerate(words) if "=" not in word)
    environment = dict(word.split("=", 1) for word in words[:at])
    assert words[at] == "integrator-tui"
    given = words[at + 1 :]
    for word, meant in (("DEMO", scene.url), ("SPACE", scene.space.url), ("HOME", str(shell.home))):
        given = [each.replace(word, meant) for each in given]
    done = shell.run(*given, stdin=stdin, environment=environment)
    return list(_told(done, scene, brief="..." in step.before))


def _told(done: Finished, scene: Scene, *, brief: bool) -> Iterator[str]:
    for text, sign in ((done.out, "  "), (done.err, "! ")):
        lines = plain(text, scene).splitlines()
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
    (re.compile(r"\b(?!0[bc]0{6})[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "ID"),
    (re.compile(r"127\.0\.0\.1:\d{4,}"), "ADDRESS"),
    (re.compile(r"(?<=\S) {2,}"), "  "),
)


def plain(text: str, scene: Scene) -> str:
    """Return text with a word for each thing that differs from run to run."""
    shell = scene.shell
    for found, word in (
        (scene.url, "DEMO"),
        (scene.space.url, "SPACE"),
        (str(shell.workspace), "WORK"),
        (str(shell.home), "HOME"),
    ):
        text = text.replace(found, word)
    for varying, word in _VARYING:
        text = varying.sub(word, text)
    return text


def files() -> list[Path]:
    """Return the transcripts, by name."""
    return sorted(Path(__file__).parent.glob("*.txt"))
