"""Kind revision: readiness, and each setting that has a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import HEAD, NETRA, PREVIOUS, Finished, overlaid, simulate
from validator.words.verdict import Outcome

INVALID = (
    ("{startup: 30}", "found the number 30"),
    ("{env: {SECURE: true}}", 'found the truth value true, but this takes text or a mapping; write "true" in quotes'),
    ("{env: {HOST: {match: '(?=x)'}}}", "RE2 refuses the pattern"),
    ("{env: {HOST: {equals: x}}}", "unknown key 'equals'; known here: match"),
    ("{of: traffic}", "found 'traffic'; known: target, serving"),
    ("{memory: 512}", "found the number 512, but this takes text or a mapping"),
    ("{memory: 2GB}", "is no amount of memory; write 512Mi or 2Gi"),
    ("{memory: {min: 2Gi, max: 512Mi}}", "min 2Gi is more than max 512Mi"),
    ("{cpu: {min: 500m, max: '0.25'}}", "min 500m is more than max 0.25"),
    ("{cpu: two}", "is no number of CPUs; write 2 or 500m"),
    ("{secrets: {pinned: false}}", "this must be True"),
    ("{secrets: {}}", "this may not be empty"),
    ("{image: {digest: abc}}", "is no digest; write sha256: and 64 hex digits"),
    ("{ingress: external}", "known: all, internal, internal-and-cloud-load-balancing"),
    ("{vpc: present}", "known: absent"),
    ("{probes: {startup: {http: /a, tcp: 80}}}", "a probe is one of http and tcp; keep one of them"),
    ("{probes: {startup: {port: 80}}}", "`port` is that of `http` or `grpc`; write one of them"),
    ("{probes: {health: absent}}", "unknown key 'health'; known here: liveness, readiness, startup"),
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
        "{image: {digest: 'sha256:f5884728d254c99ce226f3fb54341065fdfdfe9b2711ab5926335b4f12a96a23'}}",
        "{env: {LOG_LEVEL: {match: '^(INFO|WARNING)$'}, DEBUG: absent}}",
        "{secrets: {count: {min: 24}, names: [JWT_SECRET]}}",
        "{secrets: {names: {JWT_SECRET: 'jwt-secret-staging:latest', REDIS_URL: {match: '^redis-'}, OLD: absent}}}",
        "{cpu: 2}",
        "{cpu: 2000m, memory: 2Gi}",
        "{cpu: {min: 500m}, memory: {min: 512Mi, max: 4Gi}}",
        "{concurrency: 80, timeout: 300s}",
        "{timeout: {max: 5m}}",
        "{scaling: {min: 1, max: {max: 20}}}",
        "{service_account: netra-backend@netra-staging.iam.gserviceaccount.com}",
        "{service_account: {match: '^netra-backend@'}}",
        "{vpc: {connector: staging-connector, egress: private-ranges-only}}",
        "{vpc: {connector: projects/netra-staging/locations/us-central1/connectors/staging-connector}}",
        "{vpc: {network: absent}}",
        "{execution_environment: gen2}",
        "{ingress: all}",
        "{labels: {managed-by: gcp-cloud-build-deploy-cloud-run, commit-sha: {match: ^8c0f}, owner: absent}}",
        "{probes: {startup: {tcp: 8888, period: 240s, timeout: {max: 5m}, failure_threshold: 1}, liveness: absent}}",
        "{probes: {startup: {initial_delay: 0s}}}",
        "{of: serving, env: {LOG_LEVEL: INFO}, secrets: 24}",
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
        (f"{{image: {{digest: 'sha256:{'a' * 64}'}}}}", "the image of container netra-backend-1 is us-central1"),
        ("{env: {LOG_LEVEL: {match: DEBUG}}}", "env LOG_LEVEL has another value in container netra-backend-1 than"),
        ("{env: {LOG_LEVEL: absent}}", "env LOG_LEVEL is set in container netra-backend-1"),
        ("{env: {NOPE: {match: .}}}", "env NOPE is not set in container netra-backend-1"),
        (
            "{secrets: {pinned: true}}",
            "not pinned to a version in container netra-backend-1: ANTHROPIC_API_KEY, CLICKHOUSE",
        ),
        ("{secrets: {count: 24, names: [NOPE]}}", "not from Secret Manager in container netra-backend-1: NOPE"),
        ("{secrets: {names: {JWT_SECRET: 'jwt-secret-staging:7'}}}", "JWT_SECRET is jwt-secret-staging version latest"),
        ("{secrets: {names: {JWT_SECRET: absent}}}", "JWT_SECRET is jwt-secret-staging version latest"),
        ("{cpu: 1}", "the cpu of container netra-backend-1 is 2"),
        ("{cpu: {max: 500m}}", "the cpu of container netra-backend-1 is 2"),
        ("{memory: {min: 4Gi}}", "the memory of container netra-backend-1 is 2Gi"),
        ("{concurrency: 1}", "the concurrency of netra-backend-staging-00645-l8x is 80"),
        ("{timeout: {max: 1m}}", "the timeout of netra-backend-staging-00645-l8x is 5 min"),
        ("{scaling: {min: 0}}", "the scaling.min of netra-backend-staging-00645-l8x is 1"),
        ("{scaling: {max: {max: 10}}}", "the scaling.max of netra-backend-staging-00645-l8x is 20"),
        ("{service_account: other@x}", "the service_account of netra-backend-staging-00645-l8x is netra-backend@"),
        ("{vpc: absent}", "vpc is set in netra-backend-staging-00645-l8x"),
        ("{vpc: {connector: connector}}", "the vpc.connector of netra-backend-staging-00645-l8x is projects/"),
        ("{vpc: {egress: all-traffic}}", "the vpc.egress of netra-backend-staging-00645-l8x is private-ranges-only"),
        ("{vpc: {subnetwork: default}}", "vpc.subnetwork is not set in netra-backend-staging-00645-l8x"),
        ("{execution_environment: gen1}", "the execution_environment of netra-backend-staging-00645-l8x is gen2"),
        ("{labels: {owner: web}}", "label owner is not set in netra-backend-staging-00645-l8x"),
        ("{labels: {managed-by: absent}}", "label managed-by is set in netra-backend-staging-00645-l8x"),
        ("{probes: {startup: absent}}", "startup probe is set in container netra-backend-1"),
        ("{probes: {liveness: {period: 10s}}}", "liveness probe is not set in container netra-backend-1"),
        ("{probes: {startup: {http: /health}}}", "startup probe's http path is not set in container netra-backend-1"),
        ("{probes: {startup: {grpc: ''}}}", "startup probe's grpc is not set in container netra-backend-1"),
        ("{probes: {startup: {tcp: 80}}}", "the startup probe's tcp port of container netra-backend-1 is 8888"),
        (
            "{probes: {startup: {period: {max: 10s}}}}",
            "the startup probe's period of container netra-backend-1 is 4 min",
        ),
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


def against(options: str, folder: Path, changes: str, more: str = "") -> Finished:
    checks = f"{HEAD}  - {{name: Revision, revision: {options}{more}}}\n"
    return simulate(checks, overlaid(folder, changes))


SPLIT = f"""\
services:
  netra-backend-staging:
    traffic: &split
      - {{type: TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST, percent: 90}}
      - {{type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: {PREVIOUS}, percent: 10}}
    trafficStatuses: *split
