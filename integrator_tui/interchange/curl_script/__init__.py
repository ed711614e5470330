"""Connections as curl commands for a POSIX shell, secrets and inputs from environment variables."""
