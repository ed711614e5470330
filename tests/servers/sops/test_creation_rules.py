"""Whom `.sops.yaml` names for a file, form by form beside the real sops, and where it lies."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from integrator_tui.errors import InvalidFile
from integrator_tui.store.sops_yaml import config as sops_config
from integrator_tui.store.sops_yaml.config import SopsConfig
from integrator_tui.store.sops_yaml.creation_rules import creation_rules, first_fitting, possible_below
from integrator_tui.vault.age.keys import parse_recipient
from integrator_tui.vault.age.x25519 import X25519Identity
from tests.store.sops_rules import sops_encrypts_for

A, B, C = (X25519Identity.generate().recipient() for _ in range(3))


def config(root: Path) -> SopsConfig:
    return sops_config.load(root, sops_config.find(root))


def encrypts_for(root: Path, file: str) -> list[str] | None:
    """Return what `sops_encrypts_for` does, from this program's reading."""
    try:
        rule = config(root).rule_for(file)
        for recipient in rule.recipients if rule else ():
            parse_recipient(recipient)
    except InvalidFile as error:
        assert ".sops.yaml: " in error.message or "recipient" in error.message
        assert error.hint
        return None
    return sorted(rule.recipients) if rule and not rule.others else None


FORMS = r"""
creation_rules: []
creation_rules: [~]
creation_rules: [{age: $A}, ~]
creation_rules: [~, {age: $A}]
creation_rules: [{}]
creation_rules: [{age: ''}]
creation_rules: [{age: []}]
creation_rules: [{age: ['']}]
creation_rules: [{age: ['', '']}]
creation_rules: [{age: [$A, '']}]
creation_rules: [{age: '$A,'}]
creation_rules: [{age: ['$A,']}]
creation_rules: [{age: ['$A,$B']}]
creation_rules: [{age: ' $A , $B '}]
creation_rules: [{age: "$A\xA0,\u2003$B\n"}]
creation_rules: [{age: "$A\x1c"}]
creation_rules: [{age: [' $A ']}]
creation_rules: [{age: $A $B}]
creation_rules: [{age: 12}]
creation_rules: [{age: [~]}]
creation_rules: [{age: {a: b}}]
creation_rules: [{age: [[$A]]}]
creation_rules: [{age: $A, age: $B}]
creation_rules: [{age: $A}, {age: {a: b}}]
creation_rules: [{age: $A}, {age: [$B, '']}]
creation_rules: [{AGE: $A}]
creation_rules: [{age: '$A,$A'}]
creation_rules: [{key_groups: [], age: $A}]
creation_rules: [{key_groups: [{}], age: $A}]
creation_rules: [{key_groups: [~], age: $A}]
creation_rules: [{key_groups: [{age: [$A]}], age: $B}]
creation_rules: [{key_groups: [{age: $A}]}]
creation_rules: [{key_groups: [{age: ['$A,$B']}]}]
creation_rules: [{key_groups: [{age: ['$A,']}]}]
creation_rules: [{key_groups: [{age: [$A, '', ~]}]}]
creation_rules: [{key_groups: [{age: [$A, ' ']}]}]
creation_rules: [{key_groups: [{age: [$A, 5]}]}]
creation_rules: [{key_groups: [{age: [$A]}, ~]}]
creation_rules: [{key_groups: [{age: [$A]}, {}]}]
creation_rules: [{key_groups: {age: [$A]}}]
creation_rules: [{key_groups: [{merge: [{age: [$A]}, {age: [$B]}]}]}]
creation_rules: [{key_groups: [{merge: [{merge: [{age: [$A]}], age: [$C]}, {age: [$B, $A]}], age: [$C]}]}]
creation_rules: [{key_groups: [{merge: {age: [$A]}}]}]
creation_rules: [{key_groups: [{merge: [~], age: [$A]}]}]
creation_rules: [{key_groups: [{merge: ~, age: [$A]}]}]
creation_rules: [{age: $A}, {key_groups: [{age: $B}]}]
creation_rules: [{key_groups: [{age: [$A]}], shamir_threshold: 2}]
creation_rules: [{age: $A, shamir_threshold: x}]
creation_rules: [{age: $A, shamir_threshold: '2'}]
creation_rules: [{age: $A, mac_only_encrypted: yes}]
creation_rules: [{age: $A, mac_only_encrypted: 'yes'}]
creation_rules: [{age: $A, mac_only_encrypted: 'true'}]
creation_rules: [{age: $A, mac_only_encrypted: 1}]
creation_rules: [{age: $A, mac_only_encrypted: ~}]
creation_rules: [{age: $A, encrypted_regex: ^s, encrypted_suffix: x}]
creation_rules: [{age: $A, encrypted_regex: '', encrypted_suffix: x}]
creation_rules: [{age: $A, encrypted_regex: [a]}]
creation_rules: [{age: $A}, {age: $B, encrypted_regex: [a]}]
creation_rules: [{age: $A}, {age: $B, path_regex: '('}]
creation_rules: [{path_regex: '(', age: $A}]
creation_rules: [{path_regex: 1, age: $A}, {age: $B}]
creation_rules: [{path_regex: '', age: $A}, {age: $B}]
creation_rules: [{path_regex: ~, age: $A}, {age: $B}]
creation_rules: [{path_regex: [a], age: $A}]
creation_rules: [{age: $A, pgp: ',', kms: '', gcp_kms: [], azure_keyvault: [''], hc_vault_transit_uri: ~}]
creation_rules: [{age: $A, hc_vault: [x], aws_profile: y}]
creation_rules: [{age: $A, pgp: 85D77543B3D624B63CEA9E6DBC17301B491B3F21}]
creation_rules: [{key_groups: [{age: [$A], pgp: []}], pgp: x}]
creation_rules: [{key_groups: [{age: [$A], hckms: [x]}]}]
creation_rules: [{<<: x, age: $A}]
creation_rules: [{<<: ~, age: $A}]
creation_rules: {a: {age: $A}}
creation_rules: x
creation_rules: ''
creation_rules: [a]
creation_rules: [{age: ssh-ed25519 AAAA}]
creation_rules: [{age: AGE1X}]
creation_rules: [{path_regex: '^[[:alpha:]]+[.]', age: [$A, $B]}, {age: $C}]
creation_rules: [{path_regex: '^\w+$', age: $A}, {age: $C}]
[]
x
{creation_rules: [{age: $A}], destination_rules: x}
{creation_rules: [{age: $A}], destination_rules: [x]}
{creation_rules: [{age: $A}], stores: x}
{creation_rules: [{age: $A}], creation_rules: [{age: $B}]}
{d: &d {age: $A}, creation_rules: [{<<: *d }]}
{d: &d {age: $A}, creation_rules: [{<<: *d , age: $B}]}
{d: &d {age: $A}, creation_rules: [{age: $B, <<: *d }]}
{d: &d {age: $A}, creation_rules: [{'<<': *d }]}
{d: &d {age: $A}, e: &e {age: $B}, creation_rules: [{<<: [*d , *e ]}]}
{d: &d {age: $A}, e: &e {age: $B}, creation_rules: [{<<: *d , <<: *e }]}
{d: &d {age: $A}, e: &e {<<: *d , age: $B}, creation_rules: [{<<: *e }]}
{d: &d {age: $A}, creation_rules: [{<<: [*d , x]}]}
{d: &d {age: $A, path_regex: z}, e: &e {age: $B}, creation_rules: [{<<: [*e , *d ]}, {age: $C}]}
{d: &d [$A], creation_rules: [{age: *d }]}
{d: &d [{age: $A}], creation_rules: *d }
""".strip().splitlines()

