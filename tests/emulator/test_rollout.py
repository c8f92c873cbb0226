"""A rollout as the platform does it: the order of a revision's conditions, what is audited, where traffic goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from validator.emulator.api.calls import WriteService
from validator.emulator.knative.conversion import revision_v1, service_v1, service_v2
from validator.emulator.knative.export import revision_export
from validator.emulator.world.simulation import Simulation
from validator.emulator.world.world import advanced, apply
from validator.words.call import Exchange, Json, ListEntries

EPOCH = 1_790_000_000.0
SHOP = "projects/p/locations/l/services/shop"
FAILURE = "rollout: {imported: 3s, ready: 240s, failure: {reason: HEALTH_CHECK_CONTAINER_ERROR, message: It did not listen on 8080.}}\n"
Simulate = Callable[..., Simulation]


class Deploy:
    """A deploy of the small shop at the start, and the world at later times."""

    def __init__(
        self, simulation: Simulation, template: Json | None = None, traffic: Sequence[Json] | None = None
    ) -> None:
        service: dict[str, Any] = {"template": {"containers": [{"image": "shop:3"}], **(template or {})}}
        if traffic is not None:
            service["traffic"] = list(traffic)
        write = WriteService(SHOP, service)
        self.world, _ = apply(simulation.world, write, EPOCH)

    def at(self, seconds: float) -> None:
        """Go on to a time."""
        self.world = advanced(self.world, EPOCH + seconds)

    @property
    def revision(self) -> Json:
        """The new one."""
        return self.world.deployment.revisions[self.service["latestCreatedRevision"]]

    @property
    def service(self) -> Json:
        """As it is."""
        return self.world.deployment.services[SHOP]

    @property
    def conditions(self) -> list[tuple[str, str, str]]:
        """Type, state and message of the new revision's conditions."""
        return [
            (c["type"], c["state"].removeprefix("CONDITION_"), c.get("message", ""))
            for c in self.revision["conditions"]
        ]

    def audited(self) -> list[tuple[str, str, str]]:
        """Severity, revision and message of what the platform audited."""
        _, came = apply(self.world, ListEntries(("projects/p",), "protoPayload:*", page_size=100), EPOCH + 1e4)
        found = [entry for entry in came.result.content["entries"] if "system_event" in entry["logName"]]  # type: ignore[union-attr]
        return [
            (e["severity"], e["resource"]["labels"]["revision_name"], e["protoPayload"]["status"]["message"])
            for e in found
        ]


def test_it_is_ready_when_its_image_is_imported_and_again_when_its_container_is_healthy(simulate: Simulate) -> None:
    deploy = Deploy(simulate("rollout: {imported: 2s, ready: 8860ms}\n"), {"scaling": {"minInstanceCount": 1}})
    deploy.at(2)
    assert deploy.conditions == [
        ("Ready", "SUCCEEDED", ""),
        ("ContainerReady", "SUCCEEDED", "Container image import completed in 2s."),
    ]
    assert (deploy.revision["reconciling"], "observedGeneration" in deploy.revision) == (True, False)
    assert deploy.service["terminalCondition"]["state"] == "CONDITION_RECONCILING"
    deploy.at(9)
    assert deploy.conditions == [
        ("Ready", "SUCCEEDED", "Deploying revision succeeded in 8.86s."),
        ("ContainerHealthy", "SUCCEEDED", "Containers became healthy in 6.86s."),
        ("MinInstancesProvisioned", "SUCCEEDED", ""),
        ("ContainerReady", "SUCCEEDED", "Container image import completed in 2s."),
        ("ResourcesAvailable", "SUCCEEDED", ""),
    ]
    since = {each["type"]: each["lastTransitionTime"] for each in deploy.revision["conditions"]}
    assert (since["ContainerReady"], since["ResourcesAvailable"]) == ("2026-09-21T14:13:22.000Z",) * 2
    assert since["ContainerHealthy"] == since["Ready"] == "2026-09-21T14:13:28.860Z"
    assert deploy.revision["observedGeneration"] == "1"
    deploy.at(20)
    new = deploy.service["latestCreatedRevision"].rsplit("/", 1)[-1]
    assert deploy.audited() == [
        ("INFO", new, f"Ready condition status changed to True for Revision {new}."),
        ("INFO", new, f"Ready condition status changed to True for Revision {new} with message: Deploying revision succeeded in 8.86s."),
        ("INFO", "", "Ready condition status changed to True for Service shop."),
    ]  # fmt: skip


