"""What the scripts of Postman take out of an answer."""

from __future__ import annotations

from typing import Final

from integrator_tui.interchange.collections.answers import AnswerScripts

SCRIPTS: Final = AnswerScripts(
    answer=r"pm\.response\.json\(\)|JSON\.parse\(\s*(?:responseBody|pm\.response\.text\(\))\s*\)",
    header=r"(?:pm\.response\.headers\.get|postman\.getResponseHeader)\(\s*['\"]([\w-]+)['\"]\s*\)",
    set_by=r"pm\.(?:environment|collectionVariables|globals|variables)\.set"
    r"|postman\.set(?:Environment|Global)Variable",
)
