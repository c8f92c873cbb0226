"""Kind revision: start-up, image, environment, secrets."""

from __future__ import annotations

import pytest

from tests.simulated import HEAD, NETRA, simulate
from validator.words.verdict import Outcome

INVALID = (
    ("{startup: 30}", "found the number 30"),
    ("{env: {SECURE: true}}", 'found the truth value true, but this takes text; write "true" in quotes'),
    ("{secrets: -1}", "-1 is less than 0"),
    ("{image: '[a'}", "RE2 refuses the pattern"),
    ("{starup: 3s}", "did you mean startup"),
)


@pytest.mark.parametrize(
    "options",
    [
        "{}",
        "{startup: {max: 10s}}",
        "{secrets: 24}",
        "{secrets: {min: 20}}",
        "{secrets: [JWT_SECRET, FERNET_KEY]}",
        "{env: {CLICKHOUSE_SECURE: 'true', CLICKHOUSE_PORT: '8443'}}",
        "{image: 'netra/backend@sha256:f588'}",
    ],
)
def test_it_holds(options: str) -> None:
    run = simulate(f"{HEAD}  - {{name: Revision, revision: {options}}}\n", NETRA / "scenario.yaml")
    assert run.verdict("Revision").outcome is Outcome.PASSED, run.verdict("Revision").reason


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("{startup: {max: 900ms}}", "it started in 1 s"),
        ("{secrets: 23}", "container netra-backend-1 has 24 secrets"),
        ("{secrets: [NOPE]}", "not from Secret Manager in container netra-backend-1: NOPE"),
        ("{env: {CLICKHOUSE_SECURE: 'false'}}", "env CLICKHOUSE_SECURE has another value"),
        ("{env: {NOPE: x}}", "env NOPE is not set in container netra-backend-1"),
        ("{env: {JWT_SECRET: x}}", "JWT_SECRET comes from Secret Manager"),
        ("{image: ':latest$'}", "the image of container netra-backend-1 is us-central1-docker.pkg.dev"),
    ],
)
def test_it_is_violated_at_once(options: str, reason: str) -> None:
    run = simulate(f"{HEAD}  - {{name: Revision, revision: {options}}}\n", NETRA / "scenario.yaml")
    assert run.verdict("Revision").outcome is Outcome.FAILED
    assert reason in run.verdict("Revision").reason
    assert run.decided("Revision") < 5


def test_the_value_of_a_variable_is_never_shown() -> None:
    run = simulate(
        f"{HEAD}  - {{name: Revision, revision: {{env: {{CLICKHOUSE_PORT: '1'}}}}}}\n", NETRA / "scenario.yaml"
    )
    assert "8443" not in str(run.verdict("Revision"))


def test_an_assert_sees_the_resource_typed() -> None:
    text = "revision.scaling.min_instance_count == 1 && env.LOG_LEVEL == 'INFO' && 'JWT_SECRET' in secrets"
    run = simulate(f'{HEAD}  - {{name: Revision, revision: {{}}, assert: "{text}"}}\n', NETRA / "scenario.yaml")
    assert run.verdict("Revision").outcome is Outcome.PASSED, run.verdict("Revision").reason
