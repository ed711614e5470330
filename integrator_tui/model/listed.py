"""What lists tell of an entry, whether it was read from its file or from the index."""

from __future__ import annotations

from integrator_tui.model.entry import Entry
from integrator_tui.model.operation_row import Asked, InputRow, OperationRow


def operation_rows(entry: Entry, *, with_inputs: bool = False) -> tuple[OperationRow, ...]:
    """Return the operations of an entry, in the order of its file.

    An entry that was read from its file has their inputs only where they are asked for, since finding those takes a
    while.
    """
    connection = entry.connection
    if connection is None:
        return entry.operations
    stopped = {problem.operation for problem in entry.problems if problem.is_error}
    rows = tuple(
        OperationRow(operation.name, operation.method, operation.path, operation.description, number in stopped)
        for number, operation in enumerate(connection.operations)
    )
    if not with_inputs:
        return rows
    from integrator_tui.model.parameters import inputs

    return tuple(
        row._replace(inputs=tuple(InputRow(*found[:3]) for found in inputs(connection, operation)))
        for row, operation in zip(rows, connection.operations, strict=True)
    )


def asked_of(entry: Entry) -> Asked:
    """Return what an entry that was read from its file asks for."""
    connection = entry.connection
    if connection is None:
        return Asked()
    from integrator_tui.model.parameters import parameters

    return Asked(
        operation_rows(entry, with_inputs=True),
        parameters(connection, "test"),
        parameters(connection, "token"),
        connection.secret_names,
    )