def test_minutes_after_it_was_ready_it_has_failed_and_is_tried_again(simulate: Simulate) -> None:
    deploy = Deploy(simulate(FAILURE))
    deploy.at(200)
    assert deploy.conditions[0] == ("Ready", "SUCCEEDED", "")
    deploy.at(240)
    assert deploy.conditions == [
        ("Ready", "FAILED", "It did not listen on 8080."),
        ("ContainerHealthy", "FAILED", "It did not listen on 8080."),
        ("Retry", "SUCCEEDED", "System will retry after 0:00:00 from lastTransitionTime for attempt 0."),
        ("ContainerReady", "SUCCEEDED", "Container image import completed in 3s."),
        ("ResourcesAvailable", "SUCCEEDED", ""),
    ]
    assert deploy.revision["conditions"][0]["revisionReason"] == "HEALTH_CHECK_CONTAINER_ERROR"
    assert deploy.service["latestReadyRevision"].endswith("/shop-2")
    severities = [severity for severity, revision, _ in deploy.audited() if revision]
    assert severities == ["INFO", "ERROR"]
    back = revision_export(revision_v1(deploy.revision))
    assert back["conditions"] == deploy.revision["conditions"]


def test_without_a_health_check_ready_says_nothing_of_the_container(simulate: Simulate) -> None:
    deploy = Deploy(simulate(FAILURE), {"healthCheckDisabled": True})
    deploy.at(300)
    assert [(kind, state) for kind, state, _ in deploy.conditions] == [
        ("Ready", "SUCCEEDED"),
        ("ContainerReady", "SUCCEEDED"),
        ("ResourcesAvailable", "SUCCEEDED"),
    ]
    assert deploy.service["terminalCondition"]["state"] == "CONDITION_SUCCEEDED"
    shown = service_v1(deploy.service)
    annotations = shown["spec"]["template"]["metadata"]["annotations"]
    assert annotations["run.googleapis.com/health-check-disabled"] == "true"
    assert service_v2(shown, "l")["template"]["healthCheckDisabled"] is True


@pytest.mark.parametrize(("percent", "ready"), [(0, "shop-2"), (10, "new")])
def test_the_latest_ready_revision_stays_where_the_new_one_gets_no_traffic(
    percent: int, ready: str, simulate: Simulate
) -> None:
    pinned = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
    candidate = {
        "type": pinned,
        "revision": "shop-new",
        "tag": "candidate",
        **({"percent": percent} if percent else {}),
    }
    traffic = [{"type": pinned, "revision": "shop-2", "percent": 100 - percent}, candidate]
    deploy = Deploy(simulate(), {"revision": "shop-new"}, traffic)
    deploy.at(60)
    assert deploy.conditions[0][:2] == ("Ready", "SUCCEEDED")
    assert deploy.service["latestCreatedRevision"].endswith("/shop-new")
    assert deploy.service["latestReadyRevision"].endswith(f"-{ready.removeprefix('shop-')}")
    latest = {"traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}]}
    deploy.world, _ = apply(deploy.world, WriteService(SHOP, latest, ("traffic",)), EPOCH + 60)
    deploy.at(90)
    assert deploy.service["latestReadyRevision"].endswith("/shop-new")


def test_annotations_of_a_source_deploy_go_there_and_back(simulate: Simulate) -> None:
    annotations = {"run.googleapis.com/build-id": "b-17", "run.googleapis.com/build-source-location": "gs://s/x.zip#1"}
    deploy = Deploy(simulate(), {"annotations": annotations})
    shown = service_v1({**deploy.service, "annotations": annotations})
    back = service_v2(shown, "l")
    assert (back["annotations"], back["template"]["annotations"]) == (annotations, annotations)
    deploy.at(60)
    assert deploy.revision["annotations"] == annotations


def test_a_request_that_a_container_answered_carries_the_revisions_labels(simulate: Simulate) -> None:
    labels = "revisions: {shop-2: {labels: {commit-sha: 5c0ffee, gcb-build-id: b1, team: x}}}\n"
    world = simulate(labels + "invokers: {shop: [a@p.iam.gserviceaccount.com]}\n")
    open_to_all = simulate(labels)
    for simulation in (world, open_to_all):
        simulation(Exchange("GET", "https://shop-x.a.run.app/health"), EPOCH)
    _, came = open_to_all(ListEntries(("projects/p",), 'log_id("run.googleapis.com/requests")'), EPOCH + 60)
    found = came.content["entries"][0]["labels"]  # type: ignore[union-attr]
    assert {key: found[key] for key in found if key != "instanceId"} == {
        "commit-sha": "5c0ffee",
        "gcb-build-id": "b1",
        "team": "x",
    }
    assert len(found["instanceId"]) == 64
    _, came = world(ListEntries(("projects/p",), 'log_id("run.googleapis.com/requests")'), EPOCH + 60)
    assert came.content["entries"][0].get("labels", {}) == {}  # type: ignore[union-attr]
