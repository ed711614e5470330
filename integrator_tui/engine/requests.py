"""One request for who wants its data: sent, its way told, its answer given as it comes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.answer import Answer
from integrator_tui.engine.dial.deadline import Deadline
from integrator_tui.engine.exchange.exchange import Exchange
from integrator_tui.engine.exchange.plan import Plan
from integrator_tui.engine.exchange.shared import SharedState
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.request.status import answer_failure
from integrator_tui.engine.sanitize import Sanitizer, raised

if TYPE_CHECKING:
    from integrator_tui.engine.exchange.answer_keeper import AnswerKeeper
    from integrator_tui.engine.exchange.refusals import Refusals


@asynccontextmanager
async def requested(
    plan: Plan,
    shared: SharedState,
    deadline: Deadline,
    *,
    keeper: AnswerKeeper | None,
    told: Callable[[str], None] | None,
    refusals: Refusals | None,
) -> AsyncIterator[Answer]:
    """Send a planned request and give its answer, as `Engine.request` does; raises RequestFailed."""
    sanitizer = Sanitizer(plan.redactor, shared.clock)
    exchange = Exchange(plan, shared, deadline, refusals=refusals)
    if keeper is not None:
        keeper.redactor = plan.redactor
        for value in keeper.known:
            plan.redactor.add(value)
    try:
        try:
            response = await (exchange.head() if told is None else _told_head(exchange, sanitizer, told))
        except StageFailed as failed:
            if keeper is not None and failed.answer is not None:
                keeper.refused_token(failed.answer)
            raise raised(sanitizer, failed, exchange.stage) from None
        if keeper is not None and exchange.token_answer is not None:
            keeper.token_answered(exchange.token_answer)
        if refusals is not None:
            _remember_refusal(exchange, response)
        yield Answer(response, exchange, sanitizer)
    finally:
        await exchange.aclose()


async def _told_head(exchange: Exchange, sanitizer: Sanitizer, told: Callable[[str], None]) -> httpx.Response:
    """Return the head of an answer, and tell what happens until it comes."""
    from integrator_tui.engine.exchange.messages import Telling

    return await Telling(exchange, sanitizer, told).head()


def _remember_refusal(exchange: Exchange, response: httpx.Response) -> None:
    """Have nobody of the run that an exchange is part of try on what this answer refuses."""
    refused = answer_failure(response, exchange.context)
    if refused is not None and refused.kind == "credentials_rejected":
        exchange.remember_refusal(refused)
