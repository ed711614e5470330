"""Tests as modules of Prometheus' blackbox_exporter, and the targets that a Prometheus asks with them.

Two documents of YAML: the exporter's configuration, then a `scrape_configs` for Prometheus. No secret is in them:
each is a file that the exporter reads, by an absolute path. Source: CONFIGURATION.md of blackbox_exporter; its
`http_headers` came with 0.26.0 and `ca` in `tls_config` with 0.25.0, everything else is in 0.23.0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from integrator_tui.interchange.blackbox.refusals import RESERVED, refusals
from integrator_tui.interchange.exported import Exported
from integrator_tui.interchange.exports.outgoing import ToWrite, certificates, the_test
from integrator_tui.interchange.exports.variable_names import file_sources
from integrator_tui.model.connection import ApiKeyAuth, BasicAuth, OAuth2Auth, RawBearerTokenAuth
from integrator_tui.model.fields import PASSING
from integrator_tui.model.template import parse
from integrator_tui.model.text import visible
from integrator_tui.model.url import join

SECRETS: Final = "/etc/prometheus/secrets"
_INLINE_CA: Final = (0, 25, 0)
_HEADERS: Final = (0, 26, 0)
_LEAST: Final = (0, 23, 0)
_HEAD: Final = """\
# blackbox_exporter {version} or later: everything up to the line ---, as its --config.file.
# What stands behind that line belongs to the configuration of Prometheus, with the address of your exporter.
"""
_FILES: Final = """\
# It reads these files, which nobody else should be able to; each holds one value:
{files}
"""


def write(given: Sequence[ToWrite]) -> Exported:
    """Return the tests of connections as one text."""
    refused = [refusal for each in given for refusal in refusals(each)]
    if refused:
        return Exported(refused=tuple(refused))
    taken: set[str] = set()
    modules: dict[str, Any] = {}
    targets: list[dict[str, Any]] = []
    files: dict[str, str] = {}
    versions = [_LEAST]
    for each in given:
        module = _Module(each, _name(each.connection.name, taken))
        modules[module.name] = module.values()
        targets.append(module.target())
        files |= module.files
        versions.append(module.version)
    head = _HEAD.format(version=".".join(map(str, max(versions))))
    if files:
        head += _FILES.format(files="\n".join(f"#   {path}: {what}" for path, what in files.items()))
    documents = ({"modules": modules}, {"scrape_configs": [_scrape(targets)]})
    return Exported(head + "---\n".join("".join(f"{line}\n" for line in _yaml(values)) for values in documents))


def _name(name: str, taken: set[str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "connection"
    free, number = plain, 1
    while free in taken:
        number += 1
        free = f"{plain}_{number}"
    taken.add(free)
    return free


class _Module:
    """One test; `files` are the paths of what it reads with what they hold, `version` the least that knows it."""

    def __init__(self, given: ToWrite, name: str) -> None:
        self.name = name
        self.files: dict[str, str] = {}
        self.version = _LEAST
        self._given = given
        self._connection = given.connection
        self._sources = file_sources(given.connection.secrets_from)

    def target(self) -> dict[str, Any]:
        """The target of Prometheus for this module."""
        labels = {"__param_module": self.name, "name": self._connection.name, "file": self._given.file}
        return {"targets": [self._url], "labels": labels}

    @property
    def _url(self) -> str:
        return join(self._connection.base_url, self._connection.test_path)

    def values(self) -> dict[str, Any]:
        """The module itself."""
        options = self._connection.options
        http: dict[str, Any] = {
            # Unlike ours its first choice would be IPv6.
            "preferred_ip_protocol": "ip4",
            "follow_redirects": options.follow_redirect,
        }
        if (codes := _codes(self._connection.test.status)) is not None:
            http["valid_status_codes"] = codes
        http |= self._headers()
        http |= self._method()
        if tls := self._tls(self._given.ca_pem):
            http["tls_config"] = tls
        if options.proxy:
            http["proxy_url"] = options.proxy.replace("socks5h://", "socks5://")
        seconds = options.timeout.connect * 2 + options.timeout.read
        return {"prober": "http", "timeout": f"{seconds:g}s", "http": http}

    def _secret(self, name: str, what: str = "") -> str:
        path = self._sources.get(name) or f"{SECRETS}/{self.name}.{re.sub(r'[^A-Za-z0-9_-]+', '_', name)}"
        self.files[path] = f"{what or 'the secret'} {visible(name)} of {visible(self._connection.name, limit=80)}"
        return path

    def _headers(self) -> dict[str, Any]:
        plain: dict[str, str] = {}
        filled: dict[str, Any] = {}
        for name, value in the_test(self._connection).request.headers:
            if parse(value).is_one_value:
                filled[name] = {"files": [self._secret(parse(value).names[0])]}
            else:
                plain[name] = value
        auth = self._connection.auth
        if isinstance(auth, ApiKeyAuth):
            filled[auth.name] = {"files": [self._secret("api_key")]}
        if isinstance(auth, RawBearerTokenAuth) and auth.header.lower() not in RESERVED:
            what = f"{visible(auth.prefix)}, a blank and the secret" if auth.prefix else "the secret"
            filled[auth.header] = {"files": [self._secret("token", what)]}
        if filled:
            self.version = max(self.version, _HEADERS)
        return {key: value for key, value in (("headers", plain), ("http_headers", filled)) if value}

    def _method(self) -> dict[str, Any]:
        match self._connection.auth:
            case BasicAuth(username=username):
                found: dict[str, Any] = {"username": username}
                if "password" in self._given.secret_names:
                    found["password_file"] = self._secret("password")
                return {"basic_auth": found}
            case RawBearerTokenAuth(header=header, prefix=prefix) if header.lower() == "authorization":
                return {"authorization": {"type": prefix, "credentials_file": self._secret("token")}}
            case OAuth2Auth() as auth:
                return {"oauth2": self._oauth2(auth)}
        return {}

    def _oauth2(self, auth: OAuth2Auth) -> dict[str, Any]:
        found: dict[str, Any] = {
            "client_id": auth.client_id,
            "client_secret_file": self._secret("client_secret"),
            "token_url": auth.access_token_url,
        }
        if auth.scope:
            found["scopes"] = auth.scope.split()
        if auth.params:
            found["endpoint_params"] = dict(auth.params)
        if tls := self._tls(auth.ca_cert or self._given.ca_pem):
            found["tls_config"] = tls
        if proxy := self._connection.options.proxy:
            found["proxy_url"] = proxy.replace("socks5h://", "socks5://")
        return found

    def _tls(self, pem: str | None) -> dict[str, Any]:
        options = self._connection.options
        found: dict[str, Any] = {}
        if pem:
            found["ca"] = certificates(pem)
            self.version = max(self.version, _INLINE_CA)
        if options.client_cert_file:
            path = self._given.beside(options.client_cert_file)
            self.files[path] = f"key and certificate of {visible(self._connection.name, limit=80)}"
            found |= {"cert_file": path, "key_file": path}
        if not options.verify:
            found["insecure_skip_verify"] = True
        return found


def _codes(statuses: Sequence[str]) -> list[int] | None:
    """Return codes and classes as codes, None where they say what the exporter does by itself."""
    if tuple(statuses) == PASSING:
        return None
    codes: list[int] = []
    for status in statuses:
        first = int(status[0]) * 100
        codes += range(first, first + 100) if status.lower().endswith("xx") else [int(status)]
    return sorted(set(codes))


def _scrape(targets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "job_name": "integrator",
        "metrics_path": "/probe",
        "static_configs": list(targets),
        "relabel_configs": [
            {"source_labels": ["__address__"], "target_label": "__param_target"},
            {"source_labels": ["__param_target"], "target_label": "instance"},
            {"target_label": "__address__", "replacement": "127.0.0.1:9115"},
        ],
    }


def _yaml(value: Any, indent: str = "") -> Iterator[str]:
    """Yield a mapping as lines of YAML; a text is quoted as JSON quotes it, which YAML reads too."""
    for key, item in value.items():
        name = key if re.fullmatch(r"[A-Za-z_][\w.-]*", key) else json.dumps(key)
        if isinstance(item, dict):
            yield f"{indent}{name}:"
            yield from _yaml(item, f"{indent}  ")
        elif isinstance(item, list) and item and isinstance(item[0], dict):
            yield f"{indent}{name}:"
            for each in item:
                first, *rest = _yaml(each, f"{indent}    ")
                yield f"{indent}  - {first.strip()}"
                yield from rest
        elif isinstance(item, str) and "\n" in item:
            yield f"{indent}{name}: |"
            yield from (f"{indent}  {line}" for line in item.splitlines())
        else:
            yield f"{indent}{name}: {json.dumps(item, ensure_ascii=False)}"
