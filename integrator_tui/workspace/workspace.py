"""Workspace: a directory of connections, and the services that do something with them.

What costs an import waits until it is needed: listing needs no key and no network.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from integrator_tui.errors import SaveError
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace.catalog.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from integrator_tui.engine.engine import Engine
    from integrator_tui.engine.settings import EngineSettings
    from integrator_tui.engine.ssh.command import SshSettings
    from integrator_tui.engine.token import TokenStore
    from integrator_tui.model.connection import Connection
    from integrator_tui.model.moved import Moved
    from integrator_tui.vault.identities.identities import Identities
    from integrator_tui.workspace.answers import Answers
    from integrator_tui.workspace.comparison.comparisons import Comparisons
    from integrator_tui.workspace.display import Display
    from integrator_tui.workspace.editing.places import Places
    from integrator_tui.workspace.editing.texts import Texts
    from integrator_tui.workspace.editor import Editor
    from integrator_tui.workspace.fleet.check_helper import CheckHelper
    from integrator_tui.workspace.fleet.many import ManyProbes
    from integrator_tui.workspace.history import History
    from integrator_tui.workspace.interchange.collection_imports import CollectionImports
    from integrator_tui.workspace.interchange.documents import ForeignDocuments
    from integrator_tui.workspace.interchange.exports import Exports
    from integrator_tui.workspace.interchange.imported_before import ImportedBefore
    from integrator_tui.workspace.interchange.imports import Imports
    from integrator_tui.workspace.interchange.kinetic_imports import KineticImports
    from integrator_tui.workspace.interchange.openapi_imports import OpenApiImports
    from integrator_tui.workspace.interchange.target import ImportTarget
    from integrator_tui.workspace.journals.changes import Changes
    from integrator_tui.workspace.journals.drafts import Drafts
    from integrator_tui.workspace.journals.input_values import InputValues
    from integrator_tui.workspace.journals.kept_tokens import KeptTokens
    from integrator_tui.workspace.keys.extensions import Extensions
    from integrator_tui.workspace.keys.file_secrets import FileSecrets
    from integrator_tui.workspace.keys.keys import Keys
    from integrator_tui.workspace.merge.three_way import ThreeWay
    from integrator_tui.workspace.operations.runs import Runs
    from integrator_tui.workspace.previews import Previews
    from integrator_tui.workspace.probes import Probes
    from integrator_tui.workspace.requests import Requests
    from integrator_tui.workspace.seals import Seals
    from integrator_tui.workspace.secrets import Secrets
    from integrator_tui.workspace.settings import UserSettings
    from integrator_tui.workspace.sources.permissions import Permissions
    from integrator_tui.workspace.sources.sources import SecretSources
    from integrator_tui.workspace.space.spaces import Spaces
    from integrator_tui.workspace.tokens import Tokens
    from integrator_tui.workspace.undo import Undo
    from integrator_tui.workspace.workbench.expressions import Expressions
    from integrator_tui.workspace.workbench.recent_requests import RecentRequests
    from integrator_tui.workspace.workbench.ssh_hosts import SshHosts


class Workspace:
    """The connections below `root`, which need not exist before the first save.

    `catalog` tells which files there are and what they say. Everything else is made when it is first asked for.
    """

    def __init__(self, root: Path, surroundings: Surroundings) -> None:
        self.root = root
        self.via = ""
        """The host that everything is dialled from, chosen by the user; empty for what each connection says."""
        self._surroundings = surroundings
        self.catalog = Catalog(
            root,
            self._matches,
            lambda document, ask: self._file_secrets.opened(document, ask=ask),
            cache=surroundings.cache / "index",
        )

    @cached_property
    def keys(self) -> Keys:
        """Who can read the secrets: identities, recipients, and changes of them."""
        from integrator_tui.workspace.keys.keys import Keys

        return Keys(self.root, self._file_secrets, self.catalog, self._surroundings, self._changes)

    @cached_property
    def secrets(self) -> Secrets:
        """The stored secrets of files, opened."""
        from integrator_tui.workspace.secrets import Secrets

        return Secrets(self.catalog, lambda: self._file_secrets)

    @cached_property
    def editor(self) -> Editor:
        """Saves, renames, copies and removes connections."""
        from integrator_tui.workspace.editor import Editor

        return Editor(
            self.root,
            self.catalog,
            self._file_secrets,
            self.secrets,
            self._changes,
            self._follow,
            lambda file: self.extensions.extending(file),
            self._drop_tokens,
        )

    @cached_property
    def places(self) -> Places:
        """Moves, renames and copies files."""
        from integrator_tui.workspace.editing.places import Places

        return Places(self.root, self.catalog, self.editor, lambda: self._file_secrets)

    @cached_property
    def texts(self) -> Texts:
        """Connections as text in the user's editor."""
        from integrator_tui.workspace.editing.texts import Texts

        given = self._surroundings
        return Texts(self.root, self.catalog, self.editor, self._file_secrets, given.editor, given.runtime)

    @cached_property
    def undo(self) -> Undo:
        """Takes back what was changed here."""
        from integrator_tui.workspace.undo import Undo

        return Undo(self.root, self._changes, lambda: self._file_secrets, self._follow_back)

    @cached_property
    def drafts(self) -> Drafts:
        """What is being typed, kept until it is saved or discarded."""
        from integrator_tui.workspace.journals.drafts import Drafts

        state = self._surroundings.state
        return Drafts(self.root, state, self.settings.keeps_drafts, lambda: self._file_secrets.vault)

    @cached_property
    def seals(self) -> Seals:
        """Reviews, verifies and seals files."""
        from integrator_tui.workspace.seals import Seals

        return Seals(self.root, self.catalog, self._file_secrets, lambda: self.sources)

    @cached_property
    def extensions(self) -> Extensions:
        """Which files extend others, and whose seals that binds."""
        from integrator_tui.workspace.keys.extensions import Extensions

        return Extensions(self.root, self.catalog, self._file_secrets)

    @cached_property
    def three_way(self) -> ThreeWay:
        """Merges what two branches made of a file."""
        from integrator_tui.workspace.merge.three_way import ThreeWay

        return ThreeWay(self._file_secrets)

    @cached_property
    def probes(self) -> Probes:
        """Tests connections, one or many, and streams the answers of their test requests."""
        from integrator_tui.workspace.probes import Probes

        return Probes(
            self.root,
            self.catalog,
            self.secrets,
            lambda: self._engine,
            lambda: self.answers,
            lambda: self.sources,
            self._real_socket,
            self._tokens_of,
            lambda host: self._permissions.require_vantage(host),
            lambda: self.via,
        )

    @cached_property
    def many(self) -> ManyProbes:
        """Tests of many connections for who looks at them."""
        from integrator_tui.workspace.fleet.many import ManyProbes

        return ManyProbes(self.catalog, lambda: self.probes, lambda: self.answers, self._helper, lambda: self.via)

    def _helper(self) -> CheckHelper | None:
        """Begin a second process that makes checks, where it has a core, and would be told no secret."""
        given = self._surroundings
        if given.cores < 2 or any("@" in proxy for proxy in given.proxies.values()):
            return None
        from integrator_tui.workspace.fleet.check_helper import CheckHelper, HelperStart

        network = self._engine_settings()._replace(proxies=dict(given.proxies), ssh=None)
        return CheckHelper(HelperStart(self.root.absolute(), network), given.command_environment)

    @cached_property
    def hosts(self) -> SshHosts:
        """The hosts that can be offered to look from."""
        from integrator_tui.workspace.workbench.ssh_hosts import SshHosts

        return SshHosts(self._surroundings.ssh_config)

    @cached_property
    def sources(self) -> SecretSources:
        """The values of secrets that lie elsewhere."""
        from integrator_tui.workspace.sources.sources import SecretSources

        return SecretSources(self._permissions, self._surroundings.command_environment)

    @cached_property
    def _permissions(self) -> Permissions:
        from integrator_tui.workspace.sources.permissions import Permissions

        given = self._surroundings
        return Permissions(self.root, given.command_environment, lambda: self.settings.chosen(), given.state)

    @cached_property
    def answers(self) -> Answers:
        """The answers of the tests of this session."""
        from integrator_tui.workspace.answers import Answers

        return Answers(lambda: self._engine)

    @cached_property
    def tokens(self) -> Tokens:
        """The tokens that are held for connections."""
        from integrator_tui.workspace.tokens import Tokens

        return Tokens(self.probes.target, lambda: self._engine, lambda: self.kept_tokens)

    @cached_property
    def kept_tokens(self) -> KeptTokens:
        """The tokens that outlive the process, until they are forgotten."""
        from integrator_tui.workspace.journals.kept_tokens import KeptTokens

        state = self._surroundings.state
        return KeptTokens(self.root, state, self.settings.keeps_tokens, lambda: self._file_secrets.vault)

    @cached_property
    def requests(self) -> Requests:
        """Requests, tokens and operations for who asks for their data."""
        from integrator_tui.workspace.requests import Requests

        return Requests(self.probes.opened, lambda: self._engine, self.history, lambda: self.kept_tokens)

    @cached_property
    def expressions(self) -> Expressions:
        """Tries expressions on answers that were had, or pasted; nothing is sent."""
        from integrator_tui.workspace.workbench.expressions import Expressions

        return Expressions(self.answers, lambda: self._engine)

    @cached_property
    def recent_requests(self) -> RecentRequests:
        """The requests that were typed last."""
        from integrator_tui.workspace.workbench.recent_requests import RecentRequests

        return RecentRequests(self.root, self._surroundings.state, lambda: self.settings, self.answers)

    @cached_property
    def runs(self) -> Runs:
        """Operations carried out for who looks at them."""
        from integrator_tui.workspace.operations.runs import Runs

        return Runs(self.probes.opened, lambda: self._engine, self.answers, self.history, self._input_values)

    @cached_property
    def comparisons(self) -> Comparisons:
        """The same request over several connections."""
        from integrator_tui.workspace.comparison.comparisons import Comparisons

        return Comparisons(self.probes, self.requests, self.answers, self.history)

    @cached_property
    def previews(self) -> Previews:
        """What would be sent, secrets masked; nothing is."""
        from integrator_tui.workspace.previews import Previews

        return Previews(
            self.root,
            self.catalog,
            lambda file: self.seals.is_broken(file),
            lambda: self._engine,
            lambda: self.via,
        )

    @cached_property
    def exports(self) -> Exports:
        """Connections in the formats of other tools."""
        from integrator_tui.workspace.interchange.exports import Exports

        return Exports(self.root)

    @cached_property
    def imports(self) -> Imports:
        """Connections that other tools described."""
        from integrator_tui.workspace.interchange.imports import Imports

        return Imports(self._import_target)

    @cached_property
    def kinetic(self) -> KineticImports:
        """Exports of Integrator as connections, and imported once more."""
        from integrator_tui.workspace.interchange.kinetic_imports import KineticImports

        return KineticImports(self._import_target)

    @cached_property
    def openapi(self) -> OpenApiImports:
        """Documents of OpenAPI as connections, and imported once more."""
        from integrator_tui.workspace.interchange.openapi_imports import OpenApiImports

        return OpenApiImports(self._import_target)

    @cached_property
    def documents(self) -> ForeignDocuments:
        """Documents of every format that can be imported, for who looks at them first."""
        from integrator_tui.workspace.interchange.documents import ForeignDocuments

        return ForeignDocuments(self.imports, self.kinetic, self.openapi, self.collections)

    @cached_property
    def collections(self) -> CollectionImports:
        """Documents of requests as connections (Postman …), and imported once more."""
        from integrator_tui.workspace.interchange.collection_imports import CollectionImports

        return CollectionImports(self._import_target)

    @cached_property
    def _import_target(self) -> ImportTarget:
        from integrator_tui.workspace.interchange.target import ImportTarget

        return ImportTarget(self.root, self.catalog, self.editor, self._imported_before, self.secrets)

    @cached_property
    def _imported_before(self) -> ImportedBefore:
        from integrator_tui.workspace.interchange.imported_before import ImportedBefore

        return ImportedBefore(self.root, self._surroundings.state)

    @cached_property
    def spaces(self) -> Spaces:
        """Kinetic spaces: compared, pulled and pushed to."""
        from integrator_tui.workspace.space.spaces import Spaces

        return Spaces(
            self.root,
            self._surroundings.state,
            self._surroundings.cache,
            self.catalog,
            lambda: self.editor,
            self.secrets,
            lambda: self.seals,
            lambda: self.probes,
            lambda: self.kinetic,
            self._engine_settings(),
        )

    @cached_property
    def display(self) -> Display:
        """Connection files as they may be shown."""
        from integrator_tui.workspace.display import Display

        return Display(self.root, self.catalog, self.secrets, lambda: self._file_secrets)

    @cached_property
    def settings(self) -> UserSettings:
        """What the user chose for all workspaces."""
        from integrator_tui.workspace.settings import UserSettings

        return UserSettings(self._surroundings)

    @cached_property
    def history(self) -> History:
        """Earlier results and runs of this machine."""
        from integrator_tui.workspace.history import History

        return History(self.root, self._surroundings.state, lambda: self.settings)

    def _ssh(self) -> SshSettings:
        """How other hosts are reached: by the ssh of this user's PATH, which gets no secret of this program's."""
        import shutil

        from integrator_tui.engine.ssh.command import SshSettings

        given = self._surroundings
        variables = self._permissions.without_secrets(given.command_environment)
        program = shutil.which("ssh", path=variables.get("PATH", os.defpath)) or ""
        return SshSettings(os.path.abspath(program) if program else "", variables, given.runtime)

    def _real_socket(self, path: str) -> str:
        ways = self._surroundings.ways_in
        # What stands on the command line comes before it, and needs no leave.
        return path if ways and ways.connect_to else self._permissions.real_socket(path)

    def _tokens_of(self, file: str, connection: Connection) -> TokenStore | None:
        return self.kept_tokens.of(file, self._file_secrets.digest(connection, file))

    def _drop_tokens(self, file: str) -> None:
        self.kept_tokens.drop(file)

    def _follow(self, moved: Moved) -> None:
        old, new = moved.old, moved.new
        self.history.moved(moved)
        self.recent_requests.moved(old, new)
        self._input_values.moved(old, new)
        if new != old:
            self._drop_tokens(old)
            self._imported_before.moved(old, new)
            self._pulled_moved(old, new)

    def _pulled_moved(self, old: str, new: str) -> None:
        if not os.path.isdir(self._surroundings.state / "spaces"):
            return
        from integrator_tui.workspace.space.pulled_before import moved

        moved(self.root, self._surroundings.state, old, new)

    def _follow_back(self, old: str, new: str, was: str | None, now: str | None) -> None:
        """Follow what an undo brought back."""
        from integrator_tui.model.moved import Moved

        self._follow(Moved(old, new, self.catalog.entry(new).name, was, now))

    def guard_memory(self) -> None:
        """Keep the process from leaving a core file, before a secret is typed. It needs no key, and no vault."""
        from integrator_tui.vault.memory import disable_core_dumps

        disable_core_dumps()

    def make(self) -> None:
        """Make the folder of the workspace, and those above it that are missing, 0700; raises SaveError."""
        from integrator_tui import atomic

        try:
            atomic.make_folder(self.root)
        except OSError as error:
            hint = "name a folder that you may write to"
            raise SaveError(f"{self.root} cannot be made: {(error.strerror or str(error)).lower()}", hint) from None

    def keep_drafts(self) -> None:
        """Write down what is typed and was not journalled yet: before the process ends."""
        drafts: Drafts | None = self.__dict__.get("drafts")
        if drafts is not None:
            drafts.flush()

    def abandon(self) -> None:
        """Have nothing wait for a command any more, that of keys or one of a source, in whatever thread: before the
        process ends."""
        secrets: FileSecrets | None = self.__dict__.get("_file_secrets")
        if secrets is not None:
            secrets.abandon()
        sources: SecretSources | None = self.__dict__.get("sources")
        if sources is not None:
            sources.abandon()

    async def aclose(self) -> None:
        """Close what the network needed; the workspace can be used again afterwards."""
        engine: Engine | None = self.__dict__.pop("_engine", None)
        if engine is not None:
            await engine.aclose()

    @cached_property
    def _changes(self) -> Changes:
        from integrator_tui.workspace.journals.changes import Changes

        return Changes(self.root, self._surroundings.state)

    @cached_property
    def _input_values(self) -> InputValues:
        from integrator_tui.workspace.journals.input_values import InputValues

        return InputValues(self.root, self._surroundings.state, self.settings.remembers)

    @cached_property
    def _file_secrets(self) -> FileSecrets:
        from integrator_tui.workspace.keys.file_secrets import FileSecrets

        return FileSecrets(
            self.root, self._surroundings, self.catalog.bases, lambda: self._identities, self._drop_tokens
        )

    @cached_property
    def _identities(self) -> Identities:
        from integrator_tui.workspace.keys.identities import identities_of

        return identities_of(self._surroundings)

    def _matches(self, recipients: Sequence[str]) -> bool:
        return self._identities.match(recipients)

    @cached_property
    def _engine(self) -> Engine:
        from integrator_tui.engine.engine import Engine

        return Engine(self._engine_settings())

    def _engine_settings(self) -> EngineSettings:
        from integrator_tui.engine.settings import EngineSettings

        given = self._surroundings
        ca_file, ca_dir = given.ssl_cert_file, given.ssl_cert_dir
        return EngineSettings(
            ca_file=str(ca_file) if ca_file else None,
            ca_dir=str(ca_dir) if ca_dir else None,
            proxies=given.proxies,
            ways_in=given.ways_in,
            ssh=self._ssh,
        )
