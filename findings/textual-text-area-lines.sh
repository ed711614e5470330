#!/usr/bin/env bash
# Textual's TextArea changes text that nobody edited. It breaks lines where Python's `str.splitlines` does (at form
# feeds, U+0085 and U+2028 too) and joins them by one line end for all, so that what it gives is another text than it
# was given, from the start and not only after an edit.
# Why it matters: U+2028 is legal in JSON strings, form feeds stand in source files, and files have mixed line ends. An
# editor built on it saves changes that its user did not make and is not shown.
# Seen with Textual 8.2.8.
set -euo pipefail

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check textual==8.2.8 2>pip.log || { cat pip.log >&2; exit 2; }

cat >show.py <<'PYTHON'
import asyncio, platform, sys
from importlib.metadata import version

from textual.app import App
from textual.widgets import TextArea

GIVEN = {
    "JSON with U+2028": '{"note": "one\u2028two"}\n',
    "a form feed": "int a;\n\fint b;\n",
    "U+0085": "one\u0085two\n",
    "mixed line ends": "one\r\ntwo\nthree\n",
    "LF alone": "one\ntwo\n",
}
CHANGED = {"JSON with U+2028", "a form feed", "U+0085", "mixed line ends"}


async def through_text_area(text):
    class Editor(App):
        def compose(self):
            yield TextArea(text)

    app = Editor()
    async with app.run_test():
        return app.query_one(TextArea).text


async def main():
    changed = set()
    for name, text in GIVEN.items():
        given_back = await through_text_area(text)
        print(f"{name}: {text!r} is given back as {given_back!r}")
        if given_back != text:
            changed.add(name)
    return changed


print("Python", platform.python_version(), "| Textual", version("textual"))
sys.exit(asyncio.run(main()) != CHANGED)
PYTHON
venv/bin/python show.py
