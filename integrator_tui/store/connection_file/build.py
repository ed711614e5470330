"""From the values of a file to a Connection, without validating anew what `connection_shape` has typed already.

The validators of the model are as dear to build as the rest of a short command's work; they are for values
whose types nobody has looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from integrator_tui.model.connection import (
    AUTH_TYPES,
    Connection,
    FormBody,
    Frozen,
    MultipartBody,
    NoAuth,
    Operation,
    Options,
    Output,
    Part,
    Passing,
    RawBody,
    Request,
    Timeout,
    TokenConnection,
)

FieldValues = Mapping[str, Any]

_BODIES: Mapping[str, type[Frozen]] = {"form": FormBody, "raw": RawBody, "multipart": MultipartBody}


# Most files have these; values that are never changed can be shared, and copying costs less than making.
_OPTIONS: Final = Options.model_construct(timeout=Timeout.model_construct())
_USUAL_OPTIONS: Final = {**_OPTIONS.__dict__, "timeout": _OPTIONS.timeout.__dict__}
_PASSING: Final = Passing.model_construct()
_USUAL_PASSING: Final = _PASSING.__dict__
_NO_AUTH: Final = NoAuth.model_construct()
_CONNECTION: Final = Connection.model_construct(name="", base_url="", auth=_NO_AUTH, options=_OPTIONS)


def connection(values: FieldValues) -> Connection:
    """Return the connection that the values of `connection_shape.FILE` say."""
    parts = {
        "test": _passing(values["test"]),
        "auth": _auth(values["auth"]),
        "operations": tuple(_operation(operation) for operation in values["operations"]),
        "options": _options(values["options"]),
    }
    return _CONNECTION.model_copy(update={**values, **parts})


def _options(values: FieldValues) -> Options:
    if values == _USUAL_OPTIONS:
        return _OPTIONS
    return Options.model_construct(**{**values, "timeout": Timeout.model_construct(**values["timeout"])})


def _passing(values: FieldValues) -> Passing:
    return _PASSING if values == _USUAL_PASSING else Passing.model_construct(**values)


def _auth(values: FieldValues) -> Frozen:
    if values["type"] == "none":
        return _NO_AUTH
    parts: dict[str, Any] = {}
    if "request" in values:
        place = values["token_connection"]
        parts["request"] = _request(values["request"])
        parts["token_connection"] = TokenConnection.model_construct(**place) if place is not None else None
    return AUTH_TYPES[values["type"]].model_construct(**{**values, **parts})


def _operation(values: FieldValues) -> Operation:
    outputs = tuple(Output.model_construct(**output) for output in values["outputs"])
    return Operation.model_construct(**{**values, "body": _body(values["body"]), "outputs": outputs})


def _request(values: FieldValues) -> Request:
    return Request.model_construct(**{**values, "body": _body(values["body"])})


def _body(values: FieldValues | None) -> Frozen | None:
    if values is None:
        return None
    parts: dict[str, Any] = {}
    if "multipart" in values:
        parts["multipart"] = tuple(Part.model_construct(**part) for part in values["multipart"])
    return _BODIES[values["kind"]].model_construct(**{**values, **parts})
