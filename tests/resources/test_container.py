"""The containers of a revision are told apart."""

from __future__ import annotations

import pytest

from validator.resources.build import Build
from validator.resources.container import read, repository
from validator.resources.revision import Revision

OURS, THEIRS = "sha256:" + "1f" * 32, "sha256:" + "2e" * 32


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("us-docker.pkg.dev/p/r/app", "us-docker.pkg.dev/p/r/app"),
        ("us-docker.pkg.dev/p/r/app:v1.2", "us-docker.pkg.dev/p/r/app"),
        (f"us-docker.pkg.dev/p/r/app:v1@{OURS}", "us-docker.pkg.dev/p/r/app"),
        (f"registry.local:5000/app@{OURS}", "registry.local:5000/app"),
        ("registry.local:5000/app", "registry.local:5000/app"),
        ("nginx:1", "nginx"),
        ("", ""),
    ],
)
def test_an_image_is_known_without_tag_and_digest(image: str, name: str) -> None:
    assert repository(image) == name


def test_each_container_has_its_own_environment_and_nameless_variables_are_none() -> None:
    reference = {"secretKeyRef": {"secret": "projects/p/secrets/db", "version": "3"}}
    app, proxy = read(
        {
            "containers": [
                {"name": "app", "env": [{"name": "A", "value": "1"}, {"name": "DB", "valueSource": reference}, {"name": "UNSET"}, {"value": "lost"}]},
                {"env": [{"name": "A", "value": "2"}]},
            ]
        }
    )  # fmt: skip
    assert (app.env, app.secrets) == ({"A": "1", "UNSET": ""}, {"DB": "db:3"})
    assert (proxy.env, proxy.secrets, proxy.title) == ({"A": "2"}, {}, "the container")


def test_a_secret_volume_is_of_those_that_mount_it_or_of_all() -> None:
    volumes = [{"name": "keys", "secret": {"secret": "keys"}}, {"name": "tmp", "emptyDir": {}}]
    mounting = {
        "name": "app",
        "volumeMounts": [{"name": "keys", "mountPath": "/k"}, {"name": "tmp", "mountPath": "/t"}],
    }
    app, other = read({"containers": [mounting, {"name": "other"}], "volumes": volumes})
    assert (app.secrets, other.secrets) == ({"keys": "keys:latest"}, {})
    (alone,) = read({"containers": [{"name": "app"}], "volumes": volumes})
    assert alone.secrets == {"keys": "keys:latest"}


def revision() -> Revision:
    containers = [
        {"name": "first", "image": "docker.io/first:1"},
        {"name": "edge", "image": f"docker.io/edge@{THEIRS}", "ports": [{"containerPort": 8080}]},
        {"name": "app", "image": f"r/app@{OURS}"},
    ]
    return Revision.read({"name": "r-1", "containers": containers})


@pytest.mark.parametrize(
    ("images", "chosen"),
    [
        ([{"name": "r/app:v1", "digest": OURS}], "app"),
        ([{"name": "r/app:v1", "digest": "sha256:an-index"}], "app"),
        ([{"name": "elsewhere", "digest": "sha256:other"}], "edge"),
        ([{"digest": "sha256:other"}], "edge"),
        ([], "edge"),
    ],
)
def test_the_one_that_the_build_pushed_else_the_one_with_the_port(images: list[dict[str, str]], chosen: str) -> None:
    assert revision().made_by(Build.read({"id": "b", "results": {"images": images}})).name == chosen


def test_without_a_build_it_is_the_one_with_the_port_else_the_first_else_an_empty_one() -> None:
    assert revision().made_by(None).name == "edge"
    assert Revision.read({"containers": [{"name": "a"}, {"name": "b"}]}).made_by(None).name == "a"
    assert Revision.read({}).made_by(None).image == ""
