"""Files that sops encrypts beyond `secrets:`: they open, are edited, and stay encrypted under the same rule."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest

from integrator_tui.errors import (
    ChangedOnDisk,
    InvalidFile,
    LockedError,
    MacMismatch,
    NoIdentity,
    NotFound,
    PassphraseNeeded,
    SaveError,
    SealBroken,
)
from integrator_tui.model.connection import OAuth2Auth, Operation, Options, Timeout
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.vault.age.x25519 import X25519Identity
from integrator_tui.workspace import Workspace
from integrator_tui.workspace.batch.check import Check
from integrator_tui.workspace.interchange.formats import EXPORT_FORMATS
from tests.identities import protected_identity
from tests.vault.sops_file import Sops

FILE = "orders.yaml"
PEM = "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n"
PLAIN = f"""\
# what it is for
name: Orders
type: http
description: Order service
base_url: https://orders.example.com
test_path: /health # cheap
ca_cert: |
{"".join(f"    {line}" + chr(10) for line in PEM.splitlines())}tags: [prod, "true", '0123']
auth:
    # how it proves itself
    type: oauth2
    access_token_url: https://login.example.com/token
    client_id: svc
    scope: ''
operations:
    # the first
    - name: Open orders
      method: GET
      path: /orders
      params:
        limit: "10"
        X_enc: hidden
      follow_redirect: true
options:
    timeout:
        connect: 2
        read: 7.5
    verify: true
secrets:
    client_secret: hunter2
"""

RULES: dict[str, dict[str, str]] = {
    "whole": {},
    "unencrypted_suffix": {"unencrypted_suffix": "e"},
    "encrypted_suffix": {"encrypted_suffix": "_enc"},
    "encrypted_regex": {"encrypted_regex": "^(secrets|auth|timeout|name)$"},
    "encrypted_regex without secrets": {"encrypted_regex": "^(auth|tags|verify)$"},
    "encrypted_regex with a flag": {"encrypted_regex": "(?i)^AUTH$"},
    "unencrypted_regex": {"unencrypted_regex": "^(name|description|tags)$"},
    "encrypted_comment_regex": {"encrypted_comment_regex": "proves|first"},
    "unencrypted_comment_regex": {"unencrypted_comment_regex": "cheap"},
}
PARAMETERS = [
    pytest.param(rule, mac_only, id=f"{name}-{'mac-only' if mac_only else 'mac-all'}")
    for name, rule in RULES.items()
    for mac_only in (False, True)
]


class Place:
    """A workspace, and sops with the same identity."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "work"
        self.root.mkdir()
        self.keys = folder / "age/keys.txt"
        self.state = folder / "state"
        self.folder = folder
        self.workspace = self.reopened()
        self.recipient = self.workspace.keys.create_identity().recipient
        self.sops = Sops(folder, self.keys)

    def reopened(self, *, keys: bool = True) -> Workspace:
        """Return the workspace as another run of the program sees it, with its identity or without."""
        file = self.keys if keys else self.folder / "none.txt"
        return Workspace(
            self.root, Surroundings(self.folder / "config", self.state, self.folder / "cache", age_keys_file=file)
        )

    def encrypt(self, text: str = PLAIN, **rule: Any) -> str:
        """Put a file into the workspace that sops encrypted, and return its text."""
        encrypted = self.sops.encrypt(text, self.recipient, **rule)
        (self.root / FILE).write_text(encrypted)
        return encrypted

    @property
    def text(self) -> str:
        return (self.root / FILE).read_text()

    def replace(self, old: str, new: str) -> None:
        assert old in self.text
        (self.root / FILE).write_text(self.text.replace(old, new))

    def entry(self) -> Entry:
        return self.workspace.catalog.entry(FILE)

    def seal(self) -> Entry:
        return self.workspace.seals.reseal(self.entry())

    def decrypted(self) -> Any:
        found = self.sops.decrypt(self.text)
        assert found.get("secrets", {}).pop("_seal", "v1:").startswith("v1:")
        return found


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def rule_of(text: str) -> list[str]:
    return re.findall(r"^\s+((?:un)?encrypted_(?:comment_)?(?:regex|suffix): .*)$", text, re.MULTILINE)


