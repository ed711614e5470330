"""Which files of a folder are connections, and whom `.sops.yaml` names for each."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from integrator_tui.errors import InvalidFile
from integrator_tui.store import folder
from integrator_tui.store.sops_yaml.creation_rules import creation_rules, first_fitting


def place(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("name: x\n")


def test_the_files_of_a_workspace(tmp_path: Path) -> None:
    place(tmp_path, "b.yaml", "a.yml", "prod/eu/c.yaml", "prod/integrator.yaml", "integrator.yaml", ".sops.yaml")
    place(tmp_path, ".git/d.yaml", ".hidden.yaml", "notes.txt", "e.yaml.bak", "f.YAML")
    assert folder.scan(tmp_path) == ("a.yml", "b.yaml", "prod/eu/c.yaml")
    assert folder.scan(tmp_path / "missing") == ()


def test_links_to_folders_are_not_followed_and_odd_files_are_listed(tmp_path: Path) -> None:
    place(tmp_path / "w", "a.yaml", "sub/b.yaml")
    place(tmp_path / "outside", "c.yaml")
    root = tmp_path / "w"
    (root / "sub" / "up").symlink_to("..")
    (root / "outside").symlink_to(tmp_path / "outside")
    (root / "folder.yaml").symlink_to("sub")
    (root / "linked.yaml").symlink_to("a.yaml")
    (root / "loop.yaml").symlink_to("loop.yaml")
    (root / "inner.yaml").mkdir()
    place(root, "inner.yaml/d.yaml")
    os.mkfifo(root / "pipe.yaml")
    assert folder.scan(root) == (
        "a.yaml",
        "inner.yaml/d.yaml",
        "linked.yaml",
        "loop.yaml",
        "pipe.yaml",
        "sub/b.yaml",
    )


def test_folders_are_looked_into_however_deep_they_lie(tmp_path: Path) -> None:
    deep = "/".join(["d"] * 100) + "/a.yaml"
    place(tmp_path, deep)
    assert folder.scan(tmp_path) == (deep,)


def test_a_root_that_is_no_folder_is_told_from_an_empty_one(tmp_path: Path) -> None:
    place(tmp_path, "a.yaml")
    with pytest.raises(InvalidFile, match="not a directory"):
        folder.scan(tmp_path / "a.yaml")


RULES = b"""
keys:
  - &alice age1alice
  - &bob age1bob
defaults: &defaults
  encrypted_regex: ^secrets$
  mac_only_encrypted: true
creation_rules:
  - path_regex: ^prod/
    age: age1prod, age1ops
    encrypted_regex: ^secrets$
  - path_regex: team/.*\\.yaml$
    <<: *defaults
    key_groups:
      - age: [*alice, *bob]
        pgp: [ABCDEF]
  - path_regex: split
    key_groups: [{age: [age1a]}, {age: [age1b]}]
  - path_regex: listed
    age:
      - age1x
      - age1y,age1z
  - age: >-
      age1rest,
      age1more
"""


def test_the_first_rule_that_fits_counts(tmp_path: Path) -> None:
    (tmp_path / ".sops.yaml").write_bytes(RULES)
    assert folder.recipients(tmp_path, "prod/a.yaml") == ("age1prod", "age1ops")
    assert folder.recipients(tmp_path, "a/team/b.yaml") == ("age1alice", "age1bob")
    assert folder.recipients(tmp_path, "unlisted.yaml") == ("age1x", "age1y", "age1z")
    assert folder.recipients(tmp_path, "x.yaml") == ("age1rest", "age1more")
    with pytest.raises(InvalidFile, match="split the data key"):
        folder.recipients(tmp_path, "split.yaml")
    rule = folder.rule(tmp_path, "team/b.yaml")
    assert rule is not None
    assert rule.others == ("pgp",)
    assert rule.settings == {"encrypted_regex": "^secrets$", "mac_only_encrypted": "true"}


def test_no_rule_and_no_file(tmp_path: Path) -> None:
    assert folder.recipients(tmp_path, "x.yaml") == ()
    (tmp_path / ".sops.yaml").write_text("creation_rules:\n  - path_regex: ^y\n    age: age1y\n")
    assert folder.recipients(tmp_path, "x.yaml") == ()
    (tmp_path / ".sops.yaml").write_text("stores: {yaml: {indent: 2}}\n")
    assert folder.rule(tmp_path, "x.yaml") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("creation_rules: {a: b}\n", "not a list of rules"),
        ("creation_rules: [a]\n", "not a list of rules"),
        ("creation_rules: [{path_regex: '(', age: x}]\n", "path_regex"),
        ("creation_rules: [{path_regex: [a]}]\n", "not text"),
        ("creation_rules: [{age: {a: b}}]\n", "a mapping"),
        ("creation_rules: [{age: [[a]]}]\n", "not a list of recipients"),
        ("creation_rules: [{key_groups: x}]\n", "not a list of groups"),
        (
            "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
            "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
            "e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\ncreation_rules: *e\n",
            "too many values",
        ),
        ("a: *b\n", "an alias without its anchor"),
        ("creation_rules: [\n", "not valid YAML"),
        ("[]\n", "not a mapping"),
    ],
)
def test_a_broken_file_says_so(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / ".sops.yaml").write_text(text)
    with pytest.raises(InvalidFile, match=message) as raised:
        folder.recipients(tmp_path, "x.yaml")
    assert ".sops.yaml" in raised.value.message
    assert raised.value.hint


def test_aliases_of_itself_do_not_hang() -> None:
    with pytest.raises(InvalidFile):
        creation_rules(b"creation_rules: &a [*a]\n")
    assert first_fitting((), "x") is None
