"""Exports: connections in the formats of other tools, without secrets."""

from __future__ import annotations

from integrator_tui.interchange import curl
from integrator_tui.model.entry import Draft


class Exports:
    """Writes connections as other tools read them."""

    def curl(self, draft: Draft) -> str:
        """Return the test request as a curl command; secrets are named as environment variables."""
        return curl.curl(draft.connection)
