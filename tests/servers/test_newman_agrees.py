"""What is imported from a collection of Postman sends what newman sends for it, or the report says otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.interchange.collections import reader
from integrator_tui.interchange.documents.source import DocumentReport, SourceDocument
from integrator_tui.interchange.postman import collection, environment
from tests.engine.peer import Peer
from tests.servers.senders import answered, of_ours, of_program

SCHEMA = "https://schema.getpostman.com/json/collection/v{}.0/collection.json"
BASE = "{{base}}"


def asked(name: str, method: str = "GET", url: Any = None, **more: Any) -> dict[str, Any]:
    url = url if url is not None else f"{BASE}/{name.replace(' ', '-')}"
    return {"name": name, "request": {"method": method, "url": url, "header": [], **more}}


def raw(text: str, language: str = "") -> dict[str, Any]:
    return {"mode": "raw", "raw": text, **({"options": {"raw": {"language": language}}} if language else {})}


def pair(key: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"key": key, "value": value, **more}


def auth(kind: str, version: str, **said: str) -> dict[str, Any]:
    listed = [{"key": key, "value": value, "type": "string"} for key, value in said.items()]
    return {"type": kind, kind: listed if version == "2.1" else said}


def requests(version: str) -> Iterator[dict[str, Any]]:
    yield asked("json", "POST", body=raw('{"a": "{{quoted}}", "n": {{number}}, "password": "hunter2"}', "json"))
    yield asked("braces", "POST", body=raw('{"a":{"b":{{number}}}, "c": "{ {"}', "json"))
    yield asked("no language", "POST", body=raw('{"a": 1}'))
    yield asked("text", "POST", body=raw("{{quoted}} {{{number}}} }} {{", "text"))
    yield asked("xml", "PUT", body=raw("<a><password>hunter2</password>{{number}}</a>", "xml"))
    yield asked(
        "own type", "POST", header=[pair("Content-Type", "application/vnd.api+json")], body=raw("{}", "json")
    )
    yield asked("pruned", body=raw('{"a": 1}', "json"))
    kept = asked("kept", body=raw('{"a": 1}', "json"))
    yield {**kept, "protocolProfileBehavior": {"disableBodyPruning": True}}
    yield asked("delete", "DELETE", body=raw('{"a": 1}', "json"))
    fields = [pair("a b", "{{amp}} é+%41"), pair("token", "t-1"), pair("off", "3", disabled=True), pair("e", "")]
    yield asked("form", "POST", body={"mode": "urlencoded", "urlencoded": fields})
    yield asked(
        "twice", "POST", body={"mode": "urlencoded", "urlencoded": [fields[0], pair("a b", "2"), *fields[1:]]}
    )
    parts = [pair("a", "{{amp}}", type="text", contentType="text/csv"), pair("secret", "s-1", type="text")]
    yield asked("parts", "POST", body={"mode": "formdata", "formdata": parts})
    query = {"query": 'query A { a(b: "c") }', "variables": '{"a": "{{number}}"}'}
    yield asked("graphql", "POST", body={"mode": "graphql", "graphql": query})
    url = {
        "raw": f"{BASE}/u/:id?z={{{{amp}}}}",
        "host": [BASE],
        "path": ["u", ":id", "x:y"],
        "query": [pair("z", "{{number}}"), pair("y", None), pair("w", ""), pair("v", "1", disabled=True)],
        "variable": [pair("id", "7")],
    }
    yield asked("path variables", url=url)
    yield asked("query", url=f"{BASE}/q?a=1&b=x y&key=k-1&c=é&api_key={{{{secretly}}}}")
    yield asked("odd query", url=f"{BASE}/a b/[x]?q=a+b&r={{}}|^&s=a=b;c,d:@/&s=2&t")
    yield asked("fragment", url=f"{BASE}/f?a=1#frag")
    yield asked("slash", url=f"{BASE}/")
    yield asked("nothing", url=BASE)
    yield asked("nested", url=f"{BASE}/{{{{nested}}}}")
    headers = [pair("X-A", "{{number}}"), pair("X-Off", "3", disabled=True), pair("Cookie", "session=c-1")]
    yield asked("headers", header=headers)
    if version == "2.0":
        yield asked("lines", header="X-S: 1\nX-T: {{number}}\n")
    yield {"name": "address alone", "request": f"{BASE}/alone"}
    yield asked("basic", auth=auth("basic", version, username="u{{number}}", password="p:{{amp}}"))
    yield asked("bearer", auth=auth("bearer", version, token="{{secretly}}"))
    yield asked(
        "over header", header=[pair("authorization", "Basic eA==")], auth=auth("bearer", version, token="t2")
    )
    own = [pair("Authorization", "Token {{secretly}}")]
    yield asked("own header", header=own)
    yield asked("own basic", header=[pair("Authorization", "Basic dTpw")])
    yield asked("key header", auth=auth("apikey", version, key="X-Api-Key", value="k-2"))
    yield asked("key query", auth=auth("apikey", version, key="the key", value="k 3", **{"in": "query"}))
    yield asked("token", auth=auth("oauth2", version, accessToken="at-1", headerPrefix="Token"))
    login = asked("log in", "POST", body=raw('{"user": "me", "password": "{{secretly}}"}', "json"))
    lines = ["var data = pm.response.json();", 'pm.environment.set("fetched", data.data[0].token);']
    yield {**login, "event": [{"listen": "test", "script": {"exec": lines}}]}
    yield {
        "name": "folder",
        "auth": auth("bearer", version, token="{{fetched}}"),
        "item": [asked("me"), {"name": "inner", "item": [asked("mine", "POST")]},
                 asked("open", auth={"type": "noauth"})],
    }  # fmt: skip


def document(version: str, base: str) -> dict[str, Any]:
    variables = [
        pair("base", f"{base}/b"),
        pair("quoted", "it''s"),
        pair("number", "5"),
        pair("amp", "x&y=z#h/"),
        pair("nested", "{{number}}/{{number}}"),
        pair("secretly", "wrong: the environment wins"),
    ]
    info = {"name": "Shop", "schema": SCHEMA.format(version)}
    return {"info": info, "variable": variables, "item": list(requests(version))}


ENVIRONMENT = {"name": "dev", "values": [pair("secretly", "s3cret-1", type="secret", enabled=True)]}


@pytest.mark.parametrize("version", ["2.0", "2.1"])
async def test_a_collection_sends_what_newman_sends(engine: Engine, tmp_path: Path, version: str) -> None:
    async with Peer(answered) as peer:
        made = document(version, peer.url)
        (tmp_path / "c.json").write_text(json.dumps(made))
        (tmp_path / "e.json").write_text(json.dumps(ENVIRONMENT))
        theirs = await of_program(peer, "newman.cjs", "c.json", "e.json", cwd=tmp_path)
        report = DocumentReport()
        read = reader.read(
            collection.read(SourceDocument("", made, lambda pointer: 1), report),
            report,
            environment=environment.read(SourceDocument("", ENVIRONMENT, lambda pointer: 1), ""),
        )
        ours = await of_ours(read.connections, peer, engine, {"id": "7"})
    assert len(theirs) >= 34
    different = sorted(set(map(str, ours)) ^ set(map(str, theirs)))
    assert sorted(map(str, ours)) == sorted(map(str, theirs)), "\n".join(different)
    plain = "".join(repr(each.connection) for each in read.connections) + repr(read.remarks)
    for each in ("hunter2", "t-1", "s-1", "k-1", "c-1", "s3cret-1", "p:x", "k-2", "k 3", "at-1", "T0K", "dTpw"):
        assert each not in plain, each
