"""`.sops.yaml`: the creation rules, read as sops reads them.

Rules: the first rule whose `path_regex`, in the syntax of RE2, is found anywhere in the path relative to the
file's folder counts, and one without `path_regex` fits every path; where a rule has `key_groups` its own `age`
does not count, and a group has the keys of those it merges; recipients are a list, or text with commas between
them; anchors, aliases and merge keys are allowed here, for this is sops' file and teams use them. What sops 3.11
refuses is refused, and so is what cannot be followed here. (sops, `config/config.go`.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from integrator_tui.errors import InvalidFile
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.text import visible
from integrator_tui.store.sops_yaml.plain_yaml import Quoted, plain_values
from integrator_tui.store.yamltext.document import parse_bytes

if TYPE_CHECKING:
    from integrator_tui.model.re2 import Expression

_RULES: Final = "creation_rules"
_ENCRYPTIONS: Final = (
    "encrypted_regex",
    "unencrypted_regex",
    "encrypted_suffix",
    "unencrypted_suffix",
    "encrypted_comment_regex",
    "unencrypted_comment_regex",
)
_TEXTS: Final = ("path_regex", "aws_profile", *_ENCRYPTIONS)
_OTHER_KEYS: Final = ("pgp", "kms", "gcp_kms", "azure_keyvault", "hc_vault_transit_uri", "hckms")
_OTHER_KEYS_IN_GROUPS: Final = ("pgp", "kms", "gcp_kms", "azure_keyvault", "hc_vault", "hckms")
_SPACE: Final = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a" + (
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What Go takes off the ends of a recipient (`unicode.IsSpace`); Python's `strip` takes more."""
_PLAIN_BOOLEANS: Final = frozenset(
    "true True TRUE false False FALSE y Y yes Yes YES on On ON n N no No NO off Off OFF".split()
)
_QUOTED_BOOLEANS: Final = frozenset("y Y yes on n N no off".split())
_MANUAL: Final = "see the documentation of sops"


class CreationRule(NamedTuple):
    """One rule: for which paths it is, who can read what it makes, and how it encrypts.

    `recipients` are those of age; `others` names the other kinds of keys it asks for; `groups` counts its key
    groups, more than one of which split the data key; `settings` are its texts on what is encrypted; `problem` is
    what is wrong with its keys, and the hint, which counts where the rule is taken.
    """

    path_regex: str | None
    recipients: tuple[str, ...]
    others: tuple[str, ...] = ()
    groups: int = 0
    settings: Mapping[str, str] = MappingProxyType({})
    problem: tuple[str, str] | None = None

    def fits(self, path: str) -> bool:
        """Say whether the rule is for `path`, relative to the folder of `.sops.yaml`.

        Raises InvalidFile where its `path_regex` is none of RE2, or cannot be followed here.
        """
        return not self.path_regex or _found(self.path_regex, path)

    def may_fit_below(self, folder: str) -> bool:
        """Say whether the rule can be for a path that begins with `folder`; an expression that cannot be followed
        may be for any."""
        if not self.path_regex or not folder:
            return True
        try:
            return _compiled(self.path_regex).may_be_found_after(folder)
        except (InvalidFile, ValueError):
            return True

    def require_usable(self) -> None:
        """Raise InvalidFile where sops refuses to encrypt by the rule, or where it splits the data key."""
        if self.problem:
            raise InvalidFile(*self.problem)
        if self.groups > 1:
            raise InvalidFile(
                "its key_groups split the data key, which is not supported", "list the recipients under age"
            )
        said = [name for name in _ENCRYPTIONS if self.settings.get(name)]
        if len(said) > 1:
            raise InvalidFile(f"a creation rule holds both {said[0]} and {said[1]}", "keep one of them")
        if not self.recipients and not self.others:
            which = (
                f"the creation rule for {visible(self.path_regex, limit=100)}"
                if self.path_regex
                else "a creation rule"
            )
            raise InvalidFile(f"{which} names nobody", "list its recipients under age: integrator-tui keys add R")


def creation_rules(data: bytes) -> tuple[CreationRule, ...]:
    """Return the rules of a `.sops.yaml`, none where it has no `creation_rules`.

    Raises:
        InvalidFile: It is no YAML, or not in the form of sops, or its list of rules is empty.
    """
    document = parse_bytes(data, aliases=True)
    if document.root is None and document.whole:
        return ()
    if document.problems:
        first = document.problems[0]
        raise InvalidFile(_at(first.message, first.line), first.hint)
    assert document.root is not None
    root = plain_values(document.root)
    _mappings(root, "destination_rules")
    _mapping(root, "stores")
    rules = _mappings(root, _RULES)
    if root.get(_RULES) is None:
        return ()
    if not rules:
        raise InvalidFile(f"{_RULES} is an empty list, which is for no file", "write a rule, or take the key out")
    return tuple(map(_rule, rules))


def first_fitting(rules: tuple[CreationRule, ...], path: str) -> CreationRule | None:
    """Return the rule that sops takes for `path`, or None; raises InvalidFile where one before it is broken."""
    return next((rule for rule in rules if rule.fits(path)), None)


