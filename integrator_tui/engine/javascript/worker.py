"""The process that JavaScript runs in: started by `javascript_process`, killed when it does not answer.

Rules: nothing is imported but what stands here; the environment is empty; after the engine is loaded no
file can be opened, no core written and no more memory taken than agreed. An answer is read into a context once;
its limits begin after that. Each expression has a context of its own: where several are asked of one answer, each
runs in a fork, which sees nothing of the others. What it gives is turned into JSON, and what it throws is caught,
inside the engine and its limits: no foreign object is ever touched from here. Where the engine hangs in native code
the process's own timer of CPU time ends it.

A frame is a number of fields (4 bytes, big endian) and each field's length (4 bytes) and bytes. The first frame
is the place of the engine, niceness, bytes for an expression and bytes for the process; each next one is a job:
`once`, `plain` (once, and no number is large), `keep` (more are asked of this answer) or `same` (the answer that
was kept; body and response are empty), microseconds, prelude, expression, body, response as JSON, elements as
JSON or nothing. An answer is the frame of its kind and its text: `value`, `thrown`, `syntax`, `engine`, or `body`
where the answer could not be read.
"""

from __future__ import annotations

import posix
import sys
from _signal import ITIMER_PROF, setitimer  # type: ignore[import-not-found]  # `signal` would load enum and re
from typing import Any, BinaryIO

PARSE_ONLY = "'use strict';throw 'parsed';"
"""Before it a script is parsed as a whole, after it nothing runs."""

WHOLE_SECONDS = 5.0
"""Processor time for all that is done with one answer: reading its body, and each expression."""

LEAST_TIMER = 0.02
"""Seconds of processor time below which the timer of a process is no use: it counts in ticks."""

STACK = 1 << 18
"""Bytes of the engine's stack: some 2,000 levels of JSON."""

BESIDE = 160 << 20
"""Bytes of the process that are no memory of the engine: interpreter, libraries, copies of a job on its way."""

# Integers that a number cannot hold exactly are BigInts from the moment they are read: whatever is done with them
# is exact or an error. They come out as the digits they are, and a number that may have been rounded not at all.
# A fraction of more than 17 digits comes out, and turns into text, as it was written; computing rounds it.
EXACT = """
  const test = call.bind(RegExp.prototype.test), reviving = call.bind(Function.prototype.apply);
  const digits = /^-?[0-9]{1,4000}$/;
  const large = /[0-9][0-9.]{15}|[0-9](?:\\.[0-9]+)?[eE][+]?[0-9]{2}/;
  const parts = /^(-?[0-9]{1,400})(?:\\.([0-9]{1,400}))?(?:[eE][+]?([0-9]{1,2}))?$/;
  const match = call.bind(RegExp.prototype.exec), add = call.bind(Set.prototype.add);
  const precise = /^-?([0-9]+)\\.([0-9]+)(?:[eE]|$)/, leading = /^0*/;
  const object = Object, define = Object.defineProperties, primitive = Symbol.toPrimitive;
  const written = (value, source) => define(object(value), {
    toJSON: { value: () => raw(source) },
    toString: { value: () => source },
    [primitive]: { value: (hint) => hint === 'string' ? source : value } });
  const fraction = (value, source) => {
    const found = source.length > 18 ? match(precise, source) : null;
    if (found === null) return value;
    const all = found[1] + found[2];
    if (all.length - match(leading, all)[0].length <= 17) return value;
    return written(value, source);
  };
  const exactly = (value, source) => {
    if (typeof value !== 'number' || safe(value) || source === undefined) return value;
    if (!integer(value)) return fraction(value, source);
    if (test(digits, source)) return big(source);
    const found = value < 1e21 && value > -1e21 ? match(parts, source) : null;
    if (found === null) return value;
    const behind = found[2] ?? '', shift = +(found[3] ?? 0) - behind.length;
    const scale = 10n ** big(shift < 0 ? -shift : shift), all = big(found[1] + behind);
    if (shift < 0 && all % scale !== 0n) return written(value, source);
    const meant = shift < 0 ? all / scale : all * scale;
    if (meant !== big(value)) return meant;
    add(whole, value);
    return value;
  };
  const exact = (text, revive) => {
    text = string(text);
    if (typeof revive === 'function') return parse(text, function (key, value, context) {
      return reviving(revive, this, [key, exactly(value, context.source), context]) });
    return test(large, text) ? parse(text, (key, value, context) => exactly(value, context.source)) : parse(text);
  };
  JSON.parse = function parse(text, reviver) { return exact(text, reviver) };
"""

