"""Identities are found where sops finds them; exposed, locked and broken ones each get their own clear word."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from integrator_tui.errors import (
    ExposedKeyFile,
    IntegratorError,
    InvalidFile,
    NoIdentity,
    PassphraseNeeded,
    SaveError,
    WrongPassphrase,
)
from integrator_tui.model.secret import Secret
from integrator_tui.vault import private_file
from integrator_tui.vault.age import container
from integrator_tui.vault.age.hybrid import HybridIdentity
from integrator_tui.vault.age.scrypt import Passphrase
from integrator_tui.vault.age.x25519 import X25519Identity
from integrator_tui.vault.identities import key_command
from integrator_tui.vault.identities.identity_sources import IdentitySources
from integrator_tui.vault.vault import Vault
from tests.vault.conftest import Person
from tests.vault.sops_file import Sops, applied, sealed
from tests.vault.test_seal_and_open import DIGEST, PLAIN, TYPED
from tests.waiting import is_running, until

CHEAP = 4
"""A work factor that costs nothing, as scrypt's logarithm of N."""


def private(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(0o600)
    return path


def locked_file(path: Path, identity: X25519Identity, passphrase: str = "open sesame") -> Path:
    plain = f"# a comment\n{identity.text()}\n".encode()
    return private(path, container.encrypt(plain, [Passphrase(Secret(passphrase), CHEAP)]))


def file_for(*identities: X25519Identity | HybridIdentity) -> str:
    vault = Vault(IdentitySources(), None)
    return applied(PLAIN, vault.seal(sealed(PLAIN), TYPED, DIGEST, [i.recipient() for i in identities]))


def opens(vault: Vault, identity: X25519Identity | HybridIdentity) -> bool:
    try:
        return bool(vault.open(sealed(file_for(identity)), DIGEST))
    except NoIdentity:
        return False


@pytest.fixture
def identity() -> X25519Identity:
    return X25519Identity.generate()


def test_all_sources_count_together_in_the_order_of_sops(tmp_path: Path) -> None:
    identities = [X25519Identity.generate() for _ in range(4)]
    texts = [identity.text() for identity in identities]
    command = private(tmp_path / "command.txt", texts[3])
    sources = IdentitySources(
        key=Secret(f"# comment\n\n{texts[0]}\n"),
        key_file=private(tmp_path / "key file", f"# c\r\n{texts[1]}\r\n"),
        key_command=f"cat '{command}'",
        keys_file=private(tmp_path / "keys.txt", texts[2]),
        environment=dict(os.environ),
    )
    vault = Vault(sources, None)
    assert all(opens(vault, identity) for identity in identities)
    assert not opens(vault, X25519Identity.generate())
    found = {identity.recipient: identity.origin for identity in vault.identities()}
    assert [found[identity.recipient()].split()[0] for identity in identities[:2]] == [
        "SOPS_AGE_KEY",
        "SOPS_AGE_KEY_FILE",
    ]
    assert found[identities[2].recipient()] == str(tmp_path / "keys.txt")
    assert found[identities[3].recipient()] == "SOPS_AGE_KEY_CMD"
    assert not any(text in repr(sources) + repr(vault.identities()) for text in texts)


def test_a_post_quantum_identity_serves_like_any_other(tmp_path: Path) -> None:
    identity = HybridIdentity.generate()
    key_file = private(tmp_path / "keys.txt", identity.text() + "\n")
    vault = Vault(IdentitySources(keys_file=key_file), None)
    text = file_for(identity)
    assert vault.open(sealed(text), DIGEST)["token"] == TYPED["token"]
    assert Sops(tmp_path, key_file).decrypt(text)["secrets"]["token"] == "two\nlines\n"


def test_the_command_is_asked_once_for_each_recipient_and_only_where_it_is_needed(
    tmp_path: Path, identity: X25519Identity
) -> None:
    log = tmp_path / "log"
    script = tmp_path / "command.py"
    script.write_text(
        "import os\n"
        f"open({str(log)!r}, 'a').write(os.environ['SOPS_AGE_RECIPIENT'] + '\\n')\n"
        f"print({identity.text()!r})\n"
    )
    sources = IdentitySources(key_command=f"{sys.executable} {script}", environment={"PATH": os.environ["PATH"]})
    vault = Vault(sources, None)
    assert vault.matches(sealed(file_for(identity)).metadata or {})
    assert not log.exists(), "listing runs nothing"
    assert opens(vault, identity)
    assert opens(vault, identity)
    assert log.read_text() == identity.recipient() + "\n"


@pytest.mark.parametrize("command", ["false", "/does/not/exist", "'unbalanced", " "])
def test_a_command_that_fails_is_named_and_stops_nobody_else(
    tmp_path: Path, identity: X25519Identity, command: str
) -> None:
    sources = IdentitySources(
        key_command=command,
        keys_file=private(tmp_path / "keys.txt", identity.text()),
        environment={"PATH": os.environ["PATH"]},
    )
    vault = Vault(sources, None)
    assert opens(vault, identity)
    with pytest.raises(NoIdentity, match="SOPS_AGE_KEY_CMD"):
        vault.open(sealed(file_for(X25519Identity.generate())), DIGEST)


@pytest.mark.parametrize("content", ["AGE-SECRET-KEY-1BROKEN", "AGE-PLUGIN-X-1QQ", "hello", "x" * (1 << 20) + "y"])
def test_every_source_that_cannot_be_used_comes_with_a_hint(
    tmp_path: Path, identity: X25519Identity, content: str
) -> None:
    vault = Vault(IdentitySources(key_file=private(tmp_path / "keys.txt", content)), None)
    text = file_for(identity)
    for attempt in (lambda: vault.open(sealed(text), DIGEST), vault.create_identity):
        with pytest.raises(IntegratorError) as refused:
            attempt()
        assert refused.value.hint, refused.value.message
    command = IdentitySources(key_command="false", environment={"PATH": os.environ["PATH"]})
    with pytest.raises(NoIdentity) as failed:
        Vault(command, None).open(sealed(text), DIGEST)
    assert failed.value.hint


def test_where_there_is_no_identity_the_hint_says_which_file_would_have_held_it(
    tmp_path: Path, identity: X25519Identity
) -> None:
    text, looked = file_for(identity), tmp_path / "sops/age/keys.txt"
    with pytest.raises(NoIdentity, match="there is no identity here") as failed:
        Vault(IdentitySources(keys_file=looked), None).open(sealed(text), DIGEST)
    assert str(looked) in failed.value.hint and "SOPS_AGE_KEY_FILE" in failed.value.hint
    looked.parent.mkdir(parents=True, mode=0o700)
    private(looked, X25519Identity.generate().text() + "\n")
    with pytest.raises(NoIdentity, match="none of the identities here") as failed:
        Vault(IdentitySources(keys_file=looked), None).open(sealed(text), DIGEST)
    assert "add your recipient" in failed.value.hint


def test_a_command_that_prints_without_end_is_stopped_before_it_fills_the_memory(
    identity: X25519Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_command, "COMMAND_TIMEOUT", 10.0)
    vault = Vault(IdentitySources(key_command="yes AGE", environment={"PATH": os.environ["PATH"]}), None)
    with pytest.raises(NoIdentity, match="printed more than 1 MiB"):
        vault.open(sealed(file_for(identity)), DIGEST)


@pytest.mark.parametrize("command", ["sleep 90", "sh -c 'exec >&-; sleep 90'"])
def test_a_command_that_does_not_end_is_not_waited_for(
    identity: X25519Identity, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(key_command, "COMMAND_TIMEOUT", 0.3)
    vault = Vault(IdentitySources(key_command=command, environment={"PATH": os.environ["PATH"]}), None)
    started = time.monotonic()
    with pytest.raises(NoIdentity, match="did not end within"):
        vault.open(sealed(file_for(identity)), DIGEST)
    assert time.monotonic() - started < 80


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o601, 0o620, 0o644, 0o660])
def test_a_key_file_that_others_can_reach_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, identity: X25519Identity, mode: int
) -> None:
    exposed = private(tmp_path / "my keys.txt", identity.text())
    exposed.chmod(mode)
    other = X25519Identity.generate()
    vault = Vault(IdentitySources(key=Secret(other.text()), key_file=exposed), None)
    assert opens(vault, other)
    with pytest.raises(ExposedKeyFile) as caught:
        vault.open(sealed(file_for(identity)), DIGEST)
    assert caught.value.hint == f"run: chmod 600 '{exposed}'"
    assert any("can read" in found.problem and "chmod 600" in found.hint for found in vault.identities())


