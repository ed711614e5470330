"""Our NamedTuple behaves as that of `typing`, whichever of the two a class is made with."""

from __future__ import annotations

import copy
import pickle
import typing
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import pytest

from integrator_tui.model import named_tuple

T = TypeVar("T")


class Ours(named_tuple.NamedTuple):
    """A value."""

    name: str
    number: int = 3
    more: tuple[str, ...] = ()

    @property
    def doubled(self) -> int:
        return self.number * 2


class Theirs(typing.NamedTuple):
    """A value."""

    name: str
    number: int = 3
    more: tuple[str, ...] = ()

    @property
    def doubled(self) -> int:
        return self.number * 2


class Of(named_tuple.NamedTuple, Generic[T]):
    what: T


class Nothing(named_tuple.NamedTuple):
    pass


BOTH = pytest.mark.parametrize("kind", [Ours, Theirs])


def outcome(made: Callable[[], object]) -> object:
    """What a call gives, or the error it raises, the name of the class left out."""
    try:
        return made()
    except Exception as error:
        # An unknown name is a ValueError of theirs up to Python 3.12, and a TypeError from 3.13 on.
        return isinstance(error, TypeError | ValueError), str(error).replace("Ours", "Theirs")


DONE: dict[str, Callable[[Any], object]] = {
    "by place": lambda kind: tuple(kind("a", 1, ("b",))),
    "by name": lambda kind: tuple(kind(more=("b",), name="a")),
    "defaults": lambda kind: tuple(kind("a")),
    "too few": lambda kind: kind(),
    "too many": lambda kind: kind("a", 1, (), 4),
    "unknown name": lambda kind: kind("a", numbr=1),
    "given twice": lambda kind: kind("a", name="b"),
    "attributes": lambda kind: (kind("a").name, kind("a").number, kind("a").more, kind("a").doubled),
    "unpacked": lambda kind: [*kind("a", 1)],
    "changed": lambda kind: tuple(kind("a")._replace(number=9)),
    "changed wrongly": lambda kind: kind("a")._replace(numbr=9),
    "made": lambda kind: tuple(kind._make(["a", 1, ()])),
    "made of too few": lambda kind: kind._make(["a"]),
    "as a dict": lambda kind: kind("a")._asdict(),
    "shown": lambda kind: repr(kind("a", 1)).replace("Ours", "Theirs"),
    "equal": lambda kind: (kind("a") == kind("a"), kind("a") == ("a", 3, ()), kind("a") != kind("b")),
    "hashed": lambda kind: hash(kind("a")) == hash(("a", 3, ())),
    "ordered": lambda kind: kind("a") < kind("b"),
    "set": lambda kind: setattr(kind("a"), "name", "b"),
    "set another": lambda kind: setattr(kind("a"), "other", "b"),
    "deleted": lambda kind: delattr(kind("a"), "name"),
    "pickled": lambda kind: pickle.loads(pickle.dumps(kind("a", 1))) == kind("a", 1),
    "copied": lambda kind: copy.deepcopy(kind("a", 1)) == kind("a", 1),
    "of its kind": lambda kind: type(pickle.loads(pickle.dumps(kind("a")))) is kind,
    "names": lambda kind: (kind._fields, dict(kind._field_defaults), kind.__match_args__, kind.__doc__),
    "named": lambda kind: (kind.__module__, kind.__qualname__.replace("Ours", "Theirs"), kind.__mro__[-2:]),
    "annotations": lambda kind: sorted(kind.__annotations__),
}


@pytest.mark.parametrize("done", DONE.values(), ids=DONE.keys())
def test_both_do_the_same(done: Callable[[Any], object]) -> None:
    assert outcome(lambda: done(Ours)) == outcome(lambda: done(Theirs))


@BOTH
def test_both_are_matched(kind: Any) -> None:
    match kind("a", 1):
        case (name, number, _):
            assert (name, number) == ("a", 1)
    match kind("a", 7):
        case kind(number=found):
            assert found == 7


def test_a_type_may_be_left_open() -> None:
    assert Of[int](3) == Of(3) == (3,)
    assert Of(3).what == 3


def test_there_may_be_no_field() -> None:
    assert Nothing() == () and repr(Nothing()) == "Nothing()"


def test_a_field_without_a_default_stands_before_those_with_one() -> None:
    with pytest.raises(TypeError, match="a field without a default"):

        class Wrong(named_tuple.NamedTuple):
            number: int = 3
            name: str  # type: ignore[misc]


def test_what_is_a_value_is_none_of_another_class() -> None:
    class Further(Ours):
        pass

    assert type(Further("a")) is Further and isinstance(Further("a"), Ours)
    assert type(Further("a")._replace(number=1)) is Further
