"""Kind drift: only what may differ from what is known to work differs."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.recorded import record
from tests.simulated import HEAD, NETRA, PREVIOUS, ROOT, Finished, overlaid, simulate
from validator.checks import kinds
from validator.language.load import examine
from validator.words.verdict import Outcome

INVALID = (
    ("{baseline: last}", "found 'last'; known: previous"),
    ("{baseline: {}}", "write `revision` or `file`"),
    ("{baseline: {revision: a, file: b}}", "the baseline is a revision or a file; keep one of them"),
    ("{baseline: {file: proven.yaml}}", "files cannot be read here"),
    ("{allow: []}", "this may not be empty"),
    ("{alow: [env]}", "did you mean allow"),
)
PROVEN = (ROOT / "validator" / "demo" / "config" / "proven.yaml").read_text(encoding="utf-8")
ALL_OF_OLD = '["containers[0]", env, secrets, execution_environment]'


def against(options: str, folder: Path, changes: str = "", proven: str = PROVEN) -> Finished:
    (folder / "proven.yaml").write_text(proven, encoding="utf-8")
    scenario = overlaid(folder, changes) if changes else NETRA / "scenario.yaml"
    return simulate(f"{HEAD}  - {{name: Drift, drift: {options}}}\n", scenario, folder=folder)


def told(options: str, folder: Path, proven: str) -> list[str]:
    """What lint says of a file."""
    (folder / "proven.yaml").write_text(proven, encoding="utf-8")
    text = f"{HEAD}  - {{name: Drift, drift: {options}}}\n"
    found = examine(text, "checks.yaml", kinds(), {}, read=lambda name: (folder / name).read_bytes()).found
    return [each.message for each in found]


def test_what_may_differ_from_a_file_is_told_and_passes(tmp_path: Path) -> None:
    run = against('{baseline: {file: proven.yaml}, allow: ["containers[0].image", "env.OTEL_*"]}', tmp_path)
    verdict = run.verdict("Drift")
    assert verdict.outcome is Outcome.PASSED, verdict.reason
    assert [excerpt.text.split(" from ")[0].split(",")[0] for excerpt in verdict.evidence] == [
        "allowed: changed containers[0].image",
        "allowed: removed env.OTEL_EXPORTER_OTLP_ENDPOINT",
        "allowed: changed env.OTEL_TRACES_SAMPLER_ARG",
    ]
    assert verdict.reason.startswith("only what may differ from proven.yaml differs: changed containers[0].image from")
    image, removed, sampler = (excerpt.change for excerpt in verdict.evidence)
    assert image
    assert removed
    assert sampler
    assert (image.path, image.allowed) == ("containers[0].image", True)
    assert (removed.before[0], removed.after) == ("#", "")
    assert sampler.before != sampler.after


def test_what_may_not_differ_fails_at_once_by_its_name(tmp_path: Path) -> None:
    run = against('{baseline: {file: proven.yaml}, allow: ["containers[0].image"]}', tmp_path)
    verdict = run.verdict("Drift")
    assert verdict.outcome is Outcome.FAILED
    assert verdict.reason.startswith("2 settings differ from proven.yaml and may not: removed env.OTEL_EXPORTER")
    assert "allow: [env.OTEL_EXPORTER_OTLP_ENDPOINT, env.OTEL_TRACES_SAMPLER_ARG]" in verdict.remedy
    assert "gcloud run services describe netra-backend-staging" in verdict.remedy
    assert run.decided("Drift") < 5


def test_no_value_of_the_environment_is_shown_and_equal_ones_look_alike(tmp_path: Path) -> None:
    other = PROVEN.replace("value: '8443'", "value: '9440'").replace("value: '900'", "value: '9440'")
    verdict = against(
        '{baseline: {file: proven.yaml}, allow: [env, "containers[0].image"]}', tmp_path, "", other
    ).verdict("Drift")
    shown = {each.text.split()[2]: each.text.split()[-3:] for each in verdict.evidence if "changed env" in each.text}
    for value in ("8443", "9440", "otel-collector", "0.1"):
        assert value not in str(verdict)
    assert shown["env.CLICKHOUSE_PORT"][0] == shown["env.WEBSOCKET_CONNECTION_TIMEOUT"][0]
    assert shown["env.CLICKHOUSE_PORT"][0].startswith("#")
    assert shown["env.CLICKHOUSE_PORT"][0] != shown["env.CLICKHOUSE_PORT"][2]


def test_a_secret_that_stands_in_the_file_is_in_no_report_and_no_recording(tmp_path: Path) -> None:
    token, older = "tk-8842-lake-Violet-91", "tk-1107-wood-Copper-35"
    proven = PROVEN.replace("name: LOG_LEVEL\n          value: INFO", f"name: API_TOKEN\n          value: {older}")
    env = f'env: {{"2": {{name: API_TOKEN, value: {token}}}}}'
    run = against(
        "{baseline: {file: proven.yaml}}",
        tmp_path,
        f'revisions: {{netra-backend-staging-00645-l8x: {{containers: {{"0": {{{env}}}}}}}}}\n',
        proven,
    )
    assert "changed env.API_TOKEN from a value that is not shown to a value that is not shown" in str(
        run.verdict("Drift").evidence
    )
    checks = f"{HEAD}  - {{name: Drift, drift: {{baseline: {{file: proven.yaml}}}}}}\n"
    journal = run.engine.journal
    recorded = record(tmp_path / "run.gz", run.engine.spec, checks, {}, journal, folder=tmp_path)
    assert recorded.replayed == recorded.live
    written = recorded.live + gzip.decompress(recorded.path.read_bytes()).decode()
    assert token not in written
    assert older not in written


def test_without_what_only_readers_know_values_are_not_even_hashed(tmp_path: Path) -> None:
    changes = "revisions: {netra-backend-staging-00645-l8x: {uid: null}}\n"
    verdict = against("{baseline: {file: proven.yaml}}", tmp_path, changes).verdict("Drift")
    assert "changed env.OTEL_TRACES_SAMPLER_ARG from a value that is not shown" in str(verdict.evidence)
    assert "#" not in verdict.reason


def test_the_previous_revision_is_the_baseline_by_itself(tmp_path: Path) -> None:
    verdict = against(f"{{allow: {ALL_OF_OLD}}}", tmp_path).verdict("Drift")
    assert verdict.outcome is Outcome.PASSED, verdict.reason
    assert verdict.expected.startswith(f"settings as in {PREVIOUS} but containers[0]")
    assert against("{}", tmp_path).verdict("Drift").outcome is Outcome.FAILED


def test_a_named_revision_is_compared_with(tmp_path: Path) -> None:
    verdict = against(f"{{baseline: {{revision: {PREVIOUS}}}, allow: {ALL_OF_OLD}}}", tmp_path).verdict("Drift")
    assert verdict.outcome is Outcome.PASSED
    missing = against("{baseline: {revision: gone}}", tmp_path)
    assert missing.verdict("Drift").outcome is Outcome.INCONCLUSIVE
    assert missing.verdict("Drift").reason == "netra-backend-staging has no revision gone to compare with"
    assert "gcloud run revisions list" in missing.verdict("Drift").remedy
    assert missing.decided("Drift") < 5


def test_a_first_deploy_has_nothing_to_compare_with(tmp_path: Path) -> None:
    scenario = tmp_path / "first.yaml"
    scenario.write_text("service: {name: cart, project: acme, previous: null}\n", encoding="utf-8")
    head = "version: 1\ntarget: {project: acme, region: us-central1, service: cart}\nchecks:\n"
    run = simulate(f"{head}  - {{name: Drift, drift: {{}}}}\n", scenario)
    verdict = run.verdict("Drift")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason == "there is no revision before cart-00002-new to compare with"
    assert "baseline: {file: ...}" in verdict.remedy
    assert run.decided("Drift") < 5


def test_what_has_to_differ_and_does_not_fails(tmp_path: Path) -> None:
    verdict = against(f"{{allow: {ALL_OF_OLD}, require: [scaling.max_instance_count]}}", tmp_path).verdict("Drift")
    assert verdict.outcome is Outcome.FAILED
    assert verdict.reason == f"as in {PREVIOUS}, and has to differ: scaling.max_instance_count"
    assert against(f"{{allow: {ALL_OF_OLD}, require: [env.LOG*, secrets]}}", tmp_path).verdict("Drift").reason == (
        f"as in {PREVIOUS}, and has to differ: env.LOG*"
    )


def test_what_allow_names_and_does_not_differ_is_noted(tmp_path: Path) -> None:
    verdict = against(f"{{allow: [env.OLD_NAME, {ALL_OF_OLD[1:]}}}", tmp_path).verdict("Drift")
    assert verdict.outcome is Outcome.PASSED
    assert verdict.reason.endswith("(`allow` names what does not differ: env.OLD_NAME)")


def test_a_setting_of_the_service_is_compared_with_a_file_of_a_service(tmp_path: Path) -> None:
    internal = PROVEN.replace("run.googleapis.com/ingress: all", "run.googleapis.com/ingress: internal")
    options = '{baseline: {file: proven.yaml}, allow: ["containers[0].image", "env.OTEL_*"]}'
    verdict = against(options, tmp_path, "", internal).verdict("Drift")
    assert verdict.outcome is Outcome.FAILED
    assert verdict.reason == (
        "1 setting differs from proven.yaml and may not: changed service.ingress from internal to all"
    )


def test_a_setting_of_the_service_that_changes_during_the_run_fails_at_the_end(tmp_path: Path) -> None:
    changes = 'changes: [{at: "@+20s", services: {netra-backend-staging: {ingress: INGRESS_TRAFFIC_INTERNAL_ONLY}}}]\n'
    (tmp_path / "proven.yaml").write_text(PROVEN, encoding="utf-8")
    checks = (
        '  - {name: Drift, drift: {baseline: {file: proven.yaml}, allow: ["containers[0].image", "env.OTEL_*"]}}\n'
        '  - {name: Quiet, for: 60s, logs: {forbid: ["no such line"]}}\n'
    )
    run = simulate(HEAD + checks, overlaid(tmp_path, changes), folder=tmp_path)
    assert run.verdict("Drift").outcome is Outcome.FAILED
    assert "no longer at the end: 1 setting differs from proven.yaml" in run.verdict("Drift").reason


def test_json_and_v2_are_read_too(tmp_path: Path) -> None:
    service = {
        "template": {
            "containers": [{"image": "us-docker.pkg.dev/p/r/i:1", "env": [{"name": "LOG_LEVEL", "value": "INFO"}]}],
            "timeout": "300s",
        },
        "ingress": "INGRESS_TRAFFIC_ALL",
    }
    assert told("{baseline: {file: proven.yaml}}", tmp_path, json.dumps(service)) == []
    assert told("{baseline: {file: proven.yaml}}", tmp_path, json.dumps([service])) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\n", "it is neither a service nor a revision of Cloud Run; write what this prints: gcloud run services"),
        ("[]\n", "it is neither a service nor a revision"),
        ("- \n  - {\n", "line 3: while parsing a flow node"),
        ("apiVersion: run.googleapis.com/v1\nkind: Job\n", "it is a job; only services and their revisions are judged"),
        ("template: {containers: [{env: x}]}\n", "not shaped as gcloud prints it"),
        (
            PROVEN.replace("'true'", "'[[[['", 1).replace("cpu-throttling", "base-images"),
            "not shaped as gcloud prints it",
        ),
        ("a: 1\na: 2\n", "line 2: the key 'a' stands here a second time"),
        (
            PROVEN.replace("run.googleapis.com/cpu-throttling", "run.googleapis.com/quantum"),
            "which is not known here; take it out, or write `allow: [annotations.run.googleapis.com/quantum]`",
        ),
        ("x" * 300_000, "proven.yaml has 300000 characters, and may have 262144"),
    ],
)
def test_a_file_that_cannot_be_compared_with_is_told_by_lint(text: str, message: str, tmp_path: Path) -> None:
    found = told("{baseline: {file: proven.yaml}}", tmp_path, text)
    assert len(found) == 1
    assert message in found[0]


def test_what_is_not_known_of_a_file_may_be_allowed(tmp_path: Path) -> None:
    other = PROVEN.replace("run.googleapis.com/cpu-throttling", "run.googleapis.com/quantum")
    options = "{baseline: {file: proven.yaml}, allow: [annotations.run.googleapis.com/quantum]}"
    assert told(options, tmp_path, other) == []


def test_a_file_is_named_from_the_folder_of_the_file_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "proven.yaml").write_text(PROVEN, encoding="utf-8")
    shared = "checks:\n  - {name: Drift, drift: {baseline: {file: proven.yaml}}}\n"
    (tmp_path / "shared" / "drift.yaml").write_text(shared, encoding="utf-8")
    text = HEAD.replace("checks:\n", "include: [shared/drift.yaml]\n")
    examined = examine(text, "checks.yaml", kinds(), {}, read=lambda name: (tmp_path / name).read_bytes())
    assert examined.errors == ()
    assert examined.spec is not None
    changed = examine(text, "checks.yaml", kinds(), {}, read=lambda name: (tmp_path / name).read_bytes() + b"\n")
    assert changed.spec is not None
    assert changed.spec.digest != examined.spec.digest


def test_a_file_outside_of_the_folder_a_missing_and_a_captured_one_are_refused(tmp_path: Path) -> None:
    assert told("{baseline: {file: /etc/passwd}}", tmp_path, "") == [
        "/etc/passwd is a whole path; write one from this file's folder"
    ]
    assert told("{baseline: {file: gone.yaml}}", tmp_path, "") == [
        "gone.yaml cannot be read: No such file or directory"
    ]
    assert any(
        "the file is read before the run" in each for each in told('{baseline: {file: "${capture.x}"}}', tmp_path, "")
    )
