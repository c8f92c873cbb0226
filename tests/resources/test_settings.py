"""Settings in one form: the same of v1 and v2, nothing of a thing and itself, each change by its name."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.emulator.knative.conversion import revision_v1, service_v1
from validator.resources import knative, settings
from validator.resources.difference import How, differences, hidden, matched_by, matches
from validator.resources.proven import read
from validator.resources.quantity import amount, canonical
from validator.words.call import Json

DIGEST = "sha256:" + "5d" * 32
NAME = "projects/p/locations/us-central1/services/shop"
TEMPLATE: dict[str, Any] = {
    "labels": {"team": "web", "commit-sha": "1f4c7b2a", "gcb-build-id": "b1c2"},
    "annotations": {"owner": "shop@example.com"},
    "scaling": {"minInstanceCount": 1, "maxInstanceCount": 20},
    "vpcAccess": {"connector": "projects/p/locations/us-central1/connectors/c", "egress": "PRIVATE_RANGES_ONLY"},
    "timeout": "300s",
    "serviceAccount": "shop@p.iam.gserviceaccount.com",
    "maxInstanceRequestConcurrency": 80,
    "executionEnvironment": "EXECUTION_ENVIRONMENT_GEN2",
    "sessionAffinity": True,
    "containers": [
        {
            "name": "app",
            "image": f"us-docker.pkg.dev/p/r/app@{DIGEST}",
            "command": ["serve"],
            "args": ["--port", "8080"],
            "ports": [{"name": "http1", "containerPort": 8080}],
            "env": [
                {"name": "LOG_LEVEL", "value": "info"},
                {"name": "EMPTY"},
                {"name": "DB_PASS", "valueSource": {"secretKeyRef": {"secret": "db-pass", "version": "3"}}},
            ],
            "resources": {"limits": {"cpu": "2", "memory": "2Gi"}, "cpuIdle": True, "startupCpuBoost": True},
            "startupProbe": {
                "timeoutSeconds": 240,
                "periodSeconds": 240,
                "failureThreshold": 1,
                "tcpSocket": {"port": 8080},
            },
            "livenessProbe": {"httpGet": {"path": "/live", "httpHeaders": [{"name": "X", "value": "0"}]}},
            "volumeMounts": [{"name": "keys", "mountPath": "/keys"}],
            "dependsOn": ["proxy"],
        },
        {
            "name": "proxy",
            "image": "docker.io/envoyproxy/envoy:v1.31",
            "env": [{"name": "LOG_LEVEL", "value": "warn"}],
            "resources": {"limits": {"cpu": "500m", "memory": "128Mi"}, "cpuIdle": True, "startupCpuBoost": True},
        },
    ],
    "volumes": [
        {"name": "keys", "secret": {"secret": "tls", "items": [{"path": "tls.key", "version": "1", "mode": 256}]}},
        {"name": "cache", "emptyDir": {"medium": "MEMORY", "sizeLimit": "64Mi"}},
        {"name": "pictures", "gcs": {"bucket": "shop-pictures", "readOnly": True, "mountOptions": ["uid=1000"]}},
    ],
}
SERVICE: dict[str, Any] = {
    "name": NAME,
    "ingress": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
    "scaling": {"minInstanceCount": 2, "maxInstanceCount": 40},
    "invokerIamDisabled": True,
    "customAudiences": ["https://shop.example.com"],
    "creator": "dev@example.com",
    "client": "gcloud",
    "clientVersion": "541.0.0",
    "generation": "7",
    "etag": "abc",
    "template": TEMPLATE,
}


def noted(service: Json) -> dict[str, Any]:
    """A v1 service with all that the platform notes down besides."""
    found: dict[str, Any] = json.loads(json.dumps(service))
    annotations = {
        "run.googleapis.com/operation-id": "0ea2",
        "run.googleapis.com/ingress-status": "internal-and-cloud-load-balancing",
        "run.googleapis.com/build-id": "7d90",
        "serving.knative.dev/lastModifier": "dev@example.com",
    }
    found["metadata"]["annotations"] |= annotations
    found["spec"]["template"]["metadata"]["labels"] |= {
        "client.knative.dev/nonce": "x",
        "run.googleapis.com/startupProbeType": "Default",
    }
    found["spec"]["template"]["metadata"]["annotations"] |= {"run.googleapis.com/client-name": "gcloud"}
    return found


def texts(data: Any) -> Any:
    """Data as a file has it: each scalar is a text."""
    if isinstance(data, dict):
        return {key: texts(value) for key, value in data.items()}
    if isinstance(data, list):
        return [texts(value) for value in data]
    return str(data).lower() if isinstance(data, bool) else str(data)


def test_the_form_has_every_setting_by_a_readable_path() -> None:
    found = read(SERVICE)
    assert found.revision == {
        "labels.team": "web",
        "annotations.owner": "shop@example.com",
        "scaling.min_instance_count": "1",
        "scaling.max_instance_count": "20",
        "vpc_access.connector": "projects/p/locations/us-central1/connectors/c",
        "vpc_access.egress": "private-ranges-only",
        "timeout": "300s",
        "service_account": "shop@p.iam.gserviceaccount.com",
        "max_instance_request_concurrency": "80",
        "execution_environment": "gen2",
        "session_affinity": "true",
        "containers[0].name": "app",
        "containers[0].image": f"us-docker.pkg.dev/p/r/app@{DIGEST}",
        "containers[0].command": '["serve"]',
        "containers[0].args": '["--port", "8080"]',
        "containers[0].ports[0].name": "http1",
        "containers[0].ports[0].container_port": "8080",
        "containers[0].resources.limits.cpu": "2",
        "containers[0].resources.limits.memory": "2Gi",
        "containers[0].resources.cpu_idle": "true",
        "containers[0].resources.startup_cpu_boost": "true",
        "containers[0].startup_probe.timeout_seconds": "240",
        "containers[0].startup_probe.period_seconds": "240",
        "containers[0].startup_probe.failure_threshold": "1",
        "containers[0].startup_probe.tcp_socket.port": "8080",
        "containers[0].liveness_probe.http_get.path": "/live",
        "containers[0].liveness_probe.http_get.http_headers[0].name": "X",
        "containers[0].liveness_probe.http_get.http_headers[0].value": "0",
        "containers[0].volume_mounts.keys.mount_path": "/keys",
        "containers[0].depends_on": '["proxy"]',
        "env.LOG_LEVEL": "info",
        "env.EMPTY": "",
        "secrets.DB_PASS": "db-pass:3",
        "containers[proxy].image": "docker.io/envoyproxy/envoy:v1.31",
        "containers[proxy].resources.limits.cpu": "500m",
        "containers[proxy].resources.limits.memory": "128Mi",
        "containers[proxy].resources.cpu_idle": "true",
        "containers[proxy].resources.startup_cpu_boost": "true",
        "containers[proxy].env.LOG_LEVEL": "warn",
        "volumes.keys.secret.secret": "tls",
        "volumes.keys.secret.items[0].path": "tls.key",
        "volumes.keys.secret.items[0].version": "1",
        "volumes.keys.secret.items[0].mode": "256",
        "volumes.cache.empty_dir.medium": "MEMORY",
        "volumes.cache.empty_dir.size_limit": "64Mi",
        "volumes.pictures.gcs.bucket": "shop-pictures",
        "volumes.pictures.gcs.read_only": "true",
        "volumes.pictures.gcs.mount_options": '["uid=1000"]',
    }
    assert found.service == {
        "service.ingress": "internal-and-cloud-load-balancing",
        "service.scaling.min_instance_count": "2",
        "service.scaling.max_instance_count": "40",
        "service.invoker_iam_disabled": "true",
        "service.custom_audiences": '["https://shop.example.com"]',
    }


def test_v1_gives_the_same_form() -> None:
    for v1 in (service_v1(SERVICE), noted(service_v1(SERVICE)), texts(noted(service_v1(SERVICE)))):
        assert read(v1) == read(SERVICE)


def test_a_revision_gives_the_same_form_in_v1_and_v2() -> None:
    revision = {**TEMPLATE, "name": f"{NAME}/revisions/shop-00007-abc", "service": "shop", "uid": "1"}
    assert read(revision_v1(revision)).revision == read(SERVICE).revision
    assert settings.of_revision(revision) == read(SERVICE).revision
    assert read(revision).service is None


def test_the_order_of_containers_variables_and_volumes_is_no_setting() -> None:
    other = copy.deepcopy(TEMPLATE)
    other["containers"].reverse()
    other["volumes"].reverse()
    for container in other["containers"]:
        container["env"].reverse()
    assert settings.of_revision(other) == settings.of_revision(TEMPLATE)


def test_equal_amounts_are_equal() -> None:
    other = copy.deepcopy(TEMPLATE)
    other["containers"][0]["resources"]["limits"] = {"cpu": "2000m", "memory": "2048Mi"}
    assert differences(settings.of_revision(TEMPLATE), settings.of_revision(other)) == ()


def test_secrets_of_another_project_are_told_apart() -> None:
    v1 = noted(service_v1(SERVICE))
    v1["spec"]["template"]["metadata"]["annotations"]["run.googleapis.com/secrets"] = (
        "db-pass:projects/9/secrets/db-pass"
    )
    found = differences(read(SERVICE).revision, read(v1).revision)
    assert [(each.path, each.after) for each in found] == [("secrets.DB_PASS", "projects/9/secrets/db-pass:3")]


def test_instances_of_cloud_sql_are_a_volume_in_v2_and_an_annotation_in_v1() -> None:
    v2 = copy.deepcopy(SERVICE)
    v2["template"]["volumes"].append({"name": "cloudsql", "cloudSqlInstance": {"instances": ["p:r:b", "p:r:a"]}})
    v2["template"]["containers"][0]["volumeMounts"].append({"name": "cloudsql", "mountPath": "/cloudsql"})
    v1 = noted(service_v1(SERVICE))
    v1["spec"]["template"]["metadata"]["annotations"]["run.googleapis.com/cloudsql-instances"] = "p:r:a,p:r:b"
    assert read(v1) == read(v2)
    assert read(v2).revision["cloud_sql_instances"] == "p:r:a, p:r:b"


def test_an_annotation_that_is_not_known_is_told() -> None:
    v1 = noted(service_v1(SERVICE))
    v1["spec"]["template"]["metadata"]["annotations"]["run.googleapis.com/quantum"] = "on"
    v1["metadata"]["annotations"]["run.googleapis.com/flux"] = "on"
    assert read(v1).unknown == ("annotations.run.googleapis.com/quantum", "annotations.run.googleapis.com/flux")


Change = Callable[[dict[str, Any]], Any]
CHANGES: dict[str, Change] = {
    "labels.team": lambda t: t["labels"].update(team="api"),
    "annotations.owner": lambda t: t["annotations"].pop("owner"),
    "scaling.max_instance_count": lambda t: t["scaling"].update(maxInstanceCount=21),
    "scaling.min_instance_count": lambda t: t["scaling"].pop("minInstanceCount"),
    "vpc_access.egress": lambda t: t["vpcAccess"].update(egress="ALL_TRAFFIC"),
    "vpc_access.connector": lambda t: t["vpcAccess"].update(connector="projects/p/locations/us-central1/connectors/d"),
    "timeout": lambda t: t.update(timeout="301s"),
    "service_account": lambda t: t.update(serviceAccount="other@p.iam.gserviceaccount.com"),
    "max_instance_request_concurrency": lambda t: t.update(maxInstanceRequestConcurrency=1),
    "execution_environment": lambda t: t.update(executionEnvironment="EXECUTION_ENVIRONMENT_GEN1"),
    "session_affinity": lambda t: t.pop("sessionAffinity"),
    "containers[0].image": lambda t: t["containers"][0].update(image="us-docker.pkg.dev/p/r/app:2"),
    "containers[0].args": lambda t: t["containers"][0].update(args=["--port", "8081"]),
    "containers[0].resources.limits.memory": lambda t: t["containers"][0]["resources"]["limits"].update(memory="4Gi"),
    "containers[0].startup_probe.period_seconds": lambda t: t["containers"][0]["startupProbe"].update(periodSeconds=5),
    "containers[0].liveness_probe.http_get.path": lambda t: t["containers"][0]["livenessProbe"]["httpGet"].update(
        path="/l"
    ),
    "containers[0].ports[0].name": lambda t: t["containers"][0]["ports"][0].update(name="h2c"),
    "containers[0].depends_on": lambda t: t["containers"][0].pop("dependsOn"),
    "env.LOG_LEVEL": lambda t: t["containers"][0]["env"][0].update(value="debug"),
    "env.EMPTY": lambda t: t["containers"][0]["env"].pop(1),
    "env.NEW": lambda t: t["containers"][0]["env"].append({"name": "NEW", "value": "0"}),
    "secrets.DB_PASS": lambda t: t["containers"][0]["env"][2]["valueSource"]["secretKeyRef"].update(version="4"),
    "containers[proxy].env.LOG_LEVEL": lambda t: t["containers"][1]["env"][0].update(value="debug"),
    "containers[proxy].image": lambda t: t["containers"][1].update(image="docker.io/envoyproxy/envoy:v1.32"),
    "volumes.cache.empty_dir.size_limit": lambda t: t["volumes"][1]["emptyDir"].update(sizeLimit="32Mi"),
    "volumes.keys.secret.items[0].version": lambda t: t["volumes"][0]["secret"]["items"][0].update(version="2"),
    "volumes.pictures.gcs.bucket": lambda t: t["volumes"][2]["gcs"].update(bucket="other"),
}


@pytest.mark.parametrize("path", CHANGES)
def test_a_single_change_is_named_exactly_in_v1_and_v2(path: str) -> None:
    other = copy.deepcopy(SERVICE)
    CHANGES[path](other["template"])
    for v2 in (other, texts(other)):
        assert [each.path for each in differences(read(SERVICE).all, read(v2).all)] == [path]
    assert [each.path for each in differences(read(SERVICE).all, read(service_v1(other)).all)] == [path]
    assert [each.path for each in differences(read(service_v1(other)).all, read(SERVICE).all)] == [path]


@given(st.lists(st.sampled_from(sorted(CHANGES)), unique=True, max_size=6))
def test_several_changes_are_all_named_and_nothing_else(paths: list[str]) -> None:
    if {"env.EMPTY", "secrets.DB_PASS"} <= set(paths):  # the one moves the other
        paths.remove("env.EMPTY")
    other = copy.deepcopy(SERVICE)
    for path in paths:
        CHANGES[path](other["template"])
    assert {each.path for each in differences(read(SERVICE).all, read(other).all)} == set(paths)
    assert read(service_v1(other)) == read(other)


WORD = st.text("abcxyz019-_./: ", min_size=1, max_size=8)
VARIABLES = st.dictionaries(
    st.from_regex(r"[A-Z][A-Z0-9_]{0,6}", fullmatch=True), st.one_of(st.none(), WORD, st.just("true")), max_size=4
)


@given(VARIABLES, VARIABLES)
def test_what_differs_of_two_environments_is_what_differs(
    before: dict[str, str | None], after: dict[str, str | None]
) -> None:
    def revision(variables: dict[str, str | None]) -> Json:
        env = [{"name": name, **({"value": value} if value else {})} for name, value in variables.items()]
        return {"containers": [{"image": "i", "env": env}]}

    found = differences(settings.of_revision(revision(before)), settings.of_revision(revision(after)))
    told = {each.path: each.how for each in found}
    wanted = {f"env.{name}": How.ADDED for name in after.keys() - before.keys()}
    wanted |= {f"env.{name}": How.REMOVED for name in before.keys() - after.keys()}
    wanted |= {f"env.{n}": How.CHANGED for n in before.keys() & after.keys() if (before[n] or "") != (after[n] or "")}
    assert told == wanted
    assert all(hidden(each.path) for each in found)


@pytest.mark.parametrize(
    ("pattern", "path", "wanted"),
    [
        ("env.OTEL_*", "env.OTEL_ENDPOINT", True),
        ("env.OTEL_*", "env.HOTEL", False),
        ("env", "env.A", True),
        ("env", "environment", False),
        ("containers[0]", "containers[0].image", True),
        ("containers[0].image", "containers[0].image", True),
        ("containers[0].image", "containers[10].image", False),
        ("containers[*].image", "containers[proxy].image", True),
        ("*", "labels.team", True),
        ("labels.team", "labels.teams", False),
        ("scaling.m*_instance_count", "scaling.max_instance_count", True),
        ("a.b", "aXb", False),
        ("volumes.keys.secret.items", "volumes.keys.secret.items[0].mode", True),
    ],
)
def test_a_pattern_means_a_path_and_all_below_it(pattern: str, path: str, wanted: bool) -> None:
    assert matches(pattern, path) is wanted
    assert matched_by(["nothing", pattern], path) is wanted


def test_a_connector_may_be_called_by_its_short_name() -> None:
    long = {"vpc_access.connector": "projects/p/locations/r/connectors/c"}
    assert differences(long, {"vpc_access.connector": "c"}) == ()
    assert len(differences(long, {"vpc_access.connector": "d"})) == 1
    assert len(differences(long, {"vpc_access.connector": "projects/q/locations/r/connectors/c"})) == 1


@pytest.mark.parametrize(
    ("text", "value", "short"),
    [
        ("1", 1, "1"),
        ("1000m", 1, "1"),
        ("500m", 0.5, "500m"),
        ("1.5", 1.5, "1500m"),
        ("512Mi", 512 * 1024**2, "512Mi"),
        ("1024Mi", 1024**3, "1Gi"),
        ("1G", 1000**3, "1000000000"),
        ("0", 0, "0"),
        ("lots", None, "lots"),
        ("1 Gi", None, "1 Gi"),
    ],
)
def test_amounts(text: str, value: float | None, short: str) -> None:
    assert amount(text) == value
    assert canonical(text) == short


def test_what_is_v1_is_told() -> None:
    assert knative.is_knative(service_v1(SERVICE))
    assert not knative.is_knative(SERVICE)
