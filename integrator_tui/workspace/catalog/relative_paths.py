"""Relative paths of a connection: what they are where its file lies in another folder."""

from __future__ import annotations

import os

from integrator_tui.model.connection import Connection


def placed(file: str, group: str) -> str:
    """Return the path of a file in another folder of the workspace."""
    name = file.rpartition("/")[2]
    return f"{group}/{name}" if group else name


def rebased(connection: Connection, before: str, after: str) -> Connection:
    """Return a connection of the folder `before` so that its relative paths mean the same in the folder `after`."""

    def path(given: str | None) -> str | None:
        if not given or given.startswith("/") or before == after:
            return given
        return os.path.relpath(os.path.join("/", before, given), os.path.join("/", after))

    options = connection.options.model_copy(update={"client_cert_file": path(connection.options.client_cert_file)})
    paths = {"ca_cert_file": path(connection.ca_cert_file), "extends": path(connection.extends)}
    return connection.model_copy(update={**paths, "options": options})
