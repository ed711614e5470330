"""The recipes of docs/monitoring.md, run as they are printed by the programs that they are for.

What a recipe takes for granted is put in its place: the paths of program, connections and identity, and the host.
"""

from __future__ import annotations

import getpass
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7
from ruamel.yaml import YAML

from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.formats.reports import HOSTILE, failed, passed, unusable, warned
from tests.cli.formats.test_junit import text as junit
from tests.cli.shell import Shell
from tests.servers.name_server import is_possible
from tests.servers.programs import free_ports, program, running
from tests.servers.schemas import schema
from tests.servers.test_monitoring import block

PROGRAM = "/opt/integrator-tui/bin/integrator-tui"


class Place:
    """A host as the recipes suppose it: a program, connections of which one needs a secret, an identity."""

    def __init__(self, folder: Path, url: str) -> None:
        self.shell = Shell(folder)
        self.folder = folder
        self.shell.create_identity()
        self.key = folder / "age-key"
        for name, tags in (("Orders API", "[prod]"), ("Billing", "[]")):
            self.shell.write(
                f"{name.split()[0].lower()}.yaml",
                f"name: {name}\nbase_url: {url}\ntest_path: /basic/health\ntags: {tags}\n"
                "auth: {type: basic, username: demo}\nsecrets: {password: demo-password}\n",
            )
        assert self.shell.run("seal", "--yes").code == 0
        # Only where a recipe says so is it found.
        self.shell.key_file.rename(self.key)
        self.program = folder / "integrator-tui"
        root = Path(__file__).parents[2]
        kept = ("SOPS_AGE_KEY_FILE", "SOPS_AGE_KEY", "SOPS_AGE_KEY_CMD")
        passed_on = " ".join(f'${{{name}:+{name}="${name}"}}' for name in kept)
        self.program.write_text(
            f'#!/bin/sh\nexec env -i PATH="$PATH" HOME={folder} PYTHONPATH={root} LANG=C.UTF-8 '
            f'{passed_on} {sys.executable} -m integrator_tui "$@"\n'
        )
        self.program.chmod(0o755)

    def fitted(self, text: str) -> str:
        """Return a recipe with the paths of this place."""
        fits = {
            PROGRAM: str(self.program),
            "/srv/connections": str(self.shell.workspace),
            "/etc/integrator-tui/age-key": str(self.key),
        }
        for printed, here in fits.items():
            text = text.replace(printed, here)
        return text

    def break_one(self) -> None:
        self.shell.write("down.yaml", "name: Down\nbase_url: http://127.0.0.1:9\ntags: [prod]\n")


@pytest.fixture
def place(tmp_path: Path, demo: ThreadedDemoServer) -> Place:
    folder = tmp_path / "host"
    folder.mkdir()
    return Place(folder, demo.addresses.http)


def cron_line(place: Place) -> tuple[dict[str, str], str]:
    """The variables of the crontab, and the command of its one line (crontab(5))."""
    variables: dict[str, str] = {}
    commands = []
    for line in place.fitted(block("crontab -e")).splitlines():
        if assigned := re.fullmatch(r"(\w+)=(.*)", line):
            variables[assigned[1]] = assigned[2]
        elif line and not line.startswith("#"):
            assert "%" not in line
            commands.append(line.split(maxsplit=5)[5])
    (command,) = commands
    return variables, command


def test_cron_takes_the_crontab(tmp_path: Path) -> None:
    if not is_possible():
        pytest.skip("namespaces are forbidden here")
    table = tmp_path / "table"
    table.write_text(block("crontab -e"))
    # In a spool of its own, seen by nobody else.
    script = (
        "mount -t tmpfs tmpfs /var/spool/cron && mkdir -m 1730 /var/spool/cron/crontabs && "
        f"{program('crontab')} {{}} && {program('crontab')} -l"
    )
    own = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    taken = subprocess.run([*own, script.format(table)], capture_output=True, text=True, timeout=60)
    assert (taken.returncode, taken.stderr) == (0, "")
    assert taken.stdout.endswith(block("crontab -e"))
    table.write_text("*/5 * * * 8 true\n")
    assert subprocess.run([*own, script.format(table)], capture_output=True, timeout=60).returncode != 0


def test_cron_has_nothing_to_mail_while_all_is_well(place: Place) -> None:
    variables, command = cron_line(place)
    environment = {"HOME": str(place.folder), "LOGNAME": "me", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}

    def run() -> tuple[int, str]:
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            env=environment | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        return done.returncode, done.stdout

    assert run() == (0, "")
    place.break_one()
    code, mailed = run()
    assert code == 1
    assert mailed.startswith("✗ Down") and mailed.endswith("2 passed, 1 failed\n")


