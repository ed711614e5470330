"""Prometheus' text format: its fixed words, and what Prometheus' own programs read of it (tests/servers)."""

from __future__ import annotations

from integrator_tui.cli.formats.prometheus import render
from integrator_tui.model.probe import Failure
from tests.cli.formats.reports import HOSTILE, failed, passed, unusable

EXPECTED = """\
# HELP integrator_check_passed Whether the check passed: 1, or not: 0.
# TYPE integrator_check_passed gauge
integrator_check_passed{name="Orders API",file="prod/orders.yaml"} 1
integrator_check_passed{name="Billing",file="prod/billing.yaml"} 0
integrator_check_passed{name="broken",file="broken.yaml"} 0
# HELP integrator_check_duration_seconds Time the whole check took.
# TYPE integrator_check_duration_seconds gauge
integrator_check_duration_seconds{name="Orders API",file="prod/orders.yaml"} 0.041700
integrator_check_duration_seconds{name="Billing",file="prod/billing.yaml"} 0.004500
integrator_check_duration_seconds{name="broken",file="broken.yaml"} 0.000000
# HELP integrator_check_stage_seconds Time a stage took.
# TYPE integrator_check_stage_seconds gauge
integrator_check_stage_seconds{name="Orders API",file="prod/orders.yaml",stage="resolve"} 0.000400
integrator_check_stage_seconds{name="Orders API",file="prod/orders.yaml",stage="connect"} 0.001100
integrator_check_stage_seconds{name="Orders API",file="prod/orders.yaml",stage="tls"} 0.008200
integrator_check_stage_seconds{name="Orders API",file="prod/orders.yaml",stage="authenticate"} 0.020300
integrator_check_stage_seconds{name="Orders API",file="prod/orders.yaml",stage="respond"} 0.011700
integrator_check_stage_seconds{name="Billing",file="prod/billing.yaml",stage="resolve"} 0.000400
integrator_check_stage_seconds{name="Billing",file="prod/billing.yaml",stage="connect"} 0.001100
integrator_check_stage_seconds{name="Billing",file="prod/billing.yaml",stage="respond"} 0.003000
# HELP integrator_check_http_status HTTP status of the test's answer, 0 where none came.
# TYPE integrator_check_http_status gauge
integrator_check_http_status{name="Orders API",file="prod/orders.yaml"} 200
integrator_check_http_status{name="Billing",file="prod/billing.yaml"} 500
integrator_check_http_status{name="broken",file="broken.yaml"} 0
# HELP integrator_check_certificate_not_after_seconds When the certificate served ends, in seconds since 1970.
# TYPE integrator_check_certificate_not_after_seconds gauge
integrator_check_certificate_not_after_seconds{name="Orders API",file="prod/orders.yaml"} 1798934400
# HELP integrator_check_token_expiry_seconds How long the token still lives.
# TYPE integrator_check_token_expiry_seconds gauge
integrator_check_token_expiry_seconds{name="Orders API",file="prod/orders.yaml"} 3600
# HELP integrator_check_failure 1 for the cause of a check that did not pass; stage empty where none was reached.
# TYPE integrator_check_failure gauge
integrator_check_failure{name="Billing",file="prod/billing.yaml",stage="respond",kind="server_error"} 1
integrator_check_failure{name="broken",file="broken.yaml",stage="",kind="invalid_file"} 1
# HELP integrator_check_finished_seconds When the check ended, in seconds since 1970.
# TYPE integrator_check_finished_seconds gauge
integrator_check_finished_seconds{name="Orders API",file="prod/orders.yaml"} 1795477244.165
integrator_check_finished_seconds{name="Billing",file="prod/billing.yaml"} 1795477244.127
integrator_check_finished_seconds{name="broken",file="broken.yaml"} 1795477244.123
"""


def test_every_word_of_it_is_fixed() -> None:
    text = "".join(f"{line}\n" for line in render([passed(), failed(), unusable()]))
    assert text == EXPECTED


def test_a_vantage_is_a_label_where_there_is_one() -> None:
    lines = list(render([passed(vantage="bastion")]))
    assert 'integrator_check_passed{name="Orders API",file="prod/orders.yaml",vantage="bastion"} 1' in lines


def test_each_series_stands_once_and_names_that_repeat_are_told_by_their_files() -> None:
    lines = list(render([passed("A", "x/a.yaml"), passed("A", "y/a.yaml"), passed("A", "y/a.yaml")]))
    series = [line.rpartition(" ")[0] for line in lines if not line.startswith("#")]
    assert len(series) == len(set(series))
    assert 'integrator_check_passed{name="A",file="x/a.yaml"}' in series


def test_label_values_escape_backslash_quote_and_line_break_alone() -> None:
    first = next(line for line in render([passed(HOSTILE)]) if not line.startswith("#"))
    assert r"a|b 'c' \"d\" <e> & ]]> \\f\nnext " in first
    assert "\n" not in first
    first.encode()


def test_the_status_of_a_refused_test_counts_and_that_of_a_token_answer_does_not() -> None:
    def refused(nested: list[dict[str, object]]) -> str:
        failure = Failure("authenticate", "credentials_rejected", "401")
        report = passed(outcome="failed", failure=failure)
        stage = report.stages[3]._replace(outcome="failed", detail={"status": 401, "stages": nested})
        lines = render([report._replace(stages=(*report.stages[:3], stage))])
        return next(line for line in lines if line.startswith("integrator_check_http_status{"))

    assert refused([]).endswith(" 401")
    assert refused([{"stage": "respond", "outcome": "failed"}]).endswith(" 0")


def test_nothing_checked_is_nothing_at_all() -> None:
    assert list(render([])) == []
