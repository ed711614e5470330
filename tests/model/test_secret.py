"""A Secret shows itself in nothing that prints, logs, copies, stores or compares it; `reveal()` is the one way."""

from __future__ import annotations

import copy
import dataclasses
import io
import json
import logging
import operator
import os
import pickle
import pprint
import reprlib
import string
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydantic
import pytest
from rich.console import Console
from rich.pretty import pretty_repr
from rich.traceback import Traceback

from integrator_tui.model.secret import MASK, Secret

VALUE = "c4n4ry-s3cr3t"
PIECES = [VALUE[at : at + 4] for at in range(len(VALUE) - 3)]

SHOWN: dict[str, Callable[[Secret], str]] = {
    "str": str,
    "repr": repr,
    "ascii": ascii,
    "format": format,
    "format with a width": lambda secret: format(secret, ">40"),
    "f-string": lambda secret: f"{secret} {secret!s} {secret!r} {secret!a} {secret:^30} {secret=}",
    "str.format": lambda secret: "{} {0!r}".replace("{}", "{0}").format(secret),
    "%-format": lambda secret: operator.mod("%s %r %a %-20s %.3s", (secret,) * 5),
    "template": lambda secret: string.Template("$a").substitute(a=secret),
    "print": lambda secret: _printed(secret),
    "in a list, a dict and a tuple": lambda secret: f"{[secret]} { ({'a': secret}) } {(secret,)}",
    "pprint": lambda secret: pprint.pformat({"a": [secret]}, width=1),
    "reprlib": reprlib.repr,
    "rich": lambda secret: pretty_repr({"a": secret}, expand_all=True),
    "json with a default": lambda secret: json.dumps({"a": secret}, default=str),
    "an exception": lambda secret: f"{ValueError(secret)} {ValueError(secret)!r} {KeyError(secret)}",
    "dir": lambda secret: " ".join(dir(secret)),
    "doc": lambda secret: str(type(secret).__doc__),
}


def _printed(secret: Secret) -> str:
    written = io.StringIO()
    print(secret, [secret], file=written)
    return written.getvalue()


def assert_hidden(text: str) -> None:
    assert not [piece for piece in PIECES if piece in text], text


@pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN)
def test_whatever_makes_text_of_it_gives_the_mask(show: Callable[[Secret], str]) -> None:
    text = show(Secret(VALUE))
    assert_hidden(text)
    # Nor does it tell how long the value is.
    assert text == show(Secret(VALUE * 9))


REFUSED: dict[str, Callable[[Any], object]] = {
    **{f"pickle {number}": lambda secret, number=number: pickle.dumps(secret, number) for number in range(6)},  # type: ignore[misc]
    "pickle in a list": lambda secret: pickle.dumps([secret]),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "deepcopy of a list": lambda secret: copy.deepcopy([secret]),
    "json": json.dumps,
    "json as a key": lambda secret: json.dumps({Ellipsis: secret}),
    "hash": hash,
    "member of a set": lambda secret: {secret},
    "vars": vars,
    "len": len,
    "iter": iter,
    "bytes": bytes,
    "int": int,
    "float": float,
    "index": lambda secret: secret[0],
    "contains": lambda secret: "c" in secret,
    "order": lambda secret: secret < secret,
    "sort": lambda secret: sorted([secret, Secret("x")]),
    "add": lambda secret: secret + "x",
    "add to text": lambda secret: "x" + secret,
    "join": lambda secret: "".join([secret]),
    "replace": lambda secret: "x".replace("x", secret),
    "bytes %-format": lambda secret: b"%s" % secret,
    "write": lambda secret: io.StringIO().write(secret),
    "path": lambda secret: Path(secret),
    "stat": os.stat,
    "environment": lambda secret: operator.setitem(os.environ, "X", secret),
    "encode": lambda secret: str.encode(secret),
}


@pytest.mark.parametrize("use", REFUSED.values(), ids=REFUSED)
def test_what_would_need_its_value_is_refused_without_it(use: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError) as caught:
        use(Secret(VALUE))
    assert_hidden(
        f"{caught.value} {caught.value!r} {caught.value.__notes__ if hasattr(caught.value, '__notes__') else ''}"
    )