def encrypted_keys(text: str) -> set[str]:
    return set(re.findall(r"^\s*(\w+): \"?ENC\[", text, re.MULTILINE)) - {"mac", "_seal"}


@pytest.mark.parametrize(("rule", "mac_only"), PARAMETERS)
def test_it_opens_is_sealed_edited_and_rotated_and_sops_reads_each(
    place: Place, rule: dict[str, str], mac_only: bool
) -> None:
    encrypted = place.encrypt(**rule, mac_only_encrypted=mac_only)
    entry = place.entry()
    assert (entry.name, entry.problems) == ("Orders", ())
    connection = entry.connection
    assert connection is not None
    assert connection.tags == ("prod", "true", "0123")
    assert (connection.options.timeout.connect, connection.options.timeout.read) == (2.0, 7.5)
    assert connection.ca_cert == PEM
    assert connection.operations[0].follow_redirect is True

    # As sops leaves it there is no seal, so that nothing is sent for it; it is sealed once.
    assert [type(found) for found in place.workspace.seals.verify(entry.file)] == [SealBroken]
    sealed = place.seal()
    assert sealed.connection == connection
    assert place.workspace.seals.verify(sealed.file) == ()
    assert place.workspace.secrets.of(sealed)["client_secret"] == Secret("hunter2")
    before = encrypted_keys(encrypted)
    assert before <= encrypted_keys(place.text)
    if rule and "comment" not in next(iter(rule)) and "secrets" in next(iter(rule.values())):
        assert rule_of(place.text) == [f"{kind}: {text}" for kind, text in rule.items()]
    original = place.sops.decrypt(encrypted)
    assert place.decrypted() == original

    # An edit of everything that can change its kind, place or length.
    changed = connection.model_copy(
        update={
            "description": "édité: # no comment",
            "base_url": "https://other.example.com",
            "tags": ("0123", "prod", "new"),
            "auth": OAuth2Auth(access_token_url="https://login.example.com/t2", client_id="true", scope="a b"),
            "operations": (Operation(name="Second", path="/2"), *connection.operations),
            "options": connection.options.model_copy(update={"verify": False}),
            "ca_cert": PEM + PEM,
        }
    )
    saved = place.workspace.editor.save(Draft(changed, FILE, sealed.revision))
    assert saved.connection == changed
    assert place.workspace.seals.verify(saved.file) == ()
    assert before - {"verify"} <= encrypted_keys(place.text)
    found = place.decrypted()
    assert found["description"] == "édité: # no comment"
    assert found["tags"] == ["0123", "prod", "new"]
    assert (found["auth"]["client_id"], found["auth"]["scope"]) == ("true", "a b")
    assert found["options"] == {"timeout": {"connect": 2, "read": 7.5}, "verify": False}
    assert [operation["name"] for operation in found["operations"]] == ["Second", "Open orders"]
    assert found["operations"][1] == original["operations"][0]

    # sops changes it, and we read that.
    text = place.sops.change(place.text, "set", "FILE", '["auth"]["client_id"]', '"by sops"')
    (place.root / FILE).write_text(text)
    theirs = place.entry()
    assert isinstance(theirs.connection and theirs.connection.auth, OAuth2Auth)
    assert theirs.connection.auth.client_id == "by sops"  # type: ignore[union-attr]
    with pytest.raises(SealBroken):
        place.workspace.secrets.of(theirs)
    place.seal()

    # Other keys, other people.
    ciphertext = set(re.findall(r"data:[^,]*", place.text))
    assert [outcome.error for outcome in place.workspace.keys.rotation.rotate()] == [None]
    assert not ciphertext & set(re.findall(r"data:[^,]*", place.text))
    other = X25519Identity.generate().recipient()
    assert [outcome.changed for outcome in place.workspace.keys.rotation.add(other)] == [True]
    assert other in place.text
    assert [outcome.changed for outcome in place.workspace.keys.rotation.remove(other)] == [True]
    assert other not in place.text
    assert place.workspace.seals.verify(place.entry().file) == ()
    assert place.entry().connection == theirs.connection
    assert place.decrypted() == {**found, "auth": {**found["auth"], "client_id": "by sops"}}
    assert place.sops.run("rotate", "-i", str(place.root / FILE)).returncode == 0