@pytest.fixture
def nrpe(place: Place, tmp_path: Path) -> Iterator[list[str]]:
    """An NRPE daemon with the command of the page; the command line of the page that asks it."""
    (port,) = free_ports(1)
    me, own = getpass.getuser(), []
    if me == "root":
        # Which NRPE refuses to be: it is somebody else in a namespace of users of its own.
        if not is_possible():
            pytest.skip("namespaces are forbidden here")
        me, own = "nagios", ["unshare", "--map-user=nagios", "--map-group=nagios"]
    config = tmp_path / "nrpe.cfg"
    config.write_text(
        f"server_port={port}\nserver_address=127.0.0.1\nallowed_hosts=127.0.0.1\nnrpe_user={me}\nnrpe_group={me}\n"
        f"pid_file={tmp_path}/nrpe.pid\ncommand_timeout=60\ndont_blame_nrpe=0\n"
        + place.fitted(block("/etc/nagios/nrpe.d/integrator.cfg"))
    )
    asking = shlex.split(block("what Nagios runs"), comments=True)
    asking[asking.index("checks.example.com")] = "127.0.0.1"
    with running([*own, program("nrpe"), "-c", str(config), "-f"], port, tmp_path / "nrpe.log"):
        yield [program("check_nrpe"), "-p", str(port), *asking[1:]]


