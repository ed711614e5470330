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
import pytest_asyncio

from integrator_tui.engine.javascript import process as javascript_process
from integrator_tui.engine.javascript.pool import MOST_ANSWERS, PROCESSES
from integrator_tui.engine.javascript.process import LARGEST_ANSWER
from integrator_tui.engine.javascript.sandbox import Sandbox
from integrator_tui.errors import ExpressionError
from integrator_tui.model import exact_json

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


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def box() -> AsyncIterator[Sandbox]:
    """One for all: what an expression gives is the same whatever its processes did before."""
    box = Sandbox()
    yield box
    await box.aclose()


@pytest_asyncio.fixture(loop_scope="module")
async def own_box() -> AsyncIterator[Sandbox]:
    """One whose processes are this test's alone."""
    box = Sandbox()
    yield box
    await box.aclose()


@pytest_asyncio.fixture(loop_scope="module")
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
        ("[1n, {a: 10n ** 25n}]", [1, {"a": 10**25}]),
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
    async with box.reading("", 200, {}) as reading:
        assert await reading.evaluate_each("current.id", [{"id": 1}, {}, {"id": None}]) == [1, None, None]
        assert await reading.evaluate_each("current", []) == []


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
async def test_what_nests_too_deeply_is_told_and_the_next_call_works(box: Sandbox, script: str) -> None:
    assert "deeply" in (await refusal(box, script)).message
    assert await run(box, "body.access_token") == "tok"


async def test_a_result_that_is_too_large_is_told_and_the_next_call_works(box: Sandbox) -> None:
    error = await refusal(box, f"'x'.repeat({LARGEST_ANSWER})")
    assert error.message == "the expression gave more than 8 MiB"
    assert await run(box, "1") == 1


async def test_a_bodys_own_memory_is_not_counted() -> None:
    """It takes more in the engine than an expression may. Time is no matter here, so there is enough of it."""
    small_box = Sandbox(seconds=30, memory=16 << 20)
    body = json.dumps([{"a": i} for i in range(400_000)])
    try:
        assert await run(small_box, "body.length", body) == 400_000
        error = await refusal(small_box, "body.concat(body, body, body).map(x => [x])", body)
    finally:
        await small_box.aclose()
    assert "16 MiB of memory" in error.message


async def test_a_body_beyond_the_memory_of_the_engine_is_told(box: Sandbox) -> None:
    error = await refusal(box, "body.length", "[" + "[]," * 5_000_000 + "[]]")
    assert error.message == "the body of 15000004 characters takes more memory than the JavaScript engine has"
    assert await run(box, "body.access_token") == "tok"


@pytest.mark.parametrize("depth", [5_000, 20_000])
async def test_a_body_that_nests_too_deeply_is_told(box: Sandbox, depth: int) -> None:
    error = await refusal(box, "body.length", "[" * depth + "1" + "]" * depth)
    assert error.message == f"the body of {2 * depth + 1} characters is JSON that nests too deeply to be read"
    assert await run(box, "body.access_token") == "tok"


