"""Running a command's coroutine so that an interrupt ends it, whatever it hits.

Rules: SIGTERM, SIGHUP and, where a command has its own handler, SIGINT raise KeyboardInterrupt wherever the
interpreter is. That may be between a future and the task that it wakes: the task then sleeps for ever, cancelled
or not, so it is given a moment to clean up and then given up. The process ends, and with it every socket. What the
library has to say of that, such as that a program which was ended has ended after the loop, is for nobody.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")

GRACE_SECONDS: Final = 0.3

_given_up: Final[list[object]] = []
"""What would complain on standard error if it were taken apart before the process ends."""


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end as asyncio.run does, but wait for nothing that an interrupt left asleep."""
    # Who has the arguments of a command completed has no use for it.
    import asyncio

    runner = asyncio.Runner()
    try:
        result = runner.run(main)
    except KeyboardInterrupt:
        _end(runner)
        raise
    except BaseException:
        runner.close()
        raise
    runner.close()
    return result


def _end(runner: asyncio.Runner) -> None:
    import asyncio
    import logging

    logging.getLogger("asyncio").disabled = True
    loop = runner.get_loop()
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    asleep = loop.run_until_complete(asyncio.wait(tasks, timeout=GRACE_SECONDS))[1] if tasks else set()
    if asleep:
        _given_up.extend((runner, *asleep))
    else:
        runner.close()
