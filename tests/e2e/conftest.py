"""The home, the shell and the stranger that commands have in their own tests."""

from tests.cli.conftest import shell, stranger

__all__ = ["shell", "stranger"]
