"""What YAML makes of a resource's values never breaks an answer; what cannot be has its place; what is not known is noted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from google.cloud.devtools.cloudbuild_v1.types import Build
from google.cloud.logging_v2.types import LogEntry
from google.cloud.run_v2.types import Revision, Service
from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.emulator.clients import Grpc, plain
from validator.emulator.api.message_types import message_type
from validator.emulator.knative.shape import known
from validator.emulator.scenario.files import ScenarioError
from validator.emulator.scenario.loading import load
from validator.emulator.servers.emulator import Emulator
from validator.emulator.world.plot import Scenario
from validator.emulator.world.resource_fields import Path as At
from validator.emulator.world.resource_fields import fitted

SHOP = """
services:
  shop:
    name: projects/p/locations/l/services/shop
    labels: {build: 20260112, commit-sha: 12345e7, zero: 0012, flag: true, day: 2026-01-12, ratio: 1.10}
    annotations: {approved: yes, count: 3}
    template: {containers: [{image: shop, env: [{name: PORT, value: 8080}, {name: DEBUG, value: false}], resources: {limits: {cpu: 1}}}]}
    traffic: [{type: TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST, percent: 100.0}]
    uri: https://shop.a.run.app
revisions:
  shop-1:
    name: projects/p/locations/l/services/shop/revisions/shop-1
    labels: {commit-sha: 7654321}
    timeout: 300
    generation: 1
    containers: [{image: shop, env: [{name: RATE, value: 0.50}]}]
    conditions: [{type: Ready, state: 4, message: 200}]
builds:
  7: {id: 7, projectId: p, substitutions: {_VERSION: 1.20, COMMIT_SHA: 7654321}, tags: [2026]}
logs:
  entries: [{insertId: 5, logName: projects/p/logs/x, timestamp: "@-1m", spanId: 00012, labels: {n: 1}, textPayload: 404, severity: 500}]
  groups: {g: {revision: shop-1, stream: stdout, at: "@-1m", lines: [[0s, 404], [1s, true], [2s, 1.10, ERROR]]}}
behaviour: {shop: {/v: {text: 1.10, headers: {X-Build: 0012}}}}
env: {VERSION: 1.10, BUILD: 0012}
"""


class Told:
    """Collects what is said."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []
        self.notes: list[str] = []

    def original(self, _path: At, value: Any) -> str:
        return str(value)

    def mistake(self, _path: At, message: str, *, of_key: bool = False) -> None:
        del of_key
        self.mistakes.append(message)

    def note(self, _path: At, message: str) -> None:
        self.notes.append(message)


def scenario(folder: Path, text: str) -> Scenario:
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, 1_790_000_000.0)


def test_numbers_booleans_and_dates_are_the_text_that_was_written(tmp_path: Path) -> None:
    found = scenario(tmp_path, SHOP)
    service = found.deployment.services["projects/p/locations/l/services/shop"]
    assert service["labels"] == {
        "build": "20260112",
        "commit-sha": "12345e7",
        "zero": "0012",
        "flag": "true",
        "day": "2026-01-12",
        "ratio": "1.10",
    }
    assert service["annotations"] == {"approved": "yes", "count": "3"}
    assert service["template"]["containers"][0]["env"][0] == {"name": "PORT", "value": "8080"}
    assert service["traffic"][0]["percent"] == 100
    revision = found.deployment.revisions["projects/p/locations/l/services/shop/revisions/shop-1"]
    assert (revision["timeout"], revision["generation"]) == ("300s", "1")
    assert revision["conditions"] == [{"type": "Ready", "state": "CONDITION_SUCCEEDED", "message": "200"}]
    assert [entry.raw["textPayload"] for entry in found.entries] == ["404", "true", "1.10", "404"]
    assert dict(found.env) == {"VERSION": "1.10", "BUILD": "0012"}
    reply = found.deployment.behaviour["shop"]["/v"][0]
    assert (reply.text, reply.headers) == ("1.10", (("x-build", "0012"),))


def test_no_answer_breaks_on_them(tmp_path: Path) -> None:
    with Emulator(scenario(tmp_path, SHOP).path) as emulator:
        client = Grpc(emulator)
        service = plain(client.services.get_service(name="projects/p/locations/l/services/shop"))
        assert service["labels"]["commit-sha"] == "12345e7"
        revision = client.revisions.get_revision(name="projects/p/locations/l/services/shop/revisions/shop-1")
        assert plain(revision)["labels"] == {"commit-sha": "7654321"}
        build = client.builds.get_build(name="projects/p/locations/global/builds/7")
        assert plain(build)["substitutions"] == {"_VERSION": "1.20", "COMMIT_SHA": "7654321"}
        entries = list(client.logging.list_log_entries(resource_names=["projects/p"]))
        assert [entry.text_payload for entry in entries] == ["404", "404", "true", "1.10"]