def test_a_locked_file_is_asked_for_once(tmp_path: Path, identity: X25519Identity) -> None:
    vault = Vault(IdentitySources(keys_file=locked_file(tmp_path / "keys.txt", identity)), None)
    text = sealed(file_for(identity))
    with pytest.raises(PassphraseNeeded, match=r"keys\.txt"):
        vault.open(text, DIGEST)
    assert vault.matches(text.metadata or {})
    with pytest.raises(WrongPassphrase):
        vault.unlock(Secret("open says me"))
    with pytest.raises(PassphraseNeeded):
        vault.open(text, DIGEST)
    vault.unlock(Secret("open sesame"))
    assert vault.open(text, DIGEST)
    assert vault.identities()[0].recipient == identity.recipient()
    vault.unlock(Secret("nothing waits any more"))


def test_a_broken_entry_for_somebody_else_does_not_hide_that_a_passphrase_is_needed(
    tmp_path: Path, identity: X25519Identity
) -> None:
    other = X25519Identity.generate()
    text = file_for(other, identity)
    broken = text.replace("-----BEGIN AGE ENCRYPTED FILE-----", "-----BEGIN AGE ENCRYPTED FILE-----\n        x", 1)
    assert broken != text
    sources = IdentitySources(key=Secret(other.text()), key_file=locked_file(tmp_path / "k", identity))
    vault = Vault(sources, None)
    with pytest.raises(PassphraseNeeded):
        vault.open(sealed(broken), DIGEST)
    vault.unlock(Secret("open sesame"))
    assert vault.open(sealed(broken), DIGEST)["token"] == TYPED["token"]
    with pytest.raises(InvalidFile):
        Vault(IdentitySources(key=Secret(other.text())), None).open(sealed(broken), DIGEST)