"""


def test_of_serving_judges_every_revision_with_traffic(tmp_path: Path) -> None:
    both = against("{of: serving, memory: 2Gi, env: {LOG_LEVEL: INFO}}", tmp_path, SPLIT).verdict("Revision")
    assert both.outcome is Outcome.PASSED, both.reason
    assert "netra-backend-staging-00645-l8x: " in both.reason
    assert f"{PREVIOUS}: {PREVIOUS} is ready" in both.reason
    one = against("{of: serving, execution_environment: gen2}", tmp_path, SPLIT).verdict("Revision")
    assert one.outcome is Outcome.FAILED
    assert one.reason.startswith(f"{PREVIOUS}: execution_environment is not set in {PREVIOUS}")


def test_of_serving_evaluates_asserts_on_each(tmp_path: Path) -> None:
    text = ', assert: "size(secrets) == 24"'
    verdict = against("{of: serving}", tmp_path, SPLIT, text).verdict("Revision")
    assert verdict.outcome is Outcome.FAILED
    assert verdict.reason.startswith(f"{PREVIOUS}: ")
    assert against("{}", tmp_path, SPLIT, text).verdict("Revision").outcome is Outcome.PASSED


def test_of_serving_without_any_traffic_proves_nothing(tmp_path: Path) -> None:
    none = "services: {netra-backend-staging: {traffic: [], trafficStatuses: []}}\n"
    verdict = against("{of: serving}", tmp_path, none).verdict("Revision")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason.startswith("no revision has any traffic")


def test_of_serving_waits_until_the_service_is_settled(tmp_path: Path) -> None:
    moving = "services: {netra-backend-staging: {reconciling: true}}\n"
    verdict = against("{of: serving}", tmp_path, moving).verdict("Revision")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason.startswith("the service is not settled yet")


def test_of_serving_says_why_the_revisions_cannot_be_listed(tmp_path: Path) -> None:
    denied = "faults: [{method: ListRevisions, code: PERMISSION_DENIED}]\n"
    assert against("{of: serving}", tmp_path, denied).verdict("Revision").outcome is Outcome.PASSED  # it serves alone
    run = against("{of: serving}", tmp_path, denied + SPLIT)
    assert run.verdict("Revision").outcome is Outcome.INCONCLUSIVE
    assert f"{PREVIOUS} is not known: Cloud Run denied the gate's account" in run.verdict("Revision").reason
    assert run.decided("Revision") < 5


TWO = """\
revisions:
  netra-backend-staging-00645-l8x:
    containers:
      - {name: netra-backend-1, image: i, ports: [{containerPort: 8888}], env: [{name: LOG_LEVEL, value: INFO}]}
      - name: proxy
        image: docker.io/envoyproxy/envoy:v1.31
        resources: {limits: {cpu: 250m, memory: 128Mi}}
        env: [{name: LOG_LEVEL, value: warn}]
        livenessProbe: {grpc: {port: 9901}}
        startupProbe: {httpGet: {port: 9902}}