def test_a_payload_of_a_type_that_is_not_installed_does_not_break_a_page(tmp_path: Path) -> None:
    payload = {"@type": "type.googleapis.com/google.example.Unheard", "field": [1]}
    entry = {"insertId": "a", "logName": "projects/p/logs/x", "timestamp": "@-1m", "protoPayload": payload}
    with Emulator(scenario(tmp_path, json.dumps({"services": {}, "logs": {"entries": [entry]}})).path) as emulator:
        (found,) = Grpc(emulator).logging.list_log_entries(resource_names=["projects/p"])
    assert found.insert_id == "a"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("services: {s: {conditions: [{typ: Ready}]}}", "1:30: unknown key 'typ'; did you mean type?"),
        ("revisions: {r: {conditions: [{type: Ready, status: 'True'}]}}", "1:44: unknown key 'status'; did you mean state?"),
        ("services: {s: {terminalCondition: {type: Ready, state: CONDITION_SUCCEDED}}}", "1:56: not known: 'CONDITION_SUCCEDED'; did you mean CONDITION_SUCCEEDED?"),
        ("changes: [{at: '@0s', revisions: {r: {conditions: [{reasn: x}]}}}]", "1:53: unknown key 'reasn'; did you mean reason?"),
        ("services: [{apiVersion: serving.knative.dev/v1, metadata: {name: s}, status: {conditions: [{type: Ready, state: x}]}}]", "1:106: unknown key 'state'"),
        ("services: {s: {traffic: {percent: 100}}}", "1:25: this must be a list"),
        ("services: {s: {labels: [a]}}", "1:24: this must be a map"),
        ("services: {s: {labels: {a: {b: c}}}}", "1:28: this must be text"),
        ("services: {s: {traffic: [{percent: many}]}}", "1:36: this must be a whole number, not 'many'"),
        ("services: {s: {generation: 99999999999999999999}}", "1:28: this must be a whole number"),
        ("services: {s: {reconciling: maybe}}", "1:29: this must be true or false, not 'maybe'"),
        ("services: {s: {createTime: yesterday}}", "1:28: not a time such as @-4m"),
        ("services: {s: {createTime: '9999-99-01T00:00:00Z'}}", "1:28: not a time such as @-4m"),
        ("revisions: {r: {timeout: 5m}}", "1:26: not a duration as the APIs write it, such as 300s: '5m'"),
        ("builds: {b: {status: SUCCES}}", "1:22: not known: 'SUCCES'; did you mean SUCCESS?"),
        ("logs: {entries: [{severity: warn}]}", "1:29: not known: 'warn'; did you mean WARNING?"),
        ("logs: {entries: [{jsonPayload: text}]}", "1:32: this must be a map"),
        ("logs: {entries: [{textPayload: a, jsonPayload: {}}]}", "1:35: only one of textPayload and jsonPayload may be given"),
        ("logs: {entries: [7]}", "1:18: this must be a map"),
        ("logs: {groups: {g: {revision: r, stream: stdout, lines: [[1s, x, WARN]]}}}", "1:66: no severity: 'WARN'; there are DEFAULT"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_mistake_with_its_place(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario(tmp_path, text)
    assert caught.value.errors[0].startswith(f"{tmp_path / 'scenario.yaml'}:{told}")


def test_what_is_not_known_is_left_out_and_noted_once(tmp_path: Path) -> None:
    name = "projects/p/locations/l/services/shop"
    text = (
        f"services: {{shop: {{name: {name}, newThing: {{a: 1}}, trafic: [{{percent: 1}}], template: {{containers: [{{image: i, gpu: x}}]}}}}}}\n"
        f"revisions: {{r1: {{name: {name}/revisions/r1, newThing: 1}}, r2: {{name: {name}/revisions/r2, newThing: 1}}}}\n"
    )
    found = scenario(tmp_path, text)
    path = tmp_path / "scenario.yaml"
    assert found.notes == (
        f"{path}:1:63: note: newThing is not known here and left out (and 2 more)",
        f"{path}:1:81: note: trafic is not known here and left out; did you mean traffic?",
        f"{path}:1:140: note: gpu is not known here and left out",
    )
    assert found.deployment.services[name] == {"name": name, "template": {"containers": [{"image": "i"}]}}


V1: dict[str, Any] = {
    "apiVersion": "serving.knative.dev/v1",
    "kind": "Service",
    "metadata": {
        "name": "shop",
        "namespace": "p",
        "generation": 3,
        "managedFields": [{"manager": "x"}],
        "labels": {"cloud.googleapis.com/location": "us-central1", "commit-sha": 1234567},
        "annotations": {"run.googleapis.com/build-id": "b-1", "run.googleapis.com/brand-new": "x", "own": 5},
    },
    "spec": {
        "template": {
            "metadata": {"name": "shop-00003-abc", "annotations": {"run.googleapis.com/build-id": "b-1"}},
            "spec": {
                "containers": [
                    {
                        "image": "shop:3",
                        "env": [{"name": "N", "value": 1}, {"name": "F", "valueFrom": {"fieldRef": {"fieldPath": "x"}}}],
                        "resources": {"limits": {"cpu": 1}, "requests": {"cpu": 1}},
                        "volumeMounts": [{"name": "bucket", "mountPath": "/b", "mountPropagation": "None"}],
                        "startupProbe": {"exec": {"command": ["true"]}, "periodSeconds": 5},
                        "securityContext": {"runAsUser": 7},
                    }
                ],
                "volumes": [
                    {"name": "bucket", "csi": {"driver": "gcsfuse.run.googleapis.com", "readOnly": True, "volumeAttributes": {"bucketName": "b", "mountOptions": "a,b=c", "more": "x"}}},
                    {"name": "share", "nfs": {"server": "10.0.0.1", "path": "/x"}},
                    {"name": "scratch", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
                    {"name": "odd", "csi": {"driver": "other.example.com"}},
                    {"name": "host", "hostPath": {"path": "/"}},
                ],
                "tolerations": [],
                "runtimeClassName": "gvisor",
            },
        },
        "traffic": [{"latestRevision": True, "percent": 100, "weight": 1}],
    },
    "status": {
        "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "@-1m"}],
        "url": "https://shop.a.run.app",
        "traffic": [{"latestRevision": True, "percent": 100, "revisionName": "shop-00003-abc"}],
        "novelty": {"a": [1]},
    },
}  # fmt: skip


def test_an_export_with_volumes_and_what_nobody_knows_is_taken(tmp_path: Path) -> None:
    found = scenario(tmp_path, json.dumps({"services": [V1]}, indent=1))
    service = found.deployment.services["projects/p/locations/us-central1/services/shop"]
    json_format.ParseDict(dict(service), Service.pb()())
    assert (service["labels"], service["annotations"]) == (
        {"commit-sha": "1234567"},
        {"own": "5", "run.googleapis.com/build-id": "b-1"},
    )
    assert service["template"]["annotations"] == {"run.googleapis.com/build-id": "b-1"}
    assert service["template"]["volumes"] == [
        {"name": "bucket", "gcs": {"bucket": "b", "readOnly": True, "mountOptions": ["a", "b=c"]}},
        {"name": "share", "nfs": {"server": "10.0.0.1", "path": "/x"}},
        {"name": "scratch", "emptyDir": {"medium": "MEMORY", "sizeLimit": "64Mi"}},
    ]
    assert service["template"]["containers"][0]["env"] == [{"name": "N", "value": "1"}, {"name": "F"}]
    told = "\n".join(note.split(": note: ")[1] for note in found.notes)
    for key in ("managedFields", "brand-new", "fieldRef", "requests", "mountPropagation", "exec", "securityContext"):
        assert key in told
    for key in ("'odd'", "'host'", "runtimeClassName", "weight", "novelty", "more"):
        assert key in told
    assert "tolerations" not in told


# Whatever JSON is given: what is fitted without a mistake is what the API's own message takes.

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MESSAGES: dict[str, Any] = {"services": Service, "revisions": Revision, "builds": Build, "entries": LogEntry}


def _shaped(message: Any, depth: int = 3) -> st.SearchStrategy[Any]:
    """Maps with a message's own fields, and odd values now and then."""
    inner: dict[str, st.SearchStrategy[Any]] = {}
    for field in message.fields:
        below = field.message_type
        of = JSON
        if below is not None and depth and not below.full_name.startswith("google.protobuf."):
            of = (
                _shaped(below, depth - 1)
                if not below.GetOptions().map_entry
                else st.dictionaries(st.text(max_size=3), JSON, max_size=2)
            )
            of = st.lists(of, max_size=2) if field.is_repeated and not below.GetOptions().map_entry else of
        inner[field.json_name] = JSON | of if depth else JSON
    names = st.lists(st.sampled_from(sorted(inner)), max_size=4, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: inner[name] for name in chosen}))


@pytest.mark.parametrize("section", MESSAGES)
def test_what_fits_is_what_the_message_takes(section: str) -> None:
    @settings(max_examples=150, deadline=None)
    @given(_shaped(message_type(section)))
    def holds(data: Any) -> None:
        told = Told()
        found = fitted(data, message_type(section), (), told)
        if not told.mistakes and "protoPayload" not in found:
            json_format.ParseDict(_without_null(found), MESSAGES[section].pb()())

    holds()


def test_a_number_of_an_enum_that_no_message_takes_is_a_mistake() -> None:
    for number, taken in ((2**31 - 1, True), (2**31, False), (-(2**31) - 1, False)):
        told = Told()
        fitted({"scaling": {"scalingMode": number}}, message_type("services"), (), told)
        assert (not told.mistakes) == taken


def test_a_duration_that_no_message_takes_is_a_mistake() -> None:
    for seconds, taken in ((315_576_000_000, True), (315_576_000_001, False), ("-315576000001s", False)):
        told = Told()
        fitted({"timeout": seconds}, message_type("revisions"), (), told)
        assert (not told.mistakes) == taken


def _without_null(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_null(value) for key, value in data.items() if value is not None}
    return [_without_null(each) for each in data if each is not None] if isinstance(data, list) else data


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["services", "revisions"]), JSON)
def test_no_export_raises(kind: str, data: Any) -> None:
    known(kind, data, (), Told())