@pytest.mark.parametrize("rule", [pytest.param(rule, id=name) for name, rule in RULES.items()])
def test_without_a_key_it_is_locked_and_shows_no_ciphertext(place: Place, rule: dict[str, str]) -> None:
    place.encrypt(**rule)
    workspace = place.reopened(keys=False)
    for entry in (*workspace.catalog.entries(), *workspace.catalog.summaries()):
        assert entry.state == ("unsealed" if "hunter2" in place.text else "locked")
        assert entry.problems == ()
        assert entry.connection is None
        shown = {entry.name, entry.base_url, entry.auth, *entry.tags}
        assert not any("ENC" in text for text in shown)
        assert ("(encrypted)" in shown) == bool(
            re.search(r"^(name|base_url|  type|    type|  - |    - ).*ENC", place.text, re.MULTILINE)
        ) or "comment" in str(rule)
    entry = workspace.catalog.entry(FILE)
    for use in (workspace.secrets.of, workspace.display.as_json, workspace.editor.duplicate):
        with pytest.raises(LockedError, match=FILE):
            use(entry)
    with pytest.raises(LockedError):
        workspace.seals.review(FILE)
    with pytest.raises(LockedError):
        workspace.display.as_yaml(entry, reveal=True)
    text = workspace.display.as_yaml(entry)
    assert "ENC[" not in text
    assert "(encrypted)" in text
    told = place.workspace.display.as_yaml(place.entry())
    assert "ENC[" not in told and "(encrypted)" not in told
    for comment in ("# what it is for", "# cheap", "# how it proves itself"):
        assert comment in told
    assert "scope" in told and "base_url: https://orders.example.com" in told
    assert [type(outcome.error) for outcome in workspace.keys.rotation.rotate()] == [NoIdentity]


async def test_a_check_of_a_closed_file_is_locked(place: Place) -> None:
    place.encrypt()
    workspace = place.reopened(keys=False)
    report = await workspace.probes.check(Check.of(workspace.catalog.entry(FILE)), {})
    assert report.outcome == "error"
    assert report.failure is not None and report.failure.kind == "locked"


def test_an_unchanged_save_keeps_every_byte_and_a_change_its_line(place: Place) -> None:
    place.encrypt()
    # The first edit makes a new data key: that of sops may be known to others.
    sealed = place.workspace.editor.rename(place.seal(), "First")
    before = place.text
    assert sealed.connection is not None
    place.workspace.editor.save(Draft(sealed.connection, FILE, sealed.revision))
    assert place.text == before
    place.workspace.editor.rename(sealed, "Renamed")
    different = [line for line in place.text.splitlines() if line not in before.splitlines()]
    assert {line.split(":")[0].strip() for line in different} <= {"name", "mac", "lastmodified"}
    assert place.decrypted()["name"] == "Renamed"


def test_it_is_found_by_its_encrypted_name_and_tag(place: Place) -> None:
    place.encrypt()
    assert place.workspace.catalog.find("Orders").file == FILE
    assert [entry.file for entry in place.workspace.catalog.tagged(["prod"])] == [FILE]
    closed = place.reopened(keys=False)
    with pytest.raises(Exception, match="no connection is named Orders") as caught:
        closed.catalog.find("Orders")
    assert "encrypted" in caught.value.hint  # type: ignore[attr-defined]
    assert closed.catalog.find(FILE).state == "locked"


