"""OperationRow: what a list shows of an operation, and Asked: what a connection asks for; without its model."""

from __future__ import annotations

from integrator_tui.model.named_tuple import NamedTuple


class InputRow(NamedTuple):
    """A name that the templates of an operation ask for; `where` are the parts that it fills (parameters.Input)."""

    name: str
    required: bool
    where: tuple[str, ...]


class OperationRow(NamedTuple):
    """One operation; `is_stopped` says that something is wrong with it that keeps it from being run."""

    name: str
    method: str
    path: str
    description: str = ""
    is_stopped: bool = False
    inputs: tuple[InputRow, ...] = ()


class Asked(NamedTuple):
    """What may be named behind the name of a connection: its operations with their inputs, the parameters of its
    test and of its token, and the names of its own secrets."""

    operations: tuple[OperationRow, ...] = ()
    test: tuple[str, ...] = ()
    token: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
