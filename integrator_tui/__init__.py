"""A terminal workbench for HTTP connections."""

__version__ = "0.1.0"