BLOCKS = [
    "creation_rules:\n- age: |\n    $A,\n    $B\n",
    "creation_rules:\n- age: >-\n    $A,\n    $B,\n",
    "creation_rules:\n- age: |\n    $A\n    $B\n",
    "creation_rules:\n- age: $A, $B # both\n",
    "creation_rules:\r\n- age:\r\n  - $A\r\n",
    "\ufeffcreation_rules:\n- age: $A\n",
    "creation_rules:\n\t- age: $A\n",
]

REFUSED_HERE = [
    "creation_rules: [{key_groups: [{age: [$A]}, {age: [$B]}]}]",
    "creation_rules: [{age: $A, shamir_threshold: 0x2}]",
    "creation_rules: [{age: !!str $A}]",
    "creation_rules: [{age: $A}]\n---\ncreation_rules: [{age: $B}]",
    "other: {a: 1, a: 2}\ncreation_rules: [{age: $A}]",
    "creation_rules: [{path_regex: '\\p{Greek}', age: $A}, {age: $B}]",
    f"creation_rules: [{{path_regex: '{'((((((a*)*)*)*)*){8}){9}' * 9}', age: $A}}, {{age: $B}}]",
]


def test_every_form_is_read_as_sops_reads_it(tmp_path: Path) -> None:
    roots = []
    for number, form in enumerate([*FORMS, *BLOCKS, *REFUSED_HERE]):
        root = tmp_path / str(number)
        root.mkdir()
        text = form.replace("$A", A).replace("$B", B).replace("$C", C)
        (root / ".sops.yaml").write_text(text, encoding="utf-8", newline="")
        roots.append(root)
    with ThreadPoolExecutor(2) as pool:
        theirs = list(pool.map(lambda root: sops_encrypts_for(root, "x.yaml"), roots))
    ours = [encrypts_for(root, "x.yaml") for root in roots]
    same = len(FORMS) + len(BLOCKS)
    for form, expected, found in zip([*FORMS, *BLOCKS], theirs[:same], ours[:same], strict=True):
        assert found == expected, form
    assert ours[same:] == [None] * len(REFUSED_HERE)
    assert all(theirs[same:]), "sops takes what is refused here"


