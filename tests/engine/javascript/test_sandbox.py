from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from integrator_tui.engine.javascript.json_shape import shape
from integrator_tui.engine.javascript.process import LARGEST_ANSWER
from integrator_tui.engine.javascript.sandbox import Sandbox
from integrator_tui.errors import ExpressionError

CANARY = "hunter2-canary"

ANSWER = {
    "access_token": "tok",
    "expires_in": 3600,
    "secret": CANARY,
    "data": {"token": "abc", "list": [1, 2, 3]},
    "expires_at": "2026-12-31T00:00:00Z",
    # {"exp": 1800000000} as the claims of a JWT.
    "jwt": "e30.eyJleHAiOjE4MDAwMDAwMDB9.x",
    "big": "x" * 200_000,
}
BODY = json.dumps(ANSWER)


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    box = Sandbox()
    yield box
    await box.aclose()


@pytest.fixture
async def small_box() -> AsyncIterator[Sandbox]:
    box = Sandbox(seconds=0.05, memory=16 << 20)
    yield box
    await box.aclose()


async def run(box: Sandbox, expression: str, body: str | bytes = BODY, **more: Any) -> Any:
    return await box.evaluate(expression, body=body, status=200, headers={"X-Token": "hv"}, **more)


async def refusal(box: Sandbox, expression: str, body: str | bytes = BODY) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        await run(box, expression, body)
    assert CANARY not in f"{caught.value.message}{caught.value.hint}"
    assert caught.value.message and caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("body['access_token']", "tok"),
        ("body.data.token;", "abc"),
        ("statusCode", 200),
        ("headers['x-token']", "hv"),
        ("JSON.parse(atob(body.jwt.split('.')[1])).exp", 1800000000),
        ("Date.parse(body.expires_at) / 1000", 1798675200),
        ("Math.floor(body.expires_in / 7)", 514),
        ("btoa('user:pass')", "dXNlcjpwYXNz"),
        ("body.nope?.x ?? 'none'", "none"),
        ("body.data.list.map(x => x * 2).filter(x => x > 2).join()", "4,6"),
        ("{ id: body.data.token, 'status': statusCode }", {"id": "abc", "status": 200}),
        ("`${body.access_token}!`", "tok!"),
        ("// first\nbody.access_token // last", "tok"),
        ("undefined", None),
        ("null", None),
        ("body.data", {"token": "abc", "list": [1, 2, 3]}),
        ("'a\\0b'", "a\0b"),
        ("'\\ud800x \\\\ud800 \\ud83d\\ude00'", "\ufffdx \\ud800 \U0001f600"),
        ("10n ** 25n", 10**25),
        ("1 / 0", float("inf")),
        ("body.big.length", 200_000),
        ("'x'.repeat(100000) + body.big", "x" * 300_000),
        ("(JSON.stringify = () => 1, Object.keys(body.data))", ["token", "list"]),
        ("Object.groupBy([1, 2, 3], x => x % 2 ? 'odd' : 'even').odd", [1, 3]),
        ("current", None),
    ],
)
async def test_an_expression_gives_data(box: Sandbox, expression: str, expected: Any) -> None:
    assert await run(box, expression) == expected


@pytest.mark.parametrize(
    ("body", "expression", "expected"),
    [
        ("token-in-text\n", "body.trim()", "token-in-text"),
        (b"caf\xc3\xa9 \xff", "body", "café \ufffd"),
        (b"\xef\xbb\xbf[1, 2]", "body.length", 2),
        ("", "body === ''", True),
        ("null", "body === null", True),
        ("a\0b", "body.length", 3),
        ('{"__proto__": {"a": 1}}', "Object.keys(body)", ["__proto__"]),
    ],
)
async def test_the_body_is_json_where_it_parses_else_text(
    box: Sandbox, body: str | bytes, expression: str, expected: Any
) -> None:
    assert await run(box, expression, body) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("new URLSearchParams('?a=b%20c&d=%e2%82%ac&e=%zz+1&a=2').get('a')", "b c"),
        ("new URLSearchParams('a=b&d=%e2%82%ac').get('d')", "€"),
        ("new URLSearchParams('e=%zz+1').get('e')", "%zz 1"),
        ("new URLSearchParams('a=1&a=2&b').getAll('a')", ["1", "2"]),
        ("[...new URLSearchParams('a=1&b')]", [["a", "1"], ["b", ""]]),
        ('new URLSearchParams({q: "a b&c=d\'(~)*-._"}).toString()', "q=a+b%26c%3Dd%27%28%7E%29*-._"),
        ("new URLSearchParams([['a', '1']]).has('a')", True),
        ("new URLSearchParams('a=1').get('b')", None),
        ("Object.fromEntries(new URLSearchParams('t=x&😀=😀'))", {"t": "x", "😀": "😀"}),
        ("(p => (p.set('a', 9), p.delete('b'), `${p}`))(new URLSearchParams('a=1&b=2&a=3'))", "a=9"),
    ],
)
async def test_url_search_params_reads_and_writes_forms(box: Sandbox, expression: str, expected: Any) -> None:
    assert await run(box, expression) == expected


