"""What the tests of the rooms have, for those that draw their cases in numbers."""

from tests.cli.conftest import shell
from tests.engine.conftest import certified, engine
from tests.vault.conftest import alice

__all__ = ["alice", "certified", "engine", "shell"]