PLAIN = """
  const exact = parse;
"""
"""Reads an answer, and an expression, in which there is no number that has to be read exactly."""


GUARD = """(() => {
  const parse = JSON.parse, stringify = JSON.stringify, raw = JSON.rawJSON, big = BigInt, string = String;
  const call = Function.prototype.call, isArray = Array.isArray, whole = new Set();
  const safe = Number.isSafeInteger, integer = Number.isInteger, has = call.bind(Set.prototype.has);
  // READING
  Object.defineProperty(BigInt.prototype, 'toJSON', {
    value() { return raw(string(this)) }, configurable: true, writable: true });
  const plain = (key, value) => {
    if (typeof value === 'bigint') return raw(string(value));
    if (typeof value === 'number' && integer(value) && !safe(value) && value < 1e21 && value > -1e21
      && !has(whole, value)) throw { __proto__: null, name: 'Rounded', message: '' };
    return value;
  };
  // Joined, since a long concatenation is a rope, which does not come out as a string.
  const join = call.bind(Array.prototype.join), finite = Number.isFinite, promise = Promise;
  const instance = call.bind(Promise[Symbol.hasInstance] ?? Function.prototype[Symbol.hasInstance]);
  const typeOf = (v) => v === null ? 'null' : isArray(v) ? 'array'
    : instance(promise, v) ? 'promise' : typeof v === 'number' && !finite(v) ? string(v) : typeof v;
  const response = parse(__response);
  let body = __body;
  try { body = exact(__body) } catch (error) { if (!(error instanceof SyntaxError)) throw error }
  delete globalThis.__body; delete globalThis.__response;
  return (run) => {
    const elements = __elements && exact(__elements);
    delete globalThis.__elements;
    let thrown = 'expression';
    try {
      const once = (current) => run(body, response.statusCode, response.headers, current);
      let value;
      if (elements === '') value = once(undefined);
      else { value = []; for (let i = 0; i < elements.length; i++) value[i] = once(elements[i]) }
      const type = typeOf(value);
      thrown = 'result';
      const text = type === 'undefined' || type === 'function' || type === 'symbol' || type === 'promise'
        ? 'null' : stringify(value, plain);
      return join(['value {"type":"', type, '","value":', text === undefined ? 'null' : text, '}'], '');
    } catch (error) {
      let name = '', message = '';
      try { name = string(error.name); message = string(error.message) } catch { }
      return join(['thrown', stringify({ __proto__: null, name, message, thrown, nothing: error === null })], ' ');
    }
  }
})()"""


def read_frame(stream: BinaryIO) -> list[bytes]:
    """Return the fields of the next frame; none at the end."""
    count = int.from_bytes(stream.read(4), "big")
    return [stream.read(int.from_bytes(stream.read(4), "big")) for _ in range(count)]


def frame(*fields: bytes) -> bytes:
    """Return the bytes of a frame."""
    sized = b"".join(len(field).to_bytes(4, "big") + field for field in fields)
    return len(fields).to_bytes(4, "big") + sized


def confine(memory: int) -> None:
    """Give up what an expression never needs. What a system does not offer is left out."""
    try:
        import resource
    except ImportError:
        return
    limits = (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 3),
        (resource.RLIMIT_CORE, 0),
    )
    for limit, value in limits:
        try:
            resource.setrlimit(limit, (value, value))
        except (OSError, ValueError):
            continue


