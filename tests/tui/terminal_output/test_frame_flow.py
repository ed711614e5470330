"""One frame is on its way at a time, and no terminal is waited for that does not answer."""

from __future__ import annotations

from integrator_tui.tui.terminal_output.frame_flow import ASK, PATIENCE_SECONDS, FrameFlow


def answering(now: float = 0.0) -> FrameFlow:
    flow = FrameFlow(now)
    assert flow.sent(100, now) == ASK
    assert flow.answered(now)
    return flow


def test_until_the_first_answer_nothing_waits() -> None:
    flow = FrameFlow(0.0)
    for number in range(5):
        assert flow.wait(number / 100, is_urgent=False) <= 0
        flow.sent(100, number / 100)


def test_a_frame_waits_for_the_answer_to_the_one_before() -> None:
    flow = answering()
    flow.sent(100, 1.0)
    assert flow.wait(1.1, is_urgent=False) > 0
    assert flow.answered(1.2)
    assert flow.wait(1.2, is_urgent=False) <= 0


def test_what_a_key_causes_waits_for_no_answer_but_is_bounded() -> None:
    flow = answering()
    flow.sent(4000, 1.0)
    assert flow.wait(1.0, is_urgent=True) <= 0
    flow.sent(5000, 1.0)
    assert flow.wait(1.0, is_urgent=True) > 0


def test_an_answer_that_is_late_is_waited_for_only_so_long() -> None:
    flow = answering()
    flow.sent(100, 1.0)
    assert flow.wait(1.0 + PATIENCE_SECONDS, is_urgent=False) <= 0


def test_a_terminal_that_answers_no_more_is_asked_now_and_then_and_not_waited_for() -> None:
    flow, now, asked = answering(), 1.0, []
    for _ in range(40):
        asked.append(bool(flow.sent(10, now)))
        now += 1.01
        assert flow.wait(now, is_urgent=False) <= 0
    assert all(asked[:3])
    assert 1 <= sum(asked[5:]) <= 5
    flow.answered(now)
    flow.sent(10, now)
    assert flow.wait(now, is_urgent=False) > 0


def test_answers_that_nobody_asked_for_release_nothing() -> None:
    flow = answering()
    for _ in range(20):
        assert not flow.answered(0.5)
    flow.sent(100, 1.0)
    assert flow.wait(1.0, is_urgent=False) > 0


def test_what_comes_by_itself_keeps_to_a_pace_and_a_key_does_not() -> None:
    flow, now, sent = answering(), 1.0, 0
    while now < 11.0:
        if flow.wait(now, is_urgent=False) <= 0:
            flow.sent(4000, now)
            flow.answered(now)
            sent += 4000
        now += 0.01
    assert 280_000 <= sent <= 330_000
    flow.sent(4000, now)
    flow.answered(now)
    assert flow.wait(now, is_urgent=True) <= 0
