"""Two branches change different secrets: the MAC is made anew where both sides are whole, conflicts are named."""

from __future__ import annotations

import pytest

from integrator_tui.errors import MacMismatch, SealBroken
from integrator_tui.model.secret import Secret
from tests.vault.conftest import Person
from tests.vault.sops_file import applied, sealed
from tests.vault.test_seal_and_open import DIGEST, PLAIN, TYPED, changed_lines, revealed


def change(person: Person, text: str, recipients: list[str], digest: str = DIGEST, **typed: str) -> str:
    values = {name: Secret(value) for name, value in typed.items()}
    return applied(text, person.vault.seal(sealed(text), values, digest, recipients))


def line(text: str, key: str) -> str:
    return next(line for line in text.splitlines() if line.strip().startswith(f"{key}:"))


def test_one_data_key_on_both_sides_changes_the_mac_alone(alice: Person) -> None:
    pinned = [alice.recipient]
    base = change(alice, PLAIN, pinned, **{name: value.reveal() for name, value in TYPED.items()})
    ours, theirs = change(alice, base, pinned, token="ours"), change(alice, base, pinned, client_secret="theirs")
    merged = ours.replace(line(ours, "client_secret"), line(theirs, "client_secret"))
    with pytest.raises(MacMismatch):
        revealed(alice, merged)
    merge = alice.vault.merge(sealed(merged), sealed(base), sealed(ours), sealed(theirs), pinned)
    after = applied(merged, merge.sealing)
    assert merge.conflicts == ()
    assert set(changed_lines(merged, after)) <= {"mac", "lastmodified"}
    assert revealed(alice, after) == {"client_secret": "theirs", "token": "ours"}
    assert alice.sops.decrypt(after)["secrets"]["client_secret"] == "theirs"


def test_a_data_key_on_each_side(alice: Person, bob: Person) -> None:
    both = [alice.recipient, bob.recipient]
    base = change(alice, PLAIN, both, token="t", client_secret="c")
    ours, theirs = change(alice, base, both, token="ours"), change(bob, base, both, client_secret="theirs")
    merge = alice.vault.merge(sealed(ours), sealed(base), sealed(ours), sealed(theirs), both)
    after = applied(ours, merge.sealing)
    assert merge.conflicts == ()
    assert revealed(bob, after) == {"client_secret": "theirs", "token": "ours"}
    assert set(changed_lines(ours, after)) <= {"client_secret", "mac", "lastmodified"}
    theirs_first = bob.vault.merge(sealed(theirs), sealed(base), sealed(theirs), sealed(ours), both)
    assert revealed(alice, applied(theirs, theirs_first.sealing)) == {"client_secret": "theirs", "token": "ours"}


def test_what_both_changed_is_a_conflict_and_ours_stands_meanwhile(alice: Person) -> None:
    pinned = [alice.recipient]
    base = change(alice, PLAIN, pinned, token="t", client_secret="c")
    ours, theirs = change(alice, base, pinned, token="ours"), change(alice, base, pinned, token="theirs")
    same = change(alice, base, pinned, token="ours")
    merge = alice.vault.merge(sealed(ours), sealed(base), sealed(ours), sealed(theirs), pinned)
    assert merge.conflicts == ("token",)
    assert revealed(alice, applied(ours, merge.sealing))["token"] == "ours"
    assert alice.vault.merge(sealed(ours), sealed(base), sealed(ours), sealed(same), pinned).conflicts == ()


def test_the_seal_is_merged_and_never_made(alice: Person) -> None:
    pinned = [alice.recipient]
    base = change(alice, PLAIN, pinned, token="t", client_secret="c")
    ours = change(alice, base, pinned, token="ours")
    theirs = change(alice, base, pinned, digest="e" * 64)
    after = applied(
        ours, alice.vault.merge(sealed(ours), sealed(base), sealed(ours), sealed(theirs), pinned).sealing
    )
    assert revealed(alice, after, "e" * 64)["token"] == "ours"
    other = change(alice, base, pinned, digest="f" * 64)
    both = applied(
        other, alice.vault.merge(sealed(other), sealed(base), sealed(other), sealed(theirs), pinned).sealing
    )
    with pytest.raises(SealBroken):
        revealed(alice, both, "0" * 64)


def test_added_and_removed_secrets(alice: Person) -> None:
    pinned = [alice.recipient]
    base = change(alice, PLAIN, pinned, token="t", client_secret="c")
    added = change(alice, base.replace("  token:", "  more: ''\n  token:"), pinned, more="m")
    gone = base.replace(line(base, "client_secret") + "\n", "")
    removed = applied(gone, alice.vault.seal(sealed(gone), {}, DIGEST, pinned))
    merged = added.replace(line(added, "client_secret") + "\n", "")
    merge = alice.vault.merge(sealed(merged), sealed(base), sealed(added), sealed(removed), pinned)
    assert revealed(alice, applied(merged, merge.sealing)) == {"more": "m", "token": "t"}


def test_a_side_that_is_not_whole_is_refused(alice: Person) -> None:
    pinned = [alice.recipient]
    base = change(alice, PLAIN, pinned, token="t", client_secret="c")
    theirs = change(alice, base, pinned, token="theirs")
    torn = theirs.replace(line(theirs, "mac"), line(base, "mac"))
    with pytest.raises(MacMismatch):
        alice.vault.merge(sealed(base), sealed(base), sealed(base), sealed(torn), pinned)
    merge = alice.vault.merge(sealed(base), sealed(torn), sealed(base), sealed(theirs), pinned)
    assert merge.conflicts == ("token",), "a common version that does not open counts as none"
