"""The process that JavaScript runs in: started by `javascript_process`, killed when it does not answer.

Rules: nothing is imported but what stands here; the environment is empty; after the engine is loaded no
file can be opened, no core written and no more memory taken than agreed. Each expression has a context of
its own. What it gives is turned into JSON, and what it throws is caught, inside the engine and its limits:
no foreign object is ever touched from here. Where the engine hangs in native code the process's own timer
of CPU time ends it.

A frame is a number of fields (4 bytes, big endian) and each field's length (4 bytes) and bytes. The first
frame is the place of the engine, the limits in milliseconds and bytes; each next one is a job: prelude,
expression, body, response as JSON, elements as JSON or nothing. An answer is the frame of its kind and its
text: `value`, `thrown`, `syntax` or `engine`.
"""

from __future__ import annotations

import sys
from _signal import ITIMER_PROF, setitimer  # type: ignore[import-not-found]  # `signal` would load enum and re
from typing import Any, BinaryIO

PARSE_ONLY = "'use strict';throw 'parsed';"
"""Before it a script is parsed as a whole, after it nothing runs."""

SETUP_SECONDS = 2.0
"""Processor time for what comes before the expression runs: above all, parsing a large body."""

GUARD = """(() => {
  const parse = JSON.parse, stringify = JSON.stringify, string = String, isArray = Array.isArray;
  // Joined, since a long concatenation is a rope, which does not come out as a string.
  const join = Function.prototype.call.bind(Array.prototype.join), finite = Number.isFinite, promise = Promise;
  const instance = Function.prototype.call.bind(
    Promise[Symbol.hasInstance] ?? Function.prototype[Symbol.hasInstance]);
  const typeOf = (v) => v === null ? 'null' : isArray(v) ? 'array'
    : instance(promise, v) ? 'promise' : typeof v === 'number' && !finite(v) ? string(v) : typeof v;
  const response = parse(__response), elements = __elements && parse(__elements);
  let body = __body;
  try { body = parse(__body) } catch (error) { if (!(error instanceof SyntaxError)) throw error }
  delete globalThis.__body; delete globalThis.__response; delete globalThis.__elements;
  return (run) => {
    let thrown = 'expression';
    try {
      const once = (current) => run(body, response.statusCode, response.headers, current);
      let value;
      if (elements === '') value = once(undefined);
      else { value = []; for (let i = 0; i < elements.length; i++) value[i] = once(elements[i]) }
      const type = typeOf(value);
      if (type === 'bigint') value = string(value);
      thrown = 'result';
      const text = type === 'undefined' || type === 'function' || type === 'symbol' || type === 'promise'
        ? 'null' : stringify(value);
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


def answer(engine: Any, job: list[bytes], seconds: float, memory: int) -> tuple[str, str]:
    """Run one job and return the kind and the text of its answer."""
    prelude, expression, body, response, elements = (field.decode("utf-8", "replace") for field in job)
    setitimer(ITIMER_PROF, SETUP_SECONDS)
    context = engine.Context()
    context.set_max_stack_size(1 << 18)
    context.set_memory_limit(memory)
    context.set_time_limit(SETUP_SECONDS / 2)
    try:
        # What closes the bracket it stands in leaves the other one open: only an expression fits both.
        for wrapped in (f"[\n{expression}\n]", f"(\n{expression}\n)"):
            if not (failure := parse(engine, context, wrapped)).startswith("parsed"):
                return "syntax" if failure.startswith("SyntaxError") else "engine", failure
        for name, value in (("__body", body), ("__response", response), ("__elements", elements)):
            context.set(name, value)
        context.eval(f"{prelude};globalThis.__guard = {GUARD}")
        context.set_time_limit(seconds)
        setitimer(ITIMER_PROF, 2 * seconds)
        text = context.eval(
            "(() => { const guard = __guard; delete globalThis.__guard; return guard("
            f"function (body, statusCode, headers, current) {{ 'use strict'; return (\n{expression}\n) }}) }})()"
        )
    except BaseException as error:
        return "engine", str(error)
    kind, _, content = text.partition(" ") if isinstance(text, str) else ("engine", "", "no answer")
    return kind, content


def parse(engine: Any, context: Any, script: str) -> str:
    """Return what the engine says of a script that is parsed and not run: `parsed`, or an error."""
    try:
        context.eval(PARSE_ONLY + script)
    except engine.JSException as error:
        return str(error)
    return "no answer"


def serve() -> None:
    """Answer jobs until the other end closes."""
    jobs, answers = sys.stdin.buffer, sys.stdout.buffer
    place, milliseconds, memory, address_space = read_frame(jobs)
    sys.path.append(place.decode())
    import _quickjs

    seconds = int(milliseconds) / 1000
    confine(int(address_space))
    while job := read_frame(jobs):
        try:
            kind, text = answer(_quickjs, job, seconds, int(memory))
        except MemoryError:
            kind, text = "engine", "out of memory"
        setitimer(ITIMER_PROF, 0)
        answers.write(frame(kind.encode(), text.encode("utf-8", "replace")))
        answers.flush()


if __name__ == "__main__":
    serve()
