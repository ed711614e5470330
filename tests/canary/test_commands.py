"""Every command over every way a canary is sent, and every answer that tells it back: no output, file or process
of the machine holds one where nobody asked to see it."""

from __future__ import annotations

import io
import os
import re
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

import pytest

from integrator_tui.cli import COMMANDS, main
from integrator_tui.demo.server import ThreadedDemoServer
from tests.canary.canaries import FETCHED, NAMED, RAW_TOKEN, SECRETS, USER, Search, spellings
from tests.canary.connections import PLACES, STREAMS, connection, matrix, operated, with_key
from tests.canary.mirror import Mirror
from tests.canary.processes import Watch
from tests.canary.screen import Screen
from tests.cli.shell import Finished, Shell

TAG = NAMED.partition("'")[0]
"""A beginning of a canary that may stand as a name in YAML."""

SWEPT = frozenset({"list", "show", "check", "request", "run", "token", "seal", "verify", "keys", "merge"})
"""Commands that are swept here; `open` and `demo` are the interface's."""


@pytest.fixture(scope="module")
def mirror() -> Iterator[Mirror]:
    with Mirror() as mirror:
        yield mirror


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    home = tmp_path / "home"
    home.mkdir()
    shell = Shell(home)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    shell.environment["TMPDIR"] = str(scratch)
    return shell


class Sweep:
    """Runs commands, and looks for canaries in what each of them wrote."""

    def __init__(self, shell: Shell, search: Search) -> None:
        self.shell, self.search = shell, search

    def run(self, *arguments: str, environment: dict[str, str] | None = None) -> Finished:
        done = self.shell.run(*arguments, environment=environment)
        words = " ".join(arguments)
        self.search.at(f"stdout of {words}", done.out)
        self.search.at(f"stderr of {words}", done.err)
        assert "Traceback" not in done.err, done.err
        return done

    def all_commands(self, *files: str) -> None:
        """Look at the workspace with every command that looks at files."""
        for arguments in (
            ("list",),
            ("list", "--json"),
            ("check", "--all"),
            ("check", "--all", "--format", "json"),
            ("verify",),
            ("seal",),
            ("keys", "list"),
        ):
            self.run(*arguments)
        for file in files:
            for more in ((), ("--json",)):
                self.here("show", file, *more)
            for asked in (("request", file), ("run", file, "Echo"), ("token", file)):
                self.data(*asked)

    def here(self, *arguments: str) -> None:
        """Run a command in this process, which is quicker where there are many."""
        out = io.StringIO()
        assert self._main(out, arguments) + out.getvalue()
        self.search.at(f"stdout of {arguments}", out.getvalue())

    def data(self, *arguments: str) -> bytes:
        """Run a command whose data may be the canaries, in this process, and return its data."""
        with tempfile.TemporaryFile("w+") as out:
            told = self._main(out, arguments)
            out.seek(0)
            data = bytes(out.buffer.read())
        assert told + data.decode("utf-8", "replace")
        return data

    def on_terminal(self, *arguments: str) -> None:
        """Run a command in this process that writes its data to a terminal."""
        with Screen() as screen:
            self._main(screen.out, arguments)
        self.search.at(f"screen of {arguments}", screen.shown)

    def _main(self, out: TextIO, arguments: tuple[str, ...]) -> str:
        err = io.StringIO()
        interrupted = signal.getsignal(signal.SIGINT)
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name in os.environ.keys() - self.shell.environment.keys():
                patch.delenv(name)
            for name, value in self.shell.environment.items():
                patch.setenv(name, value)
            main(list(arguments))
        signal.signal(signal.SIGINT, interrupted)
        self.search.at(f"stderr of {arguments}", err.getvalue())
        return err.getvalue()


def sealed_workspace(shell: Shell, files: dict[str, str]) -> None:
    for file, text in files.items():
        shell.write(file, text)
    assert shell.run("keys", "init").code == 0


def test_every_command_is_swept() -> None:
    assert {command.name for command in COMMANDS} - {"open", "demo"} == SWEPT


def test_the_search_finds_what_leaks() -> None:
    for name, value in SECRETS.items():
        assert Search().names(value.encode()) == {name}
        assert all(Search().names(b"x" + form + b"y") for form in spellings(value))
    assert not Search().names(b"nothing of them")