class Confined:
    """The engine, and the answer that it read last; `memory` and `whole` in bytes, as in the first frame."""

    def __init__(self, engine: Any, memory: int, whole: int) -> None:
        self._engine = engine
        self._memory = memory
        self._whole = whole
        self._context: Any = None
        self._kept: tuple[bytes, bytes] = (b"", b"")
        self._guard = ""
        self._started = 0.0

    def answer(self, job: list[bytes]) -> tuple[str, str] | None:
        """Run one job and return the kind and the text of its answer, None where a fork has given it."""
        how, microseconds, prelude, expression, body, response, elements = job
        if how != b"same":
            self._started = spent()
            self._kept = (body, response)
            self._guard = GUARD.replace("// READING", PLAIN if how == b"plain" else EXACT)
            self._context = None
        if self._context is None and (failure := self._read(*self._kept)):
            return failure
        seconds = int(microseconds) / 1e6
        script = [field.decode("utf-8", "replace") for field in (prelude, expression, elements)]
        if how in {b"once", b"plain"} or (child := forked()) is None:
            context, self._context = self._context, None
            return self._run(context, seconds, *script)
        if child == 0:
            give(self._run(self._context, seconds, *script))
            posix._exit(0)
        _, status = posix.waitpid(child, 0)
        if status:
            # Whatever ended the fork may have left half an answer: it ends this process in the same way.
            posix.kill(posix.getpid(), status & 0x7F or 9)
        return None

    def _read(self, body: bytes, response: bytes) -> tuple[str, str] | None:
        """Read an answer into a new context; return the failure where it cannot be."""
        context = self._engine.Context()
        context.set_max_stack_size(STACK)
        context.set_memory_limit(max(self._whole - BESIDE - self._memory, self._memory))
        context.set_time_limit(WHOLE_SECONDS)
        setitimer(ITIMER_PROF, 1.5 * WHOLE_SECONDS)
        try:
            context.set("__body", body.decode("utf-8", "replace"))
            context.set("__response", response.decode("utf-8", "replace"))
            context.eval(f"globalThis.__guard = {self._guard}")
        except BaseException as error:
            return "body", str(error)
        setitimer(ITIMER_PROF, 0)
        self._context = context
        return None

    def _run(self, context: Any, seconds: float, prelude: str, expression: str, elements: str) -> tuple[str, str]:
        """Run one expression in a context, which is spent after it."""
        left = WHOLE_SECONDS - (spent() - self._started)
        if left <= 0:
            return "engine", "interrupted"
        context.set_memory_limit(context.memory()["malloc_size"] + self._memory)
        context.set_time_limit(min(seconds, left))
        setitimer(ITIMER_PROF, max(2 * seconds, LEAST_TIMER))
        try:
            # What closes the bracket it stands in leaves the other one open: only an expression fits both.
            for wrapped in (f"[\n{expression}\n]", f"(\n{expression}\n)"):
                if not (failure := parse(self._engine, context, wrapped)).startswith("parsed"):
                    return "syntax" if failure.startswith("SyntaxError") else "engine", failure
            context.set("__elements", elements)
            if prelude:
                context.eval(prelude)
            text = context.eval(
                "(() => { const guard = __guard; delete globalThis.__guard; return guard("
                f"function (body, statusCode, headers, current) {{ 'use strict'; return (\n{expression}\n) }})"
                " })()"
            )
        except BaseException as error:
            return "engine", str(error)
        kind, _, content = text.partition(" ") if isinstance(text, str) else ("engine", "", "no answer")
        return kind, content


def spent() -> float:
    """Return the processor time of this process and of its forks, in seconds."""
    return sum(posix.times()[:4])


def forked() -> int | None:
    """Fork; return the child, 0 in it, None where there may be no more processes."""
    try:
        return posix.fork()
    except OSError:
        return None


def parse(engine: Any, context: Any, script: str) -> str:
    """Return what the engine says of a script that is parsed and not run: `parsed`, or an error."""
    try:
        context.eval(PARSE_ONLY + script)
    except engine.JSException as error:
        return str(error)
    return "no answer"


def give(answered: tuple[str, str]) -> None:
    """Write an answer."""
    setitimer(ITIMER_PROF, 0)
    kind, text = answered
    answers = sys.stdout.buffer
    answers.write(frame(kind.encode(), text.encode("utf-8", "replace")))
    answers.flush()


def serve() -> None:
    """Answer jobs until the other end closes."""
    jobs = sys.stdin.buffer
    place, niceness, memory, whole = read_frame(jobs)
    sys.path.append(place.decode())
    import _quickjs

    posix.nice(int(niceness))
    confine(int(whole))
    sandbox = Confined(_quickjs, int(memory), int(whole))
    while job := read_frame(jobs):
        try:
            answered = sandbox.answer(job)
        except MemoryError:
            answered = "engine", "out of memory"
        if answered is not None:
            give(answered)


if __name__ == "__main__":
    serve()