async def test_current_is_the_element_that_children_are_given(box: Sandbox) -> None:
    assert await run(box, "current.id + statusCode", current={"id": 5}) == 205
    found = await box.evaluate_each("current.id", [{"id": 1}, {}, {"id": None}], body="", status=200, headers={})
    assert found == [1, None, None]
    assert await box.evaluate_each("current", [], body="", status=200, headers={}) == []


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("body.nope.x", "TypeError: cannot read property 'x' of undefined"),
        ("nope", "ReferenceError: nope is not defined"),
        ("body.access_token()", "TypeError: not a function"),
        ("() => 1", "gives a function"),
        ("Symbol()", "gives a symbol"),
        ("Promise.resolve(1)", "gives a promise"),
        ("(() => { const o = {}; o.o = o; return o })()", "circular reference"),
        ("[1n]", "BigInt"),
        ("(() => { throw 5 })()", "threw a value of its own"),
        (f"(() => {{ throw {'body.secret'} }})()", "threw a value of its own"),
        ("(() => { throw new TypeError(body.secret) })()", "threw TypeError"),
        ("(Object.prototype.toJSON = () => 1, null.x)", "cannot read property 'x' of null"),
        ("(() => { const e = new Error(); e.name = body.secret; throw e })()", "threw a value of its own"),
        ("undefined[body.secret]", "threw TypeError"),
        ("JSON.parse(body.secret)", "threw SyntaxError"),
        ("new RegExp('(' + body.secret)", "threw SyntaxError"),
        ("decodeURIComponent('%')", "threw URIError: expecting hex digit"),
        ("new Array(-1)", "invalid array length"),
        ("require('fs')", "require is not defined"),
        ("process.env", "process is not defined"),
        ("fetch('http://127.0.0.1/')", "fetch is not defined"),
        ("setTimeout(() => 1)", "setTimeout is not defined"),
    ],
)
async def test_an_error_says_what_and_which_keys_there_are(box: Sandbox, expression: str, says: str) -> None:
    error = await refusal(box, expression)
    assert says in error.message
    assert "body is an object with the keys access_token, expires_in" in error.hint


@pytest.mark.parametrize(
    "expression",
    [
        "1); while(1){}; (1",
        "1]; while(1){}; [1",
        "1)}); while(1){}; (function(){return (1",
        "1; 2",
        "while(1){}",
        "return 1",
        "let a = 1",
        "body.(",
        "...body.data.list",
        "/* open",
        "`open",
        "010",
        "await body",
    ],
)
async def test_only_one_expression_is_accepted(box: Sandbox, expression: str) -> None:
    error = await refusal(box, expression)
    assert error.message.startswith("this is not one JavaScript expression: ")
    assert "line 1, column" in error.message or error.message.endswith("it ends too early")


async def test_a_nul_character_is_told(box: Sandbox) -> None:
    assert "NUL" in (await refusal(box, "body.\0x")).message


async def test_an_empty_expression_is_told(box: Sandbox) -> None:
    assert (await refusal(box, " ; ")).message == "the expression is empty"


async def test_the_place_of_a_syntax_error_is_that_in_the_expression(box: Sandbox) -> None:
    assert "at line 2, column 9" in (await refusal(box, "body\n  .data.(")).message


@pytest.mark.parametrize("expression", ["body.", "body[", "(1", "`${", "[1,"])
async def test_what_is_not_finished_is_told_as_that(box: Sandbox, expression: str) -> None:
    assert (await refusal(box, expression)).message == "this is not one JavaScript expression: it ends too early"


async def test_base64url_has_its_own_hint(box: Sandbox) -> None:
    error = await refusal(box, "atob('a-_b')")
    assert ".replace(/-/g,'+')" in error.hint


OVER_TIME = {
    "loop": "(() => { while (1) {} })()",
    "loop in a getter": "({ get a() { while (1) {} } })",
    "loop in toJSON": "({ toJSON() { while (1) {} } })",
    "loop in what is thrown": "(() => { throw { get name() { while (1) {} } } })()",
    "loop after a catch": "(() => { while (1) { try { while (1) {} } catch {} finally { while (1) {} } } })()",
    "regular expression": "/(x+x+)+y/.test('x'.repeat(40))",
    "native: array to text": "new Array(1e9) + ''",
    "native: sparse array": "(() => { const a = []; a[4294967294] = 1; return a.reverse() })()",
}
OVER_MEMORY = {
    "text": "'x'.repeat(1e9)",
    "array": "(() => { const a = []; while (1) a.push(new Array(1e4).fill(1)) })()",
    "typed array": "new Uint8Array(1e9).length",
    "caught": "(() => { const a = []; try { while (1) a.push('x'.repeat(1e5) + 1) } catch (e) { throw e } })()",
}
TOO_DEEP = {
    "recursion": "(function f() { f() })()",
    "result": "(() => { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a })()",
    "result beyond Python": "(() => { let a = []; for (let i = 0; i < 1200; i++) a = [a]; return a })()",
    "source": "[" * 100_000 + "]" * 100_000,
}