LARGE = 9007199254740993
LARGER = -12345678901234567890123456789012345678901234567890
IDS = json.dumps({"id": LARGE, "items": [{"id": LARGE}, {"id": LARGER}], "text": f'{{"id": {LARGE}}}', "small": 7})


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("body.id", LARGE),
        ("body.items.map(i => i.id)", [LARGE, LARGER]),
        ("body.items", [{"id": LARGE}, {"id": LARGER}]),
        ("({a: [{b: body.id}]})", {"a": [{"b": LARGE}]}),
        ("body", json.loads(IDS)),
        ("String(body.id)", str(LARGE)),
        ("`${body.id}`", str(LARGE)),
        ("'' + body.id", str(LARGE)),
        ("body.id.toString()", str(LARGE)),
        ("[body.id, body.small].join()", f"{LARGE},7"),
        ("({[body.id]: 1})", {str(LARGE): 1}),
        ("Object.fromEntries(body.items.map(i => [i.id, true]))", {str(LARGE): True, str(LARGER): True}),
        ("JSON.stringify(body)", json.dumps(json.loads(IDS), separators=(",", ":"))),
        ("JSON.parse(body.text).id", LARGE),
        ("JSON.parse(JSON.stringify(body)).items[1].id", LARGER),
        ("JSON.parse(body.text, (k, v) => k ? [v] : v).id", [LARGE]),
        ("body.id + 1n", LARGE + 1),
        ("body.id > 9007199254740992", True),
        ("body.id === 9007199254740993", True),
        ("body.items.find(i => i.id === 9007199254740993).id", LARGE),
        ("body.items.some(i => i.id == 9007199254740992)", False),
        ("9007199254740993", LARGE),
        ("'9007199254740993'", str(LARGE)),
        ("body.small + 1", 8),
        ("[...body.items].reverse()[1].id", LARGE),
    ],
)
async def test_integers_beyond_2_53_are_exact(box: Sandbox, expression: str, expected: Any) -> None:
    assert await run(box, expression, IDS) == expected


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("body.id + 1", "BigInt"),
        ("body.id * 2", "BigInt"),
        ("-(-body.id) + 0", "BigInt"),
        ("+body.id", "bigint"),
        ("Math.max(body.id, 1)", "BigInt"),
        ("Number(body.id)", "may have rounded"),
        ("parseInt(body.id)", "may have rounded"),
        ("[{a: Number(body.id)}]", "may have rounded"),
        ("2 ** 53", "may have rounded"),
        ("9007199254740991 + 2", "may have rounded"),
    ],
)
async def test_what_would_not_be_exact_is_an_error(box: Sandbox, expression: str, says: str) -> None:
    error = await refusal(box, expression, IDS)
    assert says in error.message
    assert "BigInt" in error.hint
    assert str(LARGE) not in f"{error.message}{error.hint}"


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("9007199254740993.0", LARGE),
        ("9.007199254740993e15", LARGE),
        ("-9007199254740993.000e0", -LARGE),
        ("900719925474099.3E+01", LARGE),
        ("90071992547409930e0", LARGE * 10),
    ],
)
async def test_an_integer_is_exact_however_it_is_written(box: Sandbox, number: str, value: int) -> None:
    assert await run(box, "[body.n, String(body.n)]", f'{{"n": {number}}}') == [value, str(value)]


async def test_a_fraction_does_not_round_to_an_integer(box: Sandbox) -> None:
    assert exact_json.dumps(await run(box, "[body]", "9007199254740993.5")) == "[9007199254740993.5]"
    assert "may have rounded" in (await refusal(box, "body - 1", "9007199254740993.5")).message


@pytest.mark.parametrize("number", ["1e20", "1E+16", "9007199254740991", "-0", "1.5", "1e300", "6.02e20"])
async def test_numbers_as_javascript_writes_them_are_left_alone(box: Sandbox, number: str) -> None:
    assert await run(box, "body.n", f'{{"n": {number}, "other": {LARGE}}}') == json.loads(number)
    assert await run(box, "body", f"[{number}]") == [json.loads(number)]


PI = "3.14159265358979323846264338"
AMOUNT = "-1234567890123456789.25"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("body", f'{{"pi": {PI}, "all": [{AMOUNT}, 0.1]}}'),
        ("body.pi", PI),
        ("body.all.map(n => ({n}))", f'[{{"n": {AMOUNT}}}, {{"n": 0.1}}]'),
        ("String(body.pi)", f'"{PI}"'),
        ("`${body.all[0]}`", f'"{AMOUNT}"'),
        ("body.all.join()", f'"{AMOUNT},0.1"'),
        ("JSON.stringify(body)", json.dumps(f'{{"pi":{PI},"all":[{AMOUNT},0.1]}}')),
        ("body.pi * 2", "6.283185307179586"),
        ("body.pi + 1", "4.141592653589793"),
        ("body.pi > 3 && body.pi.toFixed(2)", '"3.14"'),
    ],
)
async def test_a_fraction_keeps_its_digits_until_it_is_computed_with(
    box: Sandbox, expression: str, expected: str
) -> None:
    found = await run(box, expression, f'{{"pi": {PI}, "all": [{AMOUNT}, 0.1]}}')
    assert exact_json.dumps(found) == expected


