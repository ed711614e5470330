"""Secrets from elsewhere: what a stranger's workspace may name, where what it holds may go, and how it is read."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from integrator_tui.errors import InvalidFile, LockedError, NoIdentity, SealBroken, SourceNotAgreed
from integrator_tui.model.connection import Connection, OAuth2Auth, RawBearerTokenAuth
from integrator_tui.model.entry import Draft, connection_of
from integrator_tui.model.secret import SecretRef
from integrator_tui.model.sources import origins, reference
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.store.settings import Settings
from integrator_tui.workspace import Workspace
from integrator_tui.workspace.sources.permissions import Permissions
from integrator_tui.workspace.sources.sources import SecretSources

CANARY = "cAnary-from-elsewhere"
ORIGIN = "https://orders.example.com"
PRINTS = ("sh", "-c", 'printf "%s %s\\n" "$1" "$2"', "sh", "{path}", "{key}")


class Here:
    """SecretSources of one machine: its variables, its settings, and a /run/secrets of its own."""

    def __init__(self, tmp_path: Path, variables: Mapping[str, str] | None = None, **settings: object) -> None:
        self.run = tmp_path / "run"
        self.run.mkdir(exist_ok=True)
        self.state = tmp_path / "state"
        chosen = Settings(**settings)  # type: ignore[arg-type]
        given = {"PATH": os.environ["PATH"], **(variables or {})}
        self.permissions = Permissions(tmp_path, given, lambda: chosen, self.state, str(self.run))
        self.sources = SecretSources(self.permissions, given)

    def value(self, text: str) -> str:
        made = connected(text)
        self.sources.require(made)
        return self.sources.value(made, "s").reveal()


def connected(text: str, base_url: str = ORIGIN) -> Connection:
    return Connection(name="A", base_url=base_url, secrets_from=(("s", text),))


AGREED = (("*", (ORIGIN,)),)


@pytest.mark.parametrize(
    "text",
    [
        "env:HOME",
        "env:AWS_SECRET_ACCESS_KEY",
        "env:SOPS_AGE_KEY",
        "env:INTEGRATOR_SECRE",
        "env:integrator_secret_x",
        "file:/etc/passwd",
        "file:/proc/self/environ",
        "file:/run/secrets",
        "vault:orders#password",
        "sh:-c#id",
    ],
)
def test_a_strangers_workspace_reads_nothing_without_leave(tmp_path: Path, text: str) -> None:
    variables = {"AWS_SECRET_ACCESS_KEY": CANARY, "SOPS_AGE_KEY": CANARY, "integrator_secret_x": CANARY}
    here = Here(tmp_path, variables, send=AGREED)
    if text.startswith("sh:"):
        with pytest.raises(Exception, match="cannot be empty or begin with -"):
            reference(text)
        return
    with pytest.raises(LockedError) as raised:
        here.value(text)
    assert "settings.yaml" in raised.value.hint
    assert CANARY not in raised.value.message + raised.value.hint
    with pytest.raises(LockedError):
        here.sources.value(connected(text), "s")


@pytest.mark.parametrize("kind", ["file", "env", "command"])
def test_what_is_allowed_is_not_sent_where_nobody_agreed(tmp_path: Path, kind: str) -> None:
    here = Here(tmp_path, {"INTEGRATOR_SECRET_A": CANARY}, sources=(("vault", PRINTS),))
    (here.run / "a").write_text(CANARY)
    text = {"file": f"file:{here.run}/a", "env": "env:INTEGRATOR_SECRET_A", "command": "vault:a#b"}[kind]
    with pytest.raises(SourceNotAgreed) as raised:
        here.value(text)
    assert raised.value.missing == {text: (ORIGIN,)}
    assert f"send: {{'{text}': [{ORIGIN}]}}" in raised.value.hint
    here.sources.agree(raised.value.missing)
    assert here.value(text)
    assert (here.state / "sources.json").stat().st_mode & 0o077 == 0
    other = connected(text, "https://evil.example.com")
    with pytest.raises(SourceNotAgreed):
        here.sources.require(other)


def test_every_origin_counts_the_token_s_too(tmp_path: Path) -> None:
    auth = OAuth2Auth(access_token_url="https://evil.example.com:8443/token", client_id="c")
    made = connected("env:INTEGRATOR_SECRET_A").model_copy(update={"auth": auth})
    assert origins(made) == (ORIGIN, "https://evil.example.com:8443")
    here = Here(tmp_path, {"INTEGRATOR_SECRET_A": "x"}, send=AGREED)
    with pytest.raises(SourceNotAgreed) as raised:
        here.sources.require(made)
    assert raised.value.missing == {"env:INTEGRATOR_SECRET_A": ("https://evil.example.com:8443",)}


@pytest.mark.parametrize(
    ("pattern", "to", "agreed"),
    [
        ("env:INTEGRATOR_SECRET_A", ORIGIN, True),
        ("env:INTEGRATOR_*", f"{ORIGIN}:443/", True),
        ("env:*_B", ORIGIN, False),
        ("env:INTEGRATOR_SECRET_A", "http://orders.example.com", False),
        ("env:INTEGRATOR_SECRET_A", "https://orders.example.com.evil.example", False),
        ("env:INTEGRATOR_SECRET_A", "not an origin", False),
    ],
)
def test_the_settings_say_what_goes_where(tmp_path: Path, pattern: str, to: str, agreed: bool) -> None:
    here = Here(tmp_path, {"INTEGRATOR_SECRET_A": CANARY}, send=((pattern, (to,)),))
    if agreed:
        assert here.value("env:INTEGRATOR_SECRET_A") == CANARY
    else:
        with pytest.raises(SourceNotAgreed):
            here.value("env:INTEGRATOR_SECRET_A")


def test_whoever_sets_the_secrets_says_where_they_go(tmp_path: Path) -> None:
    variables = {"INTEGRATOR_SECRET_A": CANARY, "INTEGRATOR_TUI_SEND_TO": f"http://a.example {ORIGIN}"}
    assert Here(tmp_path, variables).value("env:INTEGRATOR_SECRET_A") == CANARY
    with pytest.raises(LockedError, match="may not be read"):
        Here(tmp_path, variables).value("env:HOME")


@pytest.mark.parametrize(
    ("content", "value"), [(b"a\n", "a"), (b"a\r\n", "a"), (b"a\n\n", "a\n"), (b" a ", " a "), ("ü".encode(), "ü")]
)
def test_one_final_line_break_of_a_file_is_removed(tmp_path: Path, content: bytes, value: str) -> None:
    here = Here(tmp_path, send=AGREED)
    (here.run / "a").write_bytes(content)
    assert here.value(f"file:{here.run}/a") == value


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"x" * (64 * 1024 + 1)])
def test_what_a_file_cannot_hold(tmp_path: Path, content: bytes) -> None:
    here = Here(tmp_path, send=AGREED)
    (here.run / "a").write_bytes(content)
    with pytest.raises(LockedError):
        here.value(f"file:{here.run}/a")


def test_a_path_counts_with_its_links_resolved_and_regular_files_alone(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a").write_text(CANARY)
    here = Here(tmp_path, send=AGREED)
    (here.run / "link").symlink_to(outside / "a")
    (here.run / "sub").mkdir()
    (here.run / "sub/token").write_text(CANARY)
    (here.run / "folder").symlink_to(outside)
    os.mkfifo(here.run / "fifo")
    for name in ("link", "sub/token", "folder/a", "fifo", "sub", "missing", "../outside/a"):
        with pytest.raises(LockedError):
            here.value(f"file:{here.run}/{name}")
    allowed = Here(tmp_path, send=AGREED, secret_folders=(str(outside),))
    for name in ("link", "folder/a"):
        assert allowed.value(f"file:{here.run}/{name}") == CANARY
    service = Here(tmp_path, {"CREDENTIALS_DIRECTORY": str(here.run)}, send=AGREED)
    assert service.value(f"file:{here.run}/sub/token") == CANARY


def test_the_settings_allow_more(tmp_path: Path) -> None:
    here = Here(tmp_path, {"AWS_KEY": CANARY}, send=AGREED, secret_variables=("AWS_*",))
    assert here.value("env:AWS_KEY") == CANARY
    for missing in ("env:AWS_OTHER",):
        with pytest.raises(LockedError, match="is not set"):
            here.value(missing)
    with pytest.raises(LockedError, match="is empty"):
        Here(tmp_path, {"AWS_KEY": ""}, send=AGREED, secret_variables=("AWS_*",)).value("env:AWS_KEY")


def test_a_command_is_an_argument_list_that_no_shell_sees(tmp_path: Path) -> None:
    here = Here(tmp_path, send=AGREED, sources=(("vault", PRINTS),))
    assert here.value("vault:kv/a b;id $(id)#$HOME `id`") == "kv/a b;id $(id) $HOME `id`"
    assert here.value("vault:{key}#{path}") == "{key} {path}", "what is filled in is no template"
    with pytest.raises(LockedError, match="wants a key"):
        here.value("vault:a")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exit 3", "exit code 3"),
        ("true", "is empty"),
        ("head -c 10000000 /dev/zero", "more than 64 KiB"),
        ("yes", "more than 64 KiB"),
        ("printf '\\377'", "no text in UTF-8"),
        (f"echo {CANARY} >&2; exit 1", "exit code 1"),
        ("nothing-of-the-kind", "exit code 127"),
    ],
)
def test_a_command_that_fails_is_locked_and_told_without_what_it_said(
    tmp_path: Path, script: str, message: str
) -> None:
    here = Here(tmp_path, send=AGREED, sources=(("vault", ("sh", "-c", script)),))
    with pytest.raises(LockedError, match=message) as raised:
        here.value("vault:a")
    assert CANARY not in raised.value.message + raised.value.hint
    with pytest.raises(LockedError, match="cannot be run"):
        Here(tmp_path, send=AGREED, sources=(("vault", ("/no/such/program",)),)).value("vault:a")


def test_a_command_that_never_ends_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrator_tui.workspace.sources.commands.COMMAND_TIMEOUT", 0.3)
    script = f"sleep 1000 & echo $! > {tmp_path}/child; wait"
    here = Here(tmp_path, send=AGREED, sources=(("vault", ("sh", "-c", script)),))
    with pytest.raises(LockedError, match="did not end within"):
        here.value("vault:a")
    child = int((tmp_path / "child").read_text())
    with suppress(ProcessLookupError):
        # Readable once it ended, which may be a moment after it was killed.
        ended = os.pidfd_open(child)
        assert select.select([ended], [], [], 10)[0]
        os.close(ended)


def test_a_command_that_somebody_still_waits_for_is_not_stopped(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "go")
    script = f"echo x >> {tmp_path}/begun; read line < {tmp_path}/go; echo $line"
    here = Here(tmp_path, sources=(("slow", ("sh", "-c", script)),), send=AGREED)
    connection = connected("slow:x")
    first, second = threading.Event(), threading.Event()
    threads = [
        threading.Thread(target=here.sources.prefetch, args=(connection, given_up)) for given_up in (first, second)
    ]
    for thread in threads:
        thread.start()
    # Its other end is opened when the command waits for its line.
    with open(tmp_path / "go", "w") as go:
        while here.sources.waiting_for("slow:x") < 2:
            threads[1].join(0.01)
        here.sources.give_up(connection, first)
        go.write(f"{CANARY}\n")
    for thread in threads:
        thread.join(30)
    assert here.value("slow:x") == CANARY
    assert (tmp_path / "begun").read_text() == "x\n"


def test_a_command_that_nobody_waits_for_is_stopped_and_none_is_begun_for_who_gave_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "go")
    script = f"echo x >> {tmp_path}/begun; read line < {tmp_path}/go; sleep 100"
    here = Here(tmp_path, sources=(("slow", ("sh", "-c", script)),), send=AGREED)
    given_up = threading.Event()
    thread = threading.Thread(target=here.sources.prefetch, args=(connected("slow:x"), given_up))
    thread.start()
    with open(tmp_path / "go", "w"):
        here.sources.give_up(connected("slow:x"), given_up)
    thread.join(5)
    assert not thread.is_alive()
    with pytest.raises(LockedError, match="was stopped"):
        here.value("slow:x")
    here.sources.prefetch(connected("slow:y"), given_up)
    assert (tmp_path / "begun").read_text() == "x\n"
    here.sources.abandon()
    with pytest.raises(LockedError, match="the program ends"):
        here.value("slow:z")


def test_a_command_is_run_once_for_a_reference_whatever_comes_of_it(tmp_path: Path) -> None:
    script = f'echo x >> {tmp_path}/runs; [ "$1" = good ] && echo value'
    here = Here(tmp_path, send=AGREED, sources=(("vault", ("sh", "-c", script, "sh", "{path}")),))
    made = connected("vault:good")
    assert here.sources.may_wait(made)
    asking = [threading.Thread(target=here.value, args=("vault:good",)) for _ in range(8)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    for _ in range(3):
        with pytest.raises(LockedError):
            here.value("vault:bad")
    assert (tmp_path / "runs").read_text() == "x\nx\n"
    assert not here.sources.may_wait(made)


def test_what_a_command_printed_before_waits_for_no_other_command(tmp_path: Path) -> None:
    # Whoever asks may be the event loop, in which everything else would stand still.
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    commands = (("quick", ("echo", "{path}")), ("slow", ("sh", "-c", f"echo > {begun}; exec sleep 600")))
    here = Here(tmp_path, sources=commands, send=AGREED)
    assert here.value("quick:x") == "x"
    slow = threading.Thread(target=lambda: here.sources.prefetch(connected("slow:x")))
    slow.start()
    try:
        begun.read_bytes()
        asking = threading.Thread(target=here.value, args=("quick:x",), daemon=True)
        asking.start()
        asking.join(5)
        assert not asking.is_alive()
        assert slow.is_alive()
    finally:
        here.sources.abandon()
        slow.join()


def test_settings_that_cannot_be_read_allow_nothing(tmp_path: Path) -> None:
    given = Surroundings(
        tmp_path / "c", tmp_path / "s", tmp_path / "k", command_environment={"INTEGRATOR_SECRET_A": "x"}
    )
    (tmp_path / "c").mkdir()
    (tmp_path / "c/settings.yaml").write_text("send: [\n")
    with pytest.raises(LockedError, match="what may be read is not known"):
        Workspace(tmp_path / "w", given).sources.require(connected("env:INTEGRATOR_SECRET_A"))
    (tmp_path / "c/settings.yaml").write_text("send: {'env:*': https://orders.example.com}\nsources: [x]\n")
    with pytest.raises(SourceNotAgreed):
        Workspace(tmp_path / "w", given).sources.require(connected("env:INTEGRATOR_SECRET_A"))


# --- a file of a workspace ---

FILE = """\
name: Orders
base_url: https://orders.example.com
auth: {type: raw_bearer_token}
secrets_from: {token: 'env:INTEGRATOR_SECRET_A'}
"""
VARIABLES = {"INTEGRATOR_SECRET_A": CANARY, "INTEGRATOR_TUI_SEND_TO": ORIGIN}


def workspace(tmp_path: Path, keys: str = "age/keys.txt", variables: Mapping[str, str] = VARIABLES) -> Workspace:
    (tmp_path / "work").mkdir(exist_ok=True)
    given = Surroundings(
        tmp_path / "c",
        tmp_path / "s",
        tmp_path / "k",
        age_keys_file=tmp_path / keys,
        command_environment=variables,
    )
    return Workspace(tmp_path / "work", given)


def sealed(tmp_path: Path) -> Workspace:
    made = workspace(tmp_path)
    (made.root / "orders.yaml").write_text(FILE)
    made.keys.create_identity()
    made.seals.reseal(made.catalog.entry("orders.yaml"))
    return made


def revealed(made: Workspace) -> str:
    entry = made.catalog.entry("orders.yaml")
    target = made.probes.target(Draft(connection_of(entry), entry.file, entry.revision), {})
    return target.reveal(SecretRef("token")).reveal()


def test_a_file_without_a_stored_secret_has_a_seal_all_the_same(tmp_path: Path) -> None:
    made = sealed(tmp_path)
    text = (made.root / "orders.yaml").read_text()
    assert text.startswith(FILE + "secrets:\n  _seal: ENC[")
    assert "\nsops:\n" in text
    assert made.seals.verify("orders.yaml") == ()
    assert revealed(made) == CANARY
    assert CANARY not in text


def test_without_a_seal_no_source_is_read(tmp_path: Path) -> None:
    made = workspace(tmp_path)
    (made.root / "orders.yaml").write_text(FILE)
    made.keys.create_identity()
    assert isinstance(made.seals.verify("orders.yaml")[0], SealBroken)
    with pytest.raises(SealBroken):
        revealed(made)


def test_a_seal_that_opens_here_has_to_hold(tmp_path: Path) -> None:
    made = sealed(tmp_path)
    file = made.root / "orders.yaml"
    file.write_text(file.read_text().replace("https://orders.example.com", "https://orders.example.com/elsewhere"))
    with pytest.raises(SealBroken):
        revealed(made)
    made.seals.reseal(made.catalog.entry("orders.yaml"))
    file.write_text(file.read_text().replace("SECRET_A", "SECRET_B"))
    with pytest.raises(SealBroken):
        revealed(made)


def test_a_seal_lets_no_source_be_read_by_itself(tmp_path: Path) -> None:
    sealed(tmp_path)
    with pytest.raises(SourceNotAgreed):
        revealed(workspace(tmp_path, variables={"INTEGRATOR_SECRET_A": CANARY}))


def test_where_the_origin_is_agreed_to_no_identity_is_needed(tmp_path: Path) -> None:
    made = sealed(tmp_path)
    assert revealed(workspace(tmp_path, "none.txt")) == CANARY
    file = made.root / "orders.yaml"
    file.write_text(file.read_text().replace("https://orders", "https://evil"))
    with pytest.raises(SourceNotAgreed):
        revealed(workspace(tmp_path, "none.txt"))


@pytest.mark.parametrize(
    "said",
    [f'"{ORIGIN}.evil"', "null", "5", f'[["{ORIGIN}"]]', "[" * 100_000],
    ids=["text", "null", "number", "list", "deep"],
)
def test_a_damaged_memory_of_what_was_agreed_to_agrees_to_nothing(tmp_path: Path, said: str) -> None:
    here = Here(tmp_path, {"INTEGRATOR_SECRET_A": CANARY})
    here.sources.agree({"env:INTEGRATOR_SECRET_A": (ORIGIN,)})
    assert here.value("env:INTEGRATOR_SECRET_A") == CANARY
    memory = here.state / "sources.json"
    memory.write_text(f'{{"{tmp_path.resolve()}": {{"env:INTEGRATOR_SECRET_A": {said}}}}}')
    with pytest.raises(InvalidFile, match="damaged"):
        here.value("env:INTEGRATOR_SECRET_A")


@pytest.mark.parametrize("keys", ["age/keys.txt", "none.txt"], ids=["sealed", "not-looked-at"])
@pytest.mark.parametrize("base_url", [ORIGIN, "http://orders.example.com"], ids=["https", "http"])
def test_a_proxy_that_a_file_names_is_agreed_to_as_well(tmp_path: Path, keys: str, base_url: str) -> None:
    made, proxy = workspace(tmp_path), "http://evil.example.com:3128"
    text = FILE.replace(ORIGIN, base_url) + "options: {proxy: 'http://u:{{token}}@evil.example.com:3128'}\n"
    (made.root / "orders.yaml").write_text(text)
    made.keys.create_identity()
    made.seals.reseal(made.catalog.entry("orders.yaml"))
    agreed = {**VARIABLES, "INTEGRATOR_TUI_SEND_TO": base_url}
    with pytest.raises(SourceNotAgreed) as raised:
        revealed(workspace(tmp_path, keys, agreed))
    assert raised.value.missing == {"env:INTEGRATOR_SECRET_A": (proxy,)}
    agreed["INTEGRATOR_TUI_SEND_TO"] += f" {proxy}"
    assert revealed(workspace(tmp_path, keys, agreed)) == CANARY


def test_who_answers_is_verified_where_the_seal_is_not_looked_at(tmp_path: Path) -> None:
    made = workspace(tmp_path)
    (made.root / "orders.yaml").write_text(FILE + "options: {verify: false}\n")
    made.keys.create_identity()
    made.seals.reseal(made.catalog.entry("orders.yaml"))
    assert revealed(made) == CANARY
    with pytest.raises(LockedError, match="verify: false"):
        revealed(workspace(tmp_path, "none.txt"))


def test_a_stored_secret_beside_it_stays_closed_without_an_identity(tmp_path: Path) -> None:
    made = workspace(tmp_path)
    (made.root / "orders.yaml").write_text(FILE + "secrets: {other: stored}\n")
    made.keys.create_identity()
    made.seals.reseal(made.catalog.entry("orders.yaml"))
    other = workspace(tmp_path, "none.txt")
    entry = other.catalog.entry("orders.yaml")
    target = other.probes.target(Draft(connection_of(entry), entry.file, entry.revision), {})
    assert target.reveal(SecretRef("token")).reveal() == CANARY
    with pytest.raises(NoIdentity):
        target.reveal(SecretRef("other"))


def test_verify_names_what_is_not_allowed_or_missing(tmp_path: Path) -> None:
    made = sealed(tmp_path)
    (finding,) = workspace(tmp_path, variables={}).seals.verify("orders.yaml")
    assert "secret token: the variable INTEGRATOR_SECRET_A is not set" in finding.message
    (made.root / "orders.yaml").write_text(FILE.replace("INTEGRATOR_SECRET_A", "HOME"))
    made.seals.reseal(made.catalog.entry("orders.yaml"))
    (finding,) = made.seals.verify("orders.yaml")
    assert "env:HOME may not be read" in finding.message
    assert "secret_variables: [HOME]" in finding.hint


def test_saving_keeps_the_seal_and_adds_one(tmp_path: Path) -> None:
    made = workspace(tmp_path)
    made.keys.create_identity()
    connection = Connection(
        name="Orders",
        base_url=ORIGIN,
        auth=RawBearerTokenAuth(),
        secrets_from=(("token", "env:INTEGRATOR_SECRET_A"),),
    )
    entry = made.editor.save(Draft(connection))
    assert made.seals.verify(entry.file) == ()
    assert revealed(made) == CANARY
    changed = connection_of(entry).model_copy(update={"test_path": "/x"})
    entry = made.editor.save(Draft(changed, entry.file, entry.revision))
    assert made.seals.verify(entry.file) == ()
    gone = connection_of(entry).model_copy(update={"secrets_from": ()})
    entry = made.editor.save(Draft(gone, entry.file, entry.revision))
    text = (made.root / entry.file).read_text()
    assert "sops" not in text and "_seal" not in text


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("secrets_from: {token: 'env:1A'}", "secrets_from.token"),
        ("secrets_from: {token: 'file:relative'}", "secrets_from.token"),
        ("secrets_from: {token: 'file:~/x'}", "secrets_from.token"),
        ("secrets_from: {token: nothing}", "secrets_from.token"),
        ("secrets_from: {token: 'vault:-rf#x'}", "secrets_from.token"),
        ("secrets_from: {token: 'vault:x#-f'}", "secrets_from.token"),
        ("secrets_from: {token: 'env:A'}\nsecrets: {token: x}", "secrets_from.token"),
        ("secrets_from: {'a:b': 'env:A'}", "secrets.a:b"),
    ],
)
def test_what_is_no_source_is_a_problem(tmp_path: Path, line: str, field: str) -> None:
    made = workspace(tmp_path)
    (made.root / "orders.yaml").write_text(FILE.rpartition("secrets_from")[0] + line + "\n")
    entry = made.catalog.entry("orders.yaml")
    assert field in {problem.field for problem in entry.problems if problem.is_error}
