"""Drawn `.sops.yaml` files and paths: expressions of every form that RE2 has, recipients in every form of sops."""

from __future__ import annotations

import json
import random
import re
from typing import Any

CHARACTERS = [*"abkKsSzA01_-./ :,", "é", "ſ", "\u212a", "Σ", "ς", "ß", "日", "İ", "ı", "ǅ", "µ"]
FOLDERS = ["", "prod/", "dev/", "prod/eu/", "team-1/", "Straße/", "日本/", "KELVIN/", "a b/"]
NAMES = ["c.yaml", "c.yml", "api-01.yaml", "api_2.yaml", "K.yaml", "é.yaml", "x.prod.yaml", "a.yaml.yaml", "ς.yml"]
REAL = r"""
    ^prod/ ^[[:alpha:]]+/ \.ya?ml$ ^(dev|prod)/.* (?i)^kelvin/ ^[^/]+$ ^\w+/ \d+\.yaml$ ^\w+/\w+\.yaml prod/(eu|us)/
    team-\d ^\S+$ [[:digit:]]{2} \bprod\b ^.*\.prod\.yaml\z ^\pL+\.y (?i)STRASSE|STRAßE / . ^$ ^[[:^upper:]]*$
    (?P<env>dev|prod)/ \Qa.b\E ^a\sb/ ^[\w.]+$ ^work/ ^prod/eu/[^/]*$
""".split()
CLASSES = (
    r"[:alpha:] [:^alpha:] [:digit:] [:word:] [:space:] [:upper:] [:lower:] [:punct:] [:alnum:] [:graph:]".split()
)
ESCAPES = [r"\d", r"\w", r"\s", r"\D", r"\W", r"\S"]
UNICODE = [r"\pL", r"\p{Lu}", r"\PN", r"\p{^Ll}", r"\P{Nd}", r"\p{Zs}", r"\p{Any}"]
PLACES = ["^", "$", r"\A", r"\z", r"\b", r"\B"]
OTHERS = [
    r"\Qa.b\E",
    r"\Q*\E",
    r"\Q\E",
    r"\x2f",
    r"\x{e9}",
    r"\057",
    r"\.",
    "(?i)",
    "(?s)",
    "(?m)",
    "(?-i)",
    "(?U)",
]
REPEATS = [
    "*",
    "+",
    "?",
    "{2}",
    "{0,2}",
    "{1,}",
    "{0}",
    "{1,3}",
    "*?",
    "+?",
    "??",
    "{1,2}?",
    "*",
    "+",
    "?",
    "*",
    "+",
    "?",
    "{,2}",
    "{2,1}",
    "**",
]
GROUPS = ["(", "(?:", "(?i:", "(?m:", "(?s:", "(?P<n>", "(?<m>", "(?-i:"]
BROKEN = [
    "(",
    ")",
    "[",
    "*",
    r"\p{Greek}",
    r"\pC",
    r"(?=a)",
    r"(a)\1",
    "x{1001}",
    r"\C",
    "[z-a]",
    "[[:foo:]]",
    r"\q",
]


def pattern(chance: random.Random, depth: int = 2) -> str:
    """Return an expression, now and then one that is none."""
    kind = chance.random()
    if depth == 2 and kind < 0.5:
        return chance.choice(REAL)
    if depth == 2 and kind < 0.53:
        return chance.choice(BROKEN)
    return "|".join(_sequence(chance, depth) for _ in range(chance.choice([1, 1, 1, 2, 3])))


def _sequence(chance: random.Random, depth: int) -> str:
    parts = (_atom(chance, depth) + (chance.choice(REPEATS) if chance.random() < 0.3 else "") for _ in range(3))
    return "".join(part for part in parts if chance.random() < 0.7)


def _atom(chance: random.Random, depth: int) -> str:
    kind = chance.random()
    if kind < 0.4:
        return "".join(re.sub(r"([.])", r"\\\1", chance.choice(CHARACTERS)) for _ in range(chance.randint(1, 2)))
    if kind < 0.55:
        return chance.choice([".", ".", *ESCAPES, *UNICODE])
    if kind < 0.68:
        return f"[{chance.choice(['', '^'])}{''.join(_part(chance) for _ in range(chance.randint(1, 3)))}]"
    if kind < 0.76:
        return chance.choice(PLACES)
    if kind < 0.82 or not depth:
        return chance.choice(OTHERS)
    return f"{chance.choice(GROUPS)}{pattern(chance, depth - 1)})"


