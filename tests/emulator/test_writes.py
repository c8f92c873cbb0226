"""UpdateService and CreateService over gRPC and REST change the world in time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.api_core import exceptions
from google.cloud.run_v2 import (
    CreateServiceRequest,
    Service,
    TrafficTarget,
    TrafficTargetAllocationType,
    UpdateServiceRequest,
)

from tests.emulator.clients import Grpc, Rest
from validator.emulator.servers.emulator import Emulator

pytestmark = pytest.mark.slow

NETRA = Path(__file__).parent.parent.parent / "examples" / "netra"
NAME = "netra-backend-staging"
PARENT = "projects/netra-staging/locations/us-central1"
SERVICE = f"{PARENT}/services/{NAME}"
OLD = f"{NAME}-00644-q2c"


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    (tmp_path / "fast.yaml").write_text(f"extends: {NETRA / 'scenario.yaml'}\nspeed: 40\n")
    with Emulator(tmp_path / "fast.yaml") as running:
        yield running


@pytest.mark.parametrize("transport", [Grpc, Rest])
def test_a_new_image_makes_a_new_revision_which_passes_through_its_conditions(
    emulator: Emulator, transport: type[Grpc | Rest]
) -> None:
    client = transport(emulator)
    service = client.services.get_service(name=SERVICE)
    service.template.containers[0].image = "us-docker.pkg.dev/p/r/i:2"
    service.template.revision = ""
    operation = client.services.update_service(service=service)
    under_way = client.services.get_service(name=SERVICE)
    assert under_way.reconciling
    created = under_way.latest_created_revision
    assert created != under_way.latest_ready_revision
    assert client.revisions.get_revision(name=created).reconciling
    seen = set()
    deadline = time.monotonic() + 10
    while client.services.get_service(name=SERVICE).reconciling and time.monotonic() < deadline:
        conditions = client.revisions.get_revision(name=created).conditions
        seen.add(tuple((each.type_, each.state.name.removeprefix("CONDITION_")) for each in conditions))
    assert (("Ready", "SUCCEEDED"), ("ContainerReady", "SUCCEEDED")) in seen
    done = operation.result(timeout=10)
    assert (done.latest_ready_revision, done.observed_generation) == (created, 646)
    assert client.services.get_service(name=SERVICE) == done


def test_a_mask_writes_what_it_names_alone(emulator: Emulator) -> None:
    client = Grpc(emulator)
    latest = TrafficTargetAllocationType.TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST
    pinned = TrafficTargetAllocationType.TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION
    traffic = [
        TrafficTarget(type_=latest, percent=60),
        TrafficTarget(type_=pinned, revision=OLD, percent=40, tag="old"),
    ]
    service = Service(name=SERVICE, traffic=traffic)
    done = client.services.update_service(
        UpdateServiceRequest(service=service, update_mask={"paths": ["traffic"]})
    ).result(timeout=10)
    assert [(each.revision, each.percent) for each in done.traffic_statuses] == [("", 60), (OLD, 40)]
    assert done.traffic_statuses[1].uri == f"https://old---{NAME}-pnovr5vsba-uc.a.run.app"
    assert done.template.containers[0].image.endswith("2a96a23")
    assert emulator.world.deployment.hosts[f"old---{NAME}-pnovr5vsba-uc.a.run.app"] == (SERVICE, "old")


def test_a_service_is_created_once(emulator: Emulator) -> None:
    client = Grpc(emulator)
    service = Service(template={"containers": [{"image": "us-docker.pkg.dev/p/r/i:1"}]})
    request = CreateServiceRequest(parent=PARENT, service=service, service_id="fresh")
    done = client.services.create_service(request).result(timeout=10)
    assert done.traffic_statuses[0].percent == 100
    assert done.latest_ready_revision.startswith(f"{PARENT}/services/fresh/revisions/fresh-00001-")
    with pytest.raises(exceptions.AlreadyExists):
        client.services.create_service(request)


def test_what_cannot_be_is_refused(emulator: Emulator) -> None:
    client = Grpc(emulator)
    service = client.services.get_service(name=SERVICE)
    for change, error, message in (
        ({"traffic": [{"percent": 90, "type_": 1}]}, exceptions.InvalidArgument, "must sum to 100"),
        ({"traffic": [{"percent": 100, "type_": 2, "revision": "none"}]}, exceptions.NotFound, "'none' does not exist"),
        ({"etag": '"old"'}, exceptions.Aborted, "is not the newest"),
        ({"template": {}}, exceptions.InvalidArgument, "an image is required"),
        ({"name": SERVICE + "-x"}, exceptions.NotFound, "does not exist"),
    ):
        wanted = Service(service)
        for key, value in change.items():
            setattr(wanted, key, value)
        with pytest.raises(error, match=message):
            client.services.update_service(service=wanted)
    assert client.services.get_service(name=SERVICE) == service


def test_a_later_write_takes_the_service_over(emulator: Emulator) -> None:
    client = Grpc(emulator)
    service = client.services.get_service(name=SERVICE)
    service.template.revision = ""
    for image in ("us-docker.pkg.dev/p/r/i:2", "us-docker.pkg.dev/p/r/i:3"):
        service.template.containers[0].image = image
        service.etag = ""
        operation = client.services.update_service(service=service)
    done = operation.result(timeout=10)
    assert done.generation == 647
    assert client.revisions.get_revision(name=done.latest_ready_revision).containers[0].image.endswith(":3")
    assert len(list(client.revisions.list_revisions(parent=SERVICE))) == 4
