"""Hints on the screen name the labels of fields, never the keys of the file; a row of a stage says what matters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping

import pytest

from integrator_tui.model.connection import Options, Timeout
from integrator_tui.model.entry import Draft
from integrator_tui.model.parameters import Purpose
from integrator_tui.model.probe import Failure, StageResult
from integrator_tui.model.problem import Problem
from integrator_tui.model.stream import Closed, StreamEvent
from integrator_tui.tui.form.rows import (
    ADVANCED,
    CORE,
    FOLDER,
    METHOD_ROWS,
    OPTIONS,
    OURS,
    SET_CA,
    TOKEN_CONNECTION_ROWS,
)
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.labels import label_of, labelled
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.tui.screens.stream import StreamScreen
from integrator_tui.tui.widgets import stage_table
from tests.tui.driver import LARGE, SMALL, running
from tests.tui.fake_workspace import FakeWorkspace
from tests.tui.samples import STOCK

ROWS = [
    row
    for row in (
        *CORE,
        *TOKEN_CONNECTION_ROWS,
        *OPTIONS,
        *(row for rows in (*METHOD_ROWS.values(), *OURS.values(), ADVANCED) for row in rows),
    )
    if row.label.path not in {"", SET_CA, FOLDER}
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.label.path)
def test_every_key_has_the_label_of_its_field(row: object) -> None:
    label = row.label  # type: ignore[attr-defined]
    assert label_of(label.path) == label.text
    if "." in label.path or "_" in label.path:
        assert labelled(f"set {label.path}: see {label.path}.") == f"set {label.text}: see {label.text}."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("set ca_cert to that CA", "set Trusted CA Certificate to that CA"),
        (
            "keep one of ca_cert and ca_cert_file",
            "keep one of Trusted CA Certificate and Trusted CA Certificate File",
        ),
        ("raise options.timeout.read", "raise Read Timeout"),
        ("check options.proxy, or *_proxy and no_proxy", "check Proxy, or *_proxy and no_proxy"),
        ("check the secret client_secret", "check the secret client_secret"),
        ("http://user:{{proxy_password}}@host", "http://user:{{proxy_password}}@host"),
        ("see {{base_url}} and /etc/ca_cert.pem", "see {{base_url}} and /etc/ca_cert.pem"),
        ("the name of the path in the body", "the name of the path in the body"),
        (
            "store it as the secret token, or give it with --param token=VALUE (token=@FILE reads a file)",
            "fill in Token",
        ),
        ("store it as the secret other, or give it with --param other=VALUE", "store it as the secret other"),
        ("give the input another name, or give --param token=VALUE for the input", "give the input another name"),
        (
            "give each with --param NAME=VALUE, or add a secret of that name",
            "fill in each where the test asks for it, or add a secret of that name",
        ),
    ],
)
def test_what_is_no_key_stays(text: str, shown: str) -> None:
    assert labelled(text) == shown


WIDE = (164, 40)
REASON = "the certificate of stock.example.com is not trusted"
UNTRUSTED = (
    StageResult("resolve", "passed", 0.4, {"addresses": ["192.0.2.7"]}),
    StageResult(
        "connect",
        "failed",
        3.0,
        {"address": "192.0.2.7", "port": 443},
        Failure("connect", "tls_untrusted", REASON, "set ca_cert to the CA that issued it"),
    ),
)


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=["80x24", "164x40"])
async def test_a_result_names_the_label_and_its_failed_row_says_why(size: tuple[int, int]) -> None:
    made = FakeWorkspace(stages=UNTRUSTED)
    made.add("stock.yaml", STOCK)
    async with running(made, size) as user:
        await user.press("t")
        await user.on(ResultScreen)
        await user.shows("hint")
        assert "set Trusted CA Certificate to the CA" in user.row("hint")
        reason = REASON if size == WIDE else f"tls_untrusted: {REASON[:20]}"
        assert reason in user.row(" ✗ connect ")
        assert "192.0.2.7:443" not in user.row(" ✗ connect ")


async def test_a_problem_of_a_draft_and_a_notice_name_labels() -> None:
    made = FakeWorkspace()
    twice = STOCK.model_copy(update={"ca_cert_file": "ca.pem", "ca_cert": "x", "base_url": "https://h"})
    made.add(
        "stock.yaml", twice, problems=(Problem("ca_cert_file", "ca_cert is set too", "keep one", 3, "warning"),)
    )
    async with running(made, WIDE) as user:
        await user.shows("Trusted CA Certificate File: Trusted CA Certificate is set too")
        await user.press("e")
        await user.on(EditScreen)
        await user.shows("keep one of Trusted CA Certificate and Trusted CA")


class Failing(FakeWorkspace):
    async def stream(
        self, draft: Draft, values: Mapping[str, str], purpose: Purpose = "test"
    ) -> AsyncGenerator[StreamEvent]:
        yield Closed("nothing came", "read_timeout", "raise options.timeout.read")


async def test_the_end_of_a_stream_names_labels() -> None:
    made = Failing()
    made.add("stock.yaml", STOCK)
    async with running(made) as user:
        await user.press("s")
        await user.on(StreamScreen)
        await user.shows("hint: raise Read Timeout")


class Hanging(FakeWorkspace):
    async def probe(
        self, draft: Draft, values: Mapping[str, str], purpose: Purpose = "test"
    ) -> AsyncGenerator[StageResult]:
        yield UNTRUSTED[0]
        await asyncio.Event().wait()


async def test_a_running_row_shows_its_clock_and_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(stage_table, "monotonic", lambda: now)
    made = Hanging()
    made.add("stock.yaml", STOCK.model_copy(update={"options": Options(timeout=Timeout(connect=7, read=90))}))
    async with running(made) as user:
        await user.press("t")
        screen = await user.on(ResultScreen)
        await user.shows("0 s of 7 s")
        assert "running" in user.row(" ▸ connect ")
        now = 103.0
        screen.query_one(stage_table.StageTable)._tick()
        await user.shows("3 s of 7 s")
        assert "waiting" in user.row(" respond ") and "90" not in user.row(" respond ")


LONG = 300_000


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
async def test_a_name_and_a_value_that_are_very_long_are_cut_and_counted(size: tuple[int, int]) -> None:
    made = FakeWorkspace()
    changes = {"name": "n" * LONG, "description": "d" * LONG, "base_url": "https://" + "\n".join("u" * 5000)}
    made.add("stock.yaml", STOCK.model_copy(update=changes))
    async with running(made, size) as user:
        await user.shows("stock.yaml")
        detail = [line[user.sidebar.region.right :] for line in user.lines]
        assert 1 <= sum("nnnn" in line for line in detail) <= 4
        assert 1 <= sum("dddd" in line for line in detail) <= 5
        assert "Authentication" in user.text
        for letter in "nd":
            cut = next(line for line in detail if f"{letter}… and " in line or f"{letter}{letter}… and" in line)
            left = int(cut.partition("and ")[2].partition(" more")[0].replace(",", ""))
            assert left + user.text.count(letter) >= LONG
        await user.press("e")
        form = await user.on(EditScreen)
        await user.press("end", "x")
        assert form.draft.connection.name == "n" * LONG + "x"
