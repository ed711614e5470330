"""Refusals: the credentials that an origin refused in one run, so that nobody's account is locked by trying on.

Rules: what is remembered is what a check would have told, redacted, under a keyed hash of origin and credentials.
It is forgotten with the run: whoever asks again means it. A token stands for the request that obtains it.
"""

from __future__ import annotations

from integrator_tui.engine.auth.token_cache import TokenCache
from integrator_tui.engine.exchange.plan import Plan, TokenPlan
from integrator_tui.engine.failure import StageFailed
from integrator_tui.model.encoding import octets
from integrator_tui.model.redact import Redactor


class Refusals:
    """What was refused since it was made; one for each run over many connections."""

    def __init__(self) -> None:
        self._found: dict[str, StageFailed] = {}

    def remember(self, key: str, failed: StageFailed, redactor: Redactor) -> None:
        """Remember a refusal, without the secrets of whoever was refused; the first one stays."""
        if key not in self._found:
            message, hint = redactor.text(failed.message), redactor.text(failed.hint)
            detail = redactor.json(dict(failed.detail))
            self._found[key] = StageFailed(failed.kind, message, hint, detail=detail)

    def raise_known(self, key: str) -> None:
        """Raise the refusal of the same credentials, if there was one."""
        found = self._found.get(key)
        if found is not None:
            message = f"refused a moment ago, and not tried again: {found.message}"
            raise StageFailed(found.kind, message, found.hint, detail=found.detail)


def credentials_key(plan: Plan, tokens: TokenCache) -> str | None:
    """Return what stands for the credentials of a request at its origin, None where it has none."""
    identity = plan.credentials.identity if plan.token is None else (octets(plan.token.key),)
    return tokens.key((octets(plan.route.server), *identity)) if identity else None


def client_key(token: TokenPlan, tokens: TokenCache) -> str:
    """Return what stands for the credentials of a token request at its origin."""
    return tokens.key((octets(token.route.server), *token.request.credentials()))
