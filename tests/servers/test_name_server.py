"""What a real name server says, through the system's own resolver, is what resolve tells."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.servers.name_server import command, is_possible

HOSTS = ("both", "four", "nxdomain", "nodata", "servfail", "refused", "silent")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of a check of each host, by its first label."""
    if not is_possible():
        pytest.skip("this system lets nobody make a namespace, so no name server of our own")
    line = command(tmp_path_factory.mktemp("names"), *(f"{name}.names.example" for name in HOSTS))
    done = subprocess.run(line, stdout=subprocess.PIPE, check=True, timeout=60, cwd=Path(__file__).parents[2])
    return dict(zip(HOSTS, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize(("name", "addresses"), [("both", {"127.0.0.1", "::1"}), ("four", {"127.0.0.1"})])
def test_a_name_that_is_known(reports: dict[str, Any], name: str, addresses: set[str]) -> None:
    report = reports[name]
    assert report["outcome"] == "passed", report["failure"]
    assert set(report["stages"][0]["detail"]["addresses"]) == addresses
    assert report["stages"][1]["detail"]["address"] == "127.0.0.1"  # nobody listens at the other one


@pytest.mark.parametrize(
    ("name", "kind", "hint"),
    [
        ("nxdomain", "dns_not_found", "spelling"),
        ("nodata", "dns_not_found", "spelling"),
        ("servfail", "dns_failed", "/etc/resolv.conf"),
        ("refused", "dns_failed", "/etc/resolv.conf"),
        ("silent", "dns_failed", "firewall"),
    ],
)
def test_a_name_that_leads_nowhere(reports: dict[str, Any], name: str, kind: str, hint: str) -> None:
    report = reports[name]
    assert report["failure"]["kind"] == kind, report["failure"]
    assert f"{name}.names.example" in report["failure"]["message"]
    assert hint in report["failure"]["hint"]
    assert [stage["outcome"] for stage in report["stages"]] == ["failed", "skipped", "skipped"]
