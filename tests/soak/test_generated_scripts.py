"""Generated hostile scripts: each gives data or an error that names what went wrong, and the next one works.

Script number N is the same in every run, so that one that failed can be run alone. A run has 2,000;
`INTEGRATOR_TUI_GENERATED_SCRIPTS=100000` makes it a soak. Most are cheap on purpose: a few in a hundred run until
their time is over.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter

import pytest

from integrator_tui.engine.javascript.sandbox import Sandbox
from integrator_tui.errors import ExpressionError

SCRIPTS = int(os.environ.get("INTEGRATOR_TUI_GENERATED_SCRIPTS", "2000"))
PART = 500
# The engine itself may break where its memory ends. That costs its own process and nothing else, and is told; more
# than a few would be a fault of ours.
CRASHES = PART // 100
CANARY = "hunter2-canary"
BODY = json.dumps({"access_token": "tok", "secret": CANARY, "list": [1, 2, 3], "big": "x" * 20_000})
BODIES = [
    *[BODY] * 8,
    f'{{"__proto__": {{"secret": "{CANARY}"}}, "constructor": 1, "toString": null}}',
    f"{CANARY}\u2028\ud7ff\ufffe\U0001f511\0",
    "[" * 300 + f'"{CANARY}"' + "]" * 300,
    "",
]

ATOMS = """body headers statusCode current body.secret body.big [] {} 1e9 -1 0 -0 NaN 'x' "a".repeat(1e5) /(a+)+$/
    null undefined Symbol.iterator 2n**64n new(Array)(1e4) globalThis Function eval Proxy Object.prototype this
    async()=>1 arguments new.target function*(){yield+1} class{#a=1;static[body.secret]=2} `${body.secret}`
    Reflect WeakRef FinalizationRegistry Atomics SharedArrayBuffer new(Uint8Array)(8) String.raw`\\u`
    [,,,] 0x1_0 1_000n .5.toFixed Symbol('x') Date new(Date)(NaN) Object(1n) Object.create(null) RegExp.prototype
    URLSearchParams new(URLSearchParams)(body.secret) Error.prepareStackTrace Error.captureStackTrace
    Array.prototype Function.prototype JSON Promise.prototype JSON.stringify /[\\p{L}--[a-z]]/v""".split()

SHAPES = """
    ({a}).toString()
    [...{a}]
    ({a})[{b}]
    ({a}) + ({b})
    ({a}) ?? ({b})
    ({a})?.[{b}]?.({a})
    eval(`{a}`)
    new Function('return ' + {a})()
    (x => {a})({b})
    (() => {{ try {{ return {a}.x.y }} catch (e) {{ throw {b} }} }})()
    (() => {{ try {{ throw {a} }} finally {{ return {b} }} }})()
    ({{ toJSON() {{ return {a} }} }})
    JSON.stringify([{a}, {b}])
    JSON.parse({a}, () => {b})
    [{a}, {b}].sort(() => {b}).reverse()
    Array.from({{ length: 300 }}, () => {a})
    String({a}).replace({b}, () => {a})
    structuredClone({a})
    ({a}) instanceof ({b})
    delete ({a})[{b}]
    (({{ x = {a}, ...y }}) => [x, y])({b})
    [...(function* () {{ yield* {a} }})()]
    (class extends ({a}) {{ constructor() {{ super({b}) }} }}).name
    new (class {{ #p = {a}; get x() {{ return this.#p }} }})().x
    Object.fromEntries(Object.entries(Object({a})).map(([k, v]) => [v, {b}]))
    (() => {{ for (const x in Object({a})) if (x) return x }})()
    ({a}, {b})
    Promise.reject({a}).finally(() => {b})
    (async () => {{ await {a} }})()
""".strip().splitlines()

TRAPS = """
    new Proxy(Object({a}), {{ get: () => {b} }})
    new Proxy(Object({a}), {{ get: (_, k) => {{ throw {b} }}, ownKeys: () => [{b}] }})
    new Proxy(function () {{}}, {{ apply: () => {a}, has: () => {b}, getPrototypeOf: () => {b} }})
    (p => p.revoke() ?? p.proxy)(Proxy.revocable(Object({a}), {{}}))
    Object.defineProperty(Object({a}), 'x', {{ enumerable: true, get() {{ throw {b} }} }})
    Object.defineProperty([], 'length', {{ value: {a} }})
    ({{ get name() {{ return {a} }}, get message() {{ throw {b} }} }})
    (() => {{ throw new Proxy({{}}, {{ get: () => {a}, has: () => {{ throw {b} }} }}) }})()
    (() => {{ throw {{ name: body.secret, message: {a} }} }})()
    (() => {{ const e = new TypeError({a}); e.stack = {b}; e.cause = e; throw e }})()
    ({{ [Symbol.toPrimitive]() {{ return {a} }}, valueOf: () => {b} }}) + ''
    ({{ [Symbol.iterator]: () => ({{ next: () => ({{ done: {a}, value: {b} }}), return() {{ throw {b} }} }}) }})
    Object.setPrototypeOf(Object({a}), Object({b}))
    Object.setPrototypeOf(globalThis, new Proxy({{}}, {{ has: () => true, get: () => {a} }}))
    (Object.prototype.toJSON = () => {a}, {b})
    (Array.prototype[Symbol.iterator] = () => {a}, [...{b}])
    (Object.defineProperty(Object.prototype, 'name', {{ set(v) {{ throw {a} }}, get: () => {b} }}), null.x)
    (String.prototype.toString = () => {a}, Array.prototype.join = () => {b}, body)
    (Error.prototype.toString = () => {a}, Error.prepareStackTrace = () => {b}, undefinedName)
    (JSON.parse = JSON.stringify = Reflect.ownKeys = () => {a}, {b})
    (RegExp.prototype.exec = () => {a}, 'x'.replace(/x/, {b}))
    (Promise[Symbol.hasInstance] = () => {{ throw {a} }}, {b})
    (__guard => {a})({b})
    ([]).constructor.constructor('return ' + {a})()
    Object.freeze(globalThis) && (globalThis.x = {a})
    (a => (a.push(a), a))([{a}])
    new WeakMap([[{a}, {b}]])
    Reflect.construct({a}, [{b}], Proxy)
    (a => a.sort(() => (a.length = 0, {a})))([3, 1, 2, {b}])
    (u => u.fill({{ valueOf() {{ u.buffer.transfer?.(); return {a} }} }}))(new Uint8Array(9))
    Array.prototype.concat.call({a}, new Proxy([], {{ get: (t, k) => k === 'length' ? 50 : {b} }}))
""".strip().splitlines()

LOOPS = """
    (() => {{ while (1) {a} }})()
    (() => {{ for (;;) try {{ {a} }} catch {{ }} finally {{ continue }} }})()
    ({{ toJSON() {{ for (;;); }} }})
    ({{ get a() {{ while (1) {a} }} }})
    (() => {{ throw {{ get message() {{ while (1); }} }} }})()
    [...(function* () {{ while (1) yield* [] }})()]
    new Proxy({{}}, {{ ownKeys() {{ while (1); }} }})
    (() => {{ const a = [1]; for (const x of a) a[0] = a.push(x) && a.pop() }})()
    [...{{ [Symbol.iterator]: () => ({{ next: () => ({{ get done() {{ while (1); }} }}) }}) }}]
    [1, 2].sort(() => {{ for (;;); }})
    /(x+x+)+y/.test('x'.repeat(64))
    /^(a|a)*$/.exec('a'.repeat(64) + {b})
    /(.*)*(.*)*(.*)*!/.test('é'.repeat(99))
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'.split(/(a+)+$/)
    new RegExp('(?=(\\\\w+)+)'.repeat(30) + '$').test('w'.repeat(400) + '!')
    /((?<=(a+)+)b)+?c/.test('a'.repeat(50) + 'b'.repeat(50))
    new Array(1e9) + ''
    Array.prototype.indexOf.call({{ length: 2 ** 53 - 1 }}, {a})
    (a => (a[4294967294] = 1, a.reverse()))([])
    (2n ** 65536n) ** 4096n
""".strip().splitlines()

BOMBS = """
    'x'.repeat(1e9)
    'x'.padEnd(2 ** 29, {a})
    [{a}].concat(...Array(400).fill(Array(1e5).fill(0)))
    (() => {{ let s = 'ab'; for (;;) s += s }})()
    (() => {{ const a = []; for (;;) a.push(new Array(1e4).fill({a})) }})()
    (() => {{ const a = []; try {{ for (;;) a.push('x'.repeat(1e5) + 1) }} catch (e) {{ throw e }} }})()
    new Uint8Array(1e9).length
    new ArrayBuffer(16, {{ maxByteLength: 2 ** 40 }}).resize?.(2 ** 33)
    2n ** 9999999n
    JSON.stringify(Array(1e6).fill(body))
    'x'.repeat(1e5).split('').map(() => 'y'.repeat(1e4)).join()
    'xx'.replaceAll('x', '$`$\\''.repeat(1e7))
    new Map(Array.from({{ length: 1e7 }}, (_, i) => [i, {a}]))
    String.fromCharCode(...Array(1e7).fill(0xd800))
    Function(...Array(1e6).fill('a'), '')
    BigInt('9'.repeat(1e6)) * 3n
""".strip().splitlines()

DEPTHS = """
    (function f() {{ return f() || {a} }})()
    (function f() {{ try {{ f() }} catch {{ f() }} }})()
    (f => f(f))(f => [f(f)])
    ({{ get a() {{ return this.a }} }}).a
    ({{ toString() {{ return '' + this }} }}) + ''
    ({{ toJSON() {{ return {{ x: this }} }} }})
    (() => {{ let a = []; for (let i = 0; i < 2e4; i++) a = [a]; return a }})()
    (() => {{ let a = {a}; for (let i = 0; i < 1200; i++) a = {{ a }}; return a }})()
    JSON.parse('['.repeat(1e5))
    new RegExp('('.repeat(5e4) + ')'.repeat(5e4))
    new RegExp('(?:a|'.repeat(3e3) + ')'.repeat(3e3)).test('b'.repeat(1e3))
    eval('['.repeat(1e5) + ']'.repeat(1e5))
    eval('!'.repeat(1e5) + 1)
    (p => {{ for (let i = 0; i < 5e4; i++) p = new Proxy(p, {{}}); return p.x }})({{}})
    (f => {{ for (let i = 0; i < 5e4; i++) f = f.bind(1); return f() }})(() => {a})
    (o => {{ for (let i = 0; i < 5e4; i++) o = Object.create(o); return o.x }})(Object({a}))
    [[[]]].flat(Infinity).concat((a => (a[0] = a).flat(Infinity))([]))
""".strip().splitlines()

ODD = """\u2028 \u2029 \ufeff \u00a0 \u200d \u202e \\u{1f511} \\u0061 \\ud800 \ud800 \udfff \U0001f511 \u0301 ℮ ª 𝒳
    \x1b[31m \\x00 \x00 \x7f \x85 <!-- --> // /* */ `${ #! #x @ ?. ?? ??= **= >>>= ... => ; \\ ' " ` ) ] } ( [ { ,
    0b2 0o8 08 1n.5 /[/ /(?<a>)\\k<b>/u await yield let static enum implements async of get set with debugger
    import export super import.meta label: do{ #in""".split(" ")


KINDS = {
    "this is not one JavaScript expression": "syntax",
    "the expression threw": "thrown",
    "the expression gives a": "no data",
    "what the expression gives is no data": "no data",
    "the expression ran over its 20 ms": "time",
    "the expression ran over its 16 MiB of memory": "memory",
    "the expression calls itself or nests too deeply": "depth",
    "what the expression gives is nested too deeply": "depth",
    "the expression gave more than 8 MiB": "size",
    "the expression is empty": "empty",
    "the JavaScript engine broke on this expression (signal ": "crash",
}
OFTEN = {"value", "syntax", "thrown", "no data", "time", "memory", "depth"}


def filled(dice: random.Random, shapes: list[str], depth: int) -> str:
    return dice.choice(shapes).strip().format(a=nested(dice, depth + 1), b=nested(dice, depth + 1))


def nested(dice: random.Random, depth: int = 0) -> str:
    if depth > 3 or dice.random() < 0.2:
        return dice.choice(ATOMS)
    return filled(dice, TRAPS if dice.random() < 0.35 else SHAPES, depth)


def damaged(dice: random.Random) -> str:
    text = nested(dice, 1)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(text) + 1)
        text = text[:at] + dice.choice(ODD).strip() + text[at + dice.randrange(3) :]
    return text


def huge(dice: random.Random) -> str:
    piece = dice.choice(["[", "(", "!", "-", "a=>", "{a:", "'x'+", "0,", "`${", "1?", "x.", "/*", "\u202e", "new "])
    closing = {"[": "]", "(": ")", "{a:": "}", "`${": "}`"}.get(piece, "")
    times = dice.choice([50, 1000, 60_000])
    return piece * times + dice.choice(ATOMS) + closing * times


def soup(dice: random.Random) -> str:
    return " ".join(dice.choice([*ODD, *ATOMS]) for _ in range(dice.randint(1, 12)))


# The share of each kind is what a run costs: a loop takes its 20 ms and often the process.
def hostile(number: int) -> str:
    dice = random.Random(number)
    kind = dice.random()
    if kind < 0.05:
        return filled(dice, LOOPS, 3)
    if kind < 0.10:
        return filled(dice, BOMBS, 3)
    if kind < 0.18:
        return filled(dice, DEPTHS, 3)
    if kind < 0.30:
        return damaged(dice)
    if kind < 0.33:
        return huge(dice)
    return soup(dice) if kind < 0.40 else nested(dice)


async def outcome(box: Sandbox, number: int, script: str) -> str:
    """Return the kind of what a script ended with; an error shows no value and says what to do."""
    body = random.Random(-1 - number).choice(BODIES)
    try:
        value = await box.evaluate(script, body=body, status=200, headers={"X-Token": "hv"})
    except ExpressionError as error:
        said = error.message + error.hint
        assert CANARY not in said and said.isprintable() and error.hint, f"script {number}: {script!r:.500}"
        kinds = [kind for start, kind in KINDS.items() if error.message.startswith(start)]
        return kinds[0] if kinds else f"unknown: {error.message}"
    json.dumps(value)
    return "value"


@pytest.mark.parametrize("first", range(0, SCRIPTS, PART))
async def test_generated_scripts_give_data_or_an_error_that_names_it(first: int) -> None:
    box = Sandbox(seconds=0.02, memory=16 << 20)
    seen: Counter[str] = Counter()
    crashed: list[str] = []
    for number in range(first, min(first + PART, SCRIPTS)):
        script = hostile(number)
        kind = await outcome(box, number, script)
        assert not kind.startswith("unknown"), f"{kind}: script {number}: {script!r:.500}"
        seen[kind] += 1
        if kind == "crash":
            crashed.append(f"script {number}: {script!r:.500}")
        if kind in {"crash", "time", "memory", "depth"}:
            assert await box.evaluate("body.a", body='{"a": 1}', status=200, headers={}) == 1, script[:500]
    await box.aclose()
    sys.stdout.write("".join(f"\nthe engine's process crashed on {one}\n" for one in crashed))
    assert len(crashed) <= CRASHES, crashed
    assert seen.keys() >= OFTEN or SCRIPTS < PART, f"too tame: {seen}"