def test_no_command_tells_a_canary(shell: Shell, mirror: Mirror, demo: ThreadedDemoServer) -> None:
    search = Search()
    sweep = Sweep(shell, search)
    sealed_workspace(shell, matrix(mirror.url))
    for name, url in (("key", demo.addresses["mtls"]), ("key refused", demo.addresses["tls_old"])):
        text = with_key(url, shell.workspace)
        shell.write(f"{name}.yaml", text.replace("{name}", name))
    # A passphrase that does not fit, which is told of.
    wrong = text.replace("{name}", "key wrong").replace("kEypAss", "KEYPASS")
    shell.write("key-wrong.yaml", wrong)

    with Watch(os.getpid()) as watch:
        sweep.run("list")
        sweep.run("check", "answers basic 0")
        sweep.run("verify")
        assert sweep.run("seal").code == 2
        assert sweep.run("seal", "--yes").code == 0
        for form in ("human", "json", "ndjson"):
            done = sweep.run("check", "--all", "--format", form)
            assert done.code == 2 if form == "human" else done.code in (1, 2)
        sweep.run("check", "key wrong")
        for name in ("answers basic 0", "key wrong"):
            sweep.here("show", name)
            sweep.here("show", name, "--json")
    assert shell.run("verify").code == 0
    kinds = set(re.findall(r'"kind": ?"(\w+)"', done.out))
    assert kinds >= {
        *("credentials_rejected", "not_found", "server_error", "redirected", "protocol_error", "ca_invalid"),
        *("token_request_failed", "token_output_failed", "expiration_output_failed", "unexpected_status"),
    }, kinds

    sent = "\n".join(mirror.asked).encode()
    assert search.names(sent) == set(SECRETS) - {"passphrase of a key"}, "the server was sent every one of them"
    arguments = [line for line in watch.arguments if b"integrator_tui" in line]
    assert arguments, "a child was seen"
    for place, seen in (("cmdline", watch.arguments), ("environ", watch.environments)):
        for line in seen:
            search.at(place, line)
    assert search.below(shell.home.parent) > 100
    assert search.found == set()


def test_who_asks_for_data_is_told_a_canary_nowhere_else(shell: Shell, mirror: Mirror) -> None:
    search = Search()
    sweep = Sweep(shell, search)
    # A third is enough: every method and every place is among them.
    files = dict(list(matrix(mirror.url).items())[::3])
    ran = operated(mirror.url)
    sealed_workspace(shell, files | ran)
    assert shell.run("seal", "--yes").code == 0
    own = ("-H", "X-Own: {{named}}", "-d", '{"own": "{{{named}}}"}')
    data, tokens = b"", b""
    for file in (*files, *ran):
        # In a workspace of its own, where it is found without reading the others.
        alone = shell.home / "alone" / file
        alone.mkdir(parents=True)
        (alone / "o.yaml").write_bytes((shell.workspace / file).read_bytes())
        shell.environment["INTEGRATOR_TUI_WORKSPACE"] = str(alone)
        if file in files:
            data += sweep.data("request", "o.yaml")
            tokens += sweep.data("token", "o.yaml")
            sweep.on_terminal("request", "o.yaml", *own)
        else:
            for more in ((), ("--raw",)):
                data += sweep.data("run", "o.yaml", "Echo", *more)
                sweep.on_terminal("run", "o.yaml", "Echo", *more)
    for place in (*PLACES, *STREAMS):
        path = f"/{place}/{{{{named}}}}"
        sweep.on_terminal("request", "o.yaml", path, *own, "--stream", "--format", "ndjson", "--location")
        sweep.on_terminal("request", "o.yaml", path, "-X", "HEAD")
    search.below(shell.home.parent)
    assert search.found == set()
    assert search.names(data) == {"password", "raw token", "named secret", "fetched token"}, "data is what came"
    assert set(tokens.decode().split()) == {FETCHED, RAW_TOKEN}


def test_only_who_asks_is_shown(shell: Shell, mirror: Mirror) -> None:
    sealed_workspace(shell, {"o.yaml": connection("O", "basic", mirror.url)})
    assert shell.run("seal", "--yes").code == 0
    for more in ((), ("--json",)):
        shown = shell.run("show", "O", *more).out
        assert not Search().names(shown.encode())
        revealed = shell.run("show", "O", "--reveal", *more).out
        assert Search().names(revealed.encode()) == {"password", "named secret"}
    search = Search()
    search.below(shell.home.parent)
    assert search.found == set()


def broken(text: str) -> dict[str, str]:
    """Return a sealed file in every way of being broken that has words of its own."""
    value = re.search(r"  named: (ENC.*)", text)
    assert value is not None
    return {
        "seal": text.replace("/ok/200", "/says/200"),
        "mac": re.sub(r'lastmodified: "\d{4}', 'lastmodified: "1999', text),
        "no seal": re.sub(r"  _seal: .*\n", "", text),
        "no mac": re.sub(r"  mac: .*\n", "", text),
        "no block": text[: text.index("\nsops:") + 1],
        "cut": text.replace(value[1], value[1][:-9]),
        "unknown key": text.replace("test_path:", "tests_path:"),
        "conflict": text.replace("test_path:", "<<<<<<< ours\ntest_path:"),
    }