# --- where it lies ---

RULES = "creation_rules:\n  - path_regex: ^team/work/prod/\n    age: $A\n  - path_regex: ^team/\n    age: $B\n"


def place(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace("$A", A).replace("$B", B).replace("$C", C))


@pytest.mark.parametrize(
    ("files", "file"),
    [
        ({".sops.yaml": RULES}, "prod/x.yaml"),
        ({".sops.yaml": RULES}, "x.yaml"),
        ({"team/.sops.yaml": RULES}, "x.yaml"),
        ({".sops.yaml": RULES, "team/.sops.yaml": "creation_rules: [{path_regex: ^work/, age: $C}]"}, "x.yaml"),
        ({".sops.yaml": RULES, "team/work/.sops.yaml": "creation_rules: [{path_regex: ^x, age: $C}]"}, "x.yaml"),
        ({".sops.yaml": RULES, "team/work/prod/.sops.yaml": "creation_rules: [{age: $C}]"}, "prod/x.yaml"),
        ({".sops.yaml": RULES, "team/.sops.yml": "creation_rules: [{age: $C}]"}, "x.yaml"),
        ({".sops.yaml": "creation_rules: [{path_regex: ^/, age: $A}, {age: $B}]"}, "x.yaml"),
    ],
)
def test_it_is_the_one_that_sops_takes(tmp_path: Path, files: dict[str, str], file: str) -> None:
    root = tmp_path / "team/work"
    root.mkdir(parents=True)
    for name, text in files.items():
        place(tmp_path / name, text)
    assert encrypts_for(root, file) == sops_encrypts_for(root, file)


def test_a_file_that_is_named_counts_wherever_it_lies(tmp_path: Path) -> None:
    root, outside = tmp_path / "team/work", tmp_path / "else/.sops.yaml"
    place(root / ".sops.yaml", "creation_rules: [{age: $C}]")
    place(outside, f"creation_rules: [{{path_regex: '^{root}/x', age: $A}}, {{age: $B}}]")
    found = sops_config.load(root, sops_config.find(root, outside)).rule_for("x.yaml")
    assert found is not None
    assert list(found.recipients) == sops_encrypts_for(root, "x.yaml", {"SOPS_CONFIG": str(outside)}) == [A]
    with pytest.raises(InvalidFile, match="SOPS_CONFIG"):
        sops_config.find(root, tmp_path / "missing")


