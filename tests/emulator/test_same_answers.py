"""One question by gRPC, by REST v2 and by gcloud: the same answer, for all resources. docs/emulator.md lists the fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.emulator.clients import Gcloud, Grpc, Rest, plain
from validator.emulator.servers.emulator import Emulator

ROOT = Path(__file__).parent.parent.parent
REGION = "--region=us-central1"
SERVICE_FIELDS = {
    "uid": "metadata.uid",
    "generation": "metadata.generation",
    "createTime": "metadata.creationTimestamp",
    "creator": "metadata.annotations|serving.knative.dev/creator",
    "uri": "status.url",
    "observedGeneration": "status.observedGeneration",
    "latestReadyRevision": "status.latestReadyRevisionName",
    "latestCreatedRevision": "status.latestCreatedRevisionName",
    "trafficStatuses.0.percent": "status.traffic.0.percent",
    "terminalCondition.lastTransitionTime": "status.conditions.0.lastTransitionTime",
    "template.serviceAccount": "spec.template.spec.serviceAccountName",
    "template.containers.0.image": "spec.template.spec.containers.0.image",
}
REVISION_FIELDS = {
    "uid": "metadata.uid",
    "createTime": "metadata.creationTimestamp",
    "service": "metadata.labels|serving.knative.dev/service",
    "labels.commit-sha": "metadata.labels.commit-sha",
    "serviceAccount": "spec.serviceAccountName",
    "maxInstanceRequestConcurrency": "spec.containerConcurrency",
    "containers.0.image": "spec.containers.0.image",
    "containers.0.env.0.value": "spec.containers.0.env.0.value",
    "containers.0.resources.limits.memory": "spec.containers.0.resources.limits.memory",
    "vpcAccess.connector": "metadata.annotations|run.googleapis.com/vpc-access-connector",
    "conditions.0.lastTransitionTime": "status.conditions.0.lastTransitionTime",
}
BUILD_FIELDS = (
    "id",
    "status",
    "createTime",
    "startTime",
    "finishTime",
    "substitutions",
    "results.images.0.digest",
    "steps.2.id",
)
ENTRY_FIELDS = ("insertId", "logName", "timestamp", "receiveTimestamp", "severity", "textPayload", "labels", "resource")


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(ROOT / "examples" / "netra" / "scenario.yaml") as running:
        yield running


@pytest.fixture(scope="module")
def gcloud(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Gcloud:
    return Gcloud(emulator, tmp_path_factory.mktemp("gcloud"))


def at(data: Any, path: str) -> Any:
    """The value at a dotted path; the names of annotations hold dots themselves and stand after a bar."""
    dotted, *named = path.split("|")
    for part in (*dotted.split("."), *named):
        if isinstance(data, list):
            data = data[int(part)] if int(part) < len(data) else None
        else:
            data = (data or {}).get(part)
    return data.rsplit("/revisions/", 1)[-1] if isinstance(data, str) else data


def same(v2: Mapping[str, Any], v1: Mapping[str, Any], fields: Mapping[str, str]) -> None:
    for mine, theirs in fields.items():
        assert str(at(v2, mine)) == str(at(v1, theirs)), mine


@pytest.mark.slow
def test_services(emulator: Emulator, gcloud: Gcloud) -> None:
    listed = gcloud("run", "services", "list")
    for name in ("netra-auth-staging", "netra-backend-staging"):
        full = f"projects/netra-staging/locations/us-central1/services/{name}"
        one = plain(Grpc(emulator).services.get_service(name=full))
        assert plain(Rest(emulator).services.get_service(name=full)) == one
        same(one, next(each for each in listed if each["metadata"]["name"] == name), SERVICE_FIELDS)
    parent = "projects/netra-staging/locations/us-central1"
    found = list(map(plain, Grpc(emulator).services.list_services(parent=parent)))
    assert found == list(map(plain, Rest(emulator).services.list_services(parent=parent)))
    assert len(found) == len(listed)


@pytest.mark.slow
def test_revisions(emulator: Emulator, gcloud: Gcloud) -> None:
    listed = {each["metadata"]["name"]: each for each in gcloud("run", "revisions", "list", REGION)}
    parent = "projects/netra-staging/locations/us-central1/services/-"
    by_grpc = list(map(plain, Grpc(emulator).revisions.list_revisions(parent=parent)))
    assert by_grpc == list(map(plain, Rest(emulator).revisions.list_revisions(parent=parent)))
    assert len(by_grpc) == len(listed) == 3
    for one in by_grpc:
        assert plain(Rest(emulator).revisions.get_revision(name=one["name"])) == one
        same(one, listed[one["name"].rsplit("/", 1)[-1]], REVISION_FIELDS)


@pytest.mark.slow
def test_builds(emulator: Emulator, gcloud: Gcloud) -> None:
    parent = "projects/netra-staging/locations/us-central1"
    (by_grpc,) = map(plain, Grpc(emulator).builds.list_builds(request={"parent": parent}))
    name = f"{parent}/builds/{by_grpc['id']}"
    assert plain(Rest(emulator).builds.get_build(request={"name": name})) == by_grpc
    (listed,) = gcloud("builds", "list", REGION)
    for field in BUILD_FIELDS:
        assert at(by_grpc, field) == at(listed, field), field


@pytest.mark.slow
def test_entries(emulator: Emulator, gcloud: Gcloud) -> None:
    """The logging client has no REST transport, so REST is asked by hand."""
    text = 'log_id("run.googleapis.com/stdout")'
    request = {"resource_names": ["projects/netra-staging"], "filter": text, "order_by": "timestamp desc"}
    by_grpc = [plain(entry) for entry in Grpc(emulator).logging.list_log_entries(request=request)]
    body = {"resourceNames": ["projects/netra-staging"], "filter": text, "orderBy": "timestamp desc", "pageSize": 1000}
    by_rest = requests.post(f"http://127.0.0.1:{emulator.http_port}/v2/entries:list", json=body, timeout=10).json()
    by_gcloud = gcloud("logging", "read", text, "--freshness=30d")
    assert len(by_grpc) == len(by_rest["entries"]) == len(by_gcloud) > 10
    for one, two, three in zip(by_grpc, by_rest["entries"], by_gcloud, strict=True):
        for field in ENTRY_FIELDS:
            assert at(one, field) == at(two, field) == at(three, field), field


def test_rest_answers_enums_as_numbers_where_it_is_asked_to(emulator: Emulator) -> None:
    path = "/v2/projects/netra-staging/locations/us-central1/services/netra-backend-staging"
    url = f"http://127.0.0.1:{emulator.http_port}{path}"
    by_name = requests.get(url, timeout=10).json()
    by_number = requests.get(url, params={"$alt": "json;enum-encoding=int"}, timeout=10).json()
    assert by_name["terminalCondition"]["state"] == "CONDITION_SUCCEEDED"
    assert by_number["terminalCondition"]["state"] == 4
    assert by_number["traffic"][0]["type"] == 1


def test_every_listed_field_is_in_the_documentation() -> None:
    text = (ROOT / "docs" / "emulator.md").read_text()
    for field in (*SERVICE_FIELDS, *REVISION_FIELDS, *BUILD_FIELDS, *ENTRY_FIELDS):
        assert f"`{field}`" in text, field
