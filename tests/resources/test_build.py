"""A build has one reading: what its status means, which commit it is of, what it pushed."""

from __future__ import annotations

from typing import Any

import pytest

from validator.resources.build import Build, listed
from validator.words.call import GetBuild, ListBuilds

ID = "0b1c2d3e-1111-4111-8111-aaaaaaaaaaaa"
SHA = "0b7d1c5e9f2a4b6c8d0e1f3a5b7c9d1e3f5a7b9c"


def read(**data: Any) -> Build:
    return Build.read({"id": ID, "name": f"projects/p/locations/europe-north1/builds/{ID}", **data})


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("SUCCESS", "succeeded"),
        ("PENDING", "running"),
        ("QUEUED", "running"),
        ("WORKING", "running"),
        ("FAILURE", "failed"),
        ("INTERNAL_ERROR", "failed"),
        ("TIMEOUT", "failed"),
        ("CANCELLED", "failed"),
        ("EXPIRED", "failed"),
        ("STATUS_UNKNOWN", "unknown"),
        ("PAUSED_BY_POLICY", "unknown"),
        (99, "unknown"),
        (None, "unknown"),
        ([], "unknown"),
    ],
)
def test_a_build_stands_in_exactly_one_way(status: object, standing: str) -> None:
    build = read(status=status)
    assert [name for name in ("succeeded", "running", "failed", "unknown") if getattr(build, name)] == [standing]


def test_an_unknown_status_is_quoted_and_an_absent_one_told() -> None:
    assert read(status=99).unknown == f"build {ID} has the unknown status 99"
    assert read().unknown == f"build {ID} has no status"
    assert read().describe == f"gcloud builds describe {ID} --region=europe-north1 --project=p"


def test_a_success_beside_a_failure_is_unknown() -> None:
    build = read(status="SUCCESS", failureInfo={"type": "PUSH_FAILED", "detail": "denied"})
    assert not build.succeeded
    assert build.unknown.endswith("is SUCCESS and yet in error: denied")


def test_a_step_of_an_unknown_status_has_neither_failed_nor_succeeded() -> None:
    (step,) = read(steps=[{"name": "docker", "status": 42}]).steps
    assert (step.failed, step.succeeded) == (False, False)


@pytest.mark.parametrize(
    ("data", "commit"),
    [
        (
            {"sourceProvenance": {"resolvedRepoSource": {"commitSha": SHA}}, "substitutions": {"COMMIT_SHA": "f" * 40}},
            SHA,
        ),
        ({"substitutions": {"COMMIT_SHA": SHA}}, SHA),
        ({"substitutions": {"COMMIT_SHA": "", "REVISION_ID": SHA}}, SHA),
        ({"source": {"gitSource": {"revision": "refs/heads/main"}}}, ""),
        ({"source": {"gitSource": {"revision": SHA}}}, SHA),
        ({"source": None, "substitutions": None}, ""),
    ],
)
def test_the_commit_is_a_commit_and_no_branch(data: dict[str, Any], commit: str) -> None:
    assert read(**data).commit == commit


def test_what_was_pushed_is_told_by_digest_whatever_its_names() -> None:
    images = [
        {"name": "r/app:v1", "digest": "sha256:1"},
        {"name": "r/app:latest", "digest": "sha256:1"},
        {"digest": "sha256:2"},
    ]
    build = read(images=["r/app:v1", "r/tool"], results={"images": images})
    assert build.digests == {"sha256:1", "sha256:2"}
    assert build.repositories == {"r/app", "r/tool"}
    assert read(results=None).digests == frozenset()


def test_a_page_without_builds_is_no_build() -> None:
    listing = ListBuilds("projects/p/locations/l", "")
    assert listed(listing, {"nextPageToken": "more"}) == []
    assert listed(listing, {"builds": [{"id": "a"}, {}]}) == [{"id": "a"}]
    assert listed(GetBuild("projects/p/locations/l/builds/a"), {"id": "a"}) == [{"id": "a"}]