def test_what_is_there_and_cannot_be_read_is_never_passed_over(tmp_path: Path) -> None:
    root = tmp_path / "work"
    place(tmp_path / ".sops.yaml", "creation_rules: [{age: $A}]")
    for make in (os.mkfifo, os.mkdir, lambda path: os.symlink("nowhere", path)):
        root.mkdir(exist_ok=True)
        make(root / ".sops.yaml")
        with pytest.raises(InvalidFile, match=r"\.sops\.yaml: ") as refused:
            config(root)
        assert "put a file in its place" in refused.value.hint
        os.rename(root, tmp_path / f"old-{len(list(tmp_path.iterdir()))}")


def test_a_wrong_name_is_told_where_no_right_one_is_found(tmp_path: Path) -> None:
    place(tmp_path / ".sops.yml", "creation_rules: [{age: $A}]")
    with pytest.raises(InvalidFile, match=r"\.sops\.yml") as refused:
        sops_config.find(tmp_path / "work")
    assert refused.value.hint == "rename it to .sops.yaml"


def test_no_file_and_no_rules_say_nothing(tmp_path: Path) -> None:
    assert config(tmp_path).rule_for("x.yaml") is None
    for text in ("", "# nobody yet\n", "stores: {yaml: {indent: 2}}\n", "creation_rules:\n"):
        place(tmp_path / ".sops.yaml", text)
        assert config(tmp_path).rule_for("x.yaml") is None
    place(tmp_path / ".sops.yaml", "creation_rules: [{path_regex: ^y, age: $A}]")
    with pytest.raises(InvalidFile, match=r"no creation rule is for x\.yaml"):
        config(tmp_path).rule_for("x.yaml")


def test_rules_for_other_folders_are_told_from_those_for_the_workspace(tmp_path: Path) -> None:
    text = (
        "creation_rules: [{path_regex: ^other/, age: $A}, {path_regex: '^team/(a|work)/', age: $B},"
        " {path_regex: 'eu/.*', age: $C}, {age: $B}, {age: $A}]"
    )
    place(tmp_path / ".sops.yaml", text)
    found = config(tmp_path / "team/work")
    assert (found.name, found.is_shared, found.below) == (str(tmp_path / ".sops.yaml"), True, "team/work/")
    assert found.recipients == (B, C)
    assert possible_below(found.whole, "") == found.whole[:4]


# --- what is broken ---


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("creation_rules: {a: b}\n", "not a list of rules"),
        ("creation_rules: [{path_regex: '(', age: x}]\n", "path_regex"),
        ("creation_rules: [{path_regex: [a]}]\n", "not text"),
        ("creation_rules: [{age: {a: b}}]\n", "not a list of texts"),
        ("creation_rules: [{key_groups: x}]\n", "not a list of groups"),
        ("creation_rules: [{key_groups: [{age: [a]}, {age: [b]}]}]\n", "split the data key"),
        ("creation_rules: [{path_regex: x, encrypted_regex: a}]\n", "the creation rule for x names nobody"),
        (
            "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
            "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
            "e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\ncreation_rules: *e\n",
            "too many values",
        ),
        ("a0: &a0 x\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}]\n" for n in range(2000)), "too many values"),
        ("a: *b\n", "an alias without its anchor"),
        ("creation_rules: [\n", "not valid YAML"),
        ("[]\n", "not a mapping"),
    ],
)
def test_a_broken_file_says_so(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / ".sops.yaml").write_text(text)
    with pytest.raises(InvalidFile, match=message) as raised:
        config(tmp_path).rule_for("x.yaml")
    assert ".sops.yaml: " in raised.value.message
    assert raised.value.hint


def test_aliases_of_itself_do_not_hang() -> None:
    with pytest.raises(InvalidFile):
        creation_rules(b"creation_rules: &a [*a]\n")
    assert first_fitting((), "x") is None
