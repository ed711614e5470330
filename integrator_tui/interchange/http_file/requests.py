"""A file as requests: blocks with their variables, and what requests take out of the answers of earlier ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from integrator_tui.errors import UsageError
from integrator_tui.interchange.collections.answers import tell_script
from integrator_tui.interchange.collections.requests import (
    ForeignAuth,
    ForeignDocument,
    ForeignParts,
    ForeignRaw,
    ForeignRequest,
)
from integrator_tui.interchange.collections.variables import ForeignVariable
from integrator_tui.interchange.documents.source import DocumentReport, clean
from integrator_tui.interchange.http_file import answers
from integrator_tui.interchange.http_file.blocks import HttpBlock, blocks, without_version
from integrator_tui.interchange.http_file.bodies import body_of
from integrator_tui.model.text import visible

_FIRST: Final = re.compile(r"(?:([A-Za-z]+)\s+)?(\S.*)\Z")
_METHODS: Final = frozenset(
    "GET POST PUT PATCH DELETE HEAD OPTIONS CONNECT TRACE LIST LOCK UNLOCK PROPFIND PROPPATCH COPY MOVE MKCOL "
    "MKCALENDAR ACL SEARCH QUERY PURGE GRAPHQL".split()
)
_OTHER_WAYS: Final = frozenset("WEBSOCKET WS WSS GRPC RSOCKET SSE EVENTSOURCE MQTT AMQP".split())
_ENVIRONMENT: Final = re.compile(r"\{\{\s*(?:\$(?:processEnv|dotenv)\s+%?|(?:\$|process\.)env\.)([\w.-]+)\s*\}\}")
_ENCODED: Final = re.compile(r"\{\{\s*%([\w.-]+)\s*\}\}")
_MADE: Final = re.compile(r"\{\{\s*(\$(?!auth\.)[\w.]+)[\s(][^{}\r\n]*\}\}")
_AUTH: Final = re.compile(
    r"\s*(\S+\s+)?\{\{\s*\$auth\.(?:token|idToken)\(\s*['\"]([^'\"{}]+)['\"]\s*\)\s*\}\}\s*\Z"
)
_HARMLESS: Final = frozenset(
    "name title description note no-log no-cookie-jar no-auto-encoding prompt ref forceref lang".split()
)


def read(text: str, title: str, report: DocumentReport) -> ForeignDocument:
    """Return the requests of a file; `title` is what the file is called. Raises UsageError where it is none."""
    if "\0" in text:
        raise UsageError("this is no .http file: it holds a NUL", "see docs/imports.md")
    text = _plain_names(clean(text.removeprefix("\ufeff")), report)
    variables: dict[str, ForeignVariable] = {}
    found: list[ForeignRequest] = []
    names: dict[str, int] = {}
    for block in blocks(text):
        variables |= {name: ForeignVariable(value) for name, value in block.variables}
        report.at(block.line, block.title)
        for line, odd in block.odd:
            report.at(line, block.title)
            report.say(f"left out: a line that is no part of a request: {visible(odd, limit=60)}" if not
                       _may_be_secret(odd) else "left out: a line that is no part of a request")  # fmt: skip
        if not block.first:
            continue
        request = _request(block, report)
        if request is not None:
            if name := block.words.get("name"):
                names[name] = len(found)
            found.append(request)
    _take_references(found, names, variables)
    return ForeignDocument(clean(title), tuple(found), variables)


def _may_be_secret(line: str) -> bool:
    """Whether a line is better not repeated: it is neither an import nor a run of another file."""
    return not re.match(r"(?:import|run)\s", line)


def _plain_names(text: str, report: DocumentReport) -> str:
    """Return text in which variables of the environment and values that the client makes are plain names."""
    for number, line in enumerate(text.split("\n"), 1):
        for name in _ENVIRONMENT.findall(line):
            report.at(number, "")
            report.say(f"the variable {visible(name, limit=60)} of the environment is not read: it is an input")
    text = _ENVIRONMENT.sub(lambda match: f"{{{{{match[1]}}}}}", text)
    text = _ENCODED.sub(lambda match: f"{{{{{match[1]}}}}}", text)
    return _MADE.sub(lambda match: f"{{{{{match[1]}}}}}", text)


def _request(block: HttpBlock, report: DocumentReport) -> ForeignRequest | None:
    name = block.words.get("name") or block.words.get("title") or block.title
    report.at(block.line, name)
    verb, url = _first(block.first)
    if block.first.startswith("curl "):
        report.say("left out: a curl command: import curl reads it")
        return None
    if verb in _OTHER_WAYS or re.match(r"(?:wss?|grpc|mqtt)://", url, re.I):
        report.say(f"left out: {visible(verb, limit=20)} is another protocol than HTTP")
        return None
    if "disabled" in block.words:
        report.say("left out: a request that is disabled")
        return None
    headers = list(block.headers)
    is_graphql = verb == "GRAPHQL" or any(
        key.lower() == "x-request-type" and value.lower() == "graphql" for key, value in headers
    )
    if verb == "GRAPHQL":
        verb = "POST"
    if url.startswith("/"):
        url = _below_host(url, headers)
    media_type = next((value for key, value in headers if key.lower() == "content-type"), "")
    body = body_of(block.body, media_type, is_graphql=is_graphql, report=report)
    if isinstance(body, ForeignParts):
        headers = [pair for pair in headers if pair[0].lower() != "content-type"]
    _tell(block, report)
    auth = None
    for pair in headers:
        if pair[0].lower() == "authorization" and (found := _AUTH.match(pair[1])):
            auth = _of_environment(found[2], (found[1] or "").strip())
            headers.remove(pair)
            break
    return ForeignRequest(
        name=name,
        line=block.line,
        method=verb,
        url=url,
        description=block.words.get("description", ""),
        headers=tuple(headers),
        body=body,
        auth=auth,
        sets={key: value for script in block.after for key, value in answers.SCRIPTS.sets(script).items()},
        follow_redirect=not {"no-redirect", "noredirect"} & block.words.keys(),
        verify=not {"no-reject-unauthorized", "norejectunauthorized"} & block.words.keys(),
    )


def _of_environment(name: str, prefix: str) -> ForeignAuth:
    """Return the method that an environment of JetBrains has under a name."""
    said = {
        "grant": "Grant Type",
        "url": "Token URL",
        "client_id": "Client ID",
        "client_secret": "Client Secret",
        "client_auth": "Client Credentials",
        "scope": "Scope",
        "username": "Username",
        "password": "Password",
    }
    fields = {key: f"{{{{Security.Auth.{name}.{word}}}}}" for key, word in said.items()}
    return ForeignAuth("oauth2", {**fields, "prefix": prefix, "client_auth_absent": "basic"})


def _first(line: str) -> tuple[str, str]:
    """Return method and address of the first line; a method may be absent."""
    found = _FIRST.match(without_version(line))
    if found is None:
        return "GET", line
    verb = (found[1] or "").upper()
    if not verb:
        return "GET", found[2]
    # Words that are methods nowhere may be one here: then they are refused by that name.
    known = verb in _METHODS or verb in _OTHER_WAYS or found[1] == verb
    return (verb, found[2]) if known else ("GET", f"{found[1]} {found[2]}")


def _below_host(path: str, headers: list[tuple[str, str]]) -> str:
    at = next((number for number, (key, _) in enumerate(headers) if key.lower() == "host"), None)
    if at is None:
        return path
    host = headers.pop(at)[1]
    scheme = "" if "{{" in host.partition(":")[0] else "https://" if host.endswith(":443") else "http://"
    return f"{scheme}{host}{path}"


def _tell(block: HttpBlock, report: DocumentReport) -> None:
    if block.before:
        _tell_script(block.before, "left out: the script before this request is not run", report)
    runs = [script for script in block.after if not script.startswith((">>", "<>"))]
    other = [script for script in runs if not answers.SCRIPTS.sets(script)]
    if other:
        _tell_script(other, "left out: the script after this request is not run", report)
    for word in block.words.keys() - _HARMLESS:
        if word in ("timeout", "connection-timeout"):
            report.say(f"left out: @{word}: see options.timeout of the connection")
        elif word not in ("no-redirect", "noredirect", "no-reject-unauthorized", "norejectunauthorized"):
            report.say(f"left out: @{visible(word, limit=40)}, which is not known here")


def _tell_script(scripts: list[str], text: str, report: DocumentReport) -> None:
    tell_script([name for script in scripts for name in answers.SCRIPTS.names_set(script)], text, report)


# --- what requests take out of the answers of others ---


def _take_references(
    found: list[ForeignRequest], names: dict[str, int], variables: dict[str, ForeignVariable]
) -> None:
    for text in _texts(found, variables):
        for name, whole, expression in answers.references(text):
            at = names.get(name)
            if at is not None and whole not in variables:
                found[at] = replace(found[at], sets={**found[at].sets, whole: expression})


def _texts(found: list[ForeignRequest], variables: dict[str, ForeignVariable]) -> Iterator[str]:
    yield from (each.value for each in variables.values())
    for request in found:
        yield request.url
        yield from (value for _, value in request.headers)
        if isinstance(request.body, ForeignRaw):
            yield request.body.text
        elif isinstance(request.body, ForeignParts):
            yield from (part.text for part in request.body.parts)