def test_a_file_without_secrets_gets_a_seal_and_keeps_its_rule(place: Place) -> None:
    for end in (
        "",
        "secrets: {}\noptions: {proxy: 'http://p.example:1'}\n",
        "secrets:\noptions:\n    verify: true\n",
    ):
        place.encrypt(f"name: Plain\nbase_url: https://a.example\n{end}")
        entry = place.entry()
        with pytest.raises(SealBroken):
            place.workspace.probes.target(Draft(entry.connection, FILE, entry.revision), {})  # type: ignore[arg-type]
        sealed = place.seal()
        assert sealed.state == "ok"
        place.workspace.probes.target(Draft(sealed.connection, FILE, sealed.revision), {})  # type: ignore[arg-type]
        assert place.workspace.seals.verify(sealed.file) == ()
        found = place.decrypted()
        assert found["base_url"] == "https://a.example"
        assert place.text.index("\nsecrets:") < place.text.index("\nsops:")
        changed = sealed.connection.model_copy(update={"base_url": "https://b.example", "name": "New"})  # type: ignore[union-attr]
        place.workspace.editor.save(Draft(changed, FILE, sealed.revision))
        assert "example" not in place.text
        assert place.decrypted()["base_url"] == "https://b.example"
        place.replace(re.search(r"\n *_seal: .*", place.text)[0], "")  # type: ignore[index]
        with pytest.raises(LockedError):
            place.workspace.probes.target(Draft(changed, FILE, place.entry().revision), {})


def test_the_last_secret_goes_and_the_fields_stay_encrypted(place: Place) -> None:
    place.encrypt()
    sealed = place.seal()
    assert sealed.connection is not None
    without = sealed.connection.model_copy(update={"secrets": ()})
    saved = place.workspace.editor.save(Draft(without, FILE, sealed.revision))
    assert saved.connection == without
    assert place.workspace.seals.verify(saved.file) == ()
    assert "Order service" not in place.text
    assert place.decrypted()["name"] == "Orders"


def test_renamed_and_moved_names_stay_encrypted(place: Place) -> None:
    place.encrypt()
    sealed = place.seal()
    assert sealed.connection is not None
    operation = sealed.connection.operations[0]
    renamed = operation.model_copy(update={"params": (("X_enc", "hidden"), ("max", "10"))})
    wanted = sealed.connection.model_copy(update={"operations": (renamed,)})
    saved = place.workspace.editor.save(Draft(wanted, FILE, sealed.revision))
    assert saved.connection == wanted
    assert "hidden" not in place.text
    assert place.decrypted()["operations"][0]["params"] == {"X_enc": "hidden", "max": "10"}


def test_comments_that_sops_encrypted_survive_a_new_key(place: Place) -> None:
    encrypted = place.encrypt()
    assert encrypted.count("type:comment") >= 4
    place.seal()
    assert [outcome.changed for outcome in place.workspace.keys.rotation.rotate()] == [True]
    finished = place.sops.run("decrypt", str(place.root / FILE))
    assert finished.returncode == 0, finished.stderr
    for comment in ("what it is for", "cheap", "how it proves itself", "the first"):
        assert comment in finished.stdout
    assert place.entry().connection is not None
    assert len(place.entry().connection.operations) == 1  # type: ignore[union-attr]


def test_a_field_in_plain_where_the_rule_encrypts_is_locked_until_it_is_sealed(place: Place) -> None:
    place.encrypt()
    place.seal()
    place.replace(re.search(r"^base_url: .*$", place.text, re.MULTILINE)[0], "base_url: https://evil.example")  # type: ignore[index]
    entry = place.entry()
    assert (entry.state, entry.connection) == ("locked", None)
    assert "base_url is not encrypted" in entry.problems[0].message
    review = place.workspace.seals.review(FILE)
    assert [field.name for field in review.fields if field.differs] == ["base_url"]
    assert isinstance(review.findings[0], MacMismatch)
    place.workspace.seals.seal(FILE, review.revision)
    assert "evil" not in place.text
    assert place.decrypted()["base_url"] == "https://evil.example"


def test_a_secret_in_plain_is_told_as_ever(place: Place) -> None:
    place.encrypt()
    place.seal()
    place.replace(re.search(r"client_secret: .*$", place.text, re.MULTILINE)[0], "client_secret: typed")  # type: ignore[index]
    assert place.entry().state == "unsealed"
    with pytest.raises(SealBroken, match="plain text"):
        place.workspace.secrets.of(place.entry())
    review = place.workspace.seals.review(FILE)
    place.workspace.seals.seal(FILE, review.revision)
    assert place.workspace.secrets.of(place.entry())["client_secret"] == Secret("typed")
    assert "typed" not in place.text