@pytest.mark.parametrize(
    "number", ["0.30000000000000004", "0.10000000000000001", "1.7976931348623157e+308", "0.000"]
)
async def test_a_fraction_of_no_more_digits_than_a_float_has_is_a_number(box: Sandbox, number: str) -> None:
    assert await run(box, "[typeof body.n, body.n]", f'{{"n": {number}}}') == ["number", float(number)]


async def test_the_elements_of_an_output_are_exact(box: Sandbox) -> None:
    async with box.reading(IDS, 200, {}) as reading:
        elements = await reading.evaluate("body.items")
        assert await reading.evaluate_each("current.id", elements) == [LARGE, LARGER]


async def test_an_answer_is_read_once_for_several_expressions(own_box: Sandbox) -> None:
    async with own_box.reading(BODY, 200, {"X-A": "1"}) as reading:
        assert await reading.evaluate("body.data.list.reverse()") == [3, 2, 1]
        before = reading._process._process
        with pytest.raises(ExpressionError):
            await reading.evaluate("delete body.access_token && nope")
        assert await reading.evaluate("(globalThis.left = 1, Array.prototype.map = 1)") == 1
        assert await reading.evaluate("[body.access_token, body.data.list.map(x => x), typeof left]") == [
            "tok",
            [1, 2, 3],
            "undefined",
        ]
        assert await reading.evaluate("headers['x-a']") == "1"
        assert reading._process._process is before


@pytest.mark.parametrize("script", [*OVER_TIME.values(), *OVER_MEMORY.values()], ids=[*OVER_TIME, *OVER_MEMORY])
async def test_what_breaks_costs_the_others_of_an_answer_nothing(small_box: Sandbox, script: str) -> None:
    async with small_box.reading(BODY, 200, {}) as reading:
        assert await reading.evaluate("body.access_token") == "tok"
        with pytest.raises(ExpressionError) as caught:
            await reading.evaluate(script)
        assert "ran over its" in caught.value.message
        assert await reading.evaluate("body.data.token") == "abc"


