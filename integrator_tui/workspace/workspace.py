"""Workspace: a directory of connections, and the services that do something with them.

What costs an import waits until it is needed: listing needs no key and no network.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace.catalog.catalog import Catalog

if TYPE_CHECKING:
    from integrator_tui.engine.engine import Engine
    from integrator_tui.workspace.answers import Answers
    from integrator_tui.workspace.display import Display
    from integrator_tui.workspace.editor import Editor
    from integrator_tui.workspace.exports import Exports
    from integrator_tui.workspace.keys.file_secrets import FileSecrets
    from integrator_tui.workspace.keys.keys import Keys
    from integrator_tui.workspace.merge.three_way import ThreeWay
    from integrator_tui.workspace.probes import Probes
    from integrator_tui.workspace.requests import Requests
    from integrator_tui.workspace.seals import Seals
    from integrator_tui.workspace.secrets import Secrets
    from integrator_tui.workspace.settings import UserSettings
    from integrator_tui.workspace.tokens import Tokens


class Workspace:
    """The connections below `root`, which need not exist before the first save.

    `catalog` tells which files there are and what they say. Everything else is made when it is first asked for.
    """

    def __init__(self, root: Path, surroundings: Surroundings) -> None:
        self.root = root
        self._surroundings = surroundings
        self.catalog = Catalog(root, lambda metadata: self._file_secrets.vault.matches(metadata))

    @cached_property
    def keys(self) -> Keys:
        """Who can read the secrets: identities, recipients, and changes of them."""
        from integrator_tui.workspace.keys.keys import Keys

        return Keys(self.root, self._file_secrets, self.catalog, self._surroundings)

    @cached_property
    def secrets(self) -> Secrets:
        """The stored secrets of files, opened."""
        from integrator_tui.workspace.secrets import Secrets

        return Secrets(self.catalog, lambda: self._file_secrets)

    @cached_property
    def editor(self) -> Editor:
        """Saves, renames, copies and removes connections."""
        from integrator_tui.workspace.editor import Editor

        return Editor(self.root, self.catalog, self._file_secrets, self.secrets)

    @cached_property
    def seals(self) -> Seals:
        """Reviews, verifies and seals files."""
        from integrator_tui.workspace.seals import Seals

        return Seals(self.root, self.catalog, self._file_secrets)

    @cached_property
    def three_way(self) -> ThreeWay:
        """Merges what two branches made of a file."""
        from integrator_tui.workspace.merge.three_way import ThreeWay

        return ThreeWay(self._file_secrets)

    @cached_property
    def probes(self) -> Probes:
        """Tests connections, one or many, and streams the answers of their test requests."""
        from integrator_tui.workspace.probes import Probes

        return Probes(self.root, self.catalog, self.secrets, lambda: self._engine, self.answers)

    @cached_property
    def answers(self) -> Answers:
        """The answers of the tests of this session."""
        from integrator_tui.workspace.answers import Answers

        return Answers(lambda: self._engine)

    @cached_property
    def tokens(self) -> Tokens:
        """The tokens that are held for connections."""
        from integrator_tui.workspace.tokens import Tokens

        return Tokens(self.probes.target, lambda: self._engine)

    @cached_property
    def requests(self) -> Requests:
        """Requests, tokens and operations for who asks for their data."""
        from integrator_tui.workspace.requests import Requests

        return Requests(self.probes.target, lambda: self._engine)

    @cached_property
    def exports(self) -> Exports:
        """Connections in the formats of other tools."""
        from integrator_tui.workspace.exports import Exports

        return Exports()

    @cached_property
    def display(self) -> Display:
        """Connection files as they may be shown."""
        from integrator_tui.workspace.display import Display

        return Display(self.root, self.secrets)

    @cached_property
    def settings(self) -> UserSettings:
        """What the user chose for all workspaces."""
        from integrator_tui.workspace.settings import UserSettings

        return UserSettings(self._surroundings)

    def guard_memory(self) -> None:
        """Keep the process from leaving a core file, before a secret is typed. It needs no key, and no vault."""
        from integrator_tui.vault.memory import disable_core_dumps

        disable_core_dumps()

    async def aclose(self) -> None:
        """Close what the network needed; the workspace can be used again afterwards."""
        engine: Engine | None = self.__dict__.pop("_engine", None)
        if engine is not None:
            await engine.aclose()

    @cached_property
    def _file_secrets(self) -> FileSecrets:
        from integrator_tui.workspace.keys.file_secrets import FileSecrets

        return FileSecrets(self.root, self._surroundings)

    @cached_property
    def _engine(self) -> Engine:
        from integrator_tui.engine.engine import Engine, EngineSettings

        given = self._surroundings
        ca_file, ca_dir = given.ssl_cert_file, given.ssl_cert_dir
        return Engine(
            EngineSettings(
                ca_file=str(ca_file) if ca_file else None,
                ca_dir=str(ca_dir) if ca_dir else None,
                proxies=given.proxies,
            )
        )
