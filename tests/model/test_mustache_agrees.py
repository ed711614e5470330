"""Where Mustache and ours mean the same, a Mustache of somebody else's gives the same text."""

from __future__ import annotations

import re

import pystache
from hypothesis import assume, given
from hypothesis import strategies as st

from integrator_tui.model.template import EncodingContext, parse

VALUES = {"x": "v", "Long Name*": "{{x}} <&>", "empty": ""}
_NAMES = st.sampled_from([*VALUES, "absent"])
_TEXT = st.sampled_from(["a", " ", "\n", "  ", '{"a": 1}', "\n\n", "é", "<&>", "\t", "=", "/"])
_VALUE = st.builds(
    lambda shape, name: shape.format(name),
    st.sampled_from(["{{{{{0}}}}}", "{{{{ {0} }}}}", "{{{{{{{0}}}}}}}", "{{{{&{0}}}}}", "{{{{& {0} }}}}"]),
    _NAMES,
)
_COMMENT = st.sampled_from(["{{! note }}", "{{!}x}}", "{{! {braces} in it }}", "{{! two\nlines }}", "{{!{{x}}"])
_LEAF = st.one_of(_TEXT, _TEXT, _VALUE, _COMMENT)


def _section(sigil: str, name: str, inner: str) -> str:
    return f"{{{{{sigil}{name}}}}}{inner}{{{{/{name}}}}}"


TEMPLATES = st.recursive(
    _LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=6).map("".join),
        st.builds(_section, st.sampled_from("#^"), _NAMES, inner),
    ),
    max_leaves=12,
)


@given(TEMPLATES)
def test_what_both_know_comes_out_the_same(text: str) -> None:
    # A tag alone on a line takes the blanks behind it along (mustache spec, standalone lines); theirs leaves them.
    assume(not re.search(r"\}\}[ \t]+$", text, re.MULTILINE))
    template = parse(text)
    assert not template.warnings
    given_values = {**VALUES, **{name: "" for name in template.names if name not in VALUES}}
    theirs = pystache.Renderer(escape=lambda value: value, missing_tags="ignore").render(text, VALUES)
    assert template.render(given_values, EncodingContext.TEXT) == theirs
