"""Connections as a `.http` file."""
