"""The table of formats: what each tells as a result comes, what at the end, and what the results mean as an exit
code.

Rules: a format is a module of this room with `render(reports)`, which gives lines without their ends, and its
`exit_code(reports)` beside it. Only the one that is asked for is imported. People and NDJSON are told each result
as it comes; all others can only be whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Final

from integrator_tui.cli.formats.human import Human
from integrator_tui.cli.output.output import ENCODING_ERRORS
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.probe import ProbeReport

Render = Callable[[Sequence[ProbeReport]], Iterator[str]]
"""Gives lines, without their ends."""


class Format(NamedTuple):
    """How results are told. `each` gives the lines of one as it comes (with whether its certificate was to be
    verified), `ending` those at the end.

    `sums_up` says that the end is about all results, also where only those that did not pass are asked for.
    """

    each: Callable[[ProbeReport, bool], Iterator[str]]
    ending: Render
    exit_code: Callable[[Sequence[ProbeReport]], int]
    sums_up: bool = False


_MODULES: Final = {
    "json": "json_list",
    "ndjson": "ndjson",
    "junit": "junit",
    "prometheus": "prometheus",
    "nagios": "nagios",
}

NAMES: Final = ("human", *_MODULES)
"""The formats by the words that one types."""

AS_THEY_COME: Final = frozenset({"human", "ndjson"})
"""Those that tell each result as it comes."""

UTF_8: Final[Mapping[str, str]] = {
    **dict.fromkeys(("json", "ndjson"), ENCODING_ERRORS),
    **dict.fromkeys(("junit", "prometheus", "nagios"), "replace"),
}
"""Those that are UTF-8 whatever the locale says, with what becomes of half a surrogate pair."""


def chosen(name: str, human: Human) -> Format:
    """Return a format of NAMES; `human` is that for people."""
    module = import_module(f"integrator_tui.cli.formats.{_MODULES.get(name, name)}")
    if name == "human":
        return Format(human.each, human.ending, module.exit_code, sums_up=True)
    if name in AS_THEY_COME:
        return Format(lambda report, verified: module.render([report]), _nothing, module.exit_code)
    return Format(lambda report, verified: _nothing([report]), module.render, module.exit_code, name == "nagios")


def _nothing(reports: Sequence[ProbeReport]) -> Iterator[str]:
    yield from ()
