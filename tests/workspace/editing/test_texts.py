"""Files as text, and back: under every rule of sops, in every layout, nothing that was not edited changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from integrator_tui.errors import IntegratorError, InvalidFile, LockedError, SealBroken
from integrator_tui.model.entry import Entry
from integrator_tui.workspace import Workspace
from integrator_tui.workspace.editing.texts import TextEdit
from tests.workspace.test_encrypted_fields import FILE, PARAMETERS, Place, encrypted_keys, rule_of


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def opened(workspace: Workspace) -> TextEdit:
    return workspace.texts.opened(workspace.catalog.entry(FILE))


def saved(workspace: Workspace, edit: TextEdit, text: str) -> Entry:
    read = workspace.texts.read_back(edit, text)
    assert read.problems == () and read.draft is not None
    return workspace.texts.save(read)


@pytest.mark.parametrize(("rule", "mac_only"), PARAMETERS)
def test_a_file_of_any_rule_is_edited_as_text_and_stays_encrypted_as_it_was(
    place: Place, rule: dict[str, str], mac_only: bool
) -> None:
    place.encrypt(**rule, mac_only_encrypted=mac_only)
    place.seal()
    before, keys = place.text, encrypted_keys(place.text)
    workspace = place.reopened()
    edit = opened(workspace)
    assert "description: Order service\n" in edit.copy.text and "client_secret: hunter2\n" in edit.copy.text
    read = workspace.texts.read_back(edit, edit.copy.text)
    assert read.edited is not None and read.edited.text == before, "what was not edited comes back to the byte"
    entry = saved(workspace, edit, edit.copy.text.replace("Order service", "Changed").replace("hunter2", "hunter3"))
    assert entry.connection is not None and entry.connection.description == "Changed"
    assert "hunter3" not in place.text
    assert encrypted_keys(place.text) == keys and rule_of(place.text) == rule_of(before)
    assert place.reopened().seals.verify(FILE) == ()
    decrypted: Any = place.decrypted()
    assert (decrypted["description"], decrypted["secrets"]) == ("Changed", {"client_secret": "hunter3"})


def test_json_and_braces_are_edited_with_their_block(place: Place) -> None:
    values = {"name": "Orders", "base_url": "https://orders.example.com", "secrets": {"a": "one", "b": "two"}}
    for text in (json.dumps(values, indent=2), json.dumps(values)):
        (place.root / FILE).write_text(f"{text}\n")
        place.seal()
        workspace = place.reopened()
        edit = opened(workspace)
        assert '"a": "one"' in edit.copy.text
        saved(workspace, edit, edit.copy.text.replace("two", "three"))
        again = place.reopened()
        assert again.seals.verify(FILE) == ()
        values_now = again.secrets.of(again.catalog.entry(FILE))
        assert {name: secret.reveal() for name, secret in values_now.items()} == {"a": "one", "b": "three"}


LAYOUTS = {
    "seal first": "secrets:\n  # first\n  a: one\n  b: two # behind\n\n# after\n",
    "secrets early": "secrets: {a: one, b: two}\ntags: [x]\n",
    "quoted": "secrets:\n  \"a\": 'one'\n  b: \"two\"\n  empty: ''\n  later:\n",
    "crlf": "secrets:\r\n  a: one\r\n  b: |\r\n    two\r\n    lines\r\n",
    "no end": "tags: [x]\nsecrets:\n  a: one\n  b: two",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_comes_back_to_the_byte_and_takes_new_secrets(place: Place, layout: str) -> None:
    head = "# top\nname: Orders\nbase_url: https://orders.example.com\n"
    text = f"{head}{LAYOUTS[layout]}"
    (place.root / FILE).write_bytes(
        (text.replace("\r\n", "\n").replace("\n", "\r\n") if layout == "crlf" else text).encode()
    )
    place.seal()
    before = (place.root / FILE).read_bytes().decode()
    workspace = place.reopened()
    edit = opened(workspace)
    read = workspace.texts.read_back(edit, edit.copy.text)
    assert read.edited is not None and read.draft is not None
    assert read.draft.typed == {}
    # A file that ended without a line break gets one before its block comes back.
    assert read.edited.text == before
    saved(workspace, edit, edit.copy.text.replace("one", "fresh"))
    again = place.reopened()
    assert again.seals.verify(FILE) == ()
    assert again.secrets.of(again.catalog.entry(FILE))["a"].reveal() == "fresh"


def test_secrets_in_another_order_are_sealed_anew(place: Place) -> None:
    (place.root / FILE).write_text("name: O\nbase_url: https://a.example\nsecrets:\n  a: one\n  b: two\n")
    place.seal()
    workspace = place.reopened()
    edit = opened(workspace)
    saved(workspace, edit, edit.copy.text.replace("  a: one\n  b: two\n", "  b: two\n  a: one\n"))
    again = place.reopened()
    assert again.seals.verify(FILE) == ()
    assert list(again.secrets.of(again.catalog.entry(FILE))) == ["b", "a"]


def test_a_secret_that_was_renamed_keeps_its_value_under_the_new_name(place: Place) -> None:
    (place.root / FILE).write_text("name: O\nbase_url: https://a.example\nsecrets:\n  a: one\n")
    place.seal()
    workspace = place.reopened()
    edit = opened(workspace)
    read = workspace.texts.read_back(edit, edit.copy.text.replace("  a:", "  b:"))
    assert read.removed == ("a",)
    workspace.texts.save(read)
    again = place.reopened()
    assert again.secrets.of(again.catalog.entry(FILE))["b"].reveal() == "one"


def test_a_seal_that_breaks_while_the_text_is_edited_is_judged_by_what_was_edited(place: Place) -> None:
    (place.root / FILE).write_text("name: O\nbase_url: https://a.example\nsecrets:\n  a: one\n")
    place.seal()
    place.replace("https://a.example", "https://evil.example")
    workspace = place.reopened()
    edit = opened(workspace)
    assert isinstance(edit.copy.closed, SealBroken) and "one" not in edit.copy.text
    # To write back what the seal was made over leaves it broken too: only sealing makes it whole.
    saved(workspace, edit, edit.copy.text.replace("evil", "a"))
    assert any(isinstance(error, SealBroken) for error in place.reopened().seals.verify(FILE))
    edit = opened(place.workspace)
    saved(place.workspace, edit, edit.copy.text + "test_path: /mine\n")
    assert any(isinstance(error, SealBroken) for error in place.reopened().seals.verify(FILE))


def test_a_file_that_encrypts_its_fields_and_stays_closed_is_not_opened(place: Place) -> None:
    place.encrypt()
    place.seal()
    with pytest.raises(LockedError, match=FILE):
        opened(place.reopened(keys=False))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: O\ntype: postgres\n", "a connection of this type cannot be opened here"),
        (b"name: \xff\n", "the file is not UTF-8 text"),
    ],
    ids=["type", "latin1"],
)
def test_what_is_no_file_of_ours_is_told(place: Place, text: str | bytes, message: str) -> None:
    (place.root / FILE).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InvalidFile, match=message):
        opened(place.workspace)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "name: [",
        "name: O\nsecrets: [a]\n",
        "name: O\nsecrets: {a: {b: c}}\n",
        "\t",
        "a: &x 1\n",
        "name: O",
    ],
    ids=["empty", "list", "unclosed", "list_secrets", "nested", "tab", "anchor", "no_url"],
)
def test_what_cannot_be_read_back_is_problems_and_never_an_exception(place: Place, text: str) -> None:
    (place.root / FILE).write_text("name: O\nbase_url: https://a.example\nsecrets:\n  a: one\n")
    place.seal()
    workspace = place.reopened()
    read = workspace.texts.read_back(opened(workspace), text)
    assert read.problems and read.draft is None
    assert all("one" not in problem.message for problem in read.problems)


def test_no_text_shows_itself(place: Place) -> None:
    (place.root / FILE).write_text("name: O\nbase_url: https://a.example\nsecrets:\n  a: hunter2\n")
    place.seal()
    workspace = place.reopened()
    edit = opened(workspace)
    read = workspace.texts.read_back(edit, edit.copy.text.replace("hunter2", "hunter3"))
    assert "hunter" not in repr(edit) and "hunter" not in repr(read)


def test_what_stands_above_a_text_is_left_out_again_wherever_it_begins() -> None:
    from integrator_tui.model.problem import Problem
    from integrator_tui.workspace import noted

    for text in ("name: O\n", "\ufeffname: O\r\n", "#~ mine\nname: O\n", "", "#~~ mine\n#~ too\n"):
        shown = noted(text, ("one", "two\x1b[31m"), (Problem("name", "wrong", "mend", 1),))
        assert shown.stripped(shown.text) == text
        assert "\x1b" not in shown.text and shown.line == 4
    assert noted("a: 1\n", ()).text == "a: 1\n"
    many = noted("a: 1\n", (), tuple(Problem("a", f"wrong {n}", "", 1) for n in range(50)))
    assert many.text.count("#~ ") == 21 and "#~ and 30 more\n" in many.text and many.line == 22


def test_an_error_of_the_editor_is_told_with_its_name(place: Place) -> None:
    from integrator_tui.workspace.editing.editor_process import editor_command

    path = Path("/a b/o.yaml")
    for command, line, words in (
        ("", None, ["vi", "/a b/o.yaml"]),
        ("vim -n", 7, ["vim", "-n", "+7", "/a b/o.yaml"]),
        ("/usr/bin/nano", 7, ["/usr/bin/nano", "+7", "/a b/o.yaml"]),
        ("code -w", 7, ["code", "-w", "--goto", "/a b/o.yaml:7"]),
        ("hx", 7, ["hx", "/a b/o.yaml:7"]),
        ("vim", 1, ["vim", "/a b/o.yaml"]),
        ("'my editor' --x", 7, ["my editor", "--x", "/a b/o.yaml"]),
    ):
        assert editor_command(command, path, line) == words
    with pytest.raises(IntegratorError, match="cannot be read"):
        editor_command("vim '", path)
