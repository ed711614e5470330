"""Tickets: each number is taken once, whoever takes it."""

from __future__ import annotations

import os

import pytest

from integrator_tui.workspace.batch.tickets import Tickets

COUNT = 12_000


def test_two_processes_take_each_number_once() -> None:
    tickets = Tickets()
    begin, told = os.pipe(), os.pipe()
    if (pid := os.fork()) == 0:
        try:
            os.read(begin[0], 1)
            data = b"".join(number.to_bytes(4, "big") for number in tickets)
            with open(told[1], "wb") as out:
                out.write(data)
        finally:
            os._exit(0)
    os.close(told[1])
    assert tickets.fill(range(COUNT)) == range(COUNT, COUNT)
    os.write(begin[1], b"!")
    here = list(tickets)
    with open(told[0], "rb") as told_there:
        data = told_there.read()
    os.waitpid(pid, 0)
    there = [int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data), 4)]
    assert here == sorted(here)
    assert sorted(here + there) == list(range(COUNT))
    tickets.close()
    for end in begin:
        os.close(end)


@pytest.mark.parametrize("count", [0, 1, 100_000])
def test_what_does_not_fit_is_left_to_who_offers_it(count: int) -> None:
    tickets = Tickets()
    rest = tickets.fill(range(count))
    assert [*tickets, *rest] == list(range(count))
    assert bool(rest) == (count == 100_000)
    assert list(tickets) == []
    tickets.close()
    tickets.close()
