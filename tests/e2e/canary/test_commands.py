"""Every command over every way a canary is sent, and every answer that tells it back: no output, file or process
of the machine holds one where nobody asked to see it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator

import pytest

from integrator_tui.cli.parsers import COMMANDS
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.workspace.interchange.formats import EXPORT_FORMATS
from tests.canary.broken_files import broken, misplaced
from tests.canary.canaries import API_KEY, FETCHED, NAMED, RAW_TOKEN, SECRETS, Search, spellings
from tests.canary.connections import PLACES, STREAMS, connection, matrix, operated, with_key
from tests.canary.mirror import Mirror
from tests.canary.processes import Watch
from tests.canary.sweep import Sweep, sealed_workspace
from tests.cli.shell import Shell

SWEPT = frozenset(
    {
        *("list", "show", "check", "request", "run", "history", "token", "seal", "verify", "keys", "merge"),
        *("undo", "new", "import", "export", "compare", "edit", "rename", "move", "copy", "remove"),
        *("doctor", "completion", "complete", "pull", "push", "diff", "usage"),
    }
)
"""Commands that are swept here, in test_team_commands, test_imports, test_spaces and test_editing; `open` and
`demo` are the interface's, `schema` reads nothing."""


@pytest.fixture(scope="module")
def mirror() -> Iterator[Mirror]:
    with Mirror() as mirror:
        yield mirror


def test_every_command_is_swept() -> None:
    assert {command.name for command in COMMANDS} - {"open", "demo", "schema"} == SWEPT


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
        sweep.run("doctor")
        sweep.here("doctor", "--json")
        sweep.here("completion", "bash")
        sweep.here("complete", "zsh", "request", "")
        sweep.run("complete", "zsh", "request", "answers basic 0", "{{named}}", "--param", "")
        sweep.run("check", "answers basic 0")
        sweep.run("verify")
        assert sweep.run("undo").code == 2
        assert sweep.run("seal").code == 2
        assert sweep.run("seal", "--yes").code == 0
        for form in ("junit", "prometheus", "nagios"):
            done = sweep.run("check", "--all", "--format", form)
            assert done.code in (1, 2, 3)
        for form in ("human", "json", "ndjson"):
            done = sweep.run("check", "--all", "--format", form, "--answer")
            assert done.code == 2 if form == "human" else done.code in (1, 2)
            sweep.run("check", "--all", "--dry-run", "--format", form)
        sweep.run("check", "key wrong")
        for place in ("says/200", "keys/200", "header/401"):
            named = [name for name, text in matrix(mirror.url).items() if f"/{place}/" in text]
            for more in ((), ("--operation", "None")):
                assert sweep.run("compare", *named[:6], *more).code in (1, 2)
        for name in ("answers basic 0", "key wrong"):
            sweep.here("show", name)
            sweep.here("show", name, "--json")
        kept = sweep.run("history", "--json").json()
        sweep.run("history")
        for form in EXPORT_FORMATS:
            assert sweep.run("export", form).code in (0, 2)
    assert [*shell.home.glob(".local/state/*/tokens/*/tokens.age")], "tokens are kept, and searched with the rest"
    assert len({found["name"] for found in kept}) > 50, "results are kept, and searched with the rest"
    assert shell.run("verify").code == 0
    kinds = set(re.findall(r'"kind": ?"(\w+)"', done.out))
    assert kinds >= {
        *(
            "credentials_rejected",
            "not_found",
            "unexpected_answer",
            "server_error",
            "redirected",
            "protocol_error",
            "ca_invalid",
        ),
        *("token_request_failed", "token_output_failed", "expiration_output_failed", "unexpected_status"),
        "unexpected_answer",
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
            sweep.quiet("token", "o.yaml", "--forget")
            sweep.on_terminal("request", "o.yaml", *own)
            sweep.here("request", "o.yaml", *own, "--dry-run")
        else:
            sweep.here("run", "o.yaml", "Echo", "--dry-run")
            for more in ((), ("--raw",)):
                data += sweep.data("run", "o.yaml", "Echo", *more)
                sweep.on_terminal("run", "o.yaml", "Echo", *more)
    for place in (*PLACES, *STREAMS):
        path = f"/{place}/{{{{named}}}}"
        sweep.on_terminal("request", "o.yaml", path, *own, "--stream", "--format", "ndjson", "--location")
        sweep.on_terminal("request", "o.yaml", path, "-X", "HEAD")
        sweep.on_terminal("request", "o.yaml", path, *own, "--include", "-v")
    shell.environment["INTEGRATOR_TUI_WORKSPACE"] = str(shell.workspace)
    for start in range(4):
        # One place of each method: what is told back differs by what was sent.
        sweep.run("compare", *list(ran)[start::4], "--operation", "Echo")
    search.below(shell.home.parent)
    assert search.found == set()
    assert search.names(data) == {"password", "raw token", "api key", "named secret", "fetched token"}, (
        "data is what came"
    )
    assert set(tokens.decode().split()) == {FETCHED, RAW_TOKEN}


def test_no_command_tells_a_secret_that_lies_elsewhere(shell: Shell, mirror: Mirror) -> None:
    search = Search()
    sweep = Sweep(shell, search)
    texts = {}
    for place in ("says/200", "says/401", "keys/200", "header/500", "moved/302", "reason/503"):
        name = place.replace("/", "-")
        texts[f"{name}.yaml"] = (
            f"name: {name}\nbase_url: {mirror.url}\ntest_path: /{place}/{{{{named}}}}\n"
            "auth: {type: api_key, in: query, name: k}\n"
            "secrets_from: {named: env:INTEGRATOR_SECRET_NAMED, api_key: 'print:key'}\n"
        )
    sealed_workspace(shell, texts)
    (shell.home / "key").write_text(API_KEY)
    config = shell.home / ".config/integrator-tui"
    config.mkdir(parents=True, exist_ok=True)
    (config / "settings.yaml").write_text(f"sources: {{print: [cat, '{shell.home}/{{path}}']}}\n")
    given = {"INTEGRATOR_SECRET_NAMED": NAMED, "INTEGRATOR_TUI_SEND_TO": mirror.url}
    assert sweep.run("seal", "--yes", environment=given).code == 0
    for more in ((), given):
        for form in ("human", "json", "junit"):
            sweep.run("check", "--all", "--format", form, "--answer", environment=dict(more))
        sweep.run("verify", environment=dict(more))
        sweep.run("compare", *texts, environment=dict(more))
        sweep.run("check", "--all", "--dry-run", environment=dict(more))
        sweep.run("history", "--json", environment=dict(more))
    assert search.names("\n".join(mirror.asked).encode()) >= {"named secret", "api key"}, "they were sent"
    (shell.home / "key").unlink()
    search.below(shell.home.parent)
    assert search.found == set()


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
