#!/usr/bin/env bash
# httpx.AsyncClient raises ssl.SSLError, which is none of httpx's exceptions, where a server asks for a client
# certificate in TLS 1.3 and gets none. httpx.Client raises httpx.ReadError for the same server, and so does
# AsyncClient in TLS 1.2 raise one of its own (ConnectError): there the handshake fails, in 1.3 the first read after it.
# So `except httpx.HTTPError` (or TransportError) around a request is not enough for mutual TLS in asynchronous code.
# Seen with httpx 0.28.1, httpcore 1.0.9 and anyio 4.16.0, and with its continuation httpx2 2.16.2.
set -euo pipefail

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check httpx==0.28.1 httpcore==1.0.9 httpx2==2.16.2 anyio==4.16.0 2>pip.log ||
  { cat pip.log >&2; exit 2; }
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem 2>/dev/null || exit 2

cat >show.py <<'PYTHON'
import asyncio, importlib, platform, socket, ssl, sys, threading
from importlib.metadata import version

print("Python", platform.python_version(), "|", ssl.OPENSSL_VERSION, "| anyio", version("anyio"))


def serve(newest):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("cert.pem", "key.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations("cert.pem")
    context.maximum_version = newest
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            connection, _ = listener.accept()
            secured = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
            try:
                secured.do_handshake()
            except ssl.SSLError:
                # Its alert says why. To close before the request was read would send a reset after it.
                while socket.socket.recv(secured, 65536):
                    pass
            secured.close()

    threading.Thread(target=accept, daemon=True).start()
    return f"https://localhost:{listener.getsockname()[1]}/"


def caught(ask):
    try:
        ask()
    except Exception as error:
        return error


def get(library, url, trust):
    with library.Client(verify=trust) as client:
        client.get(url)


async def aget(library, url, trust):
    async with library.AsyncClient(verify=trust) as client:
        await client.get(url)


changed = False
for name in ("httpx", "httpx2"):
    library = importlib.import_module(name)
    for newest in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        url, trust = serve(newest), ssl.create_default_context(cafile="cert.pem")
        for kind, ask in (
            ("Client", lambda: get(library, url, trust)),
            ("AsyncClient", lambda: asyncio.run(aget(library, url, trust))),
        ):
            error = caught(ask)
            own = isinstance(error, library.HTTPError)
            print(f"{name} {version(name)} {newest.name} {kind}: {type(error).__module__}.{type(error).__name__}",
                  "(one of its own)" if own else "(NOT one of its own)")
            expected = not (kind == "AsyncClient" and newest is ssl.TLSVersion.TLSv1_3)
            changed = changed or own is not expected
sys.exit(changed)
PYTHON
venv/bin/python show.py
