"""A collection as requests: folders gone through in their order, with the method and variables that lie above each.

Rules: what is switched off is left out; a body that GET or HEAD would not send is told; scripts are never run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from integrator_tui.errors import UsageError
from integrator_tui.interchange.collections.answers import tell_script
from integrator_tui.interchange.collections.requests import ForeignAuth, ForeignDocument, ForeignRequest, Texts
from integrator_tui.interchange.collections.variables import ForeignVariable
from integrator_tui.interchange.documents.source import DocumentReport, SourceDocument, SourceNode, clean, cut
from integrator_tui.interchange.documents.values import enabled, text_of
from integrator_tui.interchange.postman.auth import NONE, method
from integrator_tui.interchange.postman.bodies import body_of
from integrator_tui.interchange.postman.scripts import SCRIPTS
from integrator_tui.interchange.postman.values import described, pairs, variables
from integrator_tui.model.text import visible

MOST_FOLDERS: Final = 500
"""Folders inside each other."""
_VERSION: Final = re.compile(r"/collection/v(\d+\.\d+)(?:\.\d+)?/")
_NO_BODY: Final = frozenset({"GET", "HEAD", "COPY", "PURGE", "UNLOCK"})


class _Above(NamedTuple):
    """What a request takes from the folders that it lies in."""

    folders: tuple[str, ...]
    auth: ForeignAuth
    variables: Mapping[str, ForeignVariable]
    behaviour: Mapping[str, Any]


def read(source: SourceDocument, report: DocumentReport) -> ForeignDocument:
    """Return the requests of a collection; raises UsageError, with the line, where it is none that is known."""
    root = SourceNode(source.value, source)
    if isinstance(root.value, dict) and isinstance(root.value.get("collection"), dict):
        # As Postman's own API answers.
        root = root.child("collection")
    _refuse_others(root)
    found: list[ForeignRequest] = []
    above = _Above((), method(root, NONE), {}, _behaviour(root, {}))
    _tell_scripts(root, "the collection", report)
    waiting = [(root.child("item"), above)]
    while waiting:
        node, above = waiting.pop()
        if isinstance(node.value, list):
            waiting += [(node.child(number), above) for number in reversed(range(len(node.value)))]
        elif isinstance(node.value, dict) and isinstance(node.value.get("item"), list):
            waiting.append((node.child("item"), _inside(node, above, report)))
        elif isinstance(node.value, dict) and "request" in node.value:
            request = _request(node, above, report)
            found += [request] if request is not None else []
        else:
            report.about = ""
            report.say("left out: an item that is neither a folder nor a request", node)
    title = root.child("info").text("name")
    return ForeignDocument(clean(title), tuple(found), variables(root), cut(clean(described(root.child("info")))))


def _inside(node: SourceNode, above: _Above, report: DocumentReport) -> _Above:
    if len(above.folders) >= MOST_FOLDERS:
        raise UsageError(f"line {node.line}: more than {MOST_FOLDERS} folders inside each other", "flatten them")
    name = " ".join(node.text("name").split())
    _tell_scripts(node, f"the folder {visible(name, limit=60)}", report)
    return _Above(
        (*above.folders, name),
        method(node, above.auth),
        {**above.variables, **variables(node)},
        _behaviour(node, above.behaviour),
    )


def _behaviour(node: SourceNode, above: Mapping[str, Any]) -> Mapping[str, Any]:
    own = node.child("protocolProfileBehavior").value
    return {**above, **own} if isinstance(own, dict) else above


def _request(node: SourceNode, above: _Above, report: DocumentReport) -> ForeignRequest | None:
    said = node.child("request")
    name = _name(above.folders, node.text("name"))
    report.at(node.line, name)
    behaviour = _behaviour(node, above.behaviour)
    if isinstance(said.value, str):
        return ForeignRequest(name, node.line, url=said.value, auth=above.auth, variables=above.variables)
    if not isinstance(said.value, dict):
        report.say("left out: a request that is neither an address nor an object")
        return None
    verb = (text_of(said.value.get("method")) or "GET").strip()
    body = body_of(said, report)
    if body is not None and verb.upper() in _NO_BODY and behaviour.get("disableBodyPruning") is not True:
        report.say(f"left out: the body of {visible(verb, limit=20)}, which Postman does not send")
        body = None
    for key in ("proxy", "certificate"):
        if said.value.get(key):
            report.say(f"left out: the {key} of this request: see options.proxy and options.client_cert_file")
    if behaviour.get("followRedirects") is False:
        report.say("redirects are not followed here")
    return ForeignRequest(
        name,
        node.line,
        method=verb,
        url=_address(said),
        description=described(said) or described(node),
        headers=_headers(said),
        body=body,
        auth=method(said, method(node, above.auth)),
        sets=_sets(node, report),
        path_variables=_path_variables(said),
        variables={**above.variables, **variables(node)},
        follow_redirect=behaviour.get("followRedirects") is not False,
        verify=behaviour.get("strictSSL") is not False,
    )


def _name(folders: tuple[str, ...], name: str) -> str:
    """Return the name with its folders; of many the first and the last, since names are short."""
    shown = folders if len(folders) <= 3 else (folders[0], "…", folders[-1])
    return " / ".join((*shown, " ".join(name.split())))


def _address(said: SourceNode) -> str:
    """Return the address: what was written, else put together of its parts, which newman does always."""
    url = said.child("url")
    if not isinstance(url.value, dict):
        return text_of(url.value)
    host, path = url.value.get("host"), url.value.get("path")
    if host is None and path is None:
        return _without_query(url.text("raw")) + _query(url)
    written = ".".join(map(text_of, host)) if isinstance(host, list) else text_of(host)
    scheme = url.text("protocol")
    port = text_of(url.value.get("port"))
    steps = [_step(each) for each in path] if isinstance(path, list) else text_of(path).lstrip("/").split("/")
    below = "/".join(steps)
    has_path = (isinstance(path, list) and bool(path)) or bool(below)
    start = f"{scheme}://" if scheme and "://" not in written else ""
    return f"{start}{written}{f':{port}' if port else ''}{f'/{below}' if has_path else ''}{_query(url)}"


def _step(step: Any) -> str:
    return text_of(step.get("value")) if isinstance(step, dict) else text_of(step)


def _without_query(raw: str) -> str:
    return raw.partition("?")[0].partition("#")[0]


def _query(url: SourceNode) -> str:
    if not isinstance(url.value.get("query"), list):
        found = url.value.get("query")
        raw = url.text("raw").partition("?")[2].partition("#")[0]
        text = found if isinstance(found, str) else raw if found is None else ""
        return f"?{text}" if text else ""
    pieces = []
    for each in enabled(url, "query"):
        name, value = text_of(each.value.get("key")), each.value.get("value")
        pieces.append(name if value is None else f"{_escaped(name)}={_escaped(text_of(value))}")
    return f"?{'&'.join(pieces)}" if pieces else ""


def _escaped(text: str) -> str:
    """Return a part of a query in which `&` and `#` are of it, as Postman's own editor writes them there."""
    return text.replace("&", "%26").replace("#", "%23") if "&" in text or "#" in text else text


