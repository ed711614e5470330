"""`NamedTuple` as `typing` has it, made in a sixth of the time.

Some eighty of them are made at the start of a check. Those of `typing` compile text for each one and for each of
its annotations, a twelfth of all that a short command does; here one made before, of as many fields, is taken over
under other names. A type checker sees `typing.NamedTuple`; a test holds the two alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from collections import namedtuple
    from types import FunctionType, MappingProxyType

    _patterns = {}

    def _pattern(count):
        """Return a named tuple of so many fields: what reads one of them does so by its place alone."""
        if count not in _patterns:
            _patterns[count] = namedtuple("_pattern", [f"_{number}" for number in range(count)], rename=True)
        return _patterns[count]

    class _Values(tuple):
        """What all of them have."""

        __slots__ = ()
        _fields = ()
        _field_defaults = MappingProxyType({})

        @classmethod
        def _make(cls, values):
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
            return made

        def _replace(self, /, **changes):
            made = self._make(map(changes.pop, self._fields, self))
            if changes:
                raise TypeError(f"Got unexpected field names: {[*changes]!r}")
            return made

        __replace__ = _replace

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            told = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({told})"

        def __getnewargs__(self):
            return tuple(self)

    class _Making(type):
        """Makes of a class statement the named tuple that it describes."""

        def __new__(cls, name, bases, namespace):
            names = tuple(namespace.get("__annotations__", ()))
            given = tuple(field for field in names if field in namespace)
            if given != names[len(names) - len(given) :]:
                raise TypeError(f"{name}: a field without a default stands behind one that has one")
            defaults = {field: namespace[field] for field in given}
            pattern = _pattern(len(names))
            made = pattern.__new__
            code = made.__code__.replace(co_varnames=("_cls", *names))
            getters = {field: getattr(pattern, own) for field, own in zip(names, pattern._fields, strict=True)}
            namespace |= getters
            namespace |= {"_fields": names, "_field_defaults": defaults, "__match_args__": names, "__slots__": ()}
            function = FunctionType(code, made.__globals__, "__new__", (*defaults.values(),))
            function.__qualname__ = f"{namespace['__qualname__']}.__new__"
            namespace["__new__"] = function
            return type(name, (_Values, *(base for base in bases if base is not _described)), namespace)

    _described = type.__new__(_Making, "NamedTuple", (), {})

    class _NamedTuple:
        """Stands for the base in a class statement (PEP 560)."""

        def __mro_entries__(self, bases):
            return (_described,)

    NamedTuple = _NamedTuple()

__all__ = ["NamedTuple"]
