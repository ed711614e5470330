"""What a push would send for one connection: the smallest change, in requests, and what keeps it from being sent.

Rules: three versions count, field by field. What changed here alone is sent, what changed there alone is left, and
what changed on both sides is a conflict. A request holds what the space has, with our values in the places that
changed; a secret is null there, which keeps what is stored, and never the empty text. Where null would not do, the
connection is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from integrator_tui.interchange.kinetic.comparison import (
    CONNECTION_KEYS,
    MISSING,
    OPERATION_KEYS,
    Difference,
    OperationPair,
    at,
    differences,
    field_of,
    pairs,
    patched,
)
from integrator_tui.interchange.kinetic.refusals import refusals
from integrator_tui.interchange.kinetic.secrets import names_in, texts_in
from integrator_tui.model.connection import WELL_KNOWN_SECRETS, Connection
from integrator_tui.model.kept import opened
from integrator_tui.model.text import visible
from integrator_tui.workspace.space.local_connections import PairedConnection
from integrator_tui.workspace.space.planned import PlannedPush, PlannedRequest, SecretPlace, new_id
from integrator_tui.workspace.space.snapshot import path_of

_SECRET_KEYS: Final = {"basic": "password", "raw_bearer_token": "token", "client_credentials": "clientSecret"}
"""Where each of Integrator's methods has its own secret."""


def planned_push(pair: PairedConnection, *, with_secrets: bool = False, overwrite: bool = False) -> PlannedPush:
    """Return what is sent for a connection that is here; with `overwrite` what changed on both sides too."""
    return _Planning(pair, with_secrets, overwrite).run()


