"""An answer as a result tells it (`check --answer`): masked and made visible, of its body a bounded part.

Rules: known secrets are masked before anything is cut, and of a cut text its end goes where it could be the
beginning of one. The values of headers and of JSON keys that carry credentials are masked besides.
"""

from __future__ import annotations

import base64
from typing import Any

from integrator_tui.engine.exchange.answer_keeper import SAMPLE
from integrator_tui.model.answer import ReceivedAnswer
from integrator_tui.model.answer_masks import masked_json_text
from integrator_tui.model.body import body_kind, body_text
from integrator_tui.model.redact import Redactor
from integrator_tui.model.secret_names import masked_headers
from integrator_tui.model.text import visible


def sample(answer: ReceivedAnswer, redactor: Redactor) -> dict[str, Any]:
    """Return status, reason, headers and body of an answer as JSON values."""
    headers = masked_headers((_shown(name, redactor), _shown(value, redactor)) for name, value in answer.headers)
    told: dict[str, Any] = {
        "status": answer.status,
        "reason": _shown(answer.reason, redactor),
        "headers": [list(pair) for pair in headers],
    }
    data = body_text(answer.body, answer.content_type).data
    text = data.decode("utf-8", "surrogateescape")
    cut = bool(answer.cut) or len(answer.body) > SAMPLE
    # What is behind the end is not known: half a secret is not found.
    text = redactor.stream().feed(text) if cut else redactor.text(text)
    if body_kind(data, answer.body, answer.content_type) == "hex":
        masked = text.encode("utf-8", "surrogateescape")
        told["body_base64"] = base64.b64encode(masked[:SAMPLE]).decode("ascii")
        return {**told, "cut": cut or len(masked) > SAMPLE}
    seen = visible(masked_json_text(text), keep="\n\t").encode("utf-8", "replace")
    told["body"] = seen[:SAMPLE].decode("utf-8", "ignore")
    return {**told, "cut": cut or len(seen) > SAMPLE}


def _shown(text: str, redactor: Redactor) -> str:
    return visible(redactor.text(text))