def test_other_identities_serve_while_a_file_is_locked(tmp_path: Path, identity: X25519Identity) -> None:
    other = X25519Identity.generate()
    sources = IdentitySources(key=Secret(other.text()), key_file=locked_file(tmp_path / "k", identity))
    assert opens(Vault(sources, None), other)


def test_a_binary_locked_file_and_a_locked_text_in_the_environment(
    tmp_path: Path, identity: X25519Identity
) -> None:
    from integrator_tui.vault.age import armor

    armored = locked_file(tmp_path / "armored", identity).read_bytes()
    binary = private(tmp_path / "binary", armor.decode(armored))
    for sources in (IdentitySources(key_file=binary), IdentitySources(key=Secret(armored.decode()))):
        vault = Vault(sources, None)
        vault.unlock(Secret("open sesame"))
        assert opens(vault, identity)


BROKEN = {
    "nothing": "",
    "comments": "# only\n",
    "no key": "hello\n",
    "a cut key": "AGE-SECRET-KEY-1QQQQ\n",
    "a recipient": "age1qqqq\n",
    "a plugin": "AGE-PLUGIN-YUBIKEY-1QQQQ\n",
    "an SSH key": "-----BEGIN OPENSSH PRIVATE KEY-----\nsecret0\n-----END OPENSSH PRIVATE KEY-----\n",
    "binary": b"\xff\xfe\x00secret0",
    "a cut age file": "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_key_file_is_named_and_never_quoted(
    tmp_path: Path, identity: X25519Identity, content: str | bytes
) -> None:
    other = X25519Identity.generate()
    sources = IdentitySources(key=Secret(other.text()), key_file=private(tmp_path / "keys.txt", content))
    vault = Vault(sources, None)
    assert opens(vault, other)
    with pytest.raises(IntegratorError) as caught:
        vault.open(sealed(file_for(identity)), DIGEST)
        vault.unlock(Secret("x"))
    shown = str(caught.value) + caught.value.hint + repr(vault.identities())
    assert not any(word in shown for word in ("secret0", "1QQQQ", "hello"))


