"""Trusting the authority of a server: what it presented is looked at again, shown and asked about, never taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual.app import App

from integrator_tui.model.entry import Draft
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.question import QuestionAnswer, QuestionScreen
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.widgets.sheet import SheetGroup, SheetLine

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import Authority


async def trusted_authority(
    app: App[int], workspace: WorkspaceServices, draft: Draft, parameters: Mapping[str, str], *, of_token: bool
) -> str | None:
    """Return the PEM certificate that the user wants to trust, None where they do not; nothing is changed.

    Raises what keeps the server from being looked at.
    """
    await unlocked(app, workspace, workspace.probes.target, draft, parameters)
    authority = await workspace.tokens.authority(draft, parameters, of_token=of_token)
    if authority is None:
        app.notify("The server presents nothing that is refused now: test again", timeout=6, markup=False)
        return None
    return authority.pem if await ask(app, authority_question(authority)) == "trust" else None


def authority_question(authority: Authority) -> QuestionScreen:
    """Return the question whether to trust what a server presented; `trust` says yes."""
    text = "Anybody between here and the server can present a certificate. Compare the fingerprint with what you "
    text += "were told on another way, then trust it."
    groups = (
        SheetGroup("", (SheetLine("", text),)),
        SheetGroup("Presented", tuple(_facts(authority))),
        SheetGroup(
            "", (SheetLine("", "It is put into the form, unsaved: what you then save trusts it.", "muted"),)
        ),
    )
    answers = (
        QuestionAnswer("Leave", "leave", "primary"),
        QuestionAnswer("Trust this authority", "trust", "danger"),
    )
    return QuestionScreen("Trust this authority", groups, answers)


def _facts(authority: Authority) -> Iterator[SheetLine]:
    yield SheetLine("subject", authority.subject, "strong")
    yield SheetLine("issuer", "itself" if authority.self_issued else authority.issuer)
    now = datetime.now(UTC)
    in_time = authority.not_before <= now <= authority.not_after
    validity = f"{authority.not_before:%Y-%m-%d} to {authority.not_after:%Y-%m-%d}"
    yield SheetLine("valid", validity if in_time else f"{validity}: not today", "" if in_time else "bad")
    yield SheetLine("SHA-256", fingerprint(authority.sha256), "accent")
    if not authority.self_issued:
        only = "this server's certificate" if authority.presented == 1 else "this intermediate authority"
        yield SheetLine(
            "note", f"its issuer was not presented: only {only} would be trusted, until it is renewed", "warn"
        )


def fingerprint(sha256: str) -> str:
    """Return a fingerprint as other programs write it: upper-case pairs with colons, sixteen a row."""
    pairs = [sha256[at : at + 2].upper() for at in range(0, len(sha256), 2)]
    return "\n".join(":".join(pairs[at : at + 16]) for at in range(0, len(pairs), 16))
