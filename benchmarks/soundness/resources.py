"""The resources of a story's deployment as the APIs' own JSON, at a moment of it."""

from __future__ import annotations

from benchmarks.soundness.claims import COMMIT
from benchmarks.soundness.draft import LONG_AGO
from benchmarks.soundness.story import FOREVER, NEWER, OURS, PREVIOUS, Story, Traffic
from validator.words.call import Json

SERVICE = "projects/shop/locations/europe-west1/services/front"
HOST = "front-abc123-ew.a.run.app"
NAMES = {PREVIOUS: "front-00011-old", OURS: "front-00012-new", NEWER: "front-00013-nxt"}
BUILD = "3f6f2a2e-0c1d-4c57-8d5e-6f1d1b7a9c42"
_IMAGE = "europe-west1-docker.pkg.dev/shop/front/front"
_PROXY = "docker.io/library/nginx@sha256:" + "c4" * 32
_DIGESTS = {PREVIOUS: "sha256:" + "0a" * 32, OURS: "sha256:" + "5d" * 32, NEWER: "sha256:" + "e1" * 32}
_LATEST = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
_NAMED = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
_FAILED = {
    "revisionReason": "HEALTH_CHECK_CONTAINER_ERROR",
    "message": "The user-provided container failed to start.",
}


def moment(seconds: float) -> str:
    """A story's time as a scenario has it."""
    return f"@{'-' if seconds < 0 else '+'}{abs(seconds):.3f}s"


def full(role: str) -> str:
    """A revision's full name."""
    return f"{SERVICE}/revisions/{NAMES[role]}"


def revisions(story: Story) -> Json:
    """Those that are there at the start."""
    found = {NAMES[PREVIOUS]: revision(PREVIOUS, story.created if story.foreign else LONG_AGO, story)}
    return found if story.foreign else {**found, NAMES[OURS]: revision(OURS, story.created, story)}


def revision(role: str, created: float, story: Story) -> Json:
    """A revision at the start, or when it is made."""
    ours = role == OURS
    labels = {"commit-sha": COMMIT if ours else "1f4c7b2a90e35d68a1b2c3d4e5f60718293a4b5c"}
    if ours:
        labels["gcb-build-id"] = BUILD
    return {
        "name": full(role),
        "labels": labels,
        "createTime": moment(created),
        "service": "front",
        "containers": _containers(role, story),
        "conditions": conditions(story, 0.0) if ours else _started(created + 2, created + 8),
    }


def _containers(role: str, story: Story) -> list[Json]:
    image = f"{_IMAGE}:8c0f3a9" if role == OURS and story.chain == "unproven" else f"{_IMAGE}@{_DIGESTS[role]}"
    port = {"ports": [{"name": "http1", "containerPort": 8080}]}
    application = {"name": "front", "image": image, "env": [{"name": "LOG_LEVEL", "value": story.setting}]}
    if not story.sidecar:
        return [{**application, **port}]
    other = "debug" if story.setting == "info" else "info"
    proxy = {"name": "proxy", "image": _PROXY, "env": [{"name": "LOG_LEVEL", "value": other}], **port}
    return [proxy, application] if story.sidecar == "first" else [application, proxy]


def _condition(kind: str, state: str, at: float, **more: str) -> Json:
    return {"type": kind, "state": f"CONDITION_{state}", "lastTransitionTime": moment(at), **more}


def _started(imported: float, ready: float) -> list[Json]:
    """All is well: the image is there, the container was started."""
    return [
        _condition("Ready", "SUCCEEDED", ready, message=f"Deploying revision succeeded in {ready - imported:.2f}s."),
        _condition("ContainerReady", "SUCCEEDED", imported, message="Container image import completed."),
        _condition("ResourcesAvailable", "SUCCEEDED", ready),
        _condition("ContainerHealthy", "SUCCEEDED", ready, message="Containers became healthy."),
    ]


