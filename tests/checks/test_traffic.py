"""Kind traffic: share, tag, split, pinning."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import BACKEND, HEAD, NETRA, PREVIOUS, overlaid, simulate
from validator.evidence.journal import Observation
from validator.words.verdict import Outcome

INVALID = (
    ("{percent: 101}", "101 is more than 100"),
    ("{percent: all}", "found 'all', but this takes a whole number or a mapping"),
    ("{percent: 10, split: {target: 10}}", "`split` stands in place of `percent`"),
    ("{split: {target: 60, previous: 50}}", "the shares add up to 110 %"),
    ("{split: {newest: 1}}", "newest"),
    ("{pined: true}", "did you mean pinned"),
)


def traffic(*lines: tuple[str, int, str]) -> str:
    """A service's traffic of (revision or empty for the latest, percent, tag), asked for and as it is."""
    targets = []
    for revision, percent, tag in lines:
        kind = "REVISION" if revision else "LATEST"
        target = f"type: TRAFFIC_TARGET_ALLOCATION_TYPE_{kind}, percent: {percent}"
        target += f", revision: {revision}" if revision else ""
        target += f", tag: {tag}, uri: 'https://{tag}---netra-backend-staging-pnovr5vsba-uc.a.run.app'" if tag else ""
        targets.append(f"{{{target}}}")
    both = f"[{', '.join(targets)}]"
    asked = both.replace(", uri: ", ", x: ")
    asked = "[" + ", ".join(t.split(", uri: ")[0] + ("}" if ", uri: " in t else "") for t in targets) + "]"
    return f"services: {{netra-backend-staging: {{traffic: {asked}, trafficStatuses: {both}}}}}\n"


def judged(tmp_path: Path, options: str, changes: str, more: str = "within: 10s, ") -> tuple[Outcome, str, str]:
    run = simulate(f"{HEAD}  - {{name: Traffic, {more}traffic: {options}}}\n", overlaid(tmp_path, changes))
    verdict = run.verdict("Traffic")
    return verdict.outcome, verdict.reason, verdict.remedy


LATEST = traffic(("", 100, ""))
CANARY = traffic(("", 10, "candidate"), (PREVIOUS, 90, ""))
CANDIDATE = traffic((PREVIOUS, 100, ""), (BACKEND, 0, "candidate"))
NAMED = traffic((BACKEND, 100, ""))


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ("{}", LATEST),
        ("{percent: 100, pinned: false}", LATEST),
        ("{pinned: true}", NAMED),
        ("{percent: {min: 5, max: 20}}", CANARY),
        ("{split: {target: 10, previous: 90}}", CANARY),
        ("{tag: candidate}", CANARY),
        ("{percent: 0, tag: candidate}", CANDIDATE),
    ],
)
def test_it_holds(tmp_path: Path, options: str, changes: str) -> None:
    outcome, reason, _ = judged(tmp_path, options, changes)
    assert outcome is Outcome.PASSED, reason


@pytest.mark.parametrize(
    ("options", "changes", "reason", "repair"),
    [
        ("{}", CANARY, f"{BACKEND} has 10 % of the traffic ({PREVIOUS} 90 %, {BACKEND} 10 %)", "--to-latest"),
        ("{pinned: false}", NAMED, "is pinned by name", "--to-latest"),
        ("{pinned: true}", LATEST, "is not bound to", f"--to-revisions={BACKEND}=100"),
        ("{split: {target: 20, previous: 80}}", CANARY, "has 10 %", f"--to-revisions={BACKEND}=20,{PREVIOUS}=80"),
        ("{tag: green}", CANARY, "tag green is on no revision", ""),
        ("{percent: 0}", LATEST, "has 100 % of the traffic", f"--to-revisions={BACKEND}=0"),
    ],
)
def test_it_is_violated_and_names_the_repair(
    tmp_path: Path, options: str, changes: str, reason: str, repair: str
) -> None:
    outcome, told, remedy = judged(tmp_path, options, changes)
    assert outcome is Outcome.FAILED
    assert reason in told
    assert repair in remedy


def test_traffic_that_moves_in_time_is_waited_for(tmp_path: Path) -> None:
    later = traffic(("", 100, "")).removeprefix("services: ").strip()
    changes = CANARY + f"changes: [{{at: '@+8s', services: {later}}}]\n"
    assert judged(tmp_path, "{}", changes, "within: 30s, ")[0] is Outcome.PASSED
    assert judged(tmp_path, "{}", changes, "within: 5s, ")[0] is Outcome.FAILED


def test_a_candidate_is_probed_at_its_tags_url(tmp_path: Path) -> None:
    check = "  - {name: Smoke, within: 20s, http: {path: /health}}\n"
    run = simulate(HEAD + check, overlaid(tmp_path, CANDIDATE))
    assert run.verdict("Smoke").outcome is Outcome.PASSED, run.verdict("Smoke").reason
    assert "https://candidate---" in run.verdict("Smoke").evidence[0].text


def test_a_target_named_by_tag_is_the_revision_that_carries_it(tmp_path: Path) -> None:
    head = HEAD.replace("staging}\nchecks", "staging, tag: candidate}\nchecks")
    run = simulate(head + "  - {name: Traffic, traffic: {percent: 0, tag: candidate}}\n", overlaid(tmp_path, CANDIDATE))
    assert run.verdict("Traffic").outcome is Outcome.PASSED
    assert run.run.targets[0].revision == BACKEND


def test_the_first_reading_decides_where_nothing_moves() -> None:
    run = simulate(f"{HEAD}  - {{name: Traffic, traffic: {{}}}}\n", NETRA / "scenario.yaml")
    assert run.decided("Traffic") < 1


def test_what_it_needs_may_have_changed_the_traffic() -> None:
    """A reading of before it could start counts for nothing then."""
    after = "  - {name: Healthy, http: {path: /health}}\n  - {name: Traffic, needs: [Healthy], traffic: {}}\n"
    run = simulate(HEAD + after, NETRA / "scenario.yaml")
    seen = next(each for each in run.engine.journal if getattr(each, "seq", 0) == run.verdict("Traffic").rests_on[0])
    assert isinstance(seen, Observation)
    assert seen.sent >= (run.standing("Traffic").started or 0)
