"""The rules of judging over time, on hand-made attempts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from validator.judging.attempts import Timing, eventually
from validator.words.finding import Attempt, Finding, State
from validator.words.verdict import Outcome, Verdict

H, V, U = State.HOLDS, State.VIOLATED, State.UNKNOWN


def judge(
    *looks: tuple[float, State],
    within: float = 20,
    hold: float = 0,
    times: int = 1,
    attempts: int | None = None,
    took: float = 0,
    now: float | None = None,
) -> Verdict:
    made = [Attempt(at, Finding(state, f"{state} at {at:g}"), took=took) for at, state in looks]
    return eventually(made, Timing(0, within, hold, times, attempts), now if now is not None else looks[-1][0])


def test_passes_at_the_first_holds() -> None:
    verdict = judge((0, V), (2, H), (4, V))
    assert (verdict.outcome, verdict.final, verdict.reason) == (
        Outcome.PASSED,
        True,
        "holds at 2, after 1 failed attempt: violated at 0",
    )


def test_is_not_decided_by_a_violation_before_the_deadline() -> None:
    assert not judge((0, V), (2, V)).final


def test_at_the_deadline_failed_if_the_newest_decided_attempt_was_violated() -> None:
    verdict = judge((0, U), (18, V), (19, U), now=20)
    assert (verdict.outcome, verdict.final, verdict.reason) == (
        Outcome.FAILED,
        True,
        "violated at 18 (in 1 of 3 attempts)",
    )


def test_at_the_deadline_inconclusive_if_nothing_was_decided() -> None:
    assert judge((0, U), (18, U), now=20).outcome is Outcome.INCONCLUSIVE


def test_no_attempt_at_all_is_inconclusive() -> None:
    verdict = eventually([], Timing(0, 20), 20)
    assert (verdict.outcome, verdict.final) == (Outcome.INCONCLUSIVE, True)


def test_with_for_holds_must_go_on_that_long() -> None:
    assert not judge((0, H), (2, H), hold=4).final
    assert judge((0, H), (2, H), (4, H), hold=4).outcome is Outcome.PASSED


def test_with_for_a_violation_begins_it_anew() -> None:
    assert not judge((0, H), (2, V), (4, H), (6, H), hold=4).final
    assert judge((0, H), (2, V), (4, H), (6, H), (8, H), hold=4).outcome is Outcome.PASSED


def test_what_left_a_gap_in_what_holds_is_named() -> None:
    looks = [Attempt(at, Finding(state, f"{state} at {at:g}", remedy="look")) for at, state in ((0, H), (2, U), (6, H))]
    verdict = eventually(looks, Timing(0, 5, 4), 20)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason == "it holds, but not for 4 s without a break: nothing is known of one attempt: unknown at 2"
    assert verdict.remedy == "look"


def test_attempts_of_which_nothing_is_known_may_have_been_what_was_missing() -> None:
    """Evidence was lost while it may have held; that it broke later says nothing of that."""
    verdict = judge((0, H), (2, U), (4, U), (6, V), (20, V), within=12, hold=4, now=20)
    assert (verdict.outcome, verdict.final) == (Outcome.INCONCLUSIVE, True)
    assert verdict.reason == ("it may have held for 4 s without a break: nothing is known of one attempt: unknown at 4")
    assert judge((0, U), (2, H), (3, V), times=3, now=20).outcome is Outcome.FAILED
    assert judge((0, U), (2, H), (3, U), (5, V), times=3, now=20).outcome is Outcome.INCONCLUSIVE


def test_attempts_of_which_nothing_is_known_are_no_excuse_where_it_cannot_have_held_long_enough() -> None:
    assert judge((0, U), (2, V), (4, H), (6, V), within=12, hold=4, now=20).outcome is Outcome.FAILED
    assert judge((0, H), (2, V), (11, U), (13, V), within=12, hold=8, now=20).outcome is Outcome.FAILED


def test_a_gap_over_two_intervals_begins_it_anew() -> None:
    assert judge((0, H), (4, H), hold=4).outcome is Outcome.PASSED
    assert not judge((0, H), (4.1, H), hold=4).final


def test_slow_answers_are_no_gap() -> None:
    slow = [(at, H) for at in (0, 6, 12, 18)]
    assert judge(*slow, hold=18, took=5.9).outcome is Outcome.PASSED
    assert not judge(*slow, hold=18, took=1).final


def test_so_many_in_a_row_have_to_hold() -> None:
    assert not judge((0, H), (2, H), (4, V), (6, H), (8, H), times=3).final
    verdict = judge((0, H), (2, V), (4, H), (6, H), (8, H), times=3)
    assert verdict.outcome is Outcome.PASSED
    assert verdict.reason == "holds at 8 (3 times in a row), after 1 failed attempt: violated at 2"


def test_a_row_that_began_in_time_is_followed() -> None:
    assert not judge((18, H), (20, H), times=3, now=21).final
    assert judge((18, H), (20, H), (22, H), times=3).outcome is Outcome.PASSED
    assert judge((18, H), (20, H), (22, V), times=3).outcome is Outcome.FAILED


def test_a_row_that_is_too_short_says_how_far_it_came() -> None:
    assert judge((0, H), (2, H), times=5).reason == "it holds, 2 of 5 times in a row"


def test_the_first_decided_answer_decides_where_one_attempt_is_asked_for() -> None:
    assert judge((0, U), (2, V), (4, H), attempts=1).outcome is Outcome.FAILED
    assert judge((0, U), (2, H), (4, V), attempts=1).outcome is Outcome.PASSED


def test_the_last_of_so_many_attempts_decides() -> None:
    assert not judge((0, V), (2, V), attempts=3).final
    verdict = judge((0, V), (2, V), (4, V), attempts=3)
    assert (verdict.outcome, verdict.final, verdict.reason) == (
        Outcome.FAILED,
        True,
        "violated at 4 (in 3 of 3 attempts)",
    )


def test_a_pass_tells_the_reasons_of_the_attempts_that_failed() -> None:
    reasons = ["status 500"] * 3 + ["status 503"]
    made = [Attempt(2 * n, Finding(V, reason)) for n, reason in enumerate(reasons)]
    verdict = eventually([*made, Attempt(9, Finding(H, "status 200"))], Timing(0, 20), 9)
    assert verdict.reason == "status 200, after 4 failed attempts: status 500 (3 times); status 503"


def test_holds_under_way_at_the_deadline_are_followed_until_full() -> None:
    assert not judge((18, H), (20, H), hold=4, now=21).final
    assert judge((18, H), (20, H), (22, H), hold=4).outcome is Outcome.PASSED


def test_holds_under_way_at_the_deadline_that_break_decide() -> None:
    verdict = judge((18, H), (20, H), (21, V), hold=4)
    assert (verdict.outcome, verdict.final, verdict.reason) == (
        Outcome.FAILED,
        True,
        "violated at 21 (in 1 of 3 attempts)",
    )


def test_holds_that_begin_after_the_deadline_come_too_late() -> None:
    verdict = judge((18, V), (21, H), (23, H), (25, H), hold=4)
    assert (verdict.outcome, verdict.final) == (Outcome.FAILED, True)


def test_attempts_before_the_start_do_not_count() -> None:
    attempts = [Attempt(-1, Finding(H, "early"))]
    assert not eventually(attempts, Timing(0, 20), 1).final


def test_an_unknown_that_may_yet_be_told_is_waited_for_past_the_deadline() -> None:
    attempts = [Attempt(19, Finding(U, "no entry yet"), pending=True)]
    assert not eventually(attempts, Timing(0, 20), 25).final


def test_a_conclusive_violation_is_final_at_once() -> None:
    attempts = [Attempt(1, Finding(V, "pinned"), conclusive=True)]
    assert eventually(attempts, Timing(0, 20), 1).outcome is Outcome.FAILED


def test_a_conclusive_unknown_is_final_at_once() -> None:
    attempts = [Attempt(1, Finding(U, "denied"), conclusive=True)]
    assert eventually(attempts, Timing(0, 20), 1).outcome is Outcome.INCONCLUSIVE


looks = st.lists(st.tuples(st.floats(0, 60), st.sampled_from([H, V, U])), max_size=40)


@given(looks, st.floats(0, 30), st.floats(0, 10), st.floats(0, 80))
def test_no_green_without_holds_all_through(
    made: list[tuple[float, State]], within: float, hold: float, now: float
) -> None:
    attempts = [Attempt(at, Finding(state, "")) for at, state in made]
    verdict = eventually(attempts, Timing(0, within, hold), now)
    if verdict.outcome is Outcome.PASSED:
        began = sorted(at for at, state in made if state is H and at <= within)
        ended = [at for at, state in made if state is H]
        assert any(
            last - first >= hold and not any(state is V and first < at < last for at, state in made)
            for first in began
            for last in ended
        )


@given(looks, st.floats(0, 30), st.floats(0, 10), st.floats(0, 80))
def test_a_final_verdict_is_not_changed_by_later_attempts(
    made: list[tuple[float, State]], within: float, hold: float, now: float
) -> None:
    attempts = [Attempt(at, Finding(state, "")) for at, state in made if at <= now]
    verdict = eventually(attempts, Timing(0, within, hold), now)
    later = [*attempts, *(Attempt(now + 1 + at, Finding(state, "")) for at, state in made)]
    if verdict.final and verdict.outcome is Outcome.PASSED:
        assert eventually(later, Timing(0, within, hold), now + 100).outcome is Outcome.PASSED