def test_what_is_no_regular_file_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, 0o600)
    monkeypatch.setattr(private_file, "PIPE_TIMEOUT", 0.1)
    for path in (fifo, tmp_path, tmp_path / "missing", Path("/dev/null")):
        found = Vault(IdentitySources(key_file=path), None).identities()
        assert [identity.recipient for identity in found] == [""]
        assert str(path) in found[0].problem


def test_a_new_identity_is_written_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "sops" / "age" / "keys.txt"
    vault = Vault(IdentitySources(keys_file=path), None)
    recipient, made, place = vault.create_identity()
    assert (made, place) == (True, str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in list(path.parents)[:3]} == {0o700}
    assert [p.name for p in path.parent.iterdir()] == ["keys.txt"]
    assert f"# public key: {recipient}\n" in path.read_text()
    text = applied(PLAIN, vault.seal(sealed(PLAIN), TYPED, DIGEST, [recipient]))
    assert vault.open(sealed(text), DIGEST)
    assert Sops(tmp_path, path).decrypt(text)["secrets"]["token"] == "two\nlines\n"
    before = path.read_bytes()
    assert vault.create_identity() == (recipient, False, str(path))
    assert Vault(IdentitySources(keys_file=path), None).create_identity() == (recipient, False, str(path))
    assert path.read_bytes() == before


KILLED = """
import os, signal, sys
from pathlib import Path
from integrator_tui.vault.identities.identity_sources import IdentitySources
from integrator_tui.vault.vault import Vault

if sys.argv[2] == "named":
    del os.O_TMPFILE

def kill(event, arguments):
    if event == "os.link":
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(kill)
Vault(IdentitySources(keys_file=Path(sys.argv[1])), None).create_identity()
"""


@pytest.mark.parametrize("how", ["unnamed", "named"])
def test_a_killed_creation_leaves_no_half_identity(tmp_path: Path, how: str) -> None:
    path = tmp_path / "sops" / "keys.txt"
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), how],
        env={"PYTHONPATH": str(Path(__file__).parents[3])},
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL
    left = list(path.parent.iterdir())
    # Only where a file system has no files without a name does one stay, that nothing was encrypted for.
    assert len(left) == (how == "named")
    assert [stat.S_IMODE(file.stat().st_mode) for file in left] == [0o600] * len(left)
    recipient, made, _ = Vault(IdentitySources(keys_file=path), None).create_identity()
    assert made
    assert not any(recipient in file.read_text() for file in left)


def test_an_identity_is_made_where_files_without_a_name_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "O_TMPFILE")
    recipient, made, _ = Vault(IdentitySources(keys_file=tmp_path / "keys.txt"), None).create_identity()
    assert made
    assert [path.name for path in tmp_path.iterdir()] == ["keys.txt"]
    assert recipient in (tmp_path / "keys.txt").read_text()


def test_a_new_identity_under_a_passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Passphrase.__init__, "__defaults__", (CHEAP,))
    path = tmp_path / "keys.txt"
    vault = Vault(IdentitySources(key_file=path), None)
    recipient, made, _ = vault.create_identity(Secret("open sesame"))
    assert made
    assert path.read_text().startswith("-----BEGIN AGE ENCRYPTED FILE-----")
    assert vault.identities()[0].recipient == recipient
    again = Vault(IdentitySources(key_file=path), None)
    with pytest.raises(PassphraseNeeded):
        again.create_identity()
    again.unlock(Secret("open sesame"))
    assert again.create_identity().recipient == recipient


