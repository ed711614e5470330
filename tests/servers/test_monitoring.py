"""What the programs of a monitoring read: promtool, node_exporter, systemd, as docs/monitoring.md shows them."""

from __future__ import annotations

import re
import shlex
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from integrator_tui.cli.checks.arguments import refuse_what_does_not_fit
from integrator_tui.cli.formats.prometheus import render
from integrator_tui.cli.parsers import whole_parser
from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.formats.reports import HOSTILE, failed, passed, unusable
from tests.cli.shell import Shell
from tests.servers.programs import free_ports, program, running

PAGE = (Path(__file__).parent.parent.parent / "docs/monitoring.md").read_text()

REPORTS = [passed(), passed(HOSTILE, None, vantage="bastion"), failed(), unusable(), passed("Orders API", "b.yaml")]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    home = tmp_path / "home"
    home.mkdir()
    return Shell(home)


def block(name: str) -> str:
    """The block of the page that begins with a comment of this name."""
    found = re.search(rf"```\w+\n(# {re.escape(name)}\n.*?)```", PAGE, re.DOTALL)
    assert found is not None, name
    return found[1]


def text(*reports: object) -> str:
    return "".join(f"{line}\n" for line in render(reports))  # type: ignore[arg-type]


@pytest.mark.parametrize("found", [REPORTS, [unusable()], []], ids=["all kinds", "one that is broken", "none"])
def test_promtool_has_nothing_to_say(found: list[object]) -> None:
    command = [program("promtool"), "check", "metrics"]
    done = subprocess.run(command, input=text(*found), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """The folder that a node_exporter collects, and where it tells what it found."""
    (port,) = free_ports(1)
    folder = tmp_path / "textfiles"
    folder.mkdir()
    command = [
        program("prometheus-node-exporter"),
        "--collector.disable-defaults",
        "--collector.textfile",
        f"--collector.textfile.directory={folder}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with running(command, port, tmp_path / "exporter.log"):
        yield folder, f"http://127.0.0.1:{port}/metrics"


def collected(address: str) -> list[str]:
    with urllib.request.urlopen(address, timeout=30) as answer:
        lines: list[str] = answer.read().decode().splitlines()
    return lines


def test_node_exporter_serves_every_series_of_two_files(collector: tuple[Path, str]) -> None:
    folder, address = collector
    (folder / "a.prom").write_text(text(*REPORTS))
    (folder / "b.prom").write_text(text(passed("Another", "c.yaml")))
    lines = collected(address)
    assert "node_textfile_scrape_error 0" in lines
    series = [line for line in lines if line.startswith("integrator_check_passed{")]
    assert len(series) == len(REPORTS) + 1
    assert any(r"a|b 'c' \"d\" <e> & ]]> \\f\nnext" in line for line in series)


def test_a_check_writes_where_node_exporter_reads(
    shell: Shell, demo: ThreadedDemoServer, collector: tuple[Path, str]
) -> None:
    folder, address = collector
    shell.write("o.yaml", f"name: O\nbase_url: {demo.addresses.http}\ntest_path: /health\n")
    done = shell.run("check", "--all", "--format", "prometheus", "--output", str(folder / "checks.prom"))
    assert (done.code, done.out, done.err) == (0, "", "")
    before = time.time()
    lines = collected(address)
    assert 'integrator_check_passed{file="o.yaml",name="O"} 1' in lines
    finished = next(line for line in lines if line.startswith("integrator_check_finished_seconds{"))
    assert abs(float(finished.rpartition(" ")[2]) - before) < 60


def test_the_alert_rules_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(block("integrator-tui.rules.yaml"))
    command = [program("promtool"), "check", "rules", str(tmp_path / "rules.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 rules found" in done.stdout


def test_the_alert_rules_fire_on_our_series(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(block("integrator-tui.rules.yaml"))
    (tmp_path / "test.yaml").write_text(ALERTS)
    command = [program("promtool"), "test", "rules", str(tmp_path / "test.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


ALERTS = """
rule_files: [rules.yaml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: 'integrator_check_passed{name="A",file="a.yaml"}'
        values: '1 0x30'
      - series: 'integrator_check_failure{name="A",file="a.yaml",stage="tls",kind="tls_expired"}'
        values: '_ 1x30'
    alert_rule_test:
      - eval_time: 20m
        alertname: IntegratorCheckFailed
        exp_alerts:
          - exp_labels: {severity: page, name: A, file: a.yaml, stage: tls, kind: tls_expired}
            exp_annotations: {summary: "A: tls tls_expired"}
      - eval_time: 2m
        alertname: IntegratorCheckFailed
        exp_alerts: []
"""


def test_the_units_of_the_page(tmp_path: Path) -> None:
    for name in ("integrator-check.service", "integrator-check.timer"):
        unit = block(f"/etc/systemd/system/{name}")
        (tmp_path / name).write_text(unit.replace("/opt/integrator-tui/bin/integrator-tui", "/bin/true"))
    command = [program("systemd-analyze"), "verify", *map(str, sorted(tmp_path.glob("integrator-check.*")))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    said = [line for line in done.stderr.splitlines() if "integrator-check" in line]
    assert (done.returncode, said) == (0, [])


def test_every_shell_block_of_the_page_can_be_read() -> None:
    blocks = re.findall(r"```(?:sh|bash)\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) >= 3
    for script in blocks:
        done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, ""), script


def test_the_workflow_of_the_page_is_yaml_that_runs_our_commands() -> None:
    workflow = YAML(typ="safe", pure=True).load(block(".github/workflows/connections.yaml"))
    commands = [step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step]
    ours = [command.split() for command in commands if command.startswith("integrator-tui ")]
    assert [command[3] for command in ours] == ["verify", "check"]
    parser = whole_parser()
    parsed = parser.parse_args(ours[1][1:])
    assert (parsed.format, parsed.output, parsed.retries) == ("junit", "checks.xml", 2)


def test_every_check_of_the_page_is_one_that_the_parser_takes() -> None:
    text = PAGE.replace("ExecStart=/opt", "/opt")
    found = re.findall(r"^[^`#|\n]*?integrator-tui ((?:--workspace \S+ )?check [^'`\n]+)", text, re.MULTILINE)
    assert len(found) >= 7
    for command in found:
        refuse_what_does_not_fit(whole_parser().parse_args(shlex.split(command)))