def test_it_has_no_dictionary_and_takes_no_attribute() -> None:
    secret: Any = Secret(VALUE)
    assert not hasattr(secret, "__dict__")
    for name in ("value", "__value", "plain"):
        assert not hasattr(secret, name)
        with pytest.raises(AttributeError):
            setattr(secret, name, "x")


@dataclasses.dataclass
class Holder:
    name: str
    password: Secret


class Model(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)

    password: Secret
    port: int = 0


def test_dataclasses_and_models_that_hold_one_show_the_mask() -> None:
    holder, model = Holder("a", Secret(VALUE)), Model(password=Secret(VALUE))
    for text in (repr(holder), pretty_repr(holder), repr(model), str(model), repr(model.model_dump())):
        assert MASK in text
        assert_hidden(text)
    for dump in (dataclasses.asdict, dataclasses.astuple):
        with pytest.raises(TypeError) as caught:
            dump(holder)
        assert_hidden(str(caught.value))
    with pytest.raises(pydantic.ValidationError) as invalid:
        Model.model_validate({"password": Secret(VALUE), "port": Secret(VALUE)})
    assert_hidden(f"{invalid.value} {invalid.value.errors()}")
    with pytest.raises(pydantic.ValidationError) as missing:
        Model.model_validate({"port": 1, "passwort": Secret(VALUE)})
    assert_hidden(f"{missing.value} {missing.value.errors()} {missing.value.json(include_input=False)}")
    with pytest.raises(ValueError) as unserializable:
        model.model_dump_json()
    assert_hidden(str(unserializable.value))


def test_a_log_file_holds_the_mask(tmp_path: Path) -> None:
    log, file = logging.Logger("a", logging.DEBUG), tmp_path / "log"
    handler = logging.FileHandler(file, encoding="utf-8")
    log.addHandler(handler)
    secret = Secret(VALUE)
    log.info(secret)
    log.info("%s %r %-20s", secret, secret, [secret])
    log.info("%(password)s", {"password": secret})
    log.info(f"{secret}", extra={"password": secret}, stack_info=True)
    try:
        raise ValueError(secret)
    except ValueError:
        log.exception("failed for %s", secret)
    handler.close()
    written = file.read_text(encoding="utf-8")
    assert written.count(MASK) >= 7
    assert_hidden(written)


def test_a_warning_shows_the_mask() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn(f"the password {Secret(VALUE)} is short", stacklevel=1)
    assert MASK in str(caught[0].message)
    assert_hidden(str(caught[0]))


def failing(secret: Secret) -> None:
    held = {"password": secret, "list": [secret]}
    holder = Holder("a", secret)
    raise RuntimeError(secret, held, holder)


def test_tracebacks_with_the_values_of_locals_show_the_mask() -> None:
    try:
        failing(Secret(VALUE))
    except RuntimeError as error:
        plain = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        console = Console(file=io.StringIO(), width=200)
        console.print(Traceback.from_exception(type(error), error, error.__traceback__, show_locals=True))
        assert isinstance(console.file, io.StringIO)
        drawn = console.file.getvalue()
    for text in (plain, drawn):
        assert "held" in text and MASK in text
        # The source lines of this file are shown too: VALUE is a name there, never the text.
        assert_hidden(text)


def test_it_equals_another_of_the_same_value_and_nothing_else() -> None:
    assert Secret(VALUE) == Secret(VALUE)
    assert Secret(VALUE) != Secret(VALUE + "x")
    assert Secret("é\ud800") == Secret("é\ud800")
    assert Secret("") == Secret("")
    # Text that equals a secret could be found by asking.
    assert Secret(VALUE) != VALUE
    assert Secret(MASK) != MASK
    assert Secret(VALUE) not in [VALUE, None]


def test_two_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def never(one: bytes, other: bytes) -> bool:
        compared.extend((one, other))
        return False

    monkeypatch.setattr("hmac.compare_digest", never)
    assert Secret("a") != Secret("b")
    assert compared == [b"a", b"b"]


def test_it_is_true_where_there_is_a_value_and_reveals_just_that() -> None:
    assert bool(Secret("0")) and not bool(Secret(""))
    assert Secret(VALUE).reveal() == VALUE