def test_nagios_is_told_through_nrpe(place: Place, nrpe: list[str]) -> None:
    def asked() -> tuple[int, str, str]:
        done = subprocess.run(nrpe, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    code, out, err = asked()
    assert (code, err) == (0, ""), out
    assert out.startswith("OK - Orders API: passed in ")
    place.shell.write("orders.yaml", "name: Orders API\nbase_url: http://127.0.0.1:9\n")
    code, out, err = asked()
    assert (code, err) == (2, "")
    assert out.startswith("CRITICAL - Orders API: connect: refused: ")
    (place.shell.workspace / "orders.yaml").unlink()
    code, out, err = asked()
    assert (code, err) == (3, "")
    assert out.startswith("UNKNOWN - no connection is named Orders API in ")


@pytest.fixture
def by_ssh(place: Place, tmp_path: Path) -> list[str]:
    """The command line of the page that asks through ssh, with an sshd that nothing but this ssh reaches."""
    sshd, keygen = program("sshd"), program("ssh-keygen")
    for name in ("host_key", "key"):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
    (tmp_path / "authorized").write_text((tmp_path / "key.pub").read_text())
    (tmp_path / "known").write_text(f"checks.example.com {(tmp_path / 'host_key.pub').read_text()}")
    (tmp_path / "sshd_config").write_text(
        f"HostKey {tmp_path}/host_key\nAuthorizedKeysFile {tmp_path}/authorized\nStrictModes no\nUsePAM no\n"
        f"PidFile none\nPrintLastLog no\nPrintMotd no\nSetEnv SOPS_AGE_KEY_FILE={place.key}\n"
    )
    (tmp_path / "ssh_config").write_text(
        f"Host checks.example.com\n  ProxyCommand {sshd} -i -f {tmp_path}/sshd_config\n  User {getpass.getuser()}\n"
        f"  IdentityFile {tmp_path}/key\n  IdentitiesOnly yes\n  UserKnownHostsFile {tmp_path}/known\n"
    )
    if os.geteuid() == 0:
        # Where sshd, started by root, separates its rights.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    asking = shlex.split(place.fitted(block("what Nagios runs instead")), comments=True)
    return [program("check_by_ssh"), "-F", str(tmp_path / "ssh_config"), *asking[1:]]


def test_nagios_is_told_through_ssh(place: Place, by_ssh: list[str]) -> None:
    def asked() -> tuple[int, str, str]:
        done = subprocess.run(by_ssh, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    code, out, err = asked()
    assert (code, err) == (0, ""), out
    assert out.startswith("OK - Orders API: passed in ")
    place.break_one()
    code, out, err = asked()
    assert (code, err) == (2, "")
    assert (
        out.startswith("CRITICAL - 1 of 2 passed: Down connect refused")
        and "CRITICAL - Down: connect: refused: " in out
    )
    (place.shell.workspace / "down.yaml").write_text("name: [\ntags: [prod]\n")
    place.key.rename(place.folder / "elsewhere")
    code, out, err = asked()
    assert (code, err) == (3, "")
    assert out.startswith("UNKNOWN - ")


def workflow() -> Any:
    return YAML(typ="safe", pure=True).load(block(".github/workflows/connections.yaml"))


def test_github_takes_the_workflow() -> None:
    rules = json.loads(schema("github-workflows.json").read_text())
    checked = Draft7Validator(rules)
    assert list(checked.iter_errors(workflow())) == []
    wrong = workflow()
    wrong["jobs"]["check"]["stepz"] = wrong["jobs"]["check"].pop("steps")
    assert list(checked.iter_errors(wrong))


def test_the_steps_of_the_workflow_run(place: Place, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    place.shell.workspace.rename(checkout / "connections")
    key = next(line for line in place.key.read_text().splitlines() if not line.startswith("#"))
    ours = [step for step in workflow()["jobs"]["check"]["steps"] if "integrator-tui " in step.get("run", "")]
    assert len(ours) == 2

    def run(step: Any) -> int:
        given = {
            name: value.replace("${{ secrets.SOPS_AGE_KEY }}", key) for name, value in step.get("env", {}).items()
        }
        environment = {"PATH": f"{place.folder}:{os.environ['PATH']}", **given}
        # As GitHub starts a step.
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        return subprocess.run(command, cwd=checkout, env=environment, timeout=60).returncode

    verify, check = ours
    assert run(verify) == 0
    assert run(verify | {"env": {}}) == 3, "a step has its own environment, and needs the identity"
    assert run(check) == 0
    assert (checkout / "checks.xml").read_text().count("<testcase ") == 2


def cron_job() -> Any:
    return YAML(typ="safe", pure=True).load(block("connections-cronjob.yaml"))


def test_kubernetes_takes_the_cron_job() -> None:
    rules, parts = (
        json.loads(schema(f"kubernetes-{name}.json").read_text()) for name in ("cron-job", "definitions")
    )
    named = Resource.from_contents(parts, default_specification=DRAFT7)
    checked = Draft7Validator(rules, registry=Registry().with_resource("/api/_definitions.json", named))
    assert list(checked.iter_errors(cron_job())) == []
    wrong = cron_job()
    wrong["spec"]["jobTemplate"]["spec"]["template"]["spec"]["volume"] = []
    assert list(checked.iter_errors(wrong))


def test_the_command_of_the_cron_job_runs_on_volumes_as_kubernetes_mounts_them(
    place: Place, tmp_path: Path
) -> None:
    pod = cron_job()["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    identity, connections = tmp_path / "identity", tmp_path / "mounted"
    mode = pod["volumes"][1]["secret"]["defaultMode"]
    assert mode == 0o440
    mount(identity, {"age-key": place.key.read_text()}, mode)
    mount(connections, {file.name: file.read_text() for file in place.shell.workspace.iterdir()}, 0o644)
    fits = {"/identity": str(identity), "/connections": str(connections), "integrator-tui": str(place.program)}
    command = [fits.get(word, word) for word in container["command"]]
    given = {each["name"]: each["value"].replace("/identity", str(identity)) for each in container["env"]}
    done = subprocess.run(
        command, env={"PATH": os.environ["PATH"], **given}, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    # What the page says of the file itself.
    file = {"SOPS_AGE_KEY_FILE": f"{identity}/age-key"}
    refused = subprocess.run(
        command, env={"PATH": os.environ["PATH"], **file}, capture_output=True, text=True, timeout=60
    )
    assert refused.returncode == 3 and "others than you can read" in refused.stdout


def mount(folder: Path, files: dict[str, str], mode: int) -> None:
    """Write files as a volume of Kubernetes holds them: links through `..data` to a folder named by a time."""
    data = folder / "..2026_12_01_00_00_00.1234"
    data.mkdir(parents=True)
    (folder / "..data").symlink_to(data.name)
    for name, content in files.items():
        (data / name).write_text(content)
        (data / name).chmod(mode)
        (folder / name).symlink_to(f"..data/{name}")


def test_the_junit_schema_of_jenkins_takes_every_kind_of_result(tmp_path: Path) -> None:
    written = tmp_path / "checks.xml"
    command = [program("xmllint"), "--noout", "--schema", str(schema("junit-10.xsd")), str(written)]
    every = [passed(), warned(), failed(), unusable(), unusable(kind="not_run"), failed(HOSTILE, message=HOSTILE)]
    for found in (every, every[:1], []):
        written.write_text(junit(found))
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
    written.write_text(junit(every).replace("<failure ", "<failed ").replace("</failure>", "</failed>"))
    assert subprocess.run(command, capture_output=True, timeout=60).returncode != 0
