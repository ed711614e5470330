"""Secrets and keys in memory: never in a message, a representation, a pickle, a traceback with locals or a core."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from integrator_tui.errors import IntegratorError
from integrator_tui.model.sealed import OpenedValue
from integrator_tui.model.secret import Secret
from integrator_tui.vault.age.container import decrypt, encrypt
from integrator_tui.vault.age.hybrid import HybridIdentity
from integrator_tui.vault.age.keys import parse_identity, parse_recipient
from integrator_tui.vault.age.scrypt import Passphrase
from integrator_tui.vault.age.x25519 import X25519Identity
from integrator_tui.vault.sops.data_key import DataKey
from tests.vault.conftest import Person
from tests.vault.sops_file import sealed
from tests.vault.test_seal_and_open import DIGEST, PLAIN, new_file

CANARY = "c4n4ry-s3cr3t"


def shown(error: BaseException) -> str:
    """Return a traceback with the locals of every frame of the program, as a debugger shows it."""
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame for frame in whole.stack if "integrator_tui" in frame.filename]
    assert frames
    return str(error) + "".join(f"{frame.name} {frame.locals}" for frame in frames)


def test_no_traceback_with_locals_shows_a_value(alice: Person) -> None:
    text = new_file(alice, token=CANARY, client_secret="other")
    broken = [
        (text, "e" * 64),
        (text.replace('lastmodified: "2', 'lastmodified: "3'), DIGEST),
        (text.replace("client_secret: ENC", "client: ENC"), DIGEST),
        (text.replace("  token:", "  added: ''\n  token:"), DIGEST),
    ]
    for changed, digest in broken:
        with pytest.raises(IntegratorError) as caught:
            alice.vault.open(sealed(changed), digest)
        assert CANARY not in shown(caught.value)
    with pytest.raises(IntegratorError) as caught:
        alice.vault.seal(sealed(PLAIN), {"token": Secret(CANARY)}, DIGEST, ["age1nobody"])
    assert CANARY not in shown(caught.value)


def test_keys_show_themselves_nowhere() -> None:
    identity, strong, key = X25519Identity.generate(), HybridIdentity.generate(), DataKey.generate()
    for one in (identity, strong, key, Passphrase(Secret(CANARY))):
        text = f"{one!r} {one}"
        assert "AGE-SECRET" not in text
        assert CANARY not in text
    for action in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            action(key)
    with pytest.raises(TypeError):
        hash(key)
    assert key != DataKey.generate()


def test_identities_of_both_kinds_read_what_is_written_for_them() -> None:
    for kind in (X25519Identity, HybridIdentity):
        identity, other = kind.generate(), kind.generate()
        again = parse_identity(identity.text())
        assert again.recipient() == identity.recipient()
        data = encrypt(b"x" * 70_000, [parse_recipient(other.recipient()), parse_recipient(identity.recipient())])
        assert decrypt(data, [again]) == b"x" * 70_000
        with pytest.raises(IntegratorError):
            decrypt(data, [kind.generate()])
    locked = encrypt(b"", [Passphrase(Secret("pass"), 4)])
    assert decrypt(locked, [Passphrase(Secret("pass"))]) == b""


def test_the_process_leaves_no_core(tmp_path: Path) -> None:
    code = (
        "import os, resource\n"
        "from integrator_tui.vault.memory import disable_core_dumps\n"
        "disable_core_dumps()\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE)[0], flush=True)\n"
        "os.abort()\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert finished.stdout == "0\n"
    assert finished.returncode < 0
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_encrypts_every_field_gives_them_back(alice: Person) -> None:
    plain = "name: x\nport: 8080\ntags:\n    - a\n    - true\nsecrets:\n    token: abc\n"
    text = alice.sops.encrypt(plain, alice.recipient)
    assert alice.vault.fields(sealed(text)) == {
        ("name",): OpenedValue("x", "str"),
        ("port",): OpenedValue("8080", "int"),
        ("tags", 0): OpenedValue("a", "str"),
        ("tags", 1): OpenedValue("true", "bool"),
    }
    assert alice.vault.fields(sealed(new_file(alice))) == {}
    assert alice.vault.fields(sealed(plain)) == {}


@pytest.mark.parametrize("value", ["a\udcffb", "x" * 700_001], ids=["no Unicode", "too long"])
def test_what_could_not_be_read_back_is_refused(alice: Person, value: str) -> None:
    with pytest.raises(IntegratorError, match=r"secrets\.token is not a text") as caught:
        alice.vault.seal(sealed(PLAIN), {"token": Secret(value)}, DIGEST, [alice.recipient])
    assert value not in shown(caught.value)


def test_the_longest_secret_opens_again(alice: Person) -> None:
    text = new_file(alice, token="ü" * 350_000)
    assert alice.vault.open(sealed(text), DIGEST)["token"].reveal() == "ü" * 350_000
