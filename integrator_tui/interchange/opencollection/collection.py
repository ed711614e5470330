"""A collection as requests: folders in their order, with the headers, method and variables that lie above each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from integrator_tui.errors import UsageError
from integrator_tui.interchange.collections.answers import AnswerScripts, tell_script
from integrator_tui.interchange.collections.requests import ForeignAuth, ForeignDocument, ForeignRequest, Texts
from integrator_tui.interchange.collections.variables import ForeignVariable
from integrator_tui.interchange.documents.source import DocumentReport, SourceDocument, SourceNode, clean, cut
from integrator_tui.interchange.documents.values import enabled
from integrator_tui.interchange.opencollection.auth import NONE, method
from integrator_tui.interchange.opencollection.bodies import body_of, graphql_of
from integrator_tui.interchange.opencollection.tree import CollectionTree
from integrator_tui.interchange.opencollection.values import described, pairs, text_of, variables
from integrator_tui.model.text import visible

MOST_FOLDERS: Final = 500
"""Folders inside each other."""
SCRIPTS: Final = AnswerScripts(
    answer=r"res\.(?:getBody\(\)|body)",
    header=r"res\.getHeader\(\s*['\"]([\w-]+)['\"]\s*\)",
    set_by=r"bru\.set(?:Env|Var|GlobalEnv|CollectionVar|FolderVar|EnvVar|GlobalEnvVar)",
)
_SELECTED: Final = re.compile(r"res\.body((?:\.[A-Za-z_$][\w$]*|\[\d+\])*)\Z")
_VERSION: Final = re.compile(r"1(?:\.\d+)*\Z")


class _Above(NamedTuple):
    """What a request takes from the folders that it lies in."""

    folders: tuple[str, ...]
    auth: ForeignAuth
    headers: Texts
    variables: Mapping[str, ForeignVariable]


def read(source: SourceDocument, report: DocumentReport, tree: CollectionTree | None = None) -> ForeignDocument:
    """Return the requests of a collection, those that lie in files beside it with it; raises UsageError, with the
    line, where it is none that is known."""
    root = SourceNode(source.value, source)
    _refuse_others(root, has_files=tree is not None)
    config = root.child("config")
    for key in ("proxy", "clientCertificates"):
        if config.child(key).value:
            report.say(f"left out: {key}: see options.proxy and options.client_cert_file", config.child(key))
    defaults = root.child("request")
    _tell_scripts(root, "the collection", report)
    above = _Above((), method(defaults, NONE, absent=NONE), pairs(defaults, "headers"), {})
    found: list[ForeignRequest] = []
    # A file of one request is what Bruno keeps beside the collection.
    first = root.child("items") if "opencollection" in root.value else root
    waiting: list[tuple[SourceNode | CollectionTree, _Above]] = []
    if tree is not None and not isinstance(first.value, list):
        waiting += [(each, above) for each in reversed(list(tree.inside()))]
    else:
        waiting.append((first, above))
    while waiting:
        node, above = waiting.pop()
        if isinstance(node, CollectionTree):
            under = _inside(node.node, above, report)
            waiting += [(each, under) for each in reversed(list(node.inside()))]
            continue
        value = node.value
        if isinstance(value, list):
            waiting += [(node.child(number), above) for number in reversed(range(len(value)))]
        elif isinstance(value, dict) and isinstance(value.get("items"), list):
            waiting.append((node.child("items"), _inside(node, above, report)))
        elif isinstance(value, dict) and ("http" in value or "graphql" in value):
            found.append(_request(node, above, report))
        else:
            report.at(*_place(node, ""))
            kind = node.child("info").text("type") or node.text("type") or "nothing that is known"
            report.say(f"left out: an item of the type {visible(kind, limit=40)}")
    text = described(root.child("docs").value) or root.child("info").text("summary")
    title = root.child("info").text("name")
    return ForeignDocument(clean(title), tuple(found), variables(defaults), cut(clean(text)))


def _inside(node: SourceNode, above: _Above, report: DocumentReport) -> _Above:
    if len(above.folders) >= MOST_FOLDERS:
        raise UsageError(f"line {node.line}: more than {MOST_FOLDERS} folders inside each other", "flatten them")
    name = " ".join(node.child("info").text("name").split())
    defaults = node.child("request")
    _tell_scripts(node, f"the folder {visible(name, limit=60)}", report)
    own = method(defaults, above.auth, absent=above.auth)
    return _Above(
        (*above.folders, name),
        above.auth if own.kind == "none" else own,
        _over(above.headers, pairs(defaults, "headers")),
        {**above.variables, **variables(defaults)},
    )


def _request(node: SourceNode, above: _Above, report: DocumentReport) -> ForeignRequest:
    info, runtime = node.child("info"), node.child("runtime")
    is_graphql = "http" not in node.value
    said = node.child("graphql" if is_graphql else "http")
    name = " ".join(info.text("name").split())
    shown = above.folders if len(above.folders) <= 3 else (above.folders[0], "…", above.folders[-1])
    name = " / ".join((*shown, name))
    report.at(*_place(node, name))
    settings = node.child("settings")
    if settings.value and settings.child("timeout").value not in (None, 0, "inherit"):
        report.say("left out: its timeout: see options.timeout of the connection")
    if runtime.child("assertions").value:
        report.say("left out: its assertions: see test of the connection")
    url, query = _address(said)
    return ForeignRequest(
        name=name,
        line=_place(node, name)[0],
        place=_place(node, "")[1],
        method=text_of(said.child("method").value).strip() or ("POST" if is_graphql else "GET"),
        url=url,
        description=described(info.child("description").value) or node.text("docs"),
        headers=_over(above.headers, pairs(said, "headers")),
        query=query,
        body=graphql_of(said) if is_graphql else body_of(said, report),
        auth=method(said, above.auth, absent=NONE),
        sets=_sets(runtime, report),
        path_variables={text_of(each.value.get("name")): text_of(each.value.get("value"))
                        for each in enabled(said, "params") if each.text("type") == "path"},
        variables={**above.variables, **variables(runtime)},
        follow_redirect=settings.child("followRedirects").value is not False,
    )  # fmt: skip


def _place(node: SourceNode, name: str) -> tuple[int, str]:
    """Return the line of a node and what it is about; of a file beside the document that file with its line."""
    return (1, f"{node.source.name}:{node.line}") if node.source.name else (node.line, name)


def _address(said: SourceNode) -> tuple[str, Texts]:
    """Return the address and the query: `params` say it where they are there, else the address itself."""
    url = said.text("url").strip()
    listed = [each for each in enabled(said, "params") if each.text("type") != "path"]
    every = said.child("params").value
    has_query = isinstance(every, list) and any(
        isinstance(each, dict) and each.get("type") != "path" for each in every
    )
    if not has_query:
        return url, ()
    names = ((text_of(each.value.get("name")), text_of(each.value.get("value"))) for each in listed)
    return url.partition("?")[0], tuple(pair for pair in names if pair[0])


def _over(above: Texts, own: Texts) -> Texts:
    """Return headers with those of a request in the place of those above that have their name."""
    names = {name.lower() for name, _ in own}
    return (*(pair for pair in above if pair[0].lower() not in names), *own)


# --- scripts ---


def _code(node: SourceNode, *kinds: str) -> str:
    found = (each for each in enabled(node, "scripts") if each.text("type") in kinds)
    return "\n".join(text_of(each.value.get("code")) for each in found)


def _sets(runtime: SourceNode, report: DocumentReport) -> dict[str, str]:
    before, after = _code(runtime, "before-request", "hooks"), _code(runtime, "after-response", "tests")
    found = SCRIPTS.sets(after)
    if before.strip():
        tell_script(SCRIPTS.names_set(before), "left out: the script before this request is not run", report)
    other = [name for name in SCRIPTS.names_set(after) if name not in found]
    if other or (after.strip() and not found):
        tell_script(other, "left out: the script after this request is not run", report)
    for action in enabled(runtime, "actions"):
        name = action.child("variable").text("name")
        selected = _SELECTED.match(action.child("selector").text("expression").strip())
        if name and selected and action.text("phase") != "before-request":
            found[name] = f"body{selected[1]}"
        elif name:
            report.say(f"left out: what sets {visible(name, limit=60)} is not run")
    return found


def _tell_scripts(node: SourceNode, what: str, report: DocumentReport) -> None:
    text = _code(node.child("request"), "before-request", "after-response", "tests", "hooks")
    if text.strip():
        report.at(*_place(node, ""))
        tell_script(SCRIPTS.names_set(text), f"left out: the scripts of {what} are not run", report)


def _refuse_others(root: SourceNode, *, has_files: bool) -> None:
    if (
        isinstance(root.value, dict)
        and "opencollection" not in root.value
        and {"http", "graphql"} & root.value.keys()
    ):
        return
    if not isinstance(root.value, dict) or "opencollection" not in root.value:
        what = "it is not an object" if not isinstance(root.value, dict) else "there is no opencollection in it"
        raise UsageError(f"line 1: this is no collection of OpenCollection: {what}",
                         "its first key says opencollection: 1.0.0")  # fmt: skip
    version = text_of(root.value["opencollection"])
    if not _VERSION.match(version):
        line = root.child("opencollection").line
        shown = visible(version, limit=30) or "(none)"
        raise UsageError(f"line {line}: the version {shown} of OpenCollection is not known here", "1.0 is read")
    if not isinstance(root.value.get("items"), list) and not has_files:
        raise UsageError("line 1: the requests lie in files beside this one, which are not read",
                         "name the folder in which it lies instead of the file")  # fmt: skip