def _part(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.4:
        return chance.choice(["a", "k", "s", "é", "/", r"\.", r"\x41", r"\x{212A}", "-", "日"])
    if kind < 0.6:
        return "-".join(sorted(chance.choices("abkKsSzA09_éΣ日", k=2)))
    return chance.choice([*CLASSES, *ESCAPES, *UNICODE])


def path(chance: random.Random) -> str:
    """Return the path of a connection file."""
    if chance.random() < 0.7:
        return chance.choice(FOLDERS) + chance.choice(NAMES)
    drawn = "".join(chance.choice(CHARACTERS) for _ in range(chance.randint(1, 8))).replace("/", "")
    return chance.choice(FOLDERS) + (drawn.strip(" .") or "x") + ".yaml"


class Alias(str):
    """A name that is written as an alias."""


def config(chance: random.Random, people: list[str]) -> str:
    """Return a `.sops.yaml` whose rules name some of `people`, now and then one that sops refuses."""
    rules = [_rule(chance, people) for _ in range(chance.randint(1, 4))]
    if chance.random() < 0.5:
        rules.append({"age": _age(chance, people)})
    if chance.random() < 0.02:
        rules = []
    defaults = {"age": _age(chance, people), "encrypted_regex": "^secrets$"}
    return "\n".join(
        [
            f"team: &team {_text(chance, chance.sample(people, 2))}",
            f"group: &group {_text(chance, {'age': chance.sample(people, 1)})}",
            f"defaults: &defaults {_text(chance, defaults)}",
            "creation_rules:" if rules else "creation_rules: []",
            *(f"  - {_text(chance, rule)}" for rule in rules),
            "",
        ]
    )


def _rule(chance: random.Random, people: list[str]) -> dict[str, Any]:
    rule: dict[str, Any] = {}
    if chance.random() < 0.93:
        rule["path_regex"] = pattern(chance)
    kind = chance.random()
    if kind < 0.15:
        rule["<<"] = Alias("defaults")
    if 0.1 < kind < 0.65:
        rule["age"] = _age(chance, people)
    elif kind > 0.65:
        rule["key_groups"] = [_group(chance, people, 2)]
        if chance.random() < 0.2:
            rule["key_groups"].append(None if chance.random() < 0.7 else _group(chance, people, 0))
        if chance.random() < 0.3:
            rule["age"] = _age(chance, people)
    rule.update(chance.choice(EXTRAS) if chance.random() < 0.15 else {})
    return rule


EXTRAS: list[dict[str, Any]] = [
    {"encrypted_regex": "^secrets$"},
    {"encrypted_suffix": "_x", "encrypted_regex": "^secrets$"},
    {"mac_only_encrypted": True},
    {"mac_only_encrypted": "true"},
    {"pgp": ""},
    {"pgp": "85D77543B3D624B63CEA9E6DBC17301B491B3F21"},
    {"kms": []},
    {"shamir_threshold": 1},
    {"unknown": {"a": 1}},
    {"path_regex": None},
    {"age": None},
    {"age": 7},
]


def _age(chance: random.Random, people: list[str]) -> Any:
    chosen = chance.sample(people, chance.choice([0, 1, 1, 2, 2, 3, 3]))
    if chance.random() < 0.5:
        return chance.choice([",", ", ", " , ", ",\n  "]).join(chosen) + chance.choice(["", "", "", ",", "\n"])
    if chance.random() < 0.15:
        return Alias("team")
    return [chance.choice(["", "", " "]) + person for person in chosen] + chance.choice(
        [[], [], [], [], [], [], [], [], [""]]
    )


def _group(chance: random.Random, people: list[str], depth: int) -> Any:
    if chance.random() < 0.1:
        return Alias("group")
    group: dict[str, Any] = {}
    if depth and chance.random() < 0.5:
        group["merge"] = [_group(chance, people, depth - 1) for _ in range(chance.randint(0, 2))]
    if chance.random() < 0.8:
        group["age"] = [
            ",".join(chance.sample(people, chance.choice([1, 1, 1, 2]))) for _ in range(chance.randint(0, 2))
        ]
    return group


def _text(chance: random.Random, value: Any) -> str:
    """Return a value in flow style, texts in one kind of quotes or the other."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_text(chance, item)} ' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(f'{_text(chance, item)} ' for item in value)}]"
    if isinstance(value, Alias):
        return f"*{value}"
    if isinstance(value, str) and chance.random() < 0.5 and "\n" not in value:
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=False)
