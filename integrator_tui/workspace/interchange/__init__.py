"""Connections from what other tools wrote, and for other tools."""
