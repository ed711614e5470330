"""Questions that are answered on a terminal: yes or no, and whom to trust with the secrets of a workspace."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from integrator_tui.cli.output.output import Console
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.workspace import Workspace


def can_ask() -> bool:
    """Return whether somebody sits at a terminal to read a question and answer it."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirmed(output: Console, question: str) -> bool:
    """Ask on the terminal; only a typed yes counts."""
    output.flush()
    output.ask(question)
    try:
        return sys.stdin.readline().strip().lower() in {"y", "yes"}
    except OSError:
        # The terminal went away: nobody answered.
        return False


def answer(output: Console, question: str) -> str:
    """Ask on the terminal for some text; empty where nobody gave one."""
    output.flush()
    output.ask(question, "")
    try:
        return sys.stdin.readline().strip()
    except OSError:
        return ""


def say_shared_rules(workspace: Workspace, output: Console) -> None:
    """Say which `.sops.yaml` counts, where it is not the workspace's own, and which ones do not count."""
    if shared := workspace.keys.shared_rules():
        output.note(f"recipients are those of {visible(str(shared))}, which is for more than this workspace")
    for path in workspace.keys.rotation.unread_rules():
        output.note(f"{visible(str(path))} is not read: as for sops, the one of the folder it is started in counts")


def settle_new_recipients(workspace: Workspace, output: Console, besides: str = "") -> None:
    """Show whom `.sops.yaml` names since its last use here, and ask about each; `besides` needs no question.

    Raises UnpinnedRecipient where there is no terminal, or the answer is no.
    """
    recipients = workspace.keys.recipients
    if besides:
        recipients.allow(besides)
    if can_ask():
        for recipient in recipients.new():
            name = visible(recipients.config.name)
            output.note(f"{name} names somebody who is new since its last use here:\n  {recipient}")
            if confirmed(output, "Encrypt the secrets of this workspace for this recipient too?"):
                recipients.agree((recipient,))
    recipients.require_agreed()
    tell_trusted(workspace, output)


def tell_trusted(workspace: Workspace, output: Console) -> None:
    """Tell whom `.sops.yaml` lets read without a question, because nothing is remembered of this workspace here."""
    if trusted := workspace.keys.recipients.taken_on_trust():
        output.warning(
            f"first use of this workspace here; .sops.yaml is believed, and names besides you: {', '.join(trusted)}"
        )


def settle_strangers(workspace: Workspace, output: Console, leaving: str = "") -> None:
    """Show who stands in files and is not pinned, and ask whether to pin them; a no leaves those files as they are.

    `leaving` is about to be removed, and not asked about. Without a terminal nobody is pinned.
    """
    if not can_ask():
        return
    for recipient, files in workspace.keys.rotation.strangers().items():
        if recipient == leaving:
            continue
        more = f" and {len(files) - 3} more" if len(files) > 3 else ""
        where = ", ".join(visible(file) for file in files[:3])
        output.note(f"{where}{more}: encrypted for somebody who is not pinned:\n  {recipient}")
        if confirmed(output, "Pin this recipient, so that it can read the secrets of this workspace?"):
            workspace.keys.recipients.pin(recipient, files)


def settle_recipients(workspace: Workspace, output: Console, file: str) -> None:
    """Show who would read `file` and was never agreed to here, and ask about each group of them: those who are new
    in `.sops.yaml`, then those whom only the file names. A no, or no terminal, leaves them to be refused."""
    while can_ask() and (found := workspace.keys.strangers(file)).recipients:
        where = (
            f"{visible(found.config)} names, new since its last use here"
            if found.pinned
            else f"{visible(file)} is encrypted for"
        )
        output.note("\n  ".join([f"{where}:", *found.recipients]))
        if not confirmed(output, "Encrypt the secrets for them too?"):
            return
        workspace.keys.agree(found, file)