def test_an_identity_in_the_environment_makes_a_file_needless(tmp_path: Path, identity: X25519Identity) -> None:
    sources = IdentitySources(key=Secret(identity.text()), keys_file=tmp_path / "keys.txt")
    assert Vault(sources, None).create_identity() == (identity.recipient(), False, "SOPS_AGE_KEY")
    assert not (tmp_path / "keys.txt").exists()


def test_a_file_that_holds_no_identity_is_not_overwritten(tmp_path: Path) -> None:
    path = private(tmp_path / "keys.txt", "notes\n")
    with pytest.raises(InvalidFile):
        Vault(IdentitySources(keys_file=path), None).create_identity()
    assert path.read_text() == "notes\n"
    with pytest.raises(SaveError):
        Vault(IdentitySources(), None).create_identity()
    with pytest.raises(SaveError):
        Vault(IdentitySources(keys_file=path / "below" / "keys.txt"), None).create_identity()


def test_the_identity_of_a_person_is_found_by_what_it_reads_for(alice: Person, bob: Person) -> None:
    text = sealed(applied(PLAIN, alice.vault.seal(sealed(PLAIN), TYPED, DIGEST, [alice.recipient])))
    assert alice.vault.matches(text.metadata or {})
    assert not bob.vault.matches(text.metadata or {})


@pytest.mark.parametrize("after", ["sleep 90 &", "sleep 90", "exec >&-; sleep 90"])
def test_a_key_that_was_printed_is_enough_whoever_keeps_the_output_open(
    tmp_path: Path, identity: X25519Identity, after: str
) -> None:
    script = private(tmp_path / "command.sh", f"echo {identity.text()}\n{after}\n")
    sources = IdentitySources(key_command=f"sh {script}", environment={"PATH": os.environ["PATH"]})
    started = time.monotonic()
    assert opens(Vault(sources, None), identity)
    assert time.monotonic() - started < 80


def test_a_command_that_prints_nothing_is_named(identity: X25519Identity) -> None:
    for command in ("true", "sh -c 'sleep 30 & exit 0'"):
        vault = Vault(IdentitySources(key_command=command, environment={"PATH": os.environ["PATH"]}), None)
        with pytest.raises(NoIdentity, match="SOPS_AGE_KEY_CMD printed nothing"):
            vault.open(sealed(file_for(identity)), DIGEST)


def test_a_command_is_stopped_where_nobody_waits_any_more(tmp_path: Path, identity: X25519Identity) -> None:
    script = private(tmp_path / "command.sh", f"echo $$ > {tmp_path / 'pid'}\nexec sleep 120\n")
    vault = Vault(IdentitySources(key_command=f"sh {script}", environment={"PATH": os.environ["PATH"]}), None)
    metadata = sealed(file_for(identity)).metadata or {}
    assert vault.may_wait(metadata)
    with ThreadPoolExecutor() as pool:
        opening = pool.submit(vault.open, sealed(file_for(identity)), DIGEST)
        noted = tmp_path / "pid"
        until(lambda: opening.done() or (noted.exists() and noted.read_text().strip()), "the command")
        assert not opening.done()
        vault.abandon()
        with pytest.raises(NoIdentity):
            opening.result(timeout=60)
    assert not is_running(int(noted.read_text()))


def test_identities_at_hand_do_not_wait_for_the_command(tmp_path: Path, identity: X25519Identity) -> None:
    sources = IdentitySources(key=Secret(identity.text()), key_command="sleep 30")
    vault = Vault(sources, None)
    assert not vault.may_wait(sealed(file_for(identity)).metadata or {})
    assert opens(vault, identity)


@pytest.mark.parametrize("between", [" ", "\t", "  \r\n ", "\n"])
def test_blanks_part_the_identities_of_the_variable_as_line_breaks_do(
    identity: X25519Identity, between: str
) -> None:
    other = X25519Identity.generate()
    for before in ("", "# created: 2024-01-02T03:04:05Z # public key: age1xyz "):
        if before and "\n" in between:
            continue
        vault = Vault(IdentitySources(key=Secret(f"{before}{identity.text()}{between}{other.text()} ")), None)
        assert opens(vault, identity) and opens(vault, other)
        assert not any(found.problem for found in vault.identities())


