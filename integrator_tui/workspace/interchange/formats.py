"""The formats of other tools, by the words that the command line and the interface have for them."""

from __future__ import annotations

from typing import Final

EXPORT_FORMATS: Final = {
    "kinetic": "JSON of Integrator, keys sorted, secrets null",
    "http": "a .http file of tests and operations, secrets from environment variables",
    "blackbox": "modules and targets of blackbox_exporter for the tests, secrets in files that it reads",
    "curl": "curl commands of tests and operations, secrets from environment variables",
}
"""What is written, by its word; `Exports.written` has a method of its own for each."""