async def test_without_more_processes_an_answer_is_read_again(
    own_box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root has as many processes as it likes, so that this one is told that there are no more."""
    worker = tmp_path / "worker.py"
    script = "import posix\ndef fork(): raise BlockingIOError\nposix.fork = fork\n"
    worker.write_text(script + f"exec(compile(open({str(javascript_process._WORKER)!r}).read(), 'worker', 'exec'))")
    monkeypatch.setattr(javascript_process, "_WORKER", worker)
    async with own_box.reading(BODY, 200, {}) as reading:
        assert await reading.evaluate("body.data.list.reverse()") == [3, 2, 1]
        process = reading._process._process
        assert await reading.evaluate("body.data.list") == [1, 2, 3]
        assert reading._process._process is process


async def test_where_no_process_can_be_added_those_there_are_do_everything(
    own_box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await run(own_box, "1", "") == 1
    before = child(own_box)

    async def refuse(*arguments: Any, **options: Any) -> Any:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(javascript_process, "_START_SECONDS", 0.1)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", refuse)
    assert await run(own_box, "body.access_token") == "tok"  # too large for a first try
    found = await asyncio.gather(*(run(own_box, f"((n) => n)({n})", BODY) for n in range(10)))
    assert found == list(range(10))
    assert child(own_box) == before


async def test_where_no_process_can_be_started_that_is_told(
    own_box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*arguments: Any, **options: Any) -> Any:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with monkeypatch.context() as patched:
        patched.setattr(javascript_process, "_START_SECONDS", 0.1)
        patched.setattr(asyncio, "create_subprocess_exec", refuse)
        error = await refusal(own_box, "1", "")
        assert error.message == "the JavaScript engine could not be started"
        assert "ulimit -u" in error.hint
    assert await run(own_box, "body.access_token") == "tok"
    assert await run(own_box, "1", "") == 1


@pytest.mark.parametrize("good", ["body.access_token", "body.data.list.map(x => x)[0]"])
async def test_endless_expressions_hold_up_no_other(own_box: Sandbox, good: str) -> None:
    """When the good one, which came last, is done, most of the endless ones have had their first tries at most."""
    body = json.dumps(ANSWER | {"big": ""})
    endless = [asyncio.create_task(run(own_box, f"(() => {{ for (;;) {n} }})()", body)) for n in range(40)]
    await asyncio.sleep(0)
    assert await run(own_box, good, body) in ("tok", 1)
    assert len([task for task in endless if task.done()]) < len(endless) / 2
    for task in endless:
        task.cancel()
    await asyncio.gather(*endless, return_exceptions=True)


async def test_an_expression_that_never_ends_is_not_run_on_every_answer(small_box: Sandbox) -> None:
    async def over(number: int) -> str:
        return (await refusal(small_box, "(() => { for (;;); })()", json.dumps({"n": number}))).message

    said = await asyncio.gather(*map(over, range(30)))
    assert said.count("the expression ran over its 50 ms") <= MOST_ANSWERS + PROCESSES - 2
    rest = {"the expression ran over its 50 ms on other answers a moment ago, and was not run again"}
    assert set(said) - {"the expression ran over its 50 ms"} == rest


async def test_an_expression_that_ends_on_some_answers_is_run_on_each(small_box: Sandbox) -> None:
    expression = "(() => { while (body.n) {} return 1 })()"
    for _ in range(MOST_ANSWERS + 1):
        await refusal(small_box, expression, '{"n": 1}')
        assert await run(small_box, expression, '{"n": 0}') == 1


async def test_expressions_do_not_see_what_others_left(box: Sandbox) -> None:
    assert await run(box, "(globalThis.left = body.secret, delete body.access_token)") is True
    assert await run(box, "typeof left + body.access_token") == "undefinedtok"


async def test_callers_may_overlap(own_box: Sandbox) -> None:
    bodies = [json.dumps({"n": n}) for n in range(50)]
    results = await asyncio.gather(*(run(own_box, "body.n", body) for body in bodies))
    assert results == list(range(50))


def child(box: Sandbox) -> int:
    running = [one._process for one in box._pool._idle if one._process is not None]
    assert len(running) == 1
    return running[0].pid


async def test_a_process_that_is_killed_is_told_and_replaced(own_box: Sandbox) -> None:
    await run(own_box, "1")
    os.kill(child(own_box), signal.SIGKILL)
    error = await refusal(own_box, "body.access_token")
    assert error.message == "the JavaScript engine broke on this expression (signal 9)"
    assert await run(own_box, "body.access_token") == "tok"


async def test_a_cancelled_call_leaves_no_answer_to_the_next(own_box: Sandbox) -> None:
    await run(own_box, "1")
    before = child(own_box)
    task = asyncio.create_task(run(own_box, "(() => { while (1) {} })()"))
    while len(own_box._pool._idle) == PROCESSES:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await run(own_box, "body.access_token") == "tok"
    assert child(own_box) != before
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
async def test_the_process_has_nothing_of_ours(own_box: Sandbox) -> None:
    await run(own_box, "1")
    proc = Path(f"/proc/{child(own_box)}")
    assert (proc / "environ").read_bytes() == b""
    assert sorted(path.name for path in (proc / "fd").iterdir()) == ["0", "1", "2"]
    limits = (proc / "limits").read_text()
    # The three that are open are its pipes.
    for name, most in (("Max core file size", "0"), ("Max file size", "0"), ("Max open files", "3")):
        assert next(line for line in limits.splitlines() if line.startswith(name)).split()[-3] == most


async def test_the_parent_loads_no_engine() -> None:
    assert "_quickjs" not in sys.modules
    assert "quickjs" not in sys.modules