def test_a_comment_line_of_the_variable_stays_one(identity: X25519Identity) -> None:
    other = X25519Identity.generate()
    vault = Vault(IdentitySources(key=Secret(f"# {other.text()}\n{identity.text()}\n")), None)
    assert [found.recipient for found in vault.identities()] == [identity.recipient()]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("/home/me/keys.txt", "SOPS_AGE_KEY_FILE"),
        ("~/keys.txt", "SOPS_AGE_KEY_FILE"),
        ("./keys.txt", "SOPS_AGE_KEY_FILE"),
        ("age1qqqq", "a recipient"),
        ("'AGE-SECRET-KEY-1QQQQ'", "quotes"),
    ],
)
def test_what_belongs_into_another_variable_is_told(identity: X25519Identity, text: str, meant: str) -> None:
    with pytest.raises(NoIdentity) as refused:
        Vault(IdentitySources(key=Secret(text)), None).open(sealed(file_for(identity)), DIGEST)
    assert meant in refused.value.hint and "SOPS_AGE_KEY" in refused.value.message
    assert "1QQQQ" not in refused.value.message + refused.value.hint


def test_a_named_file_that_is_missing_is_no_reason_to_make_a_key(tmp_path: Path, identity: X25519Identity) -> None:
    for name, said in (("missing", "does not exist"), ("~/k", "~"), (identity.text(), "holds a key")):
        vault = Vault(IdentitySources(key_file=tmp_path / name), None)
        with pytest.raises(NoIdentity, match=said) as refused:
            vault.open(sealed(file_for(identity)), DIGEST)
        told = refused.value.message + refused.value.hint + repr(vault.identities())
        assert "keys init" not in told and "SOPS_AGE_KEY" in told
        assert identity.text()[20:] not in told
    for name in ("~/k", identity.text()):
        with pytest.raises(InvalidFile):
            Vault(IdentitySources(key_file=tmp_path / name), None).create_identity()
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_is_read_once_and_kept(identity: X25519Identity) -> None:
    read, write = os.pipe()
    os.write(write, f"# mine\n{identity.text()}\n".encode())
    os.close(write)
    vault = Vault(IdentitySources(key_file=Path(f"/dev/fd/{read}")), None)
    assert opens(vault, identity)
    vault._identities.forget()
    assert opens(vault, identity)
    os.close(read)


def test_a_pipe_is_left_alone_until_a_file_is_opened(identity: X25519Identity) -> None:
    """A copy of the process that lists files would take from it what the first one needs."""
    read, write = os.pipe()
    os.write(write, f"{identity.text()}\n".encode())
    os.close(write)
    other = X25519Identity.generate()
    vault = Vault(IdentitySources(key=Secret(other.text()), key_file=Path(f"/dev/fd/{read}")), None)
    metadata = sealed(file_for(identity)).metadata or {}
    assert vault.matches(metadata) and vault.may_wait(metadata)
    assert opens(vault, other)
    assert os.read(read, 1 << 16).endswith(f"{identity.text()}\n".encode())
    os.close(read)


def test_a_pipe_counts_in_the_order_of_sops(tmp_path: Path, identity: X25519Identity) -> None:
    read, write = os.pipe()
    os.write(write, f"{identity.text()}\n".encode())
    os.close(write)
    first, last = X25519Identity.generate(), X25519Identity.generate()
    keys_file = private(tmp_path / "keys.txt", last.text())
    sources = IdentitySources(Secret(first.text()), Path(f"/dev/fd/{read}"), keys_file=keys_file)
    found = [found.recipient for found in Vault(sources, None).identities()]
    assert found == [first.recipient(), identity.recipient(), last.recipient()]
    os.close(read)


def test_a_pipe_that_others_can_read_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "fifo").chmod(0o644)
    (found,) = Vault(IdentitySources(key_file=tmp_path / "fifo"), None).identities()
    assert "others than you can read" in found.problem
