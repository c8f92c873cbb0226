"""Real exports paste in as they are; scenarios are held against their published schema."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from google.cloud.run_v2.types import Revision as RevisionMessage
from google.cloud.run_v2.types import Service as ServiceMessage
from google.protobuf import json_format
from jsonschema import Draft202012Validator

from validator.emulator.knative.conversion import revision_v1, service_v1
from validator.emulator.knative.export import revision_export, service_export
from validator.emulator.scenario.files import ScenarioError
from validator.emulator.scenario.loading import load
from validator.emulator.scenario.recognition import is_scenario
from validator.emulator.scenario.shape import SCHEMA
from validator.emulator.world.simulation import Simulation
from validator.emulator.world.world import World
from validator.language import yaml_reader as yaml
from validator.words.call import Answer, GetBuild, GetRevision, GetService, ListEntries

ROOT = Path(__file__).parent.parent.parent
NETRA = ROOT / "examples" / "netra"
START = 1_790_000_000.0
PARENT = "projects/shop-prod/locations/europe-west1"

# As `gcloud run services describe --format=json` prints a service: v1, by the project's number, with fields of its own.
SERVICE: dict[str, Any] = {
    "apiVersion": "serving.knative.dev/v1",
    "kind": "Service",
    "metadata": {
        "annotations": {
            "run.googleapis.com/ingress": "all",
            "run.googleapis.com/ingress-status": "all",
            "run.googleapis.com/operation-id": "1b0c",
            "run.googleapis.com/something-new": "x",
            "run.googleapis.com/urls": '["https://shop-123456.europe-west1.run.app","https://shop-abc-ew.a.run.app"]',
            "serving.knative.dev/creator": "ci@shop-prod.iam.gserviceaccount.com",
        },
        "creationTimestamp": "2026-01-05T10:00:00.123456Z",
        "generation": 12,
        "labels": {"cloud.googleapis.com/location": "europe-west1", "team": "shop"},
        "name": "shop",
        "namespace": "123456",
        "resourceVersion": "AAYvZ",
        "uid": "e5f0",
    },
    "spec": {
        "template": {
            "metadata": {
                "annotations": {"autoscaling.knative.dev/maxScale": "5", "run.googleapis.com/something-new": "x"},
                "labels": {"run.googleapis.com/startupProbeType": "Default"},
                "name": "shop-00012-abc",
            },
            "spec": {
                "containerConcurrency": 80,
                "containers": [
                    {
                        "image": "eu.gcr.io/shop-prod/shop:12",
                        "env": [{"name": "EMPTY"}, {"name": "A", "value": "b"}],
                        "somethingNew": 1,
                    },
                    {"image": "eu.gcr.io/shop-prod/sidecar"},
                ],
                "timeoutSeconds": 300,
                "somethingNew": {"a": 1},
            },
        },
        "traffic": [{"latestRevision": True, "percent": 100}],
    },
    "status": {
        "conditions": [
            {"lastTransitionTime": "2026-01-06T10:00:09Z", "status": "False", "type": "Ready", "reason": "HealthCheckContainerError", "message": "no"},
            {"lastTransitionTime": "2026-01-06T10:00:09Z", "status": "True", "type": "RoutesReady"},
        ],
        "latestCreatedRevisionName": "shop-00012-abc",
        "latestReadyRevisionName": "shop-00011-xyz",
        "observedGeneration": 12,
        "traffic": [{"latestRevision": True, "percent": 100, "revisionName": "shop-00011-xyz"}],
        "url": "https://shop-abc-ew.a.run.app",
    },
}  # fmt: skip
REVISION: dict[str, Any] = {
    "apiVersion": "serving.knative.dev/v1",
    "kind": "Revision",
    "metadata": {
        "creationTimestamp": "2026-01-06T10:00:00Z",
        "labels": {"cloud.googleapis.com/location": "europe-west1", "serving.knative.dev/service": "shop"},
        "name": "shop-00011-xyz",
        "namespace": "123456",
        "ownerReferences": [{"kind": "Configuration"}],
    },
    "spec": {"containers": [{"image": "eu.gcr.io/shop-prod/shop:11"}], "enableServiceLinks": False},
    "status": {
        "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-06T10:00:05Z"}],
        "containerStatuses": [{"name": "shop-1"}],
        "imageDigest": "eu.gcr.io/shop-prod/shop@sha256:" + "ab" * 32,
    },
}
BUILD = {
    "id": "b-1",
    "name": "projects/123456/locations/europe-west1/builds/b-1",
    "projectId": "shop-prod",
    "status": "SUCCESS",
    "somethingNew": 1,
}
ENTRIES: list[dict[str, Any]] = [
    {
        "insertId": "2",
        "logName": "projects/shop-prod/logs/run.googleapis.com%2Fstdout",
        "timestamp": "2026-01-06T10:00:02.000000002Z",
        "receiveTimestamp": "2026-01-06T10:00:03Z",
        "textPayload": "ERROR: it says so itself, without a severity",
        "errorGroups": [{"id": "CPnm"}],
    },
    {
        "insertId": "1",
        "logName": "projects/shop-prod/logs/run.googleapis.com%2Fstdout",
        "timestamp": "2026-01-06T10:00:02.000000001Z",
        "receiveTimestamp": "2026-01-06T10:00:03Z",
        "jsonPayload": {"level": 50, "msg": "pino"},
        "apphub": {"somethingNew": True},
    },
]


def world(folder: Path, **keys: Any) -> Simulation:
    path = folder / "scenario.yaml"
    path.write_text(json.dumps({"projects": {"shop-prod": 123456}, **keys}))
    return Simulation(World.of(load(path, START)))


def answered(simulation: Simulation, call: Any) -> Any:
    result = simulation(call, START)[1]
    assert isinstance(result, Answer), result
    return result.content


@pytest.mark.parametrize("wrapped", [lambda each: [each], lambda each: {each["metadata"]["name"]: each}])
def test_services_and_revisions_as_gcloud_prints_them(tmp_path: Path, wrapped: Any) -> None:
    there = world(tmp_path, services=wrapped(SERVICE), revisions=wrapped(REVISION), builds=[BUILD])
    service = answered(there, GetService(f"{PARENT}/services/shop"))
    json_format.ParseDict(dict(service), ServiceMessage.pb()())
    assert service["terminalCondition"]["state"] == "CONDITION_FAILED"
    assert service["terminalCondition"]["revisionReason"] == "HEALTH_CHECK_CONTAINER_ERROR"
    assert service["latestReadyRevision"] == f"{PARENT}/services/shop/revisions/shop-00011-xyz"
    assert service["urls"][0] == "https://shop-123456.europe-west1.run.app"
    assert service["labels"] == {"team": "shop"}
    assert len(service["template"]["containers"]) == 2
    revision = answered(there, GetRevision(f"{PARENT}/services/shop/revisions/shop-00011-xyz"))
    json_format.ParseDict(dict(revision), RevisionMessage.pb()())
    assert revision["containers"][0]["image"].endswith("@sha256:" + "ab" * 32)
    assert answered(there, GetBuild(f"{PARENT}/builds/b-1"))["status"] == "SUCCESS"


@pytest.mark.parametrize("wrapped", [lambda each: each, lambda each: {"entries": each, "nextPageToken": "x"}])
def test_entries_as_an_array_or_in_a_wrapper_newest_first_with_unknown_fields(tmp_path: Path, wrapped: Any) -> None:
    there = world(tmp_path, logs={"entries": wrapped(ENTRIES)})
    found = answered(there, ListEntries(("projects/shop-prod",), ""))["entries"]
    assert [entry["insertId"] for entry in found] == ["1", "2"]
    assert found[1]["errorGroups"] == [{"id": "CPnm"}]
    assert answered(there, ListEntries(("projects/shop-prod",), "severity>=ERROR"))["entries"] == []


def test_what_is_neither_a_list_nor_a_wrapper_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="entries are a list, or an object whose `entries` is one"):
        world(tmp_path, logs={"entries": {"insertId": "1"}})


def test_what_v1_shows_of_the_example_comes_back_from_it() -> None:
    deployment = load(NETRA / "scenario.yaml", START).deployment
    for service in deployment.services.values():
        back = service_export(service_v1(service))
        for key in (
            "name",
            "template",
            "traffic",
            "uri",
            "urls",
            "terminalCondition",
            "conditions",
            "latestReadyRevision",
        ):
            assert back[key] == service[key], key
    for revision in deployment.revisions.values():
        back = revision_export(revision_v1(revision))
        for key in ("name", "containers", "conditions", "createTime", "service", "scaling", "timeout"):
            assert back.get(key) == revision.get(key), key


def test_the_schema_is_a_schema_and_every_example_keeps_it() -> None:
    schema = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    for path in sorted(NETRA.glob("*.yaml")):
        data = yaml.load(path.read_text()).data
        assert is_scenario(path) == (path.stem != "checks")
        if is_scenario(path):
            assert list(Draft202012Validator(schema).iter_errors(data)) == [], path


def test_every_mistake_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(
        "speeed: 2\nfaults:\n  - {method: GetServices}\n  - {metod: GetService}\nlogs: {delay: {stdout: 3}}\n"
    )
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert list(caught.value.errors) == [
        f"{path}:1:1: unknown key 'speeed'; did you mean speed?",
        f"{path}:3:14: not known: 'GetServices'; did you mean GetService?",
        f"{path}:4:6: unknown key 'metod'; did you mean method?",
        f"{path}:5:24: not a length of time such as 80ms, 2s or 2m29s: 3",
    ]


def test_a_mistake_of_meaning_has_its_place_in_the_file_that_made_it(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("title: base\nfaults:\n  - {method: GetService}\n")
    (tmp_path / "child.yaml").write_text("extends: base.yaml\nrouting:\n  - {service: none}\n")
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "child.yaml")
    told = list(caught.value.errors)
    assert told[0].startswith(f"{tmp_path / 'child.yaml'}:3:5: routing[0]: there is no service 'none' here")
    assert told[1].startswith(f"{tmp_path / 'base.yaml'}:3:5: faults[0]: what happens?")


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("title: a\nspeed: 2\n", 0, "a scenario of 0 services, no mistakes"),
        ("speed: 0\n", 2, "1:8: this must be above 0, not 0"),
    ],
)
def test_lint_takes_a_scenario(tmp_path: Path, text: str, code: int, said: str) -> None:
    path = tmp_path / "any-name.yaml"
    path.write_text(text)
    command = [sys.executable, "-m", "validator", "lint", str(path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == code
    assert said in ended.stdout + ended.stderr
