"""The formats of other tools, by the words that the command line and the interface have for them."""

from __future__ import annotations

from typing import Final

IMPORT_FORMATS: Final = {
    "curl": "command lines",
    "kinetic": "an export of Kinetic Data's Integrator",
    "openapi": "a document of OpenAPI 2.0 to 3.2, JSON or YAML",
    "postman": "a collection of Postman 2.0 or 2.1",
    "http": "a .http or .rest file of JetBrains or VS Code",
    "opencollection": "a collection of OpenCollection (Bruno), a file or its folder",
    "httpie": "a session of HTTPie",
}
"""What is read, by its word."""

EXPORT_FORMATS: Final = {
    "kinetic": "JSON of Integrator, keys sorted, secrets null",
    "curl": "curl commands of tests and operations, secrets from environment variables",
    "http": "a .http file of tests and operations, secrets from environment variables",
    "blackbox": "modules and targets of blackbox_exporter for the tests, secrets in files that it reads",
}
"""What is written, by its word; `Exports.written` has a method of its own for each."""

EXPORT_ENDINGS: Final = {"kinetic": "json", "curl": "sh", "http": "http", "blackbox": "yml"}
"""How the name of a file of each format ends."""