def _headers(said: SourceNode) -> Texts:
    listed = said.value.get("header")
    lines: list[str] = []
    if isinstance(listed, str):
        lines = listed.splitlines()
    elif isinstance(listed, list):
        lines = [each for each in listed if isinstance(each, str)]
    split = (line.partition(":") for line in lines if not line.lstrip().startswith("//"))
    return (*pairs(said, "header"), *((name.strip(), value.strip()) for name, _, value in split if name.strip()))


def _path_variables(said: SourceNode) -> dict[str, str]:
    return {name: found.value for name, found in variables(said.child("url")).items()}


# --- scripts ---


def _scripts(node: SourceNode, wanted: str) -> str:
    texts = []
    for event in enabled(node, "event"):
        if event.text("listen") != wanted:
            continue
        script = event.child("script")
        lines = script.child("exec").value if isinstance(script.value, dict) else script.value
        texts += [lines] if isinstance(lines, str) else [
            each for each in (lines if isinstance(lines, list) else ()) if isinstance(each, str)
        ]  # fmt: skip
    return "\n".join(texts)


def _sets(node: SourceNode, report: DocumentReport) -> dict[str, str]:
    before, after = _scripts(node, "prerequest"), _scripts(node, "test")
    found = SCRIPTS.sets(after)
    if before.strip():
        tell_script(SCRIPTS.names_set(before), "left out: the script before this request is not run", report)
    other = [name for name in SCRIPTS.names_set(after) if name not in found]
    if other:
        tell_script(other, "left out: the script after this request is not run", report)
    elif after.strip() and not found:
        report.say("left out: the tests of this request are not run")
    return found


def _tell_scripts(node: SourceNode, what: str, report: DocumentReport) -> None:
    text = f"{_scripts(node, 'prerequest')}\n{_scripts(node, 'test')}"
    if text.strip():
        report.at(node.line, "")
        tell_script(SCRIPTS.names_set(text), f"left out: the scripts of {what} are not run", report)


def _refuse_others(root: SourceNode) -> None:
    if not isinstance(root.value, dict):
        raise UsageError("line 1: this is no collection of Postman: it is not an object", "see docs/imports.md")
    info = root.child("info")
    if "item" in root.value and isinstance(info.value, dict):
        schema = info.text("schema")
        version = _VERSION.search(schema)
        if schema and version is None:
            shown = visible(schema, limit=80)
            raise UsageError(f"line {info.child('schema').line}: {shown} is no schema of a collection of Postman",
                             "collections of 2.0 and 2.1 are read")  # fmt: skip
        if version is not None and version[1] not in ("2.0", "2.1"):
            raise UsageError(f"line {info.child('schema').line}: collections of version {version[1]} are not read",
                             "export it as Collection v2.1")  # fmt: skip
        if not isinstance(root.value["item"], list):
            raise UsageError(f"line {root.child('item').line}: the items of the collection are no list",
                             "export it as Collection v2.1")  # fmt: skip
        return
    if "requests" in root.value and "order" in root.value:
        raise UsageError("line 1: this is a collection of version 1", "export it as Collection v2.1")
    if "values" in root.value:
        raise UsageError("line 1: this is an environment, not a collection",
                         "import a collection, and give this file with --environment FILE")  # fmt: skip
    word = next((word for word in ("openapi", "swagger") if word in root.value), "")
    if word:
        raise UsageError("line 1: this is a document of OpenAPI", "integrator-tui import openapi FILE")
    raise UsageError("line 1: this is no collection of Postman: it has no info and item",
                     "export it as Collection v2.1")  # fmt: skip
