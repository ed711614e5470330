"""Targets: what the engine needs of a connection, its secrets opened.

Rules: secrets are opened when something starts, and only for a file that still is the version the draft came from.
Where everything is dialled from, and through which socket, is agreed to before.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from integrator_tui.engine.target import Target
from integrator_tui.errors import ChangedOnDisk, InvalidFile, LockedError, NoIdentity
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret, SecretRef
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.secrets import Secrets
from integrator_tui.workspace.waiting import beside

if TYPE_CHECKING:
    from integrator_tui.engine.token import TokenStore
    from integrator_tui.workspace.sources.sources import SecretSources

_FETCHING: Final = frozenset({"http_bearer_token", "oauth2"})
"""Methods that fetch a token."""


class Targets:
    """Makes targets of drafts: of what files say, and of what is not saved yet."""

    def __init__(
        self,
        root: Path,
        catalog: Catalog,
        secrets: Secrets,
        sources: Callable[[], SecretSources],
        real_socket: Callable[[str], str],
        tokens: Callable[[str, Connection], TokenStore | None],
        require_vantage: Callable[[str], None],
        via: Callable[[], str],
    ) -> None:
        """`real_socket` returns where a unix socket lies, and raises LockedError where it may not be used, as
        `require_vantage` does of a host; `tokens` returns where those of a file outlive the process, whose seal
        holds for what the connection says; `via` gives the host that everything is dialled from, empty for what
        each connection says."""
        self._via = via
        self._tokens = tokens
        self._real_socket = real_socket
        self._require_vantage = require_vantage
        self._sources = sources
        self._secrets = secrets
        self._root = root
        self._catalog = catalog

    def target(
        self,
        draft: Draft,
        parameters: Mapping[str, str],
        *,
        checked: bool = False,
        given_up: threading.Event | None = None,
        via: str = "",
    ) -> Target:
        """Return what the engine needs of a draft, dialled from `via` where that is a host; stored secrets are
        opened now.

        Raises LockedError, and ChangedOnDisk where the file is no longer the version that the draft was made of.
        `checked` says that the problems of the draft are known, and none of them keeps it from being used;
        `given_up` is set where nobody waits any more.
        """
        as_read = draft.connection
        via = via or self._via()
        _require_sound_way(draft.connection, via)
        # What the user chose needs no leave, and comes before what the file says.
        if not via and draft.connection.options.via:
            self._require_vantage(draft.connection.options.via)
        elif not via:
            draft = self._with_real_socket(draft)
        tokens: TokenStore | None = None
        stored: dict[str, Secret] = {}
        closed: NoIdentity | None = None
        missing = [name for name in draft.connection.secret_names if name not in draft.typed]
        if draft.file and (missing or self._catalog.is_stripped(draft.file)):
            entry = self._catalog.entry(draft.file)
            # The seal speaks of what the file says now: the draft may come from a version that it would refuse.
            if entry.revision != draft.revision:
                hint = "read it again, and look at what it says now"
                raise ChangedOnDisk(f"{draft.file} changed since it was read", hint)
            try:
                entry = self._catalog.opened(entry)
                stored = self._secrets.of(entry)
                if as_read.auth.type in _FETCHING and not draft.typed and as_read == entry.connection:
                    tokens = self._tokens(draft.file, as_read)
            except NoIdentity as error:
                if not draft.connection.secrets_from:
                    raise
                # Where the origins are agreed to, a seal that nobody here can open is not looked at.
                closed = error
        values = {**stored, **draft.typed}
        elsewhere = {name for name, _ in draft.connection.secrets_from if name not in values}
        if elsewhere:
            self._sources().require(draft.connection, is_sealed=closed is None)
            self._sources().prefetch(draft.connection, given_up)

        def reveal(ref: SecretRef) -> Secret:
            if ref in elsewhere:
                return self._sources().value(draft.connection, ref)
            if closed is not None and ref not in values:
                raise closed
            return values.get(ref, Secret(""))

        folder = os.path.join(self._root, draft.beside)
        inherits = self._catalog.inherits_method(draft)
        return Target(draft.connection, reveal, parameters, folder, checked, inherits, tokens, via)

    async def opened(
        self,
        draft: Draft,
        parameters: Mapping[str, str],
        *,
        checked: bool = False,
        timeout: float | None = None,
        via: str = "",
    ) -> Target:
        """Return what `target` does; where a command or a pipe is waited for, beside the loop and for at most
        `timeout` seconds. A command of a source that then runs for nobody is stopped."""
        is_run = bool(draft.connection.secrets_from) and self._sources().may_wait(draft.connection)
        if not is_run and not (draft.file and self._secrets.may_wait(draft.file)):
            return self.target(draft, parameters, checked=checked, via=via)
        given_up = threading.Event()
        work = partial(self.target, draft, parameters, checked=checked, given_up=given_up, via=via)
        try:
            async with asyncio.timeout(timeout):
                return await beside(work)
        except TimeoutError:
            if is_run and self._sources().may_wait(draft.connection):
                await beside(partial(self._sources().give_up, draft.connection, given_up))
                raise LockedError(
                    f"the time for the whole, {timeout:g} s, was over before a source had given its secret",
                    "raise --timeout, or run the command of the source by hand to see what it waits for",
                ) from None
            raise NoIdentity(
                f"the time for the whole, {timeout:g} s, was over before an identity came",
                "raise --timeout, or see what SOPS_AGE_KEY_CMD, or the pipe of SOPS_AGE_KEY_FILE, waits for",
            ) from None

    def _with_real_socket(self, draft: Draft) -> Draft:
        """Return a draft whose unix socket is the one that was found to be allowed, wherever links lead by now."""
        path = draft.connection.options.unix_socket
        if not path:
            return draft
        options = draft.connection.options.model_copy(update={"unix_socket": self._real_socket(path)})
        return replace(draft, connection=draft.connection.model_copy(update={"options": options}))


def _require_sound_way(connection: Connection, via: str) -> None:
    """Raise InvalidFile where what a file says of its vantage or its unix socket is a problem, and `via` does not
    come before it: nobody is asked to allow a host that is none."""
    if via:
        return
    if connection.options.via is None and connection.options.unix_socket is None:
        return
    from integrator_tui.model import rules

    for problem in rules.problems(connection):
        if problem.is_error and problem.field in ("options.via", "options.unix_socket"):
            raise InvalidFile(f"{problem.field}: {problem.message}", problem.hint)
