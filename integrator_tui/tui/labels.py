"""The labels of the form's fields, for words that name keys of the file: what is told here is told for both.

The model and the engine name keys, as the command line does; on the screen a field has its label.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from integrator_tui.model.fields import FIELDS, find
from integrator_tui.model.problem import Problem

_WITHOUT_ROW: Final = frozenset(
    {"type", "auth", "auth.request", "test", "options", "options.timeout", "operations", "sops"}
)
"""Keys that stand for a whole part of the file."""


_OF_OPERATION: Final = re.compile(r"operations\.\d+\.")


@cache
def _labels() -> dict[str, str]:
    """The label of each key that the form has a row for, by its dotted path."""
    return {each.path: each.label for each in FIELDS if "[]" not in each.path and each.path not in _WITHOUT_ROW}


@cache
def _keys() -> re.Pattern[str]:
    """What is a key and no word of English: with a dot or an underscore in it, the longest first."""
    found = sorted((key for key in {*_labels(), *_short()} if "." in key or "_" in key), key=len, reverse=True)
    return re.compile(rf"(?<![\w./\-{{])(?:{'|'.join(map(re.escape, found))})(?![\w}}]|\.\w)")


@cache
def _short() -> dict[str, str]:
    """The labels of keys that are named without what they stand in; secrets have names of their own."""
    return {
        path.rpartition(".")[2]: text.removeprefix("Test: ")
        for path, text in reversed(_labels().items())
        if not path.startswith("secrets.")
    }


_OF_COMMAND_LINE: Final = re.compile(
    r",? or give (?:it |each )?(?:with )?--param [^\s,]+(?: \([^)]*\))?(?: for the input)?"
)
"""What only a command can be given."""
_GIVE_EACH: Final = "give each with --param NAME=VALUE, or add a secret of that name"
_STORE: Final = re.compile(r"store it as the secret (\w+)")


def _in_the_form(text: str) -> str:
    """Return a hint with what is done in the form in place of what is written on a command line."""
    if "--param" not in text:
        return text
    text = text.replace(_GIVE_EACH, "fill in each where the test asks for it, or add a secret of that name")
    text = _OF_COMMAND_LINE.sub("", text)

    def filled(match: re.Match[str]) -> str:
        label = label_of(f"secrets.{match[1]}")
        return match[0] if "." in label else f"fill in {label}"

    return _STORE.sub(filled, text)


def label_of(path: str) -> str:
    """Return the label of the field that edits the key at this path, else the path; of an operation's key that of
    the field in its form."""
    if _OF_OPERATION.match(path) and (of := find(path)) is not None and of.path.count(".") == path.count(".") - 1:
        return of.label
    return _labels().get(path, path)


def labelled(text: str) -> str:
    """Return a text of ours with the labels of fields in place of the keys it names, and without options of the
    command line."""
    text = _in_the_form(text)
    return _keys().sub(lambda match: _labels().get(match[0]) or _short()[match[0]], text)


def labelled_problem(problem: Problem) -> Problem:
    """Return a problem of a draft in the words of the form."""
    return problem._replace(message=labelled(problem.message), hint=labelled(problem.hint))
