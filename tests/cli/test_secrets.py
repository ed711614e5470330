"""`keys`, `seal`, `verify`, `show`: secrets from a shell, held against the real sops."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.shell import Shell

CANARY = "kQ9-canary-value-7"


def sops(shell: Shell, *arguments: str) -> str:
    """Run the real sops with the identity of the scratch home, its MAC check on."""
    binary = Path(sys.executable).with_name("sops")
    done = subprocess.run(
        [binary, "--disable-version-check", *arguments],
        env={**os.environ, "SOPS_AGE_KEY_FILE": str(shell.key_file)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def plain_file(shell: Shell, base_url: str = "https://api.example.com") -> Path:
    return shell.write(
        "svc.yaml",
        f"# kept\nname: Service\nbase_url: {base_url}\ntest_path: /basic/health\n"
        f"auth:\n  type: basic\n  username: demo\nsecrets:\n  password: {CANARY}\n",
    )


@pytest.fixture
def sealed(shell: Shell) -> Path:
    path = plain_file(shell)
    assert shell.run("keys", "init").code == 0
    done = shell.run("seal", "--yes")
    assert (done.code, done.err) == (0, "")
    return path


def test_keys_init_makes_an_identity_once_and_prints_its_recipient(shell: Shell) -> None:
    first = shell.run("keys", "init")
    assert first.code == 0
    assert re.fullmatch(r"age1[0-9a-z]{58}\n", first.out)
    assert shell.key_file.stat().st_mode & 0o777 == 0o600
    assert shell.key_file.parent.stat().st_mode & 0o777 == 0o700
    content = shell.key_file.read_text()
    again = shell.run("keys", "init")
    assert (again.code, again.out) == (0, first.out)
    assert shell.key_file.read_text() == content


def test_plain_text_below_secrets_is_named_without_its_value(shell: Shell) -> None:
    plain_file(shell)
    shell.run("keys", "init")
    (entry,) = shell.run("list", "--json").json()
    assert entry["state"] == "unsealed"
    for command in (
        ["list"],
        ["verify"],
        ["check", "Service"],
        ["show", "Service"],
        ["check", "Service", "--format", "json"],
    ):
        done = shell.run(*command)
        assert CANARY not in done.out + done.err, command
    assert shell.run("verify").code == 3
    assert shell.run("check", "Service", "--format", "json").json()[0]["failure"]["kind"] == "seal_broken"


def test_seal_encrypts_and_sops_opens_it(shell: Shell, sealed: Path) -> None:
    text = sealed.read_text()
    assert CANARY not in text
    assert text.startswith("# kept\nname: Service\n")
    assert sealed.stat().st_mode & 0o777 == 0o600
    assert f"password: {CANARY}" in sops(shell, "-d", str(sealed))
    assert (shell.run("verify").code, shell.run("verify").out) == (0, "")


def test_an_intact_file_stays_byte_identical(shell: Shell, sealed: Path) -> None:
    before = sealed.read_bytes()
    assert shell.run("seal", "--yes").code == 0
    assert sealed.read_bytes() == before


def test_seal_asks_and_without_a_terminal_refuses(shell: Shell) -> None:
    path = plain_file(shell)
    shell.run("keys", "init")
    before = path.read_bytes()
    done = shell.run("seal")
    assert done.code == 2
    assert done.err.startswith("error: ") and "--yes" in done.err
    assert path.read_bytes() == before


def test_seal_without_an_identity_makes_none(shell: Shell) -> None:
    path = plain_file(shell)
    before = path.read_bytes()
    done = shell.run("seal", "--yes")
    assert done.code == 3
    assert not shell.key_file.exists()
    assert path.read_bytes() == before


def test_a_changed_address_breaks_the_seal_until_it_is_sealed_again(
    shell: Shell, sealed: Path, demo: ThreadedDemoServer
) -> None:
    sealed.write_text(sealed.read_text().replace("https://api.example.com", demo.addresses.http))
    report = shell.run("check", "Service", "--format", "json")
    assert report.code == 3
    assert report.json()[0]["failure"]["kind"] == "seal_broken"
    assert {stage["outcome"] for stage in report.json()[0]["stages"]} == {"skipped"}
    verify = shell.run("verify")
    assert verify.code == 3 and verify.out.startswith("svc.yaml: ")
    assert shell.run("seal", "--yes").code == 0
    assert shell.run("verify").code == 0


def test_a_description_may_change_without_breaking_the_seal(shell: Shell, sealed: Path) -> None:
    sealed.write_text(sealed.read_text().replace("name: Service", "name: Service\ndescription: mine"))
    assert shell.run("verify").code == 0


def test_sops_edits_our_file_and_we_read_it(shell: Shell, sealed: Path) -> None:
    sops(shell, "set", str(sealed), '["secrets"]["password"]', '"other-value"')
    assert shell.run("verify").code == 0
    assert "other-value" in shell.run("show", "Service", "--reveal").out


def test_a_broken_mac_is_locked(shell: Shell, sealed: Path) -> None:
    text = sealed.read_text()
    changed = re.sub(r'lastmodified: "(\d{4})', 'lastmodified: "1999', text)
    assert changed != text
    sealed.write_text(changed)
    report = shell.run("check", "Service", "--format", "json")
    assert (report.code, report.json()[0]["failure"]["kind"]) == (3, "locked")


def test_no_identity_is_locked(shell: Shell, sealed: Path) -> None:
    shell.key_file.rename(shell.home / "elsewhere")
    assert shell.run("list", "--json").json()[0]["state"] == "locked"
    report = shell.run("check", "Service", "--format", "json")
    assert (report.code, report.json()[0]["failure"]["kind"]) == (3, "locked")


def test_a_key_file_others_can_read_is_refused_with_the_mending_command(shell: Shell, sealed: Path) -> None:
    shell.key_file.chmod(0o640)
    done = shell.run("show", "Service", "--reveal")
    assert done.code == 3
    assert "chmod 600" in done.err


def test_show_masks_unless_asked_to_reveal(shell: Shell, sealed: Path) -> None:
    masked = shell.run("show", "Service").out
    assert "password: •••" in masked and "sops:" not in masked and "_seal" not in masked
    assert f"password: {CANARY}" in shell.run("show", "Service", "--reveal").out
    as_json = shell.run("show", "Service", "--json").json()
    assert as_json["secrets"] == {"password": "•••"}
    assert as_json["auth"] == {"type": "basic", "username": "demo"}
    assert shell.run("show", "Service", "--json", "--reveal").json()["secrets"] == {"password": CANARY}


def test_the_seal_is_looked_at_before_anything_else_can_fail(shell: Shell, sealed: Path) -> None:
    sealed.write_text(sealed.read_text().replace("  username: demo\n", ""))
    report = shell.run("check", "Service", "--format", "json")
    assert (report.code, report.json()[0]["failure"]["kind"]) == (3, "seal_broken")


def test_a_file_whose_secrets_were_taken_out_is_not_used_as_one_without(shell: Shell, sealed: Path) -> None:
    before, _, rest = sealed.read_text().partition("secrets:\n")
    sealed.write_text(before + rest[rest.index("sops:") :])
    assert shell.run("verify").code == 3
    report = shell.run("check", "Service", "--format", "json")
    assert (report.code, report.json()[0]["failure"]["kind"]) == (3, "seal_broken")
    assert shell.run("seal", "--yes").code == 0
    assert shell.run("verify").code == 0
    assert "sops:" not in sealed.read_text()
    assert shell.run("check", "Service", "--format", "json").json()[0]["failure"]["kind"] != "seal_broken"
