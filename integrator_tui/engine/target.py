"""Target: a Connection with what is needed to reach it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from integrator_tui.model.connection import Connection
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.secret import Secret, SecretRef

if TYPE_CHECKING:
    from integrator_tui.engine.token import TokenStore


class Target(NamedTuple):
    """A connection, the way to its secrets, and the values of its parameters.

    `reveal` gives the value of a secret that `connection.secrets` names, and may raise LockedError; it is
    called only for secrets that are sent. `folder` is what paths in the connection are relative to; without
    one they cannot be read. `checked` says that the rules of a connection were asked already and found no error.
    `inherits_method` says that the method comes from another file, so that its secret has to be here.
    `tokens` is where its tokens outlive this process, None where they do not.
    `via` is the host that it is dialled from, in place of the connection's own, empty where none was chosen.
    """

    connection: Connection
    reveal: Callable[[SecretRef], Secret]
    parameters: Mapping[str, str] = MappingProxyType({})
    folder: str | None = None
    checked: bool = False
    inherits_method: bool = False
    tokens: TokenStore | None = None
    via: str = ""

    @property
    def vantage(self) -> str:
        """The host that it is dialled from, empty for this one."""
        return self.via or self.connection.options.via or ""
