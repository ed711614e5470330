"""Outputs as rows: opened and closed, failures at their outputs, paths."""

from __future__ import annotations

from typing import Any

from integrator_tui.model.operation_result import OutputProblem
from integrator_tui.tui.widgets.outputs.rows import MOST, OutputRows


def told(rows: OutputRows) -> list[tuple[int, str, str]]:
    return [(row.depth, row.name, row.text) for row in rows.rows]


def test_all_that_fits_is_open_and_values_are_written_as_json() -> None:
    rows = OutputRows({"Ids": [{"Id": 1}, {"Id": 2**60}], "Status": "ok", "None": None, "Empty": []})
    assert told(rows) == [
        (0, "Ids", "2 items"),
        (1, "0", "1 name"),
        (2, "Id", "1"),
        (1, "1", "1 name"),
        (2, "Id", "1152921504606846976"),
        (0, "Status", '"ok"'),
        (0, "None", "null"),
        (0, "Empty", "[]"),
    ]


def test_what_is_closed_opens_again_with_what_stands_in_it_closed() -> None:
    rows = OutputRows({"Ids": [{"Id": 1}], "Status": 200})
    rows.toggle(0)
    assert [name for _, name, _ in told(rows)] == ["Ids", "Status"]
    rows.toggle(0)
    assert [name for _, name, _ in told(rows)] == ["Ids", "0", "Status"]
    rows.toggle(2)
    assert len(rows) == 3, "a value without anything below stays as it is"
    rows.open_all()
    assert [name for _, name, _ in told(rows)] == ["Ids", "0", "Id", "Status"]
    rows.close_all()
    assert [name for _, name, _ in told(rows)] == ["Ids", "Status"]


def test_a_long_list_stays_closed_until_it_is_asked_for() -> None:
    many: list[Any] = [{"Id": number} for number in range(1000)]
    rows = OutputRows({"Ids": many, "Few": [1]})
    assert [name for _, name, _ in told(rows)] == ["Ids", "Few"]
    rows.toggle(0)
    assert len(rows) == 1002
    assert rows.open_all() and len(rows) == 2003


def test_opening_all_of_far_too_much_stops() -> None:
    many = [[number] for number in range(MOST)]
    rows = OutputRows({"Ids": many, "Last": 1})
    assert not rows.open_all()
    assert len(rows) <= MOST + 2 and rows.rows[-1].name == "Last"


def test_a_failure_stands_at_its_output_with_its_hint() -> None:
    problems = (
        OutputProblem("Total", "the expression threw TypeError", "body is an array"),
        OutputProblem("Ids.Name", "no such thing", ""),
    )
    rows = OutputRows({"Total": None, "Ids": [{"Id": 1, "Name": None}], "Status": 200}, problems)
    assert told(rows) == [
        (0, "Total", "✗ the expression threw TypeError"),
        (1, "hint", "body is an array"),
        (0, "Ids", "1 item"),
        (1, "0", "2 names"),
        (2, "Id", "1"),
        (2, "Name", "null"),
        (1, "Name", "✗ no such thing"),
        (0, "Status", "200"),
    ]
    rows.toggle(2)
    assert [name for _, name, _ in told(rows)] == ["Total", "hint", "Ids", "Name", "Status"]
    rows.close_all()
    assert [name for _, name, _ in told(rows)] == ["Total", "hint", "Ids", "Name", "Status"]
    assert rows.path(3) == "Ids.Name" and rows.path(0) == "Total"


def test_a_long_message_goes_on_in_further_rows() -> None:
    rows = OutputRows({"A": None}, (OutputProblem("A", "word " * 40, ""),))
    assert len(rows) > 2 and all(len(text) <= 52 for _, _, text in told(rows))
    assert [name for _, name, _ in told(rows)][:2] == ["A", ""]


def test_paths_are_written_as_expressions_write_them() -> None:
    rows = OutputRows({"Ids": [{"Id": 1, "a b": {"c": [True]}}]})
    assert [rows.path(at) for at in range(len(rows))] == [
        "Ids",
        "Ids[0]",
        "Ids[0].Id",
        'Ids[0]["a b"]',
        'Ids[0]["a b"].c',
        'Ids[0]["a b"].c[0]',
    ]


def test_an_output_whose_name_is_no_word() -> None:
    rows = OutputRows({"Order Ids": [7]})
    assert rows.path(1) == '["Order Ids"][0]'
