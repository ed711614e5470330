"""The identities of this user, without the vault: a list asks them which files they open, and opens none."""

from __future__ import annotations

from integrator_tui.model.surroundings import Surroundings
from integrator_tui.vault.identities.identities import Identities
from integrator_tui.vault.identities.identity_sources import IdentitySources
from integrator_tui.vault.memory import disable_core_dumps


def identities_of(given: Surroundings) -> Identities:
    """Return the identities that are found where sops finds them; from here on the process leaves no core file."""
    disable_core_dumps()
    return Identities(
        IdentitySources(
            key=given.age_key,
            key_file=given.age_key_file,
            key_command=given.age_key_command,
            keys_file=given.age_keys_file,
            environment=given.command_environment,
            lent=given.lent_identity,
        )
    )
