"""`if`, `until`, `capture`, target lists, URLs and included files: the real engine and judges on virtual time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import HEAD, NETRA, START, Finished, simulate
from validator.checks import kinds
from validator.emulator.scenario.loading import load as load_scenario
from validator.emulator.world.simulation import Simulation
from validator.emulator.world.world import World
from validator.engine.run import Engine
from validator.engine.virtual import drive
from validator.evidence.journal import Observation
from validator.language.load import load
from validator.words.call import Exchange
from validator.words.verdict import Outcome

SCENARIO = NETRA / "scenario.yaml"
HEALTHY = "  - {name: Healthy, within: 60s, http: {path: /health}}\n"
SIMPLE = {
    "build": "build: {}",
    "custody": "custody: {}",
    "http": "http: {path: /health}",
    "logs": "logs: {expect: ['clickhouse: healthy']}",
    "revision": "revision: {}",
    "traffic": "traffic: {percent: 100}",
}
"""Of each kind a check that passes on the example deployment."""
every_kind = pytest.mark.parametrize("kind", SIMPLE)


def urls(run: Finished) -> list[str]:
    return [r.call.url for r in run.engine.journal if isinstance(r, Observation) and isinstance(r.call, Exchange)]


# if


@every_kind
def test_a_check_whose_if_is_false_is_skipped_with_the_reason_and_blocks_nothing(kind: str) -> None:
    run = simulate(f"{HEAD}{HEALTHY}  - {{name: A, if: has(vars.ORDER_TOKEN), {SIMPLE[kind]}}}\n", SCENARIO)
    assert run.verdict("A").outcome is Outcome.SKIPPED
    assert run.verdict("A").reason == "`if` is false: has(vars.ORDER_TOKEN)"
    assert run.run.outcome is Outcome.PASSED


@every_kind
def test_a_check_whose_if_is_true_is_judged(kind: str) -> None:
    run = simulate(f"{HEAD}  - {{name: A, if: size(env) > 0, {SIMPLE[kind]}}}\n", SCENARIO)
    assert run.verdict("A").outcome is Outcome.PASSED
    assert run.replayed().standings == run.engine.standings


def test_an_if_that_cannot_be_told_is_inconclusive_and_not_a_skip() -> None:
    run = simulate(f"{HEAD}  - {{name: A, if: vars.ORDER_TOKEN == 'x', http: {{path: /health}}}}\n", SCENARIO)
    assert run.verdict("A").outcome is Outcome.INCONCLUSIVE
    assert run.verdict("A").reason == "`if` could not be evaluated: a key is missing: ORDER_TOKEN"
    assert "has(...)" in run.verdict("A").remedy


def test_what_needs_a_check_whose_if_is_false_is_skipped_and_blocks_nothing() -> None:
    more = "  - {name: A, if: has(vars.X), traffic: {}}\n  - {name: B, needs: [A], traffic: {}}\n"
    run = simulate(HEAD + HEALTHY + more, SCENARIO)
    assert run.verdict("B").outcome is Outcome.SKIPPED
    assert run.run.outcome is Outcome.PASSED


def test_a_run_of_which_nothing_is_judged_is_inconclusive() -> None:
    run = simulate(HEAD + "  - {name: A, if: has(vars.X), traffic: {}}\n", SCENARIO)
    assert run.run.outcome is Outcome.INCONCLUSIVE


# until


def test_until_judges_the_first_attempt_of_which_it_is_true() -> None:
    judged = "  - {name: A, within: 60s, until: status == 200, http: {path: /health, expect: {status: 503}}}\n"
    run = simulate(HEAD + judged, SCENARIO)
    assert run.verdict("A").outcome is Outcome.FAILED
    assert "status 200" in run.verdict("A").reason
    assert run.decided("A") < 30


def test_until_that_never_comes_true_fails_at_the_deadline_and_says_what_it_saw() -> None:
    waiting = "  - {name: A, within: 20s, until: status == 201, http: {path: /health}}\n"
    run = simulate(HEAD + waiting, SCENARIO)
    assert run.verdict("A").outcome is Outcome.FAILED
    assert run.verdict("A").reason.startswith("`until` is not true yet: status is 200")
    assert run.decided("A") > 20


def test_what_is_wrong_before_until_is_not_held_against_it() -> None:
    run = simulate(HEAD + "  - {name: A, within: 60s, until: status == 200, http: {path: /health}}\n", SCENARIO)
    assert run.verdict("A").outcome is Outcome.PASSED


@pytest.mark.parametrize("kind", [kind for kind in SIMPLE if kind != "logs"])
def test_until_means_the_same_in_every_kind_that_makes_attempts(kind: str) -> None:
    run = simulate(f"{HEAD}  - {{name: A, within: 60s, until: size(service.name) > 0, {SIMPLE[kind]}}}\n", SCENARIO)
    assert run.verdict("A").outcome is Outcome.PASSED
    run = simulate(f"{HEAD}  - {{name: A, within: 10s, until: service.name == 'x', {SIMPLE[kind]}}}\n", SCENARIO)
    assert run.verdict("A").outcome is not Outcome.PASSED


# capture


@every_kind
def test_a_capture_is_seen_by_later_cel_and_by_texts_and_its_use_implies_needs(kind: str) -> None:
    checks = (
        "  - {name: Later, http: {path: '/health?s=${capture.service}'}, assert: capture.service == 'netra'}\n"
        f"  - {{name: First, {SIMPLE[kind]}, capture: {{service: \"service.name.matches('netra') ? 'netra' : ''\"}}}}\n"
    )
    run = simulate(HEAD + checks, SCENARIO)
    assert run.verdict("First").outcome is Outcome.PASSED
    assert run.verdict("Later").outcome is Outcome.PASSED, run.verdict("Later")
    assert run.standing("Later").check.needs == ("First",)
    assert any(url.endswith("/health?s=netra") for url in urls(run))
    assert run.replayed().standings == run.engine.standings


def test_a_capture_without_a_value_fails_its_check_and_names_the_key() -> None:
    checks = (
        "  - {name: First, within: 10s, http: {path: /health}, capture: {x: json.nope}}\n"
        "  - {name: Later, traffic: {}, assert: capture.x == 1}\n"
    )
    run = simulate(HEAD + checks, SCENARIO)
    assert run.verdict("First").outcome is Outcome.FAILED
    assert "`x` cannot be captured: a key is missing: nope" in run.verdict("First").reason
    assert run.verdict("Later").outcome is Outcome.SKIPPED


def test_a_captured_value_stands_in_a_text_of_any_kind() -> None:
    checks = (
        "  - {name: First, http: {path: /health}, capture: {version: json.version, all: json}}\n"
        "  - {name: Env, within: 5s, revision: {image: '${capture.version}'}}\n"
    )
    run = simulate(HEAD + checks, SCENARIO)
    assert run.verdict("Env").outcome is Outcome.FAILED
    assert run.verdict("Env").expected == r"image like 1\.0\.0"


def test_a_captured_value_that_does_not_fit_is_inconclusive() -> None:
    checks = (
        "  - {name: First, http: {path: /health}, capture: {bad: \"'s3cret'\"}}\n"
        "  - {name: Later, revision: {secrets: '${capture.bad}'}}\n"
    )
    run = simulate(HEAD + checks, SCENARIO)
    assert run.verdict("Later").outcome is Outcome.INCONCLUSIVE
    assert run.verdict("Later").reason == (
        "a captured value does not fit: `revision.secrets`: found the value of ${capture.bad}, which is text,"
        " but this takes a whole number or a mapping or a list"
    )


def test_a_named_group_of_a_pattern_can_be_captured() -> None:
    checks = (
        "  - {name: First, logs: {expect: [{match: 'clickhouse: (?P<state>healthy)'}]}, capture: {state: match.state}}\n"
        "  - {name: Later, traffic: {}, assert: capture.state == 'healthy'}\n"
    )
    run = simulate(HEAD + checks, SCENARIO)
    assert run.verdict("Later").outcome is Outcome.PASSED


def test_a_captured_value_is_not_shown() -> None:
    checks = (
        "  - {name: First, http: {path: /health}, capture: {version: json.version}}\n"
        "  - {name: Later, within: 30s, traffic: {}, assert: capture.version == 'x'}\n"
    )
    run = simulate(HEAD + checks, SCENARIO)
    assert run.verdict("Later").outcome is Outcome.FAILED
    assert "(not shown)" in run.verdict("Later").actual
    assert "1.0.0" not in repr(run.verdict("Later"))


# Target lists, URLs, included files

AUTH = HEAD.replace("checks:", "targets: {auth: {service: netra-auth-staging}}\nchecks:")


@every_kind
def test_a_check_of_several_targets_is_judged_of_each(kind: str) -> None:
    run = simulate(f"{AUTH}  - {{name: A, within: 5s, target: [main, auth], {SIMPLE[kind]}}}\n", SCENARIO)
    assert run.standing("A (main)").check.target.service == "netra-backend-staging"
    assert run.standing("A (auth)").check.target.service == "netra-auth-staging"
    assert all(run.verdict(f"A ({name})").outcome is not Outcome.SKIPPED for name in ("main", "auth"))


def test_needs_may_name_a_check_of_several_targets_and_mean_all_of_them() -> None:
    checks = "  - {name: A, target: [main, auth], revision: {}}\n  - {name: B, needs: [A], traffic: {}}\n"
    run = simulate(AUTH + checks, SCENARIO)
    assert run.standing("B").check.needs == ("A (main)", "A (auth)")
    assert run.verdict("B").outcome is Outcome.PASSED


def service_url() -> str:
    """Where the example deployment answers."""
    run = simulate(HEAD + HEALTHY, SCENARIO)
    return next(url for url in urls(run) if url.endswith("/health")).removesuffix("/health")


def test_a_target_may_be_a_url_beside_a_service() -> None:
    head = HEAD.replace("checks:", f"targets: {{page: {{url: '{service_url()}'}}}}\nchecks:")
    run = simulate(head + "  - {name: A, target: page, http: {path: /health}}\n", SCENARIO)
    assert run.verdict("A").outcome is Outcome.PASSED
    assert [target.target.name for target in run.run.targets] == ["main"]


def test_the_target_itself_may_be_a_url_and_then_no_google_api_is_asked() -> None:
    text = f"version: 1\ntarget: {{url: '{service_url()}'}}\nchecks:\n  - {{name: A, within: 9s, http: {{path: /health}}}}\n"
    run = simulate(text, SCENARIO)
    assert run.verdict("A").outcome is Outcome.PASSED
    assert run.run.outcome is Outcome.PASSED
    observed = [r for r in run.engine.journal if isinstance(r, Observation)]
    assert observed
    assert all(isinstance(r.call, Exchange) for r in observed)
    assert run.replayed().standings == run.engine.standings


def test_a_url_that_answers_wrongly_fails() -> None:
    text = (
        f"version: 1\ntarget: {{url: '{service_url()}'}}\nchecks:\n  - {{name: A, within: 9s, http: {{path: /nope}}}}\n"
    )
    assert simulate(text, SCENARIO).run.outcome is Outcome.FAILED


def test_included_checks_are_judged_with_their_parameters_and_report_their_own_place(tmp_path: Path) -> None:
    shared = tmp_path / "shared.yaml"
    shared.write_text(
        "parameters: {WHERE: {}, STATUS: {default: '200'}}\ngroups: {api: {title: API}}\nchecks:\n"
        "  - name: Answers ${WHERE}\n    group: api\n    http: {path: '${WHERE}', expect: {status: '${STATUS}'}}\n"
        "    assert: vars.WHERE.startsWith('/')\n",
        encoding="utf-8",
    )
    text = HEAD.replace("checks:\n", "include: [{file: shared.yaml, with: {WHERE: /health}}]\n")
    spec = load(text, str(tmp_path / "checks.yaml"), kinds(), {}, read=lambda file: Path(file).read_bytes())
    engine = Engine(spec, kinds(), "0123456789abcdef")
    drive(engine, Simulation(World.of(load_scenario(SCENARIO, START))), START + 0.5)
    standing = engine.standings["Answers /health"]
    assert standing.verdict.outcome is Outcome.PASSED
    assert str(standing.check.position) == f"{shared}:4:5"
    assert [group.title for group in spec.groups] == ["API"]
