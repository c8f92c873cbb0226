"""`outputs`: what the spec hands to the steps after the gate, typed by lint, evaluated after the verdict."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.report.runs import green
from tests.simulated import BACKEND, NETRA, Finished, simulate
from validator.checks import kinds
from validator.language.load import load
from validator.language.mistake import BadSpec
from validator.report import cloud_build
from validator.report.github import outputs as github_outputs
from validator.report.markdown import markdown
from validator.report.summary import summarize
from validator.words.verdict import Outcome

HEAD = """\
version: 1
timeout: 2m
target: {project: netra-staging, region: us-central1, service: netra-backend-staging}
"""
CHECKS = """\
checks:
  - {name: Healthy, http: {path: /health}, capture: {version: json.version, body: json}}
"""
URL = "https://netra-backend-staging-pnovr5vsba-uc.a.run.app"


def ran(outputs: str, checks: str = CHECKS) -> Finished:
    return simulate(f"{HEAD}outputs: {outputs}\n{checks}", NETRA / "scenario.yaml")


def test_they_see_what_checks_captured_and_what_is_known_of_the_target() -> None:
    run = ran(
        "{version: capture.version, body: capture.body, health: \"service.uri + '/health'\", created: deployed > timestamp('2000-01-01T00:00:00Z'),"
        " most: revision.scaling.max_instance_count, steps: 'build.steps.map(s, s.id)'}"
    ).run
    assert run.outcome is Outcome.PASSED
    steps = json.loads(run.outputs["steps"])
    assert "push" in steps
    assert {name: value for name, value in run.outputs.items() if name != "steps"} == {
        "version": "1.0.0",
        "body": '{"service": "netra-ai-platform", "status": "healthy", "version": "1.0.0"}',
        "health": f"{URL}/health",
        "created": "true",
        "most": "20",
    }
    assert not [warning for warning in run.warnings if "output" in warning]


def test_one_without_a_value_is_left_out_with_a_warning_and_changes_no_verdict() -> None:
    run = ran("{version: capture.version, gone: \"revision.labels['gone']\", none: vars.NONE}").run
    assert run.outcome is Outcome.PASSED
    assert run.outputs == {"version": "1.0.0"}
    left_out = [warning for warning in run.warnings if "output" in warning]
    assert left_out == [
        "the output `gone` is left out: a key is missing: gone",
        "the output `none` is left out: a key is missing: NONE",
    ]


def test_what_was_not_captured_is_left_out_as_its_check_did_not_pass() -> None:
    run = ran("{version: capture.version}", CHECKS.replace("/health", "/gone").replace("json.version", "text")).run
    assert run.outputs == {}
    assert "the output `version` is left out: a key is missing: version" in run.warnings


@pytest.mark.parametrize(
    ("outputs", "mistake"),
    [
        ("{url: service.urii}", "checks.yaml:4:23: CEL: undefined field 'urii'"),
        ("{version: capture.verion}", "checks.yaml:4:20: nothing is captured as 'verion' (did you mean version?)"),
        ("{verdict: service.uri}", "checks.yaml:4:11: `verdict` is the gate's own output; choose another name"),
        ("{a-b: service.uri}", "the name 'a-b' may have letters, digits and _ only"),
        ("{x: json.version}", "CEL: undeclared reference to 'json.version'"),
        ("{x: revision}", "CEL: this is a whole google.cloud.run.v2.Revision; capture a field of it"),
        ("{}", "this may not be empty"),
        ("service.uri", "found 'service.uri', but this takes a mapping"),
    ],
)  # fmt: skip
def test_lint_types_them(outputs: str, mistake: str) -> None:
    with pytest.raises(BadSpec) as caught:
        load(f"{HEAD}outputs: {outputs}\n{CHECKS}", "checks.yaml", kinds(), {})
    assert mistake in str(caught.value)


def test_of_a_url_no_service_is_known() -> None:
    with pytest.raises(BadSpec) as caught:
        load(
            "version: 1\ntarget: {url: 'https://shop.example.com'}\noutputs: {x: service.uri}\n" + CHECKS,
            "checks.yaml",
            kinds(),
            {},
        )
    assert "`service` is not known of a target that is a URL" in str(caught.value)


def test_what_they_see_is_asked_for_though_no_check_does() -> None:
    assert "GetBuild" in ran("{commit: build.substitutions.COMMIT_SHA}").world.calls


def test_they_stand_in_the_summary_and_the_reports_beside_the_gates_own() -> None:
    summary = summarize(ran("{version: capture.version, revision: \"'mine'\"}").run)
    assert summary["outputs"] == [{"name": "version", "value": "1.0.0"}, {"name": "revision", "value": "mine"}]
    assert "## Outputs\n\n| output | value |" in markdown(summary)
    assert "| `version` | `1.0.0` |" in markdown(summary)
    built = json.loads(cloud_build.outputs(summary))
    assert built["verdict"] == "passed"
    assert built["revision"] == "mine"
    assert built["url"] == URL
    assert built["tag_url"] == ""
    assert built["image"].endswith(f"@{built['digest']}")
    assert built["commit"] == "8c0f3a9de1b74c2f95a60d7be3412c58f9ad7e06"
    text = github_outputs(summary, "out/summary.json", "0123")
    for name, value in built.items():
        assert f"{name}<<validator-0123\n{value}\nvalidator-0123\n" in text


def test_without_any_the_reports_have_no_chapter_of_them() -> None:
    assert "## Outputs" not in markdown(summarize(green()))


def test_a_candidate_tells_its_tags_url(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    traffic = (
        f"trafficStatuses: [{{type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: {BACKEND}, percent: 100,"
        " tag: candidate, uri: 'https://candidate---netra.a.run.app'}]"
    )
    path.write_text(f"extends: {NETRA / 'scenario.yaml'}\nservices: {{netra-backend-staging: {{{traffic}}}}}\n")
    spec = HEAD.replace("service: netra-backend-staging", "service: netra-backend-staging, tag: candidate")
    run = simulate(spec + "checks:\n  - {name: A, revision: {}}\n", path)
    assert json.loads(cloud_build.outputs(summarize(run.run)))["tag_url"] == "https://candidate---netra.a.run.app"


def test_cloud_build_gets_four_kilobytes_and_the_names_of_the_rest(tmp_path: Path) -> None:
    summary = summarize(green())
    summary["outputs"] = [{"name": "long", "value": "x" * 5000}, {"name": "short", "value": "y"}]
    cloud_build.publish_outputs(summary, {"BUILDER_OUTPUT": str(tmp_path)})
    written = (tmp_path / "output").read_bytes()
    assert len(written) <= 4096
    told = json.loads(written)
    assert (told["short"], told["left_out"]) == ("y", ["long"])
    cloud_build.publish_outputs(summary, {})
