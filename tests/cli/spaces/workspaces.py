"""Files of workspaces that belong to a space."""

from __future__ import annotations

from tests.cli.shell import Shell
from tests.cli.spaces.space_server import CLIENT, CLIENT_SECRET, PASSWORD, USER


def write_space(shell: Shell, url: str, name: str = "Dev", file: str = "dev-space.yaml") -> None:
    """Write the connection of a space that a user logs in to."""
    auth = f"auth: {{type: basic, username: {USER}}}\nsecrets: {{password: {PASSWORD}}}\n"
    _sealed(shell, file, f"name: {name}\nbase_url: {url}\n{auth}")


def write_client_space(shell: Shell, url: str, token_url: str, file: str = "client-space.yaml") -> None:
    """Write the connection of a space that a client logs in to."""
    auth = f"auth: {{type: oauth2, access_token_url: '{token_url}', client_id: {CLIENT}}}\n"
    secrets = f"secrets: {{client_secret: {CLIENT_SECRET}}}\n"
    _sealed(shell, file, f"name: By client\nbase_url: {url}\n{auth}{secrets}")


def _sealed(shell: Shell, file: str, text: str) -> None:
    if not shell.key_file.exists():
        shell.create_identity()
    shell.write(file, text)
    assert shell.here("seal", file, "--yes").code == 0


def edited(shell: Shell, file: str, *changes: tuple[str, str]) -> None:
    """Replace texts in a file, each of which is there."""
    path = shell.workspace / file
    text = path.read_text()
    for old, new in changes:
        assert old in text, (old, text)
        text = text.replace(old, new)
    path.write_text(text)
