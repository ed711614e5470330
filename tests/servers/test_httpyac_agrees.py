"""What is imported from a .http file sends what httpyac sends for it, or the report says otherwise."""

from __future__ import annotations

from pathlib import Path

from integrator_tui.engine.engine import Engine
from integrator_tui.interchange.collections import reader
from integrator_tui.interchange.documents.source import DocumentReport
from integrator_tui.interchange.http_file import requests
from tests.engine.peer import Peer
from tests.servers.senders import answered, of_ours, of_program

FILE = """\
@base = {origin}/b
@quoted = it''s
@number=5
@two={{{{base}}}}/two
@secretly = s3cret-1

### Log in
# @name login
POST {{{{base}}}}/login HTTP/1.1
Content-Type: application/json

{{"user": "me", "password": "{{{{secretly}}}}"}}

> {{% client.global.set("fetched", response.body.access_token); %}}

### uses
GET {{{{base}}}}/me
Authorization: Bearer {{{{login.access_token}}}}

###
GET {{{{base}}}}/mine
Authorization: Bearer {{{{fetched}}}}

### a query on lines
{{{{two}}}}/x
    ?a={{{{number}}}}
    &b=2 3
    &c=4

###
POST {{{{base}}}}/form
Content-Type: application/x-www-form-urlencoded

name={{{{number}}}}
&b=2 3
&token=t-1

### basic of words
GET {{{{base}}}}/basic
Authorization: Basic user pass word

###
GET {{{{base}}}}/basic2
Authorization: Basic user:pa:ss

###
GET {{{{base}}}}/basic3
Authorization: Basic dXNlcjpwdw==

###
POST {{{{base}}}}/parts
Content-Type: multipart/form-data; boundary=WebB

--WebB
Content-Disposition: form-data; name="a"

text {{{{quoted}}}}
--WebB
Content-Disposition: form-data; name="f"; filename="x.txt"
Content-Type: text/plain

< ./x.txt
--WebB--

###
POST {{{{base}}}}/file
Content-Type: text/plain

< ./x.txt

###
# @no-redirect
GET {{{{base}}}}/a b?x=%20y

###
// a comment, and no name
POST {{{{base}}}}/graphql
X-REQUEST-TYPE: GraphQL
Content-Type: application/json

query A {{ a }}

{{"a": 1}}

### headers
GET {{{{base}}}}/h
X-A: {{{{quoted}}}}
# a comment among headers
X-Api-Key: k-1

###
PUT {{{{base}}}}/lines
Content-Type: text/plain

line1
  line2

line4


###
POST {{{{base}}}}/xml
Content-Type: application/xml

<a><password>hunter2</password></a>
>> answer.xml

###
DELETE {{{{base}}}}/gone

###
GET /host?a=1
Host: {host}
"""


async def test_a_file_sends_what_httpyac_sends(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("a file {{quoted}}")
    async with Peer(answered) as peer:
        text = FILE.format(origin=peer.url, host=peer.url.partition("//")[2])
        (tmp_path / "a.http").write_text(text)
        arguments = ("send", "a.http", "--all", "-o", "none")
        theirs = await of_program(peer, "httpyac/bin/httpyac.js", *arguments, cwd=tmp_path)
        report = DocumentReport()
        read = reader.read(requests.read(text, "a", report), report)
        ours = await of_ours(read.connections, peer, engine, {"x.txt": "a file {{quoted}}"})
    assert len(theirs) >= 17
    different = sorted(set(map(str, ours)) ^ set(map(str, theirs)))
    assert sorted(map(str, ours)) == sorted(map(str, theirs)), "\n".join(different)
    plain = "".join(repr(each.connection) for each in read.connections) + repr(read.remarks)
    for each in ("hunter2", "t-1", "k-1", "s3cret-1", "pa:ss", "pass word", "dXNl"):
        assert each not in plain, each
