"""Every way a canary is sent, looked at from another host: neither ssh, its variables nor an output holds one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.canary.canaries import NAMED, Search
from tests.canary.connections import matrix, operated
from tests.canary.mirror import Mirror
from tests.canary.processes import Watch
from tests.canary.sweep import Sweep, sealed_workspace
from tests.cli.shell import Shell
from tests.servers.far_host import near_host


@pytest.fixture(scope="module")
def mirror() -> Iterator[Mirror]:
    with Mirror() as mirror:
        yield mirror


def test_no_canary_leaves_on_the_way_over_a_vantage(shell: Shell, mirror: Mirror, tmp_path: Path) -> None:
    search = Search()
    sweep = Sweep(shell, search)
    files = dict(list(matrix(mirror.url).items())[::6]) | operated(mirror.url)
    sealed_workspace(shell, files)
    assert shell.run("seal", "--yes").code == 0
    (tmp_path / "ssh").mkdir()
    near = near_host(tmp_path / "ssh")
    shell.environment["PATH"] = f"{near.bin}:{shell.environment['PATH']}"
    # The identity lies in a variable, which ssh has no use for.
    identity = (shell.home / ".config/sops/age/keys.txt").read_text().split("\n")[-2]
    assert identity.startswith("AGE-SECRET-KEY-")
    given = {"SOPS_AGE_KEY": identity, "INTEGRATOR_SECRET_X": NAMED}
    with Watch(os.getpid()) as watch:
        for form in ("human", "json", "junit", "prometheus", "nagios"):
            answer = () if form in ("prometheus", "nagios") else ("--answer",)
            done = sweep.run(
                "check", "--all", "--via", "bastion", "--via", "gone", "--format", form, *answer, environment=given
            )
            assert done.code in (1, 2, 3), done.err
        assert "bastion" in done.out or "from" in done.out
        name = next(iter(operated(mirror.url)))
        for command in (("request", name), ("run", name, "Echo"), ("token", name)):
            sweep.data(*command, "--via", "bastion")
    for line in watch.arguments:
        search.at("cmdline", line)
    for words in near.arguments():
        search.at("arguments of ssh", " ".join(words))
    search.at("environment of ssh", near.environments())
    assert "AGE-SECRET-KEY-" not in near.environments()
    assert near.arguments()
    sent = "\n".join(mirror.asked).encode()
    assert search.names(sent), "the server was sent some of them"
    search.below(shell.home)
    assert search.found == set()