"""


@pytest.mark.parametrize(
    "options",
    [
        "{container: proxy, env: {LOG_LEVEL: warn}, cpu: 250m, memory: 128Mi}",
        "{container: proxy, probes: {liveness: {grpc: '', port: 9901}}}",
        "{container: proxy, probes: {startup: {http: /, port: 9902, failure_threshold: 3, period: 10s}}}",
        "{container: netra-backend-1, env: {LOG_LEVEL: INFO}}",
    ],
)
def test_each_container_is_judged_by_its_name(options: str, tmp_path: Path) -> None:
    verdict = against(options, tmp_path, TWO).verdict("Revision")
    assert verdict.outcome is Outcome.PASSED, verdict.reason


def test_a_digest_of_an_image_deployed_by_tag_is_not_known(tmp_path: Path) -> None:
    options = f"{{container: proxy, image: {{digest: 'sha256:{'a' * 64}'}}}}"
    verdict = against(options, tmp_path, TWO).verdict("Revision")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "the platform tells no digest of an image that is deployed by its tag" in verdict.reason
    assert verdict.remedy == "deploy the image by its digest"


def test_nothing_that_could_be_pinned_is_no_proof(tmp_path: Path) -> None:
    verdict = against("{container: proxy, secrets: {pinned: true}}", tmp_path, TWO).verdict("Revision")
    assert verdict.outcome is Outcome.INCONCLUSIVE


def test_the_ingress_of_the_service_may_yet_change(tmp_path: Path) -> None:
    later = 'changes: [{at: "@+20s", services: {netra-backend-staging: {ingress: INGRESS_TRAFFIC_INTERNAL_ONLY}}}]\n'
    verdict = against("{ingress: internal}", tmp_path, later, ", within: 1m").verdict("Revision")
    assert verdict.outcome is Outcome.PASSED
    assert "after 1 failed attempt" in verdict.reason or "failed attempts" in verdict.reason
