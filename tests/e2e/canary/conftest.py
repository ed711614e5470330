"""The home, the server and the search of the canary tests."""

from tests.canary.conftest import mirror, search, shell

__all__ = ["mirror", "search", "shell"]
