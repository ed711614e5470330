"""What somebody can do who writes the repository, knows the recipients and holds no identity: nothing that counts.

Each row of the threat table that changes what is sent or where is refused; the rows that nothing here can
tell (a copied file, one rolled back) stay valid, and are named in the documentation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from integrator_tui.errors import (
    IntegratorError,
    InvalidFile,
    LockedError,
    MacMismatch,
    SealBroken,
    UnpinnedRecipient,
)
from integrator_tui.model.connection import Connection
from integrator_tui.model.sealed import SealedFile
from integrator_tui.model.secret import Secret
from integrator_tui.vault.age.keys import parse_identity, parse_recipient
from integrator_tui.vault.seal import digest
from integrator_tui.vault.sops.cipher import encrypt
from integrator_tui.vault.sops.data_key import DataKey
from integrator_tui.vault.sops.values import mac
from tests.vault.agreement import agrees
from tests.vault.conftest import Person
from tests.vault.sops_file import applied, sealed, tree

PLAIN = """\
name: Orders
base_url: https://orders.example.com
test_path: /health
description: Order service
auth:
  type: raw_bearer_token
  header: X-Token
options:
  verify: true
secrets:
  token: ''
  other: ''
"""
TYPED = {"token": Secret("s3cret"), "other": Secret("0th3r")}


def connection(text: str) -> Connection:
    """Return what a file says, read as plainly as the attacks need it."""

    def plain(node: Any) -> Any:
        if isinstance(node, Mapping):
            return {key: plain(value) for key, value in node.items() if plain(value) is not None}
        return None if node.value in ("null", "~") or (node.style is None and not node.value) else node.value

    root = tree(text)
    return Connection.model_validate(
        {
            key: tuple(value) if key == "secrets" else plain(value)
            for key, value in root.items()
            if key != "sops" and plain(value) is not None
        }
    )


def opened(person: Person, text: str) -> dict[str, str]:
    found = person.vault.open(sealed(text), digest(connection(text)))
    return {name: value.reveal() for name, value in found.items()}


@pytest.fixture
def text(alice: Person) -> str:
    return seal(alice, PLAIN)


def seal(person: Person, plain: str, typed: Mapping[str, Secret] = TYPED) -> str:
    return applied(plain, person.vault.seal(sealed(plain), typed, digest(connection(plain)), [person.recipient]))


def swapped(text: str, one: str, other: str) -> str:
    return text.replace(one, "\0").replace(other, one).replace("\0", other)


def lines(text: str, *keys: str) -> list[str]:
    found = [re.search(rf"^  {key}: (.*)$", text, re.MULTILINE) for key in keys]
    return [match[1] for match in found if match]


def replaced(text: str, name: str, source: str, source_name: str = "") -> str:
    """Return a text in which a secret has the ciphertext of another one."""
    return text.replace(lines(text, name)[0], lines(source, source_name or name)[0])


FIELDS: dict[str, Callable[[str], str]] = {
    "change the url": lambda t: t.replace("orders.example.com", "evil.example.com"),
    "downgrade to http": lambda t: t.replace("https://", "http://"),
    "change the path": lambda t: t.replace("/health", "/echo"),
    "change the header": lambda t: t.replace("X-Token", "Cookie"),
    "swap the names of two fields": lambda t: swapped(t, "test_path", "description"),
    "rename a field away": lambda t: t.replace("  header: X-Token", "  prefix: X-Token"),
    "move bytes between neighbours": lambda t: t.replace(".com\ntest_path: /h", ".com/h\ntest_path: "),
    "turn verification off": lambda t: t.replace("verify: true", "verify: false"),
    "add a proxy": lambda t: t.replace("  verify: true", "  proxy: http://evil.example.com"),
    "add a CA": lambda t: t.replace("auth:\n", "ca_cert: PEM\nauth:\n"),
    "follow redirects": lambda t: t.replace("  verify: true", "  follow_redirect: true"),
    "add an empty field": lambda t: t.replace("  header:", "  prefix: ''\n  header:"),
    "drop a field": lambda t: t.replace("test_path: /health\n", ""),
    "add an empty secret": lambda t: t.replace("  token:", "  audience: ''\n  token:"),
}


@pytest.mark.parametrize("attack", FIELDS.values(), ids=FIELDS)
def test_a_changed_field_closes_the_secrets(alice: Person, text: str, attack: Callable[[str], str]) -> None:
    assert attack(text) != text
    with pytest.raises(SealBroken):
        opened(alice, attack(text))
    assert not alice.sops.refuses(attack(text)), "it is the seal that refuses this"


def drop_recipients(text: str) -> str:
    return re.sub(r"  age:\n(?:  [- ].*\n)+?(?=  lastmodified)", "", text)


SECRETS: dict[str, Callable[[str], str]] = {
    "swap two values": lambda t: swapped(t, *lines(t, "token", "other")),
    "copy one value over the other": lambda t: replaced(t, "token", t, "other"),
    "rename a secret": lambda t: t.replace("  token:", "  tokens:"),
    "drop a secret": lambda t: t.replace(f"  other: {lines(t, 'other')[0]}\n", ""),
    "blank a secret": lambda t: t.replace(lines(t, "other")[0], "''"),
    "null a secret": lambda t: t.replace(lines(t, "other")[0], "null"),
    "reorder the secrets": lambda t: re.sub(r"(  token:.*\n)(  other:.*\n)", r"\2\1", t),
    "put plain text in": lambda t: t.replace(lines(t, "other")[0], "plain"),
    "add plain text": lambda t: t.replace("  token:", "  more: plain\n  token:"),
    "change the rule": lambda t: t.replace("^secrets$", "^nothing$"),
    "widen the rule": lambda t: t.replace("^secrets$", "^[sa]"),
    "change the MAC mode": lambda t: t.replace("mac_only_encrypted: true", "mac_only_encrypted: false"),
    "change lastmodified": lambda t: re.sub(r'lastmodified: "\d{4}', 'lastmodified: "2020', t),
    "make a value a comment": lambda t: t.replace(",type:str]\n  other", ",type:comment]\n  other"),
    "make a value a boolean": lambda t: t.replace(",type:str]\n  other", ",type:bool]\n  other"),
    "make a value a number": lambda t: t.replace(",type:str]\n  other", ",type:int]\n  other"),
    "give a value no known type": lambda t: t.replace(",type:str]\n  other", ",type:code]\n  other"),
    "truncate a value": lambda t: t.replace(",type:str]\n  other", ",ty\n  other"),
    "empty the MAC": lambda t: re.sub(r"  mac: .*", "  mac: ''", t),
    "drop the MAC": lambda t: re.sub(r"  mac: .*\n", "", t),
    "put a value in the MAC's place": lambda t: re.sub(r"  mac: .*", f"  mac: {lines(t, 'token')[0]}", t),
    "drop the recipients": drop_recipients,
    "drop the seal": lambda t: re.sub(r"  _seal: .*\n", "", t),
    "drop the block": lambda t: t[: t.index("\nsops:") + 1],
    "flatten a path into a key": lambda t: re.sub(r"(secrets:\n)  token(: .*\n)", r'"secrets:token"\2\1', t),
    "nest a value": lambda t: t.replace("  token:", "  a:\n    token:"),
    "hide a value behind a colon": lambda t: t.replace("  token:", '  "a:token":'),
}


@pytest.mark.parametrize("attack", SECRETS.values(), ids=SECRETS)
def test_a_changed_secret_closes_them_all(alice: Person, text: str, attack: Callable[[str], str]) -> None:
    changed = attack(text)
    assert changed != text
    with pytest.raises((LockedError, InvalidFile)) as caught:
        alice.vault.open(sealed(changed), digest(connection(text)))
    shown = f"{caught.value} {caught.value.hint}"
    assert "s3cret" not in shown
    assert "plain" not in shown.replace("plain text", "")


def test_values_of_another_file_are_refused(alice: Person, text: str) -> None:
    other = seal(alice, PLAIN)
    with pytest.raises(MacMismatch):
        opened(alice, replaced(text, "token", other))
    header, _, _ = PLAIN.replace("orders.example", "evil.example").partition("secrets:")
    with pytest.raises(SealBroken):
        opened(alice, header + text[text.index("secrets:") :])


def test_an_old_value_of_the_same_file_is_refused(alice: Person, text: str) -> None:
    sealing = alice.vault.seal(
        sealed(text), {"token": Secret("newer")}, digest(connection(text)), [alice.recipient]
    )
    newer = applied(text, sealing)
    assert opened(alice, newer)["token"] == "newer"
    with pytest.raises(MacMismatch):
        opened(alice, replaced(newer, "token", text))


def test_types_say_nothing_about_a_value(alice: Person) -> None:
    number = seal(alice, PLAIN, {"token": Secret("42"), "other": Secret("x")})
    for kind in ("int", "bytes", "float"):
        assert opened(alice, number.replace(",type:str]\n  other", f",type:{kind}]\n  other"))["token"] == "42"
    padded = seal(alice, PLAIN, {"token": Secret("042"), "other": Secret("x")})
    with pytest.raises(MacMismatch):
        opened(alice, padded.replace(",type:str]\n  other", ",type:int]\n  other"))


def test_what_no_seal_can_tell_stays_valid(alice: Person, text: str) -> None:
    free = text.replace("name: Orders", "name: Copy").replace("Order service", "Another text\ntags: [a, b]")
    assert opened(alice, free.replace("tags: [a, b]\n", "")) == opened(alice, text)


def test_an_injected_recipient_gets_nothing(alice: Person, bob: Person, text: str) -> None:
    entry = f"  age:\n  - recipient: {bob.recipient}\n    enc: none\n"
    injected = text.replace("  age:\n", entry, 1)
    assert opened(alice, injected) == opened(alice, text)
    file, now = sealed(injected), digest(connection(text))
    attempts: list[Callable[[], object]] = [
        lambda: alice.vault.seal(file, {"token": Secret("new")}, now, [alice.recipient]),
        lambda: alice.vault.seal(file, {}, now, [alice.recipient]),
        lambda: alice.vault.rotate(file, [alice.recipient]),
        lambda: alice.vault.add_recipients(file, [alice.recipient]),
        lambda: alice.vault.remove_recipients(file, ["age1other"], [alice.recipient]),
    ]
    for attempt in attempts:
        with pytest.raises(UnpinnedRecipient, match=bob.recipient):
            attempt()


def forged(recipient: str, key: DataKey, now: str) -> tuple[str, SealedFile]:
    """Return a file for `recipient`, made without any identity, with a data key that the forger knows."""
    from integrator_tui.vault.sealed_section import seal_text

    when = "2026-01-02T03:04:05Z"
    values = {"token": Secret("bait"), "_seal": seal_text(now, ["other"])}
    encrypted = {name: key.encrypt(("secrets", name), value) for name, value in values.items()}
    enc = key.wrap(parse_recipient(recipient)).replace("\n", "\n      ").rstrip()
    text = (
        f"{PLAIN.partition('secrets:')[0]}secrets:\n  token: {encrypted['token']}\n  other: ''\n"
        f"  _seal: {encrypted['_seal']}\nsops:\n  age:\n  - recipient: {recipient}\n    enc: |\n      {enc}\n"
        f'  lastmodified: "{when}"\n  mac: {key.encrypt_mac(mac(values.values(), only_encrypted=True), when)}\n'
        f"  encrypted_regex: ^secrets$\n  mac_only_encrypted: true\n  version: 3.9.0\n"
    )
    return text, sealed(text)


def test_a_chosen_data_key_gets_no_secret(alice: Person) -> None:
    now = digest(connection(PLAIN))
    chosen = DataKey.generate()
    text, file = forged(alice.recipient, chosen, now)
    assert opened(alice, text)["token"] == "bait", "whoever knows the recipients can make a whole file"
    written = alice.vault.seal(file, {"other": Secret("s3cret")}, now, [alice.recipient])
    for path, value in written.values.items():
        assert chosen.decrypt(path, value) is None
    assert opened(alice, applied(text, written))["other"] == "s3cret"
    fields_alone = alice.vault.seal(file, {}, "f" * 64, [alice.recipient])
    assert set(fields_alone.values) == {("secrets", "_seal")}, "under a known key goes the seal, no secret"


def test_an_ex_recipient_reads_nothing_new(alice: Person, bob: Person) -> None:
    now = digest(connection(PLAIN))
    both = [alice.recipient, bob.recipient]
    text = applied(PLAIN, alice.vault.seal(sealed(PLAIN), TYPED, now, both))
    bobs = parse_identity(bob.key_file.read_text().strip())
    known = DataKey.unwrap((sealed(text).metadata or {})["age"][1]["enc"], [bobs])
    config = alice.sops.folder / ".sops.yaml"
    config.write_text(f"creation_rules:\n  - age: {alice.recipient}\n")
    without = alice.sops.change(text, "updatekeys", "--yes", "FILE")
    later = alice.vault.seal(sealed(without), {"token": Secret("later")}, now, [alice.recipient])
    assert all(known.decrypt(path, value) is None for path, value in later.values.items())


def test_a_rule_that_is_none_or_too_large_is_refused(alice: Person, text: str) -> None:
    for rule in ("(?=a)", r"(a)\\1", "x" * 20_000, "(a{1,60}){1,16}" * 4, "(" * 500 + ")" * 500):
        with pytest.raises(InvalidFile, match="a rule in the sops block"):
            opened(alice, text.replace('"^secrets$"', f'"{rule}"'))


def test_a_bomb_in_the_rule_goes_off_in_linear_time(alice: Person) -> None:
    long = PLAIN.replace("secrets:", f"{'a' * 1000}: x\nsecrets:", 1)
    for rule in ("(a+)+$", "(a|aa)*$", "(a*)*b|^secrets$", "a?" * 30 + "a" * 30, "(x|a)*a(x|a){300}"):
        assert agrees(alice, long, {"encrypted_regex": rule}), "both read the same"


def malformed(alice: Person, text: str, name: str) -> str:
    enc = (sealed(text).metadata or {})["age"][0]["enc"]
    shown = enc.replace("\n", "\n      ").rstrip()
    bodies = {
        "armor cut": shown[: len(shown) // 2].rstrip(),
        "armor of nothing": "-----BEGIN AGE ENCRYPTED FILE-----\n      -----END AGE ENCRYPTED FILE-----",
        "no armor": "abc",
        "wrong end": shown.replace("END AGE", "END PGP"),
        "a changed byte": shown[:-60] + ("A" if shown[-60] != "A" else "B") + shown[-59:],
        "oversized": shown + "\n      " + "A" * 20_000,
    }
    assert shown in text
    return text.replace(shown, bodies[name])


@pytest.mark.parametrize(
    "name", ["armor cut", "armor of nothing", "no armor", "wrong end", "a changed byte", "oversized"]
)
def test_a_malformed_entry_is_refused(alice: Person, text: str, name: str) -> None:
    with pytest.raises((InvalidFile, LockedError)):
        opened(alice, malformed(alice, text, name))


BLOCKS: dict[str, dict[str, Any]] = {
    "age is a text": {"age": "age1"},
    "age holds texts": {"age": ["age1"]},
    "an entry without enc": {"age": [{"recipient": "age1"}]},
    "an entry that is null": {"age": [None]},
    "a list within": {"age": [{"recipient": ["x"], "enc": {}}]},
    "endless": {"age": [{"recipient": "age1", "enc": "x"}] * 2000},
    "a recipient without end": {"age": [{"recipient": "a" * 10_000, "enc": "x"}]},
    "mac is a list": {"mac": ["x"]},
    "no lastmodified": {"lastmodified": None},
    "lastmodified is a map": {"lastmodified": {"a": "b"}},
    "two rules": {"encrypted_suffix": "x"},
    "a rule that is a list": {"encrypted_regex": ["x"]},
    "mac_only is a word": {"mac_only_encrypted": "maybe"},
    "pgp is a text": {"pgp": "x"},
    "a threshold": {"shamir_threshold": "3"},
}


@pytest.mark.parametrize("change", BLOCKS.values(), ids=BLOCKS)
def test_a_malformed_block_is_refused(alice: Person, text: str, change: dict[str, Any]) -> None:
    file = sealed(text)
    broken = SealedFile(file.leaves, {**(file.metadata or {}), **change})
    now = digest(connection(text))
    actions: list[Callable[[], object]] = [
        lambda: alice.vault.open(broken, now),
        lambda: alice.vault.seal(broken, {}, now, [alice.recipient]),
        lambda: alice.vault.rotate(broken, [alice.recipient]),
    ]
    for action in actions:
        with pytest.raises(IntegratorError):
            action()
    assert alice.vault.verify(broken, now)


@pytest.mark.parametrize(
    "value",
    [
        "ENC[]",
        "ENC[AES256_GCM,data:,iv:,tag:,type:str]",
        "ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]",
        "ENC[AES256_GCM,data:YQ=,iv:YQ==,tag:YQ==,type:str]",
        "ENC[AES256_CBC,data:YQ==,iv:YQ==,tag:YQ==,type:str]",
        "ENC[AES256_GCM,data:" + "QUFB" * 400_000 + ",iv:YQ==,tag:YQ==,type:str]",
    ],
    ids=lambda value: value[:40],
)
def test_a_malformed_value_is_refused(alice: Person, text: str, value: str) -> None:
    with pytest.raises(MacMismatch, match=r"secrets\.token does not open"):
        opened(alice, text.replace(lines(text, "token")[0], value))


def test_a_value_bound_to_no_place_is_refused(alice: Person, text: str) -> None:
    identity = parse_identity(alice.key_file.read_text().strip())
    key = DataKey.unwrap((sealed(text).metadata or {})["age"][0]["enc"], [identity])
    assert key.decrypt(("secrets", "token"), lines(text, "token")[0])
    assert key.decrypt(("token",), lines(text, "token")[0]) is None
    assert encrypt(b"k" * 32, "", "secrets:token:") == ""
