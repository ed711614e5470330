"""The one object that both front ends hold; it joins the layers below, which do not know each other.

Front ends take everything from here; what their signatures name besides `Workspace` is loaded when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from integrator_tui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from integrator_tui.engine.answer import Answer
    from integrator_tui.engine.javascript.outputs import OutputValues
    from integrator_tui.interchange.exported import Exported
    from integrator_tui.interchange.exported import Refusal as ExportRefusal
    from integrator_tui.interchange.imported import THE_BASE_URL
    from integrator_tui.store.connection_file.assignment import with_assignments
    from integrator_tui.store.connection_file.schema import schema
    from integrator_tui.vault.identities.identity_file import CreatedIdentity
    from integrator_tui.vault.identities.identity_sources import FoundIdentity
    from integrator_tui.workspace.batch.check import Check, FileChecks
    from integrator_tui.workspace.batch.run import CheckRun
    from integrator_tui.workspace.batch.runner import Bounds, Finished
    from integrator_tui.workspace.catalog.operations import operation_place
    from integrator_tui.workspace.comparison.comparisons import Verdict, differing
    from integrator_tui.workspace.editing.noted_text import NotedText, noted
    from integrator_tui.workspace.editing.texts import ReadBack, TextEdit
    from integrator_tui.workspace.fleet.many import FleetResult
    from integrator_tui.workspace.given_parameters import named_texts, refuse_unasked
    from integrator_tui.workspace.interchange.collection_imports import EnvironmentText, ForeignSource
    from integrator_tui.workspace.interchange.documents import GivenDocument
    from integrator_tui.workspace.interchange.formats import EXPORT_ENDINGS, EXPORT_FORMATS, IMPORT_FORMATS
    from integrator_tui.workspace.interchange.imports import Imported, Remark
    from integrator_tui.workspace.interchange.prepared import PreparedImport
    from integrator_tui.workspace.journals.changes import Change
    from integrator_tui.workspace.journals.draft_text import DraftTyped
    from integrator_tui.workspace.journals.drafts import TypedDraft, WaitingDraft
    from integrator_tui.workspace.keys.extensions import Inherited
    from integrator_tui.workspace.keys.rotation import Outcome
    from integrator_tui.workspace.keys.strangers import Strangers
    from integrator_tui.workspace.requests import connection_of
    from integrator_tui.workspace.seals import Review, ReviewedField
    from integrator_tui.workspace.space.access import Space, SpaceGiven
    from integrator_tui.workspace.space.local_connections import Pairing
    from integrator_tui.workspace.space.planned import PlannedPush, masked_body
    from integrator_tui.workspace.space.pulls import ChangedIdentity, PreparedPull, remark_place, told_change
    from integrator_tui.workspace.space.push_plan import planned_push
    from integrator_tui.workspace.space.pushes import PushOutcome
    from integrator_tui.workspace.space.spaces import Compared, Usage
    from integrator_tui.workspace.tokens import Authority, HeldToken, pem_summary
    from integrator_tui.workspace.undo import Undone
    from integrator_tui.workspace.workbench.expressions import ExpressionPlace

__all__ = [
    "EXPORT_ENDINGS",
    "EXPORT_FORMATS",
    "IMPORT_FORMATS",
    "THE_BASE_URL",
    "Answer",
    "Authority",
    "Bounds",
    "Change",
    "ChangedIdentity",
    "Check",
    "CheckRun",
    "Compared",
    "CreatedIdentity",
    "DraftTyped",
    "EnvironmentText",
    "ExportRefusal",
    "Exported",
    "ExpressionPlace",
    "FileChecks",
    "Finished",
    "FleetResult",
    "ForeignSource",
    "FoundIdentity",
    "GivenDocument",
    "HeldToken",
    "Imported",
    "Inherited",
    "NotedText",
    "Outcome",
    "OutputValues",
    "Pairing",
    "PlannedPush",
    "PreparedImport",
    "PreparedPull",
    "PushOutcome",
    "ReadBack",
    "Remark",
    "Review",
    "ReviewedField",
    "Space",
    "SpaceGiven",
    "Strangers",
    "TextEdit",
    "TypedDraft",
    "Undone",
    "Usage",
    "Verdict",
    "WaitingDraft",
    "Workspace",
    "connection_of",
    "differing",
    "masked_body",
    "named_texts",
    "noted",
    "operation_place",
    "pem_summary",
    "planned_push",
    "refuse_unasked",
    "remark_place",
    "schema",
    "told_change",
    "with_assignments",
]

_HOMES = {
    "THE_BASE_URL": "interchange.imported",
    "Compared": "workspace.space.spaces",
    "Usage": "workspace.space.spaces",
    "PlannedPush": "workspace.space.planned",
    "planned_push": "workspace.space.push_plan",
    "masked_body": "workspace.space.planned",
    "PushOutcome": "workspace.space.pushes",
    "told_change": "workspace.space.pulls",
    "remark_place": "workspace.space.pulls",
    "PreparedPull": "workspace.space.pulls",
    "ChangedIdentity": "workspace.space.pulls",
    "Pairing": "workspace.space.local_connections",
    "SpaceGiven": "workspace.space.access",
    "Space": "workspace.space.access",
    "Answer": "engine.answer",
    "Authority": "workspace.tokens",
    "Bounds": "workspace.batch.runner",
    "Change": "workspace.journals.changes",
    "Check": "workspace.batch.check",
    "CheckRun": "workspace.batch.run",
    "CreatedIdentity": "vault.identities.identity_file",
    "DraftTyped": "workspace.journals.draft_text",
    "TypedDraft": "workspace.journals.drafts",
    "WaitingDraft": "workspace.journals.drafts",
    "Exported": "interchange.exported",
    "ExportRefusal": "interchange.exported",
    "EXPORT_ENDINGS": "workspace.interchange.formats",
    "EXPORT_FORMATS": "workspace.interchange.formats",
    "IMPORT_FORMATS": "workspace.interchange.formats",
    "GivenDocument": "workspace.interchange.documents",
    "EnvironmentText": "workspace.interchange.collection_imports",
    "ForeignSource": "workspace.interchange.collection_imports",
    "ExpressionPlace": "workspace.workbench.expressions",
    "FileChecks": "workspace.batch.check",
    "Finished": "workspace.batch.runner",
    "FoundIdentity": "vault.identities.identity_sources",
    "HeldToken": "workspace.tokens",
    "Imported": "workspace.interchange.imports",
    "Inherited": "workspace.keys.extensions",
    "Outcome": "workspace.keys.rotation",
    "OutputValues": "engine.javascript.outputs",
    "PreparedImport": "workspace.interchange.prepared",
    "NotedText": "workspace.editing.noted_text",
    "ReadBack": "workspace.editing.texts",
    "TextEdit": "workspace.editing.texts",
    "operation_place": "workspace.catalog.operations",
    "noted": "workspace.editing.noted_text",
    "with_assignments": "store.connection_file.assignment",
    "Remark": "workspace.interchange.imports",
    "Review": "workspace.seals",
    "ReviewedField": "workspace.seals",
    "FleetResult": "workspace.fleet.many",
    "Strangers": "workspace.keys.strangers",
    "Undone": "workspace.undo",
    "Verdict": "workspace.comparison.comparisons",
    "connection_of": "workspace.requests",
    "differing": "workspace.comparison.comparisons",
    "named_texts": "workspace.given_parameters",
    "pem_summary": "workspace.tokens",
    "refuse_unasked": "workspace.given_parameters",
    "schema": "store.connection_file.schema",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"integrator_tui.{_HOMES[name]}"), name)