def misplaced(plain: str) -> dict[str, str]:
    """Return a plain file with a secret in every place where a hand may have put it by mistake."""
    found = re.search(r"  password: (.*)", plain)
    assert found is not None
    value = found[1]
    return {
        "plain": plain,
        "twice": plain.replace("  named:", "  password:"),
        "no map": plain.replace("secrets:\n", f"secrets: {value}\nx:\n"),
        "a list": plain.replace("secrets:\n", f"secrets:\n  - {value}\n"),
        "deeper": plain.replace("  named: ", f"  deeper:\n    named: {value}\n  other: "),
        "binary": plain.replace("  password: ", "  password: !!binary "),
        "anchor": plain.replace("  password: ", "  password: &anchor "),
        "alias": plain.replace("  password: ", "  password: *"),
        "block": plain.replace("  password: ", "  password: | "),
        "no colon": plain.replace("  password: ", "  password "),
        "open quote": plain.replace("  password: ", "  password: '"),
        "tab": plain.replace("secrets:\n", "secrets:\n\t"),
        "a tag": plain.replace("  password: ", f"  password: !{TAG} "),
        "a tag's handle": plain.replace("  password: ", f"  password: !{TAG}! "),
        "an anchor's name": plain.replace("  password: ", f"  password: &{TAG} "),
        "an alias's name": plain.replace("  password: ", f"  password: *{TAG} # "),
        "user info": plain.replace("http://", f"http://{USER}:{TAG}@"),
        "in auth": plain.replace("  username: canary-user\n", f"  username: canary-user\n  password: {value}\n"),
        "another document": plain + f"---\n{value}\n",
    }


def test_no_broken_file_tells_a_canary(shell: Shell, mirror: Mirror) -> None:
    search = Search()
    sweep = Sweep(shell, search)
    plain = connection("O", "basic", mirror.url)
    sealed_workspace(shell, {"o.yaml": plain})
    assert shell.run("seal", "--yes").code == 0
    text = (shell.workspace / "o.yaml").read_text()
    (shell.workspace / "o.yaml").unlink()
    wrong = broken(text)
    assert text not in wrong.values()
    for name, changed in wrong.items():
        shell.write(f"broken/{name}.yaml", changed.replace("name: O", f"name: {name}"))
    typed = {
        shell.write(f"typed/{name}.yaml", changed.replace("name: O", f"name: typed {name}"))
        for name, changed in misplaced(plain).items()
    }
    before = mirror.connections
    # What stands outside `secrets:` is what `show` is for.
    shown = [path.name for path in typed if path.stem not in ("in auth", "user info")]
    sweep.all_commands(*(f"broken/{name}.yaml" for name in wrong), *(f"typed/{name}" for name in shown))
    verified = shell.run("verify")
    assert verified.code == 3
    assert [name for name in wrong if f"broken/{name}.yaml" not in verified.out + verified.err] == []
    assert mirror.connections == before, "nothing was sent"
    search.below(shell.home.parent, exempt=typed)
    assert search.found == set()


def test_no_unusable_identity_tells_a_canary(shell: Shell, mirror: Mirror) -> None:
    search = Search()
    sweep = Sweep(shell, search)
    sealed_workspace(shell, {"o.yaml": connection("O", "basic", mirror.url)})
    assert shell.run("seal", "--yes").code == 0
    key, before = shell.key_file.read_text(), mirror.connections
    for content in ("", "no key\n", key[:-20], key.replace("AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1Q")):
        shell.key_file.write_text(content)
        for arguments in (("list",), ("show", "O"), ("show", "O", "--reveal"), ("check", "O"), ("keys", "list")):
            sweep.here(*arguments)
    assert mirror.connections == before
    search.below(shell.home.parent)
    assert search.found == set()


def test_an_identity_shows_itself_nowhere(shell: Shell, mirror: Mirror) -> None:
    sealed_workspace(shell, {"o.yaml": connection("O", "basic", mirror.url)})
    identity = re.search(r"AGE-SECRET-KEY-\w+", shell.key_file.read_text())
    assert identity is not None
    search = Search({"identity": identity[0][16:]})
    sweep = Sweep(shell, search)
    assert sweep.run("seal", "--yes").code == 0
    sweep.all_commands("O")
    sweep.run("keys", "init")
    for key in (identity[0], identity[0][:-1], f"{identity[0]} {identity[0]}", identity[0].lower()):
        shell.environment["SOPS_AGE_KEY"] = key
        sweep.here("check", "O")
        sweep.here("keys", "list")
    del shell.environment["SOPS_AGE_KEY"]
    sweep.run("check", "O", environment={"SOPS_AGE_KEY_CMD": f"{sys.executable} -c 'exit(3)' {shell.key_file}"})
    sweep.run("keys", "rotate")
    search.below(shell.home.parent, exempt=[shell.key_file])
    assert search.found == set()
