"""Operations of an export, and the requests that operations and token requests have alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from integrator_tui.errors import UsageError
from integrator_tui.interchange.kinetic.document import Item, said
from integrator_tui.interchange.kinetic.secrets import SecretsFound
from integrator_tui.interchange.kinetic.values import SERVER_KEYS, flag_of, is_set, object_of, pairs_of, text_of
from integrator_tui.model.connection import Body, FormBody, MultipartBody, Operation, Output, Part, RawBody, Request
from integrator_tui.model.fields import METHODS
from integrator_tui.model.kept import kept
from integrator_tui.model.secret_names import names_a_secret
from integrator_tui.model.text import visible

Told = Callable[[str], None]

_KEYS: Final = {"id", "name", "notes", "documentationLink", "config", "outputs"}
_CONFIG_KEYS: Final = {
    "configType",
    "method",
    "path",
    "params",
    "headers",
    "body",
    "includeEmptyParams",
    "followRedirect",
    "streamResponse",
}
_PART_KEYS: Final = {"name", "content", "contentType", "fileName"}


def operation_of(item: Item, secrets: SecretsFound, told: Told) -> Operation:
    """Return an operation. Raises UsageError, with its place, where it is none."""
    values, place = item.values, item.place
    config = object_of(values, "config", place)
    request, empty = request_of(config, f"{place}.config", secrets, told)
    notes: dict[str, Any] = {"id": values["id"]} if isinstance(values.get("id"), str) and values["id"] else {}
    if empty:
        notes["empty_body"] = empty
    unknown = unknown_of(values, _KEYS, told)
    if more := unknown_of(config, _CONFIG_KEYS, told):
        unknown["config"] = more
    if unknown:
        notes["unknown"] = unknown
    return Operation(
        name=text_of(values, "name", place),
        description=text_of(values, "notes", place),
        documentation_link=text_of(values, "documentationLink", place),
        outputs=_outputs(values, place),
        kinetic=kept(notes),
        **request,
    )


def request_of(
    config: Mapping[str, Any], place: str, secrets: SecretsFound, told: Told
) -> tuple[dict[str, Any], str]:
    """Return the fields of a request, and the kind of its empty body where that is not the usual one."""
    method = text_of(config, "method", place).upper() or "GET"
    if method not in METHODS:
        raise UsageError(
            f"{place}.method: {visible(method, limit=40)} is no method", f"one of {', '.join(METHODS)}"
        )
    params = pairs_of(config, "params", place)
    for name, _ in params:
        if "=" in name:
            told(f"the parameter {visible(name, limit=80)} has = in its name, and is sent with %3D")
    body, empty = _body(config, place, told)
    request = Request(
        method=method,
        path=text_of(config, "path", place),
        params=params,
        include_empty_params=flag_of(config, "includeEmptyParams", place),
        headers=pairs_of(config, "headers", place, repeats=True),
        body=body,
        follow_redirect=flag_of(config, "followRedirect", place),
        stream_response=flag_of(config, "streamResponse", place),
    )
    fields = {name: getattr(request, name) for name in Request.model_fields if name != "accept"}
    return {**fields, **secrets.request(request, told)}, empty


def _body(config: Mapping[str, Any], place: str, told: Told) -> tuple[Body | None, str]:
    values = object_of(config, "body", place)
    at = f"{place}.body"
    kind = text_of(values, "bodyType", at) or "raw"
    if kind == "raw":
        raw = values.get("raw")
        if isinstance(raw, (dict, list)) and raw:
            told("the raw body is JSON and no text: it is laid out as text")
            raw = json.dumps(raw, indent=2, ensure_ascii=False)
        text = text_of({"raw": raw if raw != [] else None}, "raw", at)
        return (RawBody(raw=text), "") if text else (None, "")
    if kind == "www_form_urlencoded":
        form = pairs_of(values, "form", at)
        return (FormBody(form=form), "") if form else (None, kind)
    if kind == "multipart_form":
        parts = values.get("parts") or []
        if not isinstance(parts, list):
            raise UsageError(f"{at}.parts: a list is wanted here, not {said(parts)}", "export it once more")
        read = tuple(_part(part, f"{at}.parts[{n}]", told) for n, part in enumerate(parts))
        return (MultipartBody(multipart=read), "") if read else (None, kind)
    raise UsageError(
        f"{at}.bodyType: {visible(kind, limit=40)} is not known",
        "one of raw, www_form_urlencoded, multipart_form",
    )


def _part(part: Any, place: str, told: Told) -> Part:
    if not isinstance(part, dict):
        raise UsageError(f"{place}: a part is wanted here, not {said(part)}", "export it once more")
    for key in part:
        if key not in _PART_KEYS:
            told(f"left out: {visible(key, limit=60)} of the part {visible(str(part.get('name')), limit=60)}")
    return Part(
        name=text_of(part, "name", place),
        content=text_of(part, "content", place),
        content_type=text_of(part, "contentType", place) or None,
        file_name=text_of(part, "fileName", place) or None,
    )


def _outputs(values: Mapping[str, Any], place: str) -> tuple[Output, ...]:
    found = object_of(values, "outputs", place)
    outputs = []
    for name, output in sorted(found.items()):
        at = f"{place}.outputs.{visible(name, limit=60)}"
        if not isinstance(output, dict):
            output = {"value": output}
        children = object_of(output, "children", at)
        inner = {key: each.get("value") if isinstance(each, dict) else each for key, each in children.items()}
        outputs.append(
            Output(
                name=name,
                value=text_of(output, "value", at),
                children=tuple((key, text_of(inner, key, f"{at}.children")) for key in sorted(inner)),
            )
        )
    return tuple(outputs)


def unknown_of(values: Mapping[str, Any], known: Collection[str], told: Told) -> dict[str, Any]:
    """Return what is said under keys that are not known, but for a server's own and for texts that look like
    secrets."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if key in known or key in SERVER_KEYS:
            continue
        found[key] = _without_secrets(value, key, told)
        if known:
            told(f"{visible(key, limit=60)} is no key of Integrator's that is known here: it is kept as it is")
    return found


def _without_secrets(value: Any, key: str, told: Told) -> Any:
    """Return a JSON value in which null stands for every text that is named like a secret."""
    if isinstance(value, dict):
        return {name: _without_secrets(each, name, told) for name, each in value.items()}
    if isinstance(value, list):
        return [_without_secrets(each, key, told) for each in value]
    if isinstance(value, str) and is_set(value) and names_a_secret(key):
        told(f"left out: {visible(key, limit=60)}, which looks like a secret and would lie in plain here")
        return None
    return value