class _Planning:
    def __init__(self, pair: PairedConnection, with_secrets: bool, overwrite: bool) -> None:
        self._with_secrets, self._overwrite = with_secrets, overwrite
        self._plan = PlannedPush(pair)
        self._pair = pair
        local = self._plan.local
        self._ours = local.values
        self._base = pair.base
        connection = local.entry.connection
        self._connection = connection if connection is not None else Connection()
        names = opened(self._connection.kinetic).get("secret_names", {})
        own = WELL_KNOWN_SECRETS.get(self._connection.auth.type, "")
        self._own = own if own in self._connection.secrets else ""
        skipped = (own, "client_cert_passphrase")
        self._stored = {names.get(name, name): name for name in self._connection.secrets if name not in skipped}

    def run(self) -> PlannedPush:
        if self._plan.local.is_other or (self._pair.read is not None and self._pair.read.other is not None):
            if self._pair.theirs is None or differences(self._ours, self._pair.theirs, ("name", "config")):
                kind = visible(str(self._ours.get("type")), limit=40)
                self._refuse(f"connections of type {kind} are not pushed", "change it in the space, and pull it")
            return self._plan
        if self._pair.remote is None:
            self._create()
        else:
            self._update(self._pair.remote.values, self._pair.theirs or {})
        if self._plan.requests:
            for refusal in refusals(self._connection):
                self._refuse(refusal.message, refusal.hint)
        else:
            # Nothing is overwritten where nothing is sent.
            self._plan.conflicts.clear()
        if self._plan.refused or (self._plan.conflicts and not self._overwrite):
            self._plan.requests.clear()
        return self._plan

    # --- a connection that is not there ---

    def _create(self) -> None:
        key = str(self._ours.get("id") or new_id())
        self._plan.creates = True
        body: dict[str, Any] = {"id": key, **{name: self._ours[name] for name in CONNECTION_KEYS}}
        body["config"] = self._with_own_secret(self._ours["config"], needed=True)
        names = self._ours["secrets"]
        body["secrets"] = {name: self._value(name) for name in names}
        self._need(("auth", texts_in(self._ours["config"]["auth"])), known=())
        missing = [name for name, value in body["secrets"].items() if value is None]
        if missing and not self._plan.refused:
            self._plan.notes.append(f"to be given in the space: {', '.join(visible(each) for each in missing)}")
        self._send("POST", path_of("").rstrip("/"), body, f"created {visible(self._ours['name'], limit=80)}")
        for operation in self._ours["operations"]:
            self._create_operation(key, operation)

    def _create_operation(self, key: str, operation: Mapping[str, Any]) -> None:
        values = {name: each for name, each in operation.items() if name != "connectionId"}
        body = {**values, "connectionId": key}
        self._send("POST", f"{path_of(key)}/operations", body, f"created operation {_name(operation)}")

    # --- one that is ---

    def _update(self, there: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
        key = str(there["id"])
        self._identity(theirs)
        changes = self._ours_of(
            differences(self._ours, theirs, CONNECTION_KEYS), self._base, theirs, "", known=self._base is not None
        )
        changes = [each for each in changes if each.path[0] != "secrets" or each.ours is not MISSING]
        body: dict[str, Any] = {each.path[0]: self._ours[each.path[0]] for each in changes if len(each.path) == 1}
        told = [field_of(each.path) for each in changes]
        body |= self._config(there, changes)
        body |= self._secrets(there, changes)
        if body:
            said = list(dict.fromkeys(told)) or ["secrets"]
            self._send("PATCH", path_of(key), body, f"updated {_listed(said)}")
        last = self._base["operations"] if self._base is not None else ()
        raw = {str(each.get("id")): each for each in (self._pair.remote.operations if self._pair.remote else ())}
        for pair in pairs(self._ours["operations"], theirs["operations"], last):
            self._operation(key, pair, raw, there)

    def _identity(self, theirs: Mapping[str, Any]) -> None:
        """A conflict where the space has another thing under this id than both had last."""
        for path in (("name",), ("type",), ("config", "baseUrl")):
            if self._base is None:
                return
            before, now = at(self._base, path), at(theirs, path)
            if before != now and now != at(self._ours, path) and at(self._ours, path) == before:
                self._plan.conflicts.append(f"{field_of(path)} is another one in the space than at the last pull")

    def _ours_of(
        self, found: Sequence[Difference], base: Any, theirs: Any, place: str, *, known: bool
    ) -> list[Difference]:
        """Return the differences that were made here; what was made there is left, what was on both a conflict."""
        taken = []
        for each in found:
            name = f"{place}{field_of(each.path)}"
            before = at(base, each.path) if known else None
            if known and before == each.theirs:
                taken.append(each)
            elif known and before == each.ours:
                self._plan.left.append(name)
            else:
                why = "changed here and in the space" if known else "differs, and was never pulled from there"
                self._plan.conflicts.append(f"{name} {why}")
                taken.append(each)
        return taken

    def _config(self, there: Mapping[str, Any], changes: Sequence[Difference]) -> dict[str, Any]:
        found = [each._replace(path=each.path[1:]) for each in changes if each.path[0] == "config"]
        sends_own = self._with_secrets and self._own
        if not found and not sends_own:
            return {}
        config = _own_secret_null(dict(there["config"]))
        method_changes = any(each.path == ("auth", "authType") for each in found)
        if method_changes:
            config = patched(config, [each for each in found if each.path[0] != "auth"])
            config["auth"] = self._ours["config"]["auth"]
        else:
            config = patched(config, found)
        auth = [each for each in found if each.path[0] == "auth"]
        self._need(
            ("auth", (text for each in auth for text in texts_in(each.ours))), known=there.get("secrets") or {}
        )
        return {"config": self._with_own_secret(config, needed=method_changes)}

    def _secrets(self, there: Mapping[str, Any], changes: Sequence[Difference]) -> dict[str, Any]:
        """Return the secrets to send: all names, for one that is not sent would be taken out."""
        known = there.get("secrets") or {}
        plain = set(self._pair.read.secrets) if self._pair.read is not None else set()
        new = [each.path[1] for each in changes if each.path[0] == "secrets"]
        new += [
            name for name in self._ours["secrets"] if name in plain and name not in known and self._with_secrets
        ]
        sent = {name: self._value(name) for name in self._ours["secrets"] if name in known or name in new}
        if not new and not any(isinstance(value, SecretPlace) for value in sent.values()):
            return {}
        missing = [name for name in new if sent.get(name) is None]
        if missing:
            self._plan.notes.append(f"to be given in the space: {', '.join(map(visible, missing))}")
        return {"secrets": {**dict.fromkeys(known), **sent}}

    def _operation(
        self, key: str, pair: OperationPair, raw: Mapping[str, Mapping[str, Any]], there: Mapping[str, Any]
    ) -> None:
        ours, theirs, base = pair
        known = self._base is not None
        if ours is None and theirs is None:
            return
        if ours is None:
            assert theirs is not None
            name = f"operation {_name(theirs)}"
            if base is None:
                self._plan.left.append(name)
            else:
                if differences(base, theirs, OPERATION_KEYS):
                    self._plan.conflicts.append(f"{name} was taken out here and changed in the space")
                self._send("DELETE", path_of(key, str(theirs["id"])), None, f"deleted {name}")
            return
        name = f"operation {_name(ours)}"
        if theirs is None:
            if base is not None and not differences(ours, base, OPERATION_KEYS):
                self._plan.left.append(name)
                return
            if base is not None:
                self._plan.conflicts.append(f"{name} was changed here and taken out in the space")
            self._create_operation(key, ours)
            return
        found = differences(ours, theirs, OPERATION_KEYS)
        changes = self._ours_of(found, base, theirs, f"{name}: ", known=known and base is not None)
        if changes:
            self._update_operation(key, ours, raw[str(theirs["id"])], changes, there)

    def _update_operation(
        self,
        key: str,
        ours: Mapping[str, Any],
        there: Mapping[str, Any],
        changes: Sequence[Difference],
        connection: Mapping[str, Any],
    ) -> None:
        body: dict[str, Any] = {"name": there["name"], "config": there["config"]}
        merged = patched({**there, "outputs": there.get("outputs") or {}}, changes)
        body |= {each.path[0]: merged[each.path[0]] for each in changes}
        texts = (text for each in changes for text in texts_in(each.ours))
        self._need((f"operation {_name(ours)}", texts), known=connection.get("secrets") or {})
        fields = _listed(list(dict.fromkeys(field_of(each.path) for each in changes)))
        self._send("PATCH", path_of(key, str(there["id"])), body, f"updated operation {_name(ours)}: {fields}")

    # --- secrets ---

    def _value(self, name: str) -> SecretPlace | None:
        """Return what is sent for a declared secret: its value, or null."""
        return SecretPlace(self._stored[name]) if self._with_secrets and name in self._stored else None

    def _with_own_secret(self, config: Mapping[str, Any], *, needed: bool) -> dict[str, Any]:
        """Return a configuration with the method's own secret; one that is `needed` cannot be null."""
        found = dict(config)
        auth = found.get("auth")
        key = _SECRET_KEYS.get(str(auth.get("authType"))) if isinstance(auth, dict) else None
        if not isinstance(auth, dict) or key is None:
            return found
        if self._with_secrets and self._own:
            found["auth"] = {**auth, key: SecretPlace(self._own)}
        elif needed:
            self._refuse_without(WELL_KNOWN_SECRETS.get(self._connection.auth.type, key), "its method needs it")
        return found

    def _need(self, texts: tuple[str, Iterator[str] | Any], *, known: Sequence[str] | Mapping[str, Any]) -> None:
        """Refuse where a text asks for a secret that the space has not and does not get, and could not do without:
        one of the method, or one that it holds in plain now."""
        place, found = texts
        plain = self._pair.read.secrets if self._pair.read is not None else {}
        for name in sorted(names_in(found)):
            if name not in self._ours["secrets"] or name in known or self._value(name) is not None:
                continue
            if place == "auth":
                self._refuse_without(name, "its token request needs it")
            elif name in plain:
                self._refuse_without(name, f"{place} has it in plain in the space")

    def _refuse_without(self, name: str, why: str) -> None:
        stored = name == self._own or name in self._stored
        shown = visible(name, limit=60)
        hint = "add --with-secrets, which sends it" if stored else f"give it here first: edit NAME --secret {shown}"
        self._refuse(f"it cannot be sent without the secret {shown}: {why}", hint)

    def _refuse(self, why: str, hint: str) -> None:
        if self._plan.refused is None:
            self._plan.refused = (why, hint)

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None, told: str) -> None:
        self._plan.requests.append(PlannedRequest(method, path, body, told))


def _own_secret_null(config: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration as it came, its secret null whatever a server writes in its place."""
    auth = config.get("auth")
    key = _SECRET_KEYS.get(str(auth.get("authType"))) if isinstance(auth, dict) else None
    return {**config, "auth": {**auth, key: None}} if isinstance(auth, dict) and key else config


def _name(operation: Mapping[str, Any]) -> str:
    return visible(str(operation.get("name")), limit=80)


def _listed(fields: Sequence[str]) -> str:
    return visible(", ".join(fields), limit=300)