def test_it_cannot_be_saved_without_its_seal(place: Place) -> None:
    place.encrypt()
    entry = place.entry()
    assert entry.connection is not None
    changed = entry.connection.model_copy(update={"description": "new"})
    before = place.text
    for seal, error in ((True, SealBroken), (False, SaveError)):
        with pytest.raises(error):
            place.workspace.editor.save(Draft(changed, FILE, entry.revision), seal=seal)
    assert place.text == before


def test_a_plain_field_that_the_mac_covers_is_not_saved_without_a_new_one(place: Place) -> None:
    place.encrypt(encrypted_regex="^secrets$")
    entry = place.entry()
    assert entry.state == "ok" and entry.connection is not None
    changed = entry.connection.model_copy(update={"description": "new"})
    with pytest.raises(SealBroken):
        place.workspace.editor.save(Draft(changed, FILE, entry.revision))
    sealed = place.seal()
    place.workspace.editor.save(Draft(changed, FILE, sealed.revision))
    assert place.decrypted()["description"] == "new"


def test_an_encrypted_text_in_another_place_is_refused(place: Place) -> None:
    place.encrypt(encrypted_suffix="_enc")
    place.seal()
    stolen = re.search(r"X_enc: (.*)", place.text)
    assert stolen
    place.replace("description: Order service", f"description: {stolen[1]}")
    entry = place.entry()
    assert (entry.state, entry.connection) == ("problem", None)
    assert "description holds the encrypted text of another field" in entry.problems[0].message


def test_a_rule_that_leaves_a_secret_in_plain_is_named(place: Place) -> None:
    place.encrypt(unencrypted_regex="^(secrets|name)$")
    with pytest.raises(
        InvalidFile, match=r"unencrypted_regex: \^\(secrets\|name\)\$, leaves secrets.client_secret"
    ):
        place.seal()


def test_a_damaged_block_or_value_is_one_row(place: Place) -> None:
    place.encrypt()
    text = place.text
    value = re.search(r"name: ENC\[AES256_GCM,data:(..)", text)
    assert value
    for old, new in (
        (f"data:{value[1]}", "data:AA"),
        ("type:str]", "type:int]"),
        ("lastmodified: ", "lastmodified: x"),
        ("  mac: ENC[", "  mac: ENC("),
        ("    age:", "    ages:"),
        ("    age:", "    age: x\n    b:"),
        ("sops:\n", "sops: x\nb:\n"),
        ("type:float]", "type:nan]"),
    ):
        assert old in text
        (place.root / FILE).write_text(text.replace(old, new, 1))
        (entry,) = place.workspace.catalog.entries()
        assert entry.connection is None or "sops" in old
        assert entry.state in ("locked", "problem")
        assert not any("ENC[" in problem.message + problem.hint for problem in entry.problems)
        outcomes = list(place.workspace.keys.rotation.rotate())
        assert len(outcomes) == 1 and outcomes[0].error is not None


def test_a_passphrase_opens_it_when_it_is_given(place: Place) -> None:
    folder = place.folder / "protected"
    given = Surroundings(folder / "c", folder / "s", folder / "k", age_keys_file=folder / "keys.txt")
    made = Workspace(place.root, given)
    recipient = protected_identity(made, folder / "keys.txt", "open sesame")
    (place.root / FILE).write_text(place.sops.encrypt(PLAIN, recipient))
    silent = Workspace(place.root, given)
    entry = silent.catalog.entry(FILE)
    assert (entry.state, entry.problems, entry.connection) == ("locked", (), None)
    with pytest.raises(PassphraseNeeded):
        silent.catalog.opened(entry)
    silent.keys.unlock(Secret("open sesame"))
    assert silent.catalog.entry(FILE).name == "Orders"
    # Whoever still holds the closed entry is not asked again.
    assert silent.secrets.of(silent.seals.reseal(entry))["client_secret"] == Secret("hunter2")
    with pytest.raises(ChangedOnDisk):
        silent.editor.rename(entry, "Renamed")

    # A list does without; whoever names the connection wants it open, or takes it as it is.
    again = Workspace(place.root, given)
    assert [found.state for found in again.catalog.entries()] == ["locked"]
    for name in ("Orders", FILE):
        with pytest.raises(PassphraseNeeded):
            again.catalog.find(name)
    with pytest.raises(NotFound):
        again.catalog.find("Orders", locked=True)
    assert again.catalog.find(FILE, locked=True).state == "locked"
    again.keys.unlock(Secret("open sesame"))
    assert again.catalog.find("Orders").state == "ok"


