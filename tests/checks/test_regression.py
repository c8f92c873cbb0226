"""Kind regression: which errors are new, what is shown of them, and when nothing can be said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import BACKEND, HEAD, NETRA, PREVIOUS, START, Finished, overlaid, simulate
from tests.two_revisions import NEW_SIGNATURE, log, of_revision
from validator.checks import regression
from validator.evidence.baseline import BaselineOf
from validator.evidence.journal import Observation
from validator.logs.entry import Entry
from validator.logs.event import Event
from validator.words.verdict import Outcome

INVALID = (
    ("{severity: FATAL}", "known: DEBUG, INFO"),
    ("{ignore: []}", "this may not be empty"),
    ("{ignore: ['[a']}", "RE2 refuses the pattern '[a'"),
    ("{max_new: -1}", "-1 is less than 0"),
    ("{maxnew: 1}", "unknown key 'maxnew' (did you mean max_new?)"),
)
CREATED = START - 240
PREVIOUS_CREATED = START - 26 * 3600
TRACE = """\
        - [0s, "Traceback (most recent call last):"]
        - [0s, '  File "/app/orders.py", line 12, in place']
        - [1ms, "    raise ValueError(order)"]
        - [1ms, "ValueError: order 17 of 10.0.0.7 is empty"]
"""


def check(options: str = "{}", more: str = "for: 20s, ") -> str:
    return f"{HEAD}  - {{name: No new error, {more}regression: {options}}}\n"


def group(name: str, revision: str, at: str, lines: str) -> str:
    return f"    {name}:\n      revision: {revision}\n      stream: stderr\n      at: '{at}'\n      lines:\n{lines}"


def judged(folder: Path, changes: str, options: str = "{}") -> Finished:
    return simulate(check(options), overlaid(folder, f"logs:\n  groups:\n{changes}" if changes else ""))


def test_an_error_that_the_older_revision_did_not_log_is_new_and_is_shown_whole(tmp_path: Path) -> None:
    run = judged(tmp_path, group("new", BACKEND, "@-60s", TRACE))
    verdict = run.verdict("No new error")
    assert verdict.outcome is Outcome.FAILED
    assert f"new since {PREVIOUS}: 'ValueError: order 17 of 10.0.0.7 is empty' was logged once" in verdict.reason
    (excerpt,) = verdict.evidence
    assert excerpt.text.startswith("Traceback (most recent call last):\n  File")
    assert excerpt.text.endswith("\nValueError: order 17 of 10.0.0.7 is empty")
    assert f"that {PREVIOUS} did not log in the first 4 min" in verdict.expected


def test_the_same_error_with_other_numbers_is_not_new(tmp_path: Path) -> None:
    before = TRACE.replace("17", "9034").replace("line 12", "line 40").replace("10.0.0.7", "10.9.8.7")
    groups = group("new", BACKEND, "@-60s", TRACE) + group("old", PREVIOUS, "@-1d1h59m", before)
    run = judged(tmp_path, groups)
    verdict = run.verdict("No new error")
    assert verdict.outcome is Outcome.PASSED, verdict.reason
    assert "1 error signature here, 1 in the first 4 min" in verdict.reason
    assert "inferred" in verdict.reason


def test_what_the_older_revision_logged_later_in_its_life_does_not_count(tmp_path: Path) -> None:
    groups = group("new", BACKEND, "@-60s", TRACE) + group("old", PREVIOUS, "@-1d1h50m", TRACE)
    assert judged(tmp_path, groups).verdict("No new error").outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ("{ignore: ['order \\d+ of']}", Outcome.PASSED),
        ("{max_new: 1}", Outcome.PASSED),
        ("{severity: CRITICAL}", Outcome.PASSED),
        ("{severity: WARNING}", Outcome.FAILED),
    ],
)
def test_the_options_say_what_counts(tmp_path: Path, options: str, outcome: Outcome) -> None:
    run = judged(tmp_path, group("new", BACKEND, "@-60s", TRACE), options)
    assert run.verdict("No new error").outcome is outcome, run.verdict("No new error").reason


def test_a_surge_is_told_and_fails_if_it_is_bounded(tmp_path: Path) -> None:
    lines = "".join(f'        - [{second}s, "it failed for order {second}", ERROR]\n' for second in range(40))
    groups = group("new", BACKEND, "@-60s", lines)
    groups += group("old", PREVIOUS, "@-1d1h59m", '        - [0s, "it failed for order 7", ERROR]\n')
    told = judged(tmp_path, groups).verdict("No new error")
    assert told.outcome is Outcome.PASSED
    assert "far more often than before: 'it failed for order 0' was logged 40 times, 1 before" in told.reason
    assert judged(tmp_path, groups, "{max_surging: 0}").verdict("No new error").outcome is Outcome.FAILED


def test_it_is_decided_only_once_the_log_is_readable_past_the_window(tmp_path: Path) -> None:
    run = judged(tmp_path, "")
    assert run.verdict("No new error").outcome is Outcome.PASSED
    assert run.decided("No new error") > 20 + 10
    late = group("new", BACKEND, "@+18s", TRACE)
    assert judged(tmp_path, late).verdict("No new error").outcome is Outcome.FAILED
    assert judged(tmp_path, late.replace("@+18s", "@+25s")).verdict("No new error").outcome is Outcome.PASSED


def test_the_older_log_is_read_once_for_all_checks(tmp_path: Path) -> None:
    both = check() + "  - {name: Nothing critical, for: 20s, regression: {severity: CRITICAL}}\n"
    run = simulate(both, overlaid(tmp_path, ""))
    assert run.run.outcome is Outcome.PASSED
    reads = [r for r in run.engine.journal if isinstance(r, Observation) and isinstance(r.query, BaselineOf)]
    assert len(reads) == 1


def test_the_older_log_is_read_anew_for_a_check_that_starts_later(tmp_path: Path) -> None:
    later = check() + "  - {name: Later, needs: [No new error], for: 20s, regression: {}}\n"
    groups = group("new", BACKEND, "@+40s", TRACE) + group("old", PREVIOUS, "@-1d1h55m20s", TRACE)
    run = simulate(later, overlaid(tmp_path, f"logs:\n  groups:\n{groups}"))
    assert run.run.outcome is Outcome.PASSED, run.verdict("Later").reason
    assert "1 error signature here, 1 in the first" in run.verdict("Later").reason
    reads = [r for r in run.engine.journal if isinstance(r, Observation) and isinstance(r.query, BaselineOf)]
    assert len(reads) == 2


def test_a_fault_while_the_older_log_is_read_is_mended_by_reading_it_again(tmp_path: Path) -> None:
    run = simulate(check(), overlaid(tmp_path, "faults: [{method: ListLogEntries, code: UNAVAILABLE, first: 4}]\n"))
    assert run.verdict("No new error").outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("changes", "options", "reason"),
    [
        (
            "logs: {groups: {previous: null}}\n",
            "{}",
            f"of {PREVIOUS} can be read, so new errors cannot be told from old ones",
        ),
        (
            f"revisions: {{{PREVIOUS}: null}}\nlogs: {{groups: {{previous: null}}}}\n",
            "{}",
            "no older one was ever ready",
        ),
        (
            "",
            "{baseline: netra-backend-staging-00001-abc}",
            "no older revision is called netra-backend-staging-00001-abc",
        ),
        ("faults: [{method: ListRevisions, code: PERMISSION_DENIED, message: no}]\n", "{}", "Cloud Run denied"),
        ("logs: {groups: {startup: null, golden: null, system: null}}\n", "{}", f"no log entry of {BACKEND}"),
    ],
)
def test_what_cannot_be_known_is_inconclusive(tmp_path: Path, changes: str, options: str, reason: str) -> None:
    run = simulate(check(options), overlaid(tmp_path, changes))
    assert run.verdict("No new error").outcome is Outcome.INCONCLUSIVE
    assert reason in run.verdict("No new error").reason


def test_a_denied_log_is_inconclusive() -> None:
    run = simulate(check(), NETRA / "logging-denied.yaml")
    assert run.verdict("No new error").outcome is Outcome.INCONCLUSIVE
    assert "roles/logging.viewer" in run.verdict("No new error").remedy


def test_an_assert_sees_the_entries(tmp_path: Path) -> None:
    run = simulate(check(more="for: 5s, assert: 'size(entries) > 1000', "), overlaid(tmp_path, ""))
    assert run.verdict("No new error").outcome is Outcome.FAILED


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(50))
def test_over_seeds_of_noise_exactly_the_new_signature_is_named(seed: int) -> None:
    def errors(name: str, *, new: bool = False) -> dict[str, list[Event]]:
        raw = log(seed, start=START, length=300, new=new, name=name)
        return dict(regression._errors(regression.options({}), [Entry.read(entry) for entry in raw]))

    before = errors("older")
    new, surging = regression._new_and_surging(errors("newer", new=True), before)
    assert [(each.signature, len(each.events)) for each in new] == [(NEW_SIGNATURE, 2)]
    assert not regression._new_and_surging(errors("newer"), before)[0]
    assert len(surging) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("new", [True, False])
def test_in_a_whole_run_over_thousands_of_lines(tmp_path: Path, new: bool) -> None:
    older = of_revision(log(1, start=PREVIOUS_CREATED, length=240, size=1000, name="older"), PREVIOUS)
    newer = of_revision(log(1, start=CREATED, length=240, size=1000, new=new, name="newer"), BACKEND)
    run = simulate(check(), overlaid(tmp_path, f"logs:\n  entries:\n{older}{newer}"))
    verdict = run.verdict("No new error")
    if new:
        assert verdict.outcome is Outcome.FAILED
        assert "object has no attribute 'capture'" in verdict.reason
        assert "was logged 2 times" in verdict.reason
        assert len(verdict.evidence) == 1
    else:
        assert verdict.outcome is Outcome.PASSED, verdict.reason
