"""Each piece of a world does what its name says, asked as the gate asks."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.soundness.claims import COMMIT, STARTED
from benchmarks.soundness.regime import Regime, Spread
from benchmarks.soundness.resources import BUILD, HOST, NAMES, SERVICE
from benchmarks.soundness.stored import EPOCH
from benchmarks.soundness.story import FOREVER, OURS, PREVIOUS, Line, Outage, Page, Story, Traffic
from benchmarks.soundness.world import Told
from validator.words.call import Answer, Call, Exchange, GetRevision, GetService, Json, ListEntries, Problem
from validator.words.instant import seconds

STEADY = Regime("steady", stream=Spread(3, 3))
OUR_LOG = ListEntries(("projects/shop",), f'resource.labels.revision_name="{NAMES[OURS]}"')
OUR_REVISION = GetRevision(f"{SERVICE}/revisions/{NAMES[OURS]}")


def line(at: float, text: str, stream: str = "stdout", **more: Any) -> Line:
    return Line(at, stream, text, at + 3, at + 3, **more)


def world(**changes: Any) -> Told:
    lines = changes.pop("lines", (line(-41, STARTED),))
    return Told(replace(Story("by hand", "steady", "serving", ("healthy",), lines=lines), **changes), STEADY)


def said(told: Told, call: Call, at: float) -> Json:
    _, result = told(call, EPOCH + at)
    assert isinstance(result, Answer), result
    return result.content


def states(told: Told, at: float) -> dict[str, str]:
    return {each["type"]: each["state"] for each in said(told, OUR_REVISION, at)["conditions"]}


def test_ready_turns_true_for_the_image_before_the_container_was_started() -> None:
    told = world(created=1.0, imported=2.0, ready=None, broken=60.0)
    assert states(told, 1.5)["Ready"] == "CONDITION_RECONCILING"
    imported = states(told, 10)
    assert imported["Ready"] == imported["ContainerReady"] == "CONDITION_SUCCEEDED"
    assert "ContainerHealthy" not in imported
    given_up = states(told, 61)
    assert given_up["Ready"] == given_up["ContainerHealthy"] == "CONDITION_FAILED"


def test_a_container_that_was_started_is_said_to_be_healthy() -> None:
    told = world(created=1.0, imported=2.0, ready=9.0)
    assert "ContainerHealthy" not in states(told, 5)
    assert states(told, 10)["ContainerHealthy"] == "CONDITION_SUCCEEDED"
    assert said(told, GetService(SERVICE), 10)["latestReadyRevision"].endswith(NAMES[OURS])


def test_what_was_imported_only_has_no_instance_to_answer() -> None:
    told = world(created=1.0, imported=2.0, ready=30.0, suite="candidate", traffic=(Traffic(-FOREVER, 0),))
    url = f"https://candidate---{HOST}/health"
    assert said(told, Exchange("GET", url), 10)["status"] in (429, 503)
    assert said(told, Exchange("GET", url), 31)["status"] == 200


@pytest.mark.parametrize(("sidecar", "place"), [("", 0), ("first", 1), ("last", 0)])
def test_the_application_is_what_the_build_pushed_and_the_sidecar_has_the_port(sidecar: str, place: int) -> None:
    told = world(sidecar=sidecar, setting="debug")
    containers = said(told, OUR_REVISION, 1)["containers"]
    assert len(containers) == (2 if sidecar else 1)
    digest = told.world.deployment.builds[f"projects/shop/locations/europe-west1/builds/{BUILD}"]["results"]["images"][
        0
    ]["digest"]
    assert containers[place]["image"].endswith(digest)
    assert containers[place]["env"] == [{"name": "LOG_LEVEL", "value": "debug"}]
    assert ("ports" in containers[place]) == (not sidecar)
    if sidecar:
        assert containers[1 - place]["env"] == [{"name": "LOG_LEVEL", "value": "info"}]
        assert "ports" in containers[1 - place]


@pytest.mark.parametrize(
    ("sort", "statuses", "logged"),
    [("iam", (401, 403), True), ("ingress", (404,), False), ("capacity", (429, 503), True)],
)
def test_the_front_end_answers_in_the_services_place_for_a_while(
    sort: str, statuses: tuple[int, ...], logged: bool
) -> None:
    told = world(pages=(Page(10.0, 50.0, sort),))
    call = Exchange("GET", f"https://{HOST}/health")
    for at, hidden in ((5, False), (20, True), (49, True), (51, False)):
        before = len(told.world.entries)
        answer = said(told, call, at)
        assert (answer["status"] in statuses) == hidden
        assert answer["status"] == 200 or hidden
        new = told.world.entries[before:]
        assert bool(new) == (logged or not hidden)
        if hidden and logged:
            assert new[0].raw["labels"] == {}, "no instance had it"
            assert "textPayload" in new[0].raw


def test_a_tag_is_taken_away() -> None:
    changes = {"suite": "candidate", "traffic": (Traffic(-FOREVER, 0),)}
    told, never = world(tag_moved=30.0, **changes), world(tag_moved=-600.0, **changes)
    assert holder(told, 29) == NAMES[OURS]
    assert holder(told, 31) == holder(never, 1) == NAMES[PREVIOUS]
    said(told, Exchange("GET", f"https://candidate---{HOST}/health"), 32)
    assert told.world.entries[-1].raw["resource"]["labels"]["revision_name"] == NAMES[PREVIOUS]


def holder(told: Told, at: float) -> str:
    statuses = said(told, GetService(SERVICE), at)["trafficStatuses"]
    return next(str(each["revision"]) for each in statuses if each.get("tag") == "candidate")


def test_the_platforms_entries_carry_the_revisions_labels() -> None:
    lines = (
        line(-50, "Ready condition status changed to True", "audit", severity="INFO"),
        line(-49, "Starting new instance.", "system", severity="INFO"),
        line(-48, "", payload={"level": "error", "msg": "no stock"}, means="ERROR"),
    )
    entries = said(world(lines=lines), OUR_LOG, 1)["entries"]
    assert [next(key for key in entry if key.endswith("Payload")) for entry in entries] == [
        "protoPayload",
        "textPayload",
        "jsonPayload",
    ]
    assert [entry["logName"].rsplit("/", 1)[-1] for entry in entries] == [
        "cloudaudit.googleapis.com%2Fsystem_event",
        "run.googleapis.com%2Fvarlog%2Fsystem",
        "run.googleapis.com%2Fstdout",
    ]
    assert NAMES[OURS] in json.dumps(entries[0]["protoPayload"])
    assert "severity" not in entries[2]


def test_a_first_page_is_empty_and_says_go_on() -> None:
    told = world(paging=0, lines=tuple(line(-41 + n, f"tick {n}") for n in range(5)))
    empty = 0
    for at in range(1, 21):
        answer = said(told, OUR_LOG, at)
        if answer.get("nextPageToken"):
            assert not answer.get("entries")
            empty += 1
            answer = said(told, replace(OUR_LOG, page_token=answer["nextPageToken"]), at)
        assert len(answer["entries"]) == 5
    assert 3 < empty < 17


def test_a_method_that_is_down_stays_down_and_no_other_is() -> None:
    told = world(outages=(Outage("GetService", "INTERNAL", 20.0, FOREVER),))
    assert said(told, GetService(SERVICE), 19)
    for at in (20, 100, 10_000):
        _, result = told(GetService(SERVICE), EPOCH + at)
        assert isinstance(result, Problem)
        assert result.code == "INTERNAL"
        assert said(told, OUR_REVISION, at)


def test_a_closed_path_is_closed_whatever_the_health() -> None:
    told = world(health=(replace(Story("", "", "", ()).health[0], status=503),))
    assert said(told, Exchange("GET", f"https://{HOST}/health"), 1)["status"] == 503
    assert said(told, Exchange("GET", f"https://{HOST}/admin"), 1)["status"] == 403


def test_a_deploy_that_made_no_revision_leaves_an_older_one_newest() -> None:
    told = world(foreign=True, created=-900.0, ready=-890.0)
    service = said(told, GetService(SERVICE), 1)
    assert service["latestCreatedRevision"].endswith(NAMES[PREVIOUS])
    newest = said(told, GetRevision(service["latestCreatedRevision"]), 1)
    assert newest["labels"]["commit-sha"] != COMMIT
    assert EPOCH - seconds(newest["createTime"]) == 900
