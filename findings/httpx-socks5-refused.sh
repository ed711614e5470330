#!/usr/bin/env bash
# Two things about SOCKS5 proxies in httpx (with the extra `socks`):
# 1. With a user in the proxy's URL it offers the proxy "user and password" alone, so a proxy that asks nobody, such as
#    `ssh -D`, refuses it. RFC 1928 has a list of methods for that; curl offers both and gets through.
# 2. After a refusal AsyncClient leaves its connection to the proxy open, even once the client is closed: it goes with
#    the garbage collection. A program that tries again and again holds a socket for each try until then.
# Why it matters: the same proxy URL works in curl and not in httpx, and the error does not say that a URL without a
# user would do. Seen with httpx 0.28.1, httpcore 1.0.9 and socksio 1.0.0, and with httpx2 2.16.2.
set -euo pipefail

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check httpx==0.28.1 httpcore==1.0.9 httpx2==2.16.2 anyio==4.16.0 \
  socksio==1.0.0 2>pip.log || { cat pip.log >&2; exit 2; }

cat >show.py <<'PYTHON'
import asyncio, gc, importlib, platform, queue, shutil, socket, subprocess, sys, threading
from importlib.metadata import version

print("Python", platform.python_version(), "| socksio", version("socksio"), "| anyio", version("anyio"))
offered, closed = queue.Queue(), queue.Queue()


def proxy(listener):
    """Take whoever offers to come without a user, and then reach no host; refuse everybody else."""
    while True:
        connection, _ = listener.accept()
        methods = set(connection.recv(2 + 255)[2:])
        offered.put(methods)
        connection.sendall(b"\x05\x00" if 0 in methods else b"\x05\xff")
        if 0 in methods:
            connection.recv(300)
            connection.sendall(b"\x05\x04\x00\x01" + bytes(6))
        while connection.recv(300):
            pass
        connection.close()
        closed.put(True)


def was_closed():
    try:
        return closed.get(timeout=1)
    except queue.Empty:
        return False


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=proxy, args=(listener,), daemon=True).start()
url = f"socks5://user:word@127.0.0.1:{listener.getsockname()[1]}"
changed = False


async def ask(library):
    async with library.AsyncClient(proxy=url) as client:
        try:
            await client.get("http://orders.invalid/")
        except library.ProxyError as error:
            return str(error)


async def show(name):
    global changed
    gc.disable()
    library = importlib.import_module(name)
    said = await ask(library)
    methods, left_open = offered.get(timeout=10), not was_closed()
    gc.enable()
    gc.collect()
    collected = was_closed()
    print(f"{name} {version(name)}: offers methods {sorted(methods)}; says {said!r};",
          f"after the client was closed the connection is {'open' if left_open else 'closed'},",
          f"after a collection {'closed' if collected or not left_open else 'open'}")
    changed = changed or methods != {2} or not left_open


for name in ("httpx", "httpx2"):
    asyncio.run(show(name))

if shutil.which("curl"):
    subprocess.run(["curl", "-sS", "--proxy", url.replace("socks5:", "socks5h:"), "http://orders.invalid/"],
                   stderr=subprocess.DEVNULL)
    print("curl offers methods", sorted(offered.get(timeout=10)), "and is let in")
sys.exit(changed)
PYTHON
venv/bin/python -W ignore show.py
