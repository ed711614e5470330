"""The token cache: fetched once for everybody, kept as long as it is good, never where it could be read."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest

from integrator_tui.engine.auth.token_cache import Lease, TokenCache
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.token import Token
from integrator_tui.model.secret import Secret


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def token(value: str = "t", lifetime: float | None = None, at: float = 1000.0) -> Token:
    return Token(Secret(value), lifetime, at)


async def lease(cache: TokenCache, key: str = "k") -> Lease:
    claimed = await cache.claim(key)
    assert isinstance(claimed, Lease)
    return claimed


async def waiters(cache: TokenCache, count: int) -> list[asyncio.Task[Token | Lease]]:
    tasks = [asyncio.create_task(cache.claim("k")) for _ in range(count)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in tasks)
    return tasks


async def test_one_fetches_and_all_have_it() -> None:
    cache = TokenCache()
    own = await lease(cache)
    tasks = await waiters(cache, 50)
    made = token()
    own.keep(made)
    assert all(found is made for found in await asyncio.gather(*tasks))
    assert await cache.claim("k") is made


async def test_a_failed_fetch_is_told_to_all_and_tried_again_by_the_next() -> None:
    cache = TokenCache()
    own = await lease(cache)
    tasks = await waiters(cache, 3)
    own.fail(StageFailed("credentials_rejected", "no"))
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(error, StageFailed) for error in found] == [True] * 3
    assert isinstance(await cache.claim("k"), Lease)


async def test_a_lease_given_back_goes_to_one_of_those_who_wait() -> None:
    cache = TokenCache()
    own = await lease(cache)
    tasks = await waiters(cache, 3)
    own.release()
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    assert len(done) == 1
    taken = done.pop().result()
    assert isinstance(taken, Lease)
    made = token()
    taken.keep(made)
    assert {id(found) for found in await asyncio.gather(*pending)} == {id(made)}


async def test_a_waiter_that_is_cancelled_leaves_the_others_alone() -> None:
    cache = TokenCache()
    own = await lease(cache)
    first, second = await waiters(cache, 2)
    first.cancel()
    made = token()
    own.keep(made)
    assert await second is made


@pytest.mark.parametrize("lifetime", [0.0, -5.0])
async def test_a_token_for_one_use_is_nobody_elses(lifetime: float) -> None:
    cache = TokenCache()
    own = await lease(cache)
    tasks = await waiters(cache, 3)
    own.keep(token(lifetime=lifetime))
    found = await asyncio.gather(*tasks)
    assert all(isinstance(one, Lease) for one in found)
    assert cache.held("k") is None


@pytest.mark.parametrize(
    ("lifetime", "good_for"), [(3600.0, 3570.0), (100.0, 90.0), (1.0, 0.9), (None, 1e9)], ids=str
)
async def test_a_token_is_kept_until_shortly_before_it_expires(lifetime: float | None, good_for: float) -> None:
    clock = Clock()
    cache = TokenCache(clock)
    (await lease(cache)).keep(token(lifetime=lifetime))
    clock.now += good_for - 0.01
    assert cache.held("k") is not None
    if lifetime is not None:
        clock.now += 0.02
        assert cache.held("k") is None


async def test_dropping_a_refused_token_spares_a_newer_one() -> None:
    cache = TokenCache()
    old, new = token("old"), token("new")
    (await lease(cache)).keep(old)
    cache.drop("k", old)
    (await lease(cache)).keep(new)
    cache.drop("k", old)
    assert cache.held("k") is new
    assert cache.forget("k")
    assert not cache.forget("k")


def test_a_key_tells_nothing_and_depends_on_where_parts_end() -> None:
    one, other = TokenCache(), TokenCache()
    parts = [b"POST", b"s3cr3t-value"]
    assert one.key(parts) == one.key(parts)
    assert one.key(parts) != other.key(parts)
    assert one.key([b"ab", b"c"]) != one.key([b"a", b"bc"])
    assert "s3cr3t" not in one.key(parts) + repr(one)


def test_nothing_shows_a_token() -> None:
    made = token("s3cr3t-token", 60)
    assert "s3cr3t" not in repr(made) + str(made)


def jwt(payload: str) -> str:
    encoded = base64.urlsafe_b64encode(payload.encode()).rstrip(b"=").decode()
    return f"e30.{encoded}.sig"


def test_claims_are_those_of_a_json_web_token() -> None:
    claims = {"sub": "ü?>", "exp": 5}
    assert token(jwt(json.dumps(claims))).claims() == claims


@pytest.mark.parametrize("value", ["opaque", "a.b", "a.%%%.c", jwt("[1]"), jwt("{"), jwt("[" * 99999), "é.é.é"])
def test_what_is_no_such_token_has_no_claims(value: str) -> None:
    assert token(value).claims() is None
