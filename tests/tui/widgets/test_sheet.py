"""The sheet: what is long is wrapped below its value, and no value leaves its column."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from integrator_tui.tui.widgets.sheet import Sheet, SheetGroup, SheetLine, wrapped

ADDRESS = "https://api.example.com/v1/orders?status=open&limit=20&page=3"


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("short", 20, ["short"]),
        ("one two three four", 10, ["one two", "three four"]),
        (ADDRESS, 33, ["https://api.example.com/v1/", "orders?status=open&limit=20&", "page=3"]),
        ("✗ failed at connect: nobody listens", 14, ["✗ failed at", "  connect:", "  nobody", "  listens"]),
        ("x" * 25, 10, ["x" * 10, "x" * 10, "x" * 5]),
        ("日本語の説明文です", 8, ["日本語の", "説明文で", "す"]),
    ],
)
def test_rows_break_where_a_reader_would(text: str, width: int, rows: list[str]) -> None:
    assert wrapped(text, width) == rows
    assert all(cell_len(row) <= width for row in rows)


def test_a_name_longer_than_its_column_stands_above_its_value() -> None:
    rows = [str(row) for row in Sheet(name_width=12)._line(SheetLine("A secret with a name", "value"), 40)]
    assert rows == ["A secret with a name", " " * 12 + "value"]


def test_a_long_value_hangs_below_its_first_row() -> None:
    rows = [str(row) for row in Sheet(name_width=6)._line(SheetLine("url", ADDRESS), 39)]
    assert rows[0].startswith("url   https://")
    assert len(rows) > 1 and all(row.startswith(" " * 6) for row in rows[1:])
    assert "".join(row[6:] for row in rows) == ADDRESS


class _OneSheet(App[None]):
    """Remembers what the sheet is measured by, which is before it has a place."""

    measured = ""

    def compose(self) -> ComposeResult:
        yield Sheet()

    def on_mount(self) -> None:
        sheet = self.query_one(Sheet)
        sheet.show((SheetGroup("", (SheetLine("", "Orders has unsaved changes."),)),))
        self.measured = str(sheet.content)


async def test_a_sheet_is_measured_by_rows_that_are_as_long_as_it_will_show_them() -> None:
    app = _OneSheet()
    async with app.run_test(size=(80, 24)):
        assert app.measured == "Orders has unsaved changes."