@pytest.mark.parametrize("script", OVER_TIME.values(), ids=OVER_TIME)
async def test_what_never_ends_is_ended_and_the_next_call_works(small_box: Sandbox, script: str) -> None:
    assert (await refusal(small_box, script)).message == "the expression ran over its 50 ms"
    assert await run(small_box, "body.access_token") == "tok"


@pytest.mark.parametrize("script", OVER_MEMORY.values(), ids=OVER_MEMORY)
async def test_what_takes_all_memory_is_ended_and_the_next_call_works(box: Sandbox, script: str) -> None:
    assert (await refusal(box, script)).message.startswith("the expression ran over its 64 MiB of memory")
    assert await run(box, "body.access_token") == "tok"


@pytest.mark.parametrize("script", TOO_DEEP.values(), ids=TOO_DEEP)
async def test_what_nests_too_deeply_is_told_and_the_next_call_works(small_box: Sandbox, script: str) -> None:
    assert "deeply" in (await refusal(small_box, script)).message
    assert await run(small_box, "body.access_token") == "tok"


async def test_a_result_that_is_too_large_is_told_and_the_next_call_works(box: Sandbox) -> None:
    error = await refusal(box, f"'x'.repeat({LARGEST_ANSWER})")
    assert error.message == "the expression gave more than 8 MiB"
    assert await run(box, "1") == 1


async def test_a_body_beyond_the_memory_is_told(small_box: Sandbox) -> None:
    error = await refusal(small_box, "body.length", json.dumps([{"a": i} for i in range(400_000)]))
    assert "memory" in error.message


async def test_expressions_do_not_see_what_others_left(box: Sandbox) -> None:
    assert await run(box, "(globalThis.left = body.secret, delete body.access_token)") is True
    assert await run(box, "typeof left + body.access_token") == "undefinedtok"


async def test_callers_may_overlap(box: Sandbox) -> None:
    bodies = [json.dumps({"n": n}) for n in range(50)]
    results = await asyncio.gather(*(run(box, "body.n", body) for body in bodies))
    assert results == list(range(50))


def child(box: Sandbox) -> int:
    process = box._process._process
    assert process is not None
    return process.pid


async def test_a_process_that_is_killed_is_told_and_replaced(box: Sandbox) -> None:
    await run(box, "1")
    os.kill(child(box), signal.SIGKILL)
    error = await refusal(box, "body.access_token")
    assert error.message == "the JavaScript engine broke on this expression (signal 9)"
    assert await run(box, "body.access_token") == "tok"


async def test_a_cancelled_call_leaves_no_answer_to_the_next(box: Sandbox) -> None:
    await run(box, "1")
    before = child(box)
    task = asyncio.create_task(run(box, "(() => { while (1) {} })()"))
    while not box._lock.locked():
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await run(box, "body.access_token") == "tok"
    assert child(box) != before
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)


async def test_the_process_is_kept_warm_and_leaves_no_zombie() -> None:
    box = Sandbox()
    await run(box, "1")
    first = child(box)
    await run(box, "2")
    assert child(box) == first
    await box.aclose()
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    await box.aclose()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc shows what a process has on Linux alone")
async def test_the_process_has_nothing_of_ours(box: Sandbox) -> None:
    await run(box, "1")
    proc = Path(f"/proc/{child(box)}")
    assert (proc / "environ").read_bytes() == b""
    assert sorted(path.name for path in (proc / "fd").iterdir()) == ["0", "1", "2"]
    limits = (proc / "limits").read_text()
    # The three that are open are its pipes.
    for name, most in (("Max core file size", "0"), ("Max file size", "0"), ("Max open files", "3")):
        assert next(line for line in limits.splitlines() if line.startswith(name)).split()[-3] == most


def test_the_parent_loads_no_engine() -> None:
    assert "_quickjs" not in sys.modules
    assert "quickjs" not in sys.modules


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (BODY, "body is an object with the keys access_token, expires_in, secret, data, expires_at, jwt, big"),
        (b'{"\x1b[31m": 1}', "body is text of 12 characters"),
        ('{"\\u001b[31m": 1}', "body is an object with the keys ␛[31m"),
        (json.dumps({str(n): n for n in range(22)}), "body is an object with the keys 0, 1"),
        ("{}", "body is an empty object"),
        ("[1, 2]", "body is an array of 2"),
        ('"x"', "body is a string"),
        ("1.5", "body is a number"),
        ("true", "body is a boolean"),
        ("null", "body is null"),
        ("", "body is empty"),
        ("[" * 100_000, "body is text of 100000 characters"),
        ("\ufeff{}", "body is an empty object"),
    ],
)
def test_the_shape_of_a_body_names_its_keys(body: str | bytes, expected: str) -> None:
    assert shape(body).startswith(expected)
