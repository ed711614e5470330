"""Proxy: where a connection goes through, and the rules that choose it.

Rules: http, https and socks5 (socks5h means the same: names are looked up by the proxy, always). User and
password are taken from the URL and never shown. The settings follow curl: `http_proxy`, `https_proxy`,
`all_proxy` and `no_proxy`, which names hosts, domains, addresses and networks (RFC 4632) that are reached
directly.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Mapping
from typing import Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.failure import quote, vantage_failed
from integrator_tui.errors import UsageError
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.secret import Secret
from integrator_tui.model.url import origin

_PORTS: Final = {"http": 80, "https": 443, "socks5": 1080}


class Proxy(NamedTuple):
    """An HTTP, HTTPS or SOCKS5 proxy; `scheme` is http, https or socks5. `str()` leaves out user and password."""

    scheme: str
    host: str
    port: int
    username: str = ""
    password: Secret | None = None

    @classmethod
    def parse(cls, text: str) -> Proxy:
        """Read a proxy's URL; without a scheme it is http. Raises StageFailed `vantage_failed`."""
        try:
            url = httpx.URL(text if "://" in text else f"http://{text}")
        except (httpx.InvalidURL, ValueError) as error:
            raise vantage_failed("the proxy is not a URL", _FORM) from error
        scheme = "socks5" if url.scheme == "socks5h" else url.scheme
        if scheme not in _PORTS:
            raise vantage_failed(f"a proxy of the kind {quote(url.scheme, 40)} is not known", _FORM)
        host = url.raw_host.decode("ascii").strip("[]")
        if not host:
            raise vantage_failed("the proxy's URL names no host", _FORM)
        if url.port is not None and not 0 < url.port < 65536:
            raise vantage_failed(f"the proxy's port {url.port} does not exist", _FORM)
        if not _read_alike(text, host, url.port):
            raise vantage_failed("the proxy's URL can be read in two ways", _FORM)
        password = Secret(url.password) if url.password else None
        return cls(scheme, host, url.port or _PORTS[scheme], url.username, password)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def authorization(self) -> tuple[tuple[bytes, bytes], ...]:
        """The `Proxy-Authorization` header for its user (RFC 7617), empty where it has none."""
        if not self.username and self.password is None:
            return ()
        user = f"{self.username}:{self.password.reveal() if self.password else ''}"
        return ((b"Proxy-Authorization", b"Basic " + base64.b64encode(user.encode())),)


def _read_alike(text: str, host: str, port: int | None) -> bool:
    """Whether the rules of a connection, which judged its proxy, read the same host and port in a URL; what they do
    not read at all comes from the environment."""
    try:
        _, judged, its_port = origin(text)
    except UsageError:
        return True
    dialled = f"[{host}]" if ":" in host else host
    return (judged, its_port) == origin(f"{text.partition(':')[0]}://{dialled}{f':{port}' if port else ''}")[1:]


_FORM: Final = (
    "write it as http://host:port, https://host:port or socks5://host:port, with user:password@ if needed"
)


class ProxySettings(NamedTuple):
    """The proxies of the environment, as text."""

    http: str = ""
    https: str = ""
    all: str = ""
    no_proxy: str = ""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> ProxySettings:
        """Read the variables `*_proxy`, lower case before upper case.

        `HTTP_PROXY` is passed over in a CGI program, where a client could set it.
        """

        def value(name: str) -> str:
            return environment.get(name) or environment.get(name.upper()) or ""

        cgi = "REQUEST_METHOD" in environment
        http = environment.get("http_proxy", "") if cgi else value("http_proxy")
        return cls(http, value("https_proxy"), value("all_proxy"), value("no_proxy"))

    def proxy_for(self, scheme: str, host: str, port: int) -> Proxy | None:
        """Return the proxy for an origin, None for none; raises StageFailed where its text is not a URL."""
        text = (self.https if scheme == "https" else self.http) or self.all
        if not text or is_direct(self.no_proxy, host, port):
            return None
        return Proxy.parse(text)


def is_direct(no_proxy: str, host: str, port: int) -> bool:
    """Whether `no_proxy` names `host`: `*`, a domain with everything below it, an address or a network."""
    host = host.lower().rstrip(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    for entry in re.split(r"[\s,]+", no_proxy.lower()):
        if entry == "*" or (entry and _names(entry, host, port, address)):
            return True
    return False


def _names(entry: str, host: str, port: int, address: ipaddress.IPv4Address | ipaddress.IPv6Address | None) -> bool:
    if address is not None:
        try:
            return address in ipaddress.ip_network(entry.strip("[]"), strict=False)
        except ValueError:
            pass
    name, _, its_port = entry.rpartition(":")
    if name and its_port.isdigit() and not (":" in name and not name.endswith("]")):
        return int(its_port) == port and _names(name, host, port, address)
    if address is not None:
        return False
    domain = entry.removeprefix("*").removeprefix(".").rstrip(".")
    return bool(domain) and (host == domain or host.endswith("." + domain))