def possible_below(rules: tuple[CreationRule, ...], folder: str) -> tuple[CreationRule, ...]:
    """Return the rules that sops can take for a path that begins with `folder`."""
    found: list[CreationRule] = []
    for rule in rules:
        if rule.may_fit_below(folder):
            found.append(rule)
        if not rule.path_regex:
            break
    return tuple(found)


def _found(path_regex: str, path: str) -> bool:
    from integrator_tui.model.re2 import NewerCharacter

    try:
        return _compiled(path_regex).search(path)
    except NewerCharacter:
        what = f"{_named(path_regex)} asks for a class of characters"
        message = f"{what}, and {visible(path, limit=200)} holds one that is not known here"
        raise InvalidFile(message, "rename the file") from None


def _compiled(path_regex: str) -> Expression:
    # Most workspaces have no expression, and do without what reads it.
    from integrator_tui.model.re2 import BadPattern, compile_expression

    try:
        return compile_expression(path_regex)
    except BadPattern as error:
        hint = "mend the expression; sops takes the syntax of RE2"
        raise InvalidFile(f"{_named(path_regex)} {error}", hint) from None


def _named(path_regex: str) -> str:
    return f"path_regex {visible(path_regex, limit=60)}"


def _at(message: str, line: int | None) -> str:
    return f"{message} in line {line}" if line else message


# --- one rule ---


def _rule(rule: dict[str, Any]) -> CreationRule:
    texts = {key: value for key in _TEXTS if (value := _text(rule, key)) is not None}
    _require_number(rule)
    boolean = {} if (value := _boolean(rule)) is None else {"mac_only_encrypted": value}
    settings = {key: text for key, text in texts.items() if key in _ENCRYPTIONS} | boolean
    groups = _mappings(rule, "key_groups")
    members = [member for group in groups for member in _merged(group)]
    listed = [_item(item) for member in members for item in _listed(member, "age")]
    others = [key for key in _OTHER_KEYS_IN_GROUPS if any(_listed(member, key) for member in members)]
    problem = None
    recipients: list[str] = []
    try:
        if groups:
            recipients = [text for item in listed for text in _split(item, "age")]
        else:
            others = [key for key in _OTHER_KEYS if _keys(rule, key)]
            recipients = _keys(rule, "age")
    except InvalidFile as error:
        problem = (error.message, error.hint)
    unique = tuple(dict.fromkeys(recipients))
    return CreationRule(texts.get("path_regex"), unique, tuple(others), len(groups), settings, problem)


def _merged(group: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the groups that a key group merges, in the order of sops, then the group itself."""
    for merged in _mappings(group, "merge"):
        yield from _merged(merged)
    yield group


def _keys(rule: dict[str, Any], kind: str) -> list[str]:
    """Return the keys of a kind that a rule names itself: text with commas, or a list of such texts."""
    value = rule.get(kind)
    if value is None:
        return []
    if isinstance(value, str):
        return [part for part in map(_stripped, value.split(",")) if part]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InvalidFile(f"{kind} of a creation rule is not a list of texts", "write one recipient an item")
    return _split(",".join(value), kind)


def _item(item: Any) -> str:
    if isinstance(item, (dict, list)):
        raise InvalidFile("age of a key group is not a list of recipients", "write one recipient an item")
    return item or ""


def _split(text: str, kind: str) -> list[str]:
    """Return the parts of a text with commas between them; an empty part is an error, as for sops."""
    parts = [_stripped(part) for part in text.split(",")] if text else []
    if not all(parts):
        raise InvalidFile(f"{kind} of a creation rule holds an empty recipient", "take the comma at the end out")
    return parts


def _stripped(text: str) -> str:
    return text.strip(_SPACE)


# --- the types of sops ---


def _listed(group: dict[str, Any], key: str) -> list[Any]:
    value = group.get(key)
    if value is not None and not isinstance(value, list):
        raise InvalidFile(f"{key} of a key group is not a list", "write one key an item")
    return value or []


def _mappings(holder: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Return a list of mappings; sops leaves out items that are null."""
    value = holder.get(key)
    items = [item for item in value if item is not None] if isinstance(value, list) else []
    if value is not None and not (isinstance(value, list) and all(isinstance(item, dict) for item in items)):
        what = "rules" if key.endswith("rules") else "groups"
        raise InvalidFile(f"{key} is not a list of {what}", _MANUAL)
    return items


def _mapping(holder: dict[str, Any], key: str) -> None:
    if not isinstance(holder.get(key), dict | None):
        raise InvalidFile(f"{key} is not a mapping", _MANUAL)


def _text(rule: dict[str, Any], key: str) -> str | None:
    value = rule.get(key)
    if isinstance(value, (dict, list)):
        raise InvalidFile(f"{key} of a creation rule is not text", _MANUAL)
    return value


def _require_number(rule: dict[str, Any]) -> None:
    value = rule.get("shamir_threshold")
    if value is not None and (not isinstance(value, str) or isinstance(value, Quoted) or not _is_number(value)):
        raise InvalidFile("shamir_threshold of a creation rule is not a number", _MANUAL)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _boolean(rule: dict[str, Any]) -> str | None:
    value = _text(rule, "mac_only_encrypted")
    if value is not None and value not in (_QUOTED_BOOLEANS if isinstance(value, Quoted) else _PLAIN_BOOLEANS):
        raise InvalidFile("mac_only_encrypted of a creation rule is neither true nor false", _MANUAL)
    return value