def conditions(story: Story, at: float) -> list[Json]:
    """Those of this deploy's revision at a moment."""
    imported = story.created + 0.3 if story.imported is None else story.imported
    if story.ready is not None and story.ready <= at:
        return _started(imported, story.ready)
    image = _condition("ContainerReady", "SUCCEEDED", imported, message="Container image import completed.")
    if story.broken is not None and story.broken <= at:
        told = [_condition(kind, "FAILED", story.broken, **_FAILED) for kind in ("Ready", "ContainerHealthy")]
        return [*told, image]
    if story.imported is not None and story.imported <= at:
        return [_condition("Ready", "SUCCEEDED", story.imported), image]
    return [_condition(kind, "RECONCILING", story.created) for kind in ("Ready", "ContainerReady")]


def service(story: Story) -> Json:
    """The service at the start."""
    newest = PREVIOUS if story.foreign else OURS
    settled = story.foreign or (story.ready is not None and story.ready <= 0) or (story.broken or FOREVER) <= 0
    ready = newest if settled and story.broken is None else PREVIOUS
    return {
        "name": SERVICE,
        "uri": f"https://{HOST}",
        "urls": [f"https://{HOST}"],
        "latestCreatedRevision": full(newest),
        "latestReadyRevision": full(ready),
        **({} if settled else {"reconciling": True}),
        "terminalCondition": terminal(story, settled=settled),
        **doors(story, 0.0),
        **traffic(story, story.traffic[0], 0.0),
    }


def terminal(story: Story, *, settled: bool) -> Json:
    """The service's own condition."""
    state = "FAILED" if story.broken is not None and settled else "SUCCEEDED" if settled else "RECONCILING"
    return _condition("Ready", state, story.created)


def doors(story: Story, at: float) -> Json:
    """Who may reach the service at a moment, where that is told by its settings."""
    shut = {page.sort for page in story.pages if page.start <= at < page.until}
    inside = {"ingress": f"INGRESS_TRAFFIC_{'INTERNAL_ONLY' if 'ingress' in shut else 'ALL'}"}
    return {**inside, "invokerIamDisabled": "iam" not in shut}


def traffic(story: Story, share: Traffic, at: float) -> Json:
    """The service's traffic at a moment, asked for and as it is."""
    if story.suite == "candidate":
        moved = story.tag_moved is not None and story.tag_moved <= at
        holder = NAMES[PREVIOUS if story.foreign or moved else OURS]
        tagged = {"type": _NAMED, "revision": holder, "tag": "candidate", "uri": f"https://candidate---{HOST}"}
        asked = [{"type": _NAMED, "revision": NAMES[PREVIOUS], "percent": 100 - share.percent}, tagged]
        if share.percent:
            asked.insert(0, {"type": _NAMED, "revision": NAMES[OURS], "percent": share.percent})
        return {"traffic": asked, "trafficStatuses": asked}
    old = {"type": _NAMED, "revision": NAMES[PREVIOUS], "percent": 100 - share.percent}
    new = {"type": _LATEST, "percent": share.percent or 100}
    if share.pinned:
        own = {"type": _NAMED, "revision": NAMES[OURS], "percent": share.percent}
        asked = [each for each in (own, old) if each["percent"]]
    else:
        asked = [new] if share.percent in (0, 100) else [new, old]
    return {"traffic": asked, "trafficStatuses": asked}


def build(story: Story) -> Json:
    """The build that pushed this deploy's image, or another one."""
    return {
        "name": f"projects/shop/locations/europe-west1/builds/{BUILD}",
        "id": BUILD,
        "projectId": "shop",
        "status": "SUCCESS",
        "startTime": moment(story.created - 150),
        "finishTime": moment(story.created - 5),
        "substitutions": {"COMMIT_SHA": COMMIT},
        "results": {"images": [_pushed(story)]},
    }


def _pushed(story: Story) -> Json:
    repository = f"{_IMAGE}-admin" if story.chain == "broken" else _IMAGE
    digest = _DIGESTS[NEWER if story.chain in ("broken", "doubtful") else OURS]
    return {"name": f"{repository}:8c0f3a9", "digest": digest}
