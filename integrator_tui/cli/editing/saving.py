"""Saving what a command made of a connection: who may read it is settled first, passphrases are asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.prompts.questions import (
    can_ask,
    confirmed,
    say_shared_rules,
    settle_recipients,
    tell_trusted,
)
from integrator_tui.errors import LockedError, SealBroken, UnpinnedRecipient
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.model.entry import Draft, Entry
    from integrator_tui.workspace import Workspace


def saved(
    workspace: Workspace, passphrases: Passphrases, output: Console, draft: Draft, save: Callable[[bool], Entry]
) -> Entry:
    """Return what `save` gives, which is told whether it may seal.

    Where the secrets stay closed, whoever sits at a terminal is asked whether plain fields are saved all the same,
    with the seal broken. Raises what `save` raises.
    """
    file = draft.file or workspace.editor.new_file_name(draft.connection.name, draft.group)
    if draft.typed or draft.connection.secrets_from:
        say_shared_rules(workspace, output)
        passphrases.unlocked(settle_recipients, workspace, output, file)
        tell_trusted(workspace, output)
    broken = workspace.extensions.broken_by(draft)
    try:
        entry = passphrases.unlocked(save, True)
        if broken:
            names = ", ".join(map(visible, broken))
            output.warning(f"the seals of {len(broken)} that extend it are broken now; seal them: {names}")
        return entry
    except (UnpinnedRecipient, SealBroken):
        raise
    except LockedError as error:
        if draft.typed or draft.file is None or not can_ask():
            raise
        output.note(f"{visible(file)}: {error.message}")
        if not confirmed(output, "Save it all the same, with its seal broken?"):
            raise
        return save(False)
