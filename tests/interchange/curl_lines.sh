curl http://api.example.com
curl http://api.example.com/
curl api.example.com/health
curl https://api.example.com/v1/health
curl "https://api.example.com/v1/orders?status=open&limit=10"
curl 'https://api.example.com/v1/orders?q=a%20b&tag=x%2Fy'
curl 'https://api.example.com/v1/orders?filter[]=a&filter[]=b' -g
curl -g 'https://api.example.com/v1/search?ids=[1,2,3]&where={"a":1}'
curl 'https://api.example.com?x=1'
curl 'https://api.example.com:8443/status?verbose'
curl 'https://api.example.com/a//b/?empty=&x=1'
curl 'https://api.example.com/a/./b/../c/d'
curl --path-as-is 'https://api.example.com/a/./b/../c/d'
curl 'https://api.example.com/page#top'
curl https://api.example.com/~user/x;y=1
curl -X GET https://api.example.com/v1/items -H 'Accept: application/json'
curl --request DELETE https://api.example.com/v1/items/7
curl -XPATCH -H 'Content-Type: application/merge-patch+json' -d '{"state":"done"}' https://api.example.com/v1/items/7
curl -X PUT -d 'name=Ann' https://api.example.com/v1/items/7
curl -X OPTIONS https://api.example.com/v1/items
curl -I https://api.example.com/v1/items
curl --head --silent https://api.example.com/v1/items?x=1
curl -X POST https://api.example.com/v1/restart
curl -d '' https://api.example.com/v1/ping
curl -d a=1 -d b=2 https://api.example.com/v1/form
curl -d 'a=1&b=2' --data c=3 --data-ascii d=4 https://api.example.com/v1/form
curl -d 'email=ann@example.com&note=it%27s' https://api.example.com/v1/form
curl -d 'note=two words' https://api.example.com/v1/form
curl -d 'a=1&a=2' https://api.example.com/v1/form
curl -d 'justtext' https://api.example.com/v1/form
curl -d '{"amount": 5, "currency": "eur"}' https://api.example.com/v1/charges
curl -d '{"amount": 5}' -H 'Content-Type: application/json' https://api.example.com/v1/charges
curl -H 'content-type: application/json; charset=utf-8' --data-raw '{"name":"Zoë","emoji":"✓"}' https://api.example.com/v1/people
curl --json '{"a":1}' https://api.example.com/v1/json
curl --json '{"a":' --json '1}' https://api.example.com/v1/json
curl --json '{"a":1}' -H 'Accept: text/plain' https://api.example.com/v1/json
curl --json '[1,2]' -X PUT https://api.example.com/v1/json
curl --data-binary $'line one\nline two\n' -H 'Content-Type: text/plain' https://api.example.com/v1/notes
curl --data-raw '@notafile' https://api.example.com/v1/notes
curl --data-urlencode 'comment=hello there & more' https://api.example.com/v1/form
curl --data-urlencode '=a b' https://api.example.com/v1/form
curl --data-urlencode 'a b+c' https://api.example.com/v1/form
curl --data-urlencode 'q=ü/?' --data-urlencode 'n=2' https://api.example.com/v1/form
curl -G https://api.example.com/v1/search -d q=boots -d size=42
curl -G 'https://api.example.com/v1/search?x=1' --data-urlencode 'q=red boots'
curl --get --data 'page=2' https://api.example.com/v1/search -H 'X-Trace: abc'
curl -G -I -d a=1 https://api.example.com/v1/search
curl --url-query 'name=a b' https://api.example.com/v1/search
curl --url-query '+raw=%41' 'https://api.example.com/v1/search?x=1'
curl -u user:passwd https://api.example.com/v1/account
curl --user 'user:pa:ss wörd' https://api.example.com/v1/account
curl -u sk_test_4eC39HqLyjWD: https://api.example.com/v1/charges -d amount=2000 -d currency=usd -d 'card[number]=4242'
curl -u 'kEy77x:' https://api.example.com/v1/account
curl https://user:p%40ss@api.example.com/v1/account
curl -uuser:pw -XPOST -da=1 https://api.example.com/v1/account
curl -H 'Authorization: Bearer eyJhbGciOi.J9' https://api.example.com/v1/me
curl -H "Authorization: Bearer $TOKEN" https://api.example.com/v1/me
curl -H 'Authorization: token ghp_abcdef' https://api.example.com/user
curl -H 'Authorization: Basic dXNlcjpodW50ZXIy' https://api.example.com/v1/me
curl -H 'authorization: GenieKey 11-22-33' https://api.example.com/v2/alerts -H 'Content-Type: application/json' -d '{"message":"down"}'
curl -H 'Authorization: abc123' https://api.example.com/v1/me
curl --oauth2-bearer abc.def https://api.example.com/v1/me
curl -u user:pw -H 'Authorization: Bearer wINs7' https://api.example.com/v1/me
curl -H 'X-Api-Key: k-123' https://api.example.com/v1/me
curl -H 'X-Api-Key: k-123' -H 'X-Client-Secret: s-456' https://api.example.com/v1/me
curl -H 'PRIVATE-TOKEN: glpat-1' -X POST 'https://api.example.com/api/v4/projects?name=x'
curl 'https://api.example.com/maps?key=AIza-1&q=x'
curl 'https://api.example.com/2.5/weather?q=Kyiv&access_token=tok%2F1'
curl -b 'session=abc; theme=dark' https://api.example.com/v1/me
curl -b a=1 -b b=2 https://api.example.com/v1/me
curl -H 'Cookie: a=1' https://api.example.com/v1/me
curl -A 'Mozilla/5.0 (X11)' https://api.example.com/v1/me
curl -e https://www.example.com/ https://api.example.com/v1/me
curl -r 0-99 https://api.example.com/v1/file
curl -H 'X-Empty;' -H 'X-Full: yes' https://api.example.com/v1/me
curl -H 'X-Twice: a' -H 'X-Twice: b' https://api.example.com/v1/me
curl -H 'Host: other.example.com' https://api.example.com/v1/me
curl -H 'SOAPAction: "urn:Get"' -H 'Content-Type: text/xml' -d '<Envelope><Body><Get/></Body></Envelope>' https://api.example.com/soap
curl -H 'Content-Type: application/xml' -d '<login><user>ann</user><password>s3cret&amp;</password></login>' https://api.example.com/soap
curl -d '{"username":"ann","password":"s3\"cret","token_type":"x"}' -H 'Content-Type: application/json' https://api.example.com/login
curl -d '{"username":"ann","password":"s3\"cret"}' https://api.example.com/login
curl -d 'grant_type=client_credentials&client_id=svc&client_secret=s%2B3' https://api.example.com/oauth/token
curl -d 'a=1&a=2&password=x%20y' https://api.example.com/login
curl -F name=Ann -F 'note=two words' https://api.example.com/upload
curl -F 'file=@notes.txt' https://api.example.com/upload
curl -F 'file=@photo.png;type=image/x-png;filename=other.png' -F 'a=b;type=text/plain' https://api.example.com/upload
curl -F 'text=<notes.txt' https://api.example.com/upload
curl --form-string 'text=@plain;type=x' https://api.example.com/upload
curl -F 'meta={"a":1};type=application/json' -F password=pw https://api.example.com/upload
curl -d @payload.json -H 'Content-Type: application/json' https://api.example.com/v1/import
curl --data-binary @notes.txt -H 'Content-Type: text/plain' https://api.example.com/v1/import
curl --data-urlencode text@notes.txt https://api.example.com/v1/form
curl --json @payload.json https://api.example.com/v1/import
curl -T notes.txt -H 'Content-Type: text/plain' https://api.example.com/files/notes.txt
curl --upload-file photo.png https://api.example.com/files/photo.png
curl -L --compressed -sS -o /dev/null -w '%{http_code}' https://api.example.com/v1/me
curl -sSLkX POST -d x=1 https://api.example.com/v1/me
curl --sil --show-er --connect-ti 5 -m 30 https://api.example.com/v1/me
curl --no-progress-meter --no-keepalive --retry 3 https://api.example.com/v1/me
curl https://api.example.com/a https://api.example.com/b -H 'X-A: 1'
curl https://api.example.com/a -d x=1 --next https://api.example.com/b -H 'X-B: 2'
curl 'https://api.example.com/v1/{a,b}/x'
curl 'https://api.example.com/v1/file[1-3].txt'
curl 'https://api.example.com/v1/file[08-12:2].txt?z=[a-c]'
curl --url https://api.example.com/v1/url --proto-default https
curl -- https://api.example.com/v1/me
curl "https://api.example.com/v1/users/$USER_ID/orders?since=${SINCE}"
curl -H "X-Id: $USER_ID" -d "{\"id\":\"$USER_ID\",\"n\":{\"x\":1}}" -H 'Content-Type: application/json' https://api.example.com/v1/x
curl -d "id=$USER_ID&x=1" https://api.example.com/v1/x
BASE=https://api.example.com; curl "$BASE/v1/x"
export KEY=abc; curl -H "X-Api-Key: ${KEY}" https://api.example.com/v1/x
curl https://api.example.com/v1/x | cat; curl https://api.example.com/v1/y > /dev/null 2>&1 && curl https://api.example.com/v1/z
curl -X POST https://api.example.com/v1/x -H 'Content-Type: application/json' -d '{"a":"it'"'"'s"}'
curl https://api.example.com/v1/x -H "X-Quote: a \"b\" \$5 \\ c"
curl https://api.example.com/v1/x -H X-Escaped:\ a\'b # a comment
curl 'https://api.example.com/v1/x' -H $'X-Bang: hi\u0021 it\'s' --data-raw $'{"a":"b\u0021\\n\x41\101"}'
# only a comment\ncurl \\n  -H 'X-A: 1' \\n  https://api.example.com/v1/x
curl -d @- https://api.example.com/v1/heredoc -H 'Content-Type: application/json' <<'END'\n{"a": "$NOT",\n "b": 2}\nEND
curl --data-binary @- https://api.example.com/v1/heredoc -H 'Content-Type: text/plain' <<END\nid $USER_ID and "quotes"\nEND
curl -d @- https://api.example.com/v1/here <<< 'a=1'
curl -H 'Connection: keep-alive' -H 'Accept: */*' https://api.example.com/v1/x
curl --location 'https://api.example.com/v1/x' --header 'Content-Type: application/json' --data '{\n    "a": "b"\n}'
curl -X POST -H "Content-type: application/json" --data '{"text":"Hello, World!"}' https://hooks.example.com/services/T0/B0/xyz
curl -i -N -H 'Accept: text/event-stream' https://api.example.com/v1/stream
curl -v --http1.1 --tlsv1.2 'https://API.Example.com/v1/x'
curl -X HEAD -I https://api.example.com/v1/x
curl --request-target /other https://api.example.com/v1/x
curl --digest -u a:b https://api.example.com/v1/x
curl -X PURGE https://api.example.com/v1/x
curl -X post -d a=1 https://api.example.com/v1/x
curl -H 'Accept:' https://api.example.com/v1/x
curl -H 'Content-Type:' -d a=1 https://api.example.com/v1/x
curl -A '' https://api.example.com/v1/x
curl -d '{"subject":"Hi {{name}}"}' -H 'Content-Type: application/json' https://api.example.com/v1/mail
curl "https://api.example.com/v1/x?d=$(date +%s)"
curl -u user https://api.example.com/v1/x
curl -H 'Accept-Encoding: gzip, deflate, br' https://api.example.com/v1/x
curl -H 'Content-Length: 3' -d abc https://api.example.com/v1/x
curl -b cookies.txt https://api.example.com/v1/x
curl -d @photo.png https://api.example.com/v1/x
curl ftp://files.example.com/x
curl --aws-sigv4 aws:amz:eu:s3 -u a:b https://api.example.com/v1/x
curl -Q 'DELE x' https://api.example.com/v1/x
curl --wrong https://api.example.com/v1/x
curl -d '{"a": [{"password": "p\"1"}], "secret": {"x": "s/é", "n": 12}}' -H 'Content-Type: application/json' http://api.example.com/nested
curl --json '{"query": "mutation { login(password: \"p1\") }", "variables": {"token": "t\\n1"}}' http://api.example.com/graphql
curl --json '{"data": "{\"password\": \"p\\\"q\"}", "hook": "https://u:p%2F1@h.example/?token=t1&a=1"}' http://api.example.com/hooks
curl -d 'user=a&password=p%201+2' -H 'Content-Type: text/plain' http://api.example.com/text
curl --data-binary $'user: a\npassword: p q\n' -H 'Content-Type: text/plain' http://api.example.com/lines
curl -d 'payload=%7B%22password%22%3A%22p%22%7D&a=1' 'http://api.example.com/form?filter=%7B%22token%22%3A%22t%22%7D'
curl -F 'data={"token": "t1"};type=application/json' -H 'Boundary: none' http://api.example.com/part