def test_a_merge_keeps_the_fields_encrypted(place: Place) -> None:
    place.encrypt()
    sealed = place.workspace.editor.rename(place.seal(), "First")
    base = place.text.encode()
    assert sealed.connection is not None
    sides = []
    for change in ({"description": "ours"}, {"test_path": "/theirs"}):
        (place.root / FILE).write_bytes(base)
        entry = place.entry()
        assert entry.connection is not None
        place.workspace.editor.save(Draft(entry.connection.model_copy(update=change), FILE, entry.revision))
        sides.append(place.text.encode())
    merged = place.workspace.three_way.merge(FILE, base, *sides)
    # The fields of both say something that nobody has sealed together.
    assert [type(finding) for finding in merged.findings] in ([], [SealBroken])
    (place.root / FILE).write_bytes(merged.data)
    found = place.decrypted()
    assert (found["description"], found["test_path"]) == ("ours", "/theirs")
    assert b"theirs" not in merged.data


@pytest.mark.parametrize("seed", range(6))
def test_drawn_edits_under_a_drawn_rule_are_what_sops_reads(place: Place, seed: int) -> None:
    draw = random.Random(seed)
    keys = ["name", "auth", "params", "tags", "timeout", "base_url", "operations", "scope", "secrets"]
    chosen = draw.sample(keys, 4)
    kind = draw.choice(["encrypted_regex", "unencrypted_regex"])
    chosen = [key for key in chosen if kind == "encrypted_regex" or key != "secrets"]
    place.encrypt(**{kind: f"^({'|'.join(chosen)})$"}, mac_only_encrypted=draw.random() < 0.5)
    entry = place.seal()
    texts = ["", "x", "true", "0123", "null", "a: b", "two\nlines\n", "#", " é ", "1.50", "<<"]
    for _ in range(3):
        assert entry.connection is not None
        operation = Operation(
            name=f"o{draw.random()}",
            path="/x",
            params=tuple((f"p{n}", draw.choice(texts)) for n in range(draw.randrange(4))),
        )
        operations = [*entry.connection.operations, operation]
        draw.shuffle(operations)
        changed = entry.connection.model_copy(
            update={
                "description": draw.choice(texts),
                "tags": tuple(draw.sample(texts[1:], draw.randrange(4))),
                "operations": tuple(operations[: draw.randrange(1, 4)]),
                "auth": OAuth2Auth(access_token_url="https://l.example/t", client_id="c", scope=draw.choice(texts)),
                "options": Options(timeout=Timeout(connect=draw.choice([5.0, 0.25, 3.0]), read=30.0)),
            }
        )
        entry = place.workspace.editor.save(Draft(changed, FILE, entry.revision))
        assert entry.connection == changed
        found = place.decrypted()
        assert found.get("description", "") == changed.description
        assert tuple(found.get("tags", ())) == changed.tags
        for said, wanted in zip(found["operations"], changed.operations, strict=True):
            assert said.get("params", {}) == dict(wanted.params)
        assert place.workspace.seals.verify(entry.file) == ()


@pytest.mark.parametrize("form", list(EXPORT_FORMATS))
def test_no_export_holds_them_in_plain(place: Place, form: str) -> None:
    place.encrypt(encrypted_regex="^(secrets|base_url)$")
    (place.root / "extending.yaml").write_text(
        "name: Extending\nextends: orders.yaml\nbase_url: https://a.example\n"
    )
    for file in (FILE, "extending.yaml"):
        exported = place.workspace.exports.written(form, [place.workspace.catalog.entry(file)])
        assert exported.text == ""
        assert f"fields of {FILE} are encrypted" in exported.refused[0].message
