"""The real gcloud reads and changes the emulated deployment; the Python client sees the same world."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.clients import Gcloud, Grpc
from tests.simulated import HEAD, simulate
from validator.emulator.servers.emulator import Emulator
from validator.words.verdict import Outcome

pytestmark = pytest.mark.slow

NETRA = Path(__file__).parent.parent.parent / "examples" / "netra"
NAME = "netra-backend-staging"
SERVICE = f"projects/netra-staging/locations/us-central1/services/{NAME}"
NEW, OLD = f"{NAME}-00645-l8x", f"{NAME}-00644-q2c"
BUILD = "3f6f2a2e-0c1d-4c57-8d5e-6f1d1b7a9c42"
REGION = "--region=us-central1"


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(NETRA / "scenario.yaml") as running:
        yield running


@pytest.fixture(scope="module")
def gcloud(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Gcloud:
    return Gcloud(emulator, tmp_path_factory.mktemp("gcloud"))


def test_services_are_described_and_listed(gcloud: Gcloud, emulator: Emulator) -> None:
    service = Grpc(emulator).services.get_service(name=SERVICE)
    described = gcloud("run", "services", "describe", NAME, REGION)
    assert described["status"]["url"] == service.uri
    assert described["status"]["latestReadyRevisionName"] == NEW
    assert described["status"]["traffic"] == [{"latestRevision": True, "percent": 100, "revisionName": NEW}]
    assert described["metadata"]["generation"] == service.generation
    listed = gcloud("run", "services", "list")
    assert [each["metadata"]["name"] for each in listed] == ["netra-auth-staging", NAME]
    assert listed[1] == described
    assert gcloud("run", "services", "list", REGION) == listed


def test_revisions_are_described_and_listed(gcloud: Gcloud) -> None:
    listed = gcloud("run", "revisions", "list", f"--service={NAME}", REGION)
    assert [each["metadata"]["name"] for each in listed] == [NEW, OLD]
    assert gcloud("run", "revisions", "describe", OLD, REGION) == listed[1]
    container = listed[0]["spec"]["containers"][0]
    assert listed[0]["status"]["imageDigest"] == container["image"]
    assert len([each for each in container["env"] if "secretKeyRef" in each.get("valueFrom", {})]) == 24
    assert len(gcloud("run", "revisions", "list", REGION)) == 3


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize(
    "text",
    [
        f'resource.labels.revision_name="{NEW}"',
        'log_id("run.googleapis.com/stdout") OR log_id("run.googleapis.com/stderr")',
        "severity>=WARNING",
        'textPayload=~"^Traceback|Step \\\\d+"',
        'textPayload:"clickhouse" -textPayload:"params"',
        '"GOLDEN PATH"',
        f'resource.labels.revision_name=("{NEW}" OR "{OLD}") AND NOT severity=DEFAULT',
        'timestamp>="2020-01-01T00:00:00Z" resource.type=cloud_run_revision labels.instanceId:*',
    ],
)
def test_logs_are_read_as_the_client_reads_them(gcloud: Gcloud, emulator: Emulator, text: str, order: str) -> None:
    found = gcloud("logging", "read", text, f"--order={order}", "--freshness=30d")
    request = {"resource_names": ["projects/netra-staging"], "filter": text, "order_by": f"timestamp {order}"}
    wanted = [entry.insert_id for entry in Grpc(emulator).logging.list_log_entries(request=request)]
    assert [entry["insertId"] for entry in found] == wanted
    assert found
    stamps = [entry["timestamp"] for entry in found]
    assert stamps == sorted(stamps, reverse=order == "desc")


@pytest.mark.parametrize("form", ["export", "yaml", "json"])
@pytest.mark.parametrize("what", [("services", NAME), ("revisions", NEW)])
def test_what_it_prints_is_a_proven_configuration_from_which_nothing_drifts(
    gcloud: Gcloud, tmp_path: Path, what: tuple[str, str], form: str
) -> None:
    printed = gcloud.run("run", what[0], "describe", what[1], REGION, f"--format={form}")
    (tmp_path / "proven").write_text(printed.stdout, encoding="utf-8")
    checks = f"{HEAD}  - {{name: Drift, drift: {{baseline: {{file: proven}}}}}}\n"
    drifted = simulate(checks, NETRA / "scenario.yaml", folder=tmp_path).verdict("Drift")
    assert (drifted.outcome, drifted.reason) == (Outcome.PASSED, "nothing differs from proven")


def test_builds_are_described_and_listed(gcloud: Gcloud) -> None:
    described = gcloud("builds", "describe", BUILD, REGION)
    assert (described["status"], described["id"]) == ("SUCCESS", BUILD)
    assert gcloud("builds", "list", REGION) == [described]
    assert gcloud("builds", "list", REGION, "--filter=status=SUCCESS") == [described]
    assert gcloud("builds", "list", REGION, "--filter=status=FAILURE") == []
    assert gcloud("builds", "list") == []  # the build is regional


def test_what_is_not_there_is_an_error_of_gcloud(gcloud: Gcloud) -> None:
    ended = gcloud.run("run", "services", "describe", "none", REGION)
    assert ended.returncode == 1
    assert "Cannot find service [none]" in ended.stderr
    bad = gcloud.run("logging", "read", "thud=1")
    assert bad.returncode == 1
    assert "INVALID_ARGUMENT" in bad.stderr
    assert "field not found: thud" in bad.stderr
    unknown = gcloud.run("run", "jobs", "list", REGION)
    assert unknown.returncode == 1


def test_update_traffic_moves_it_and_is_read_back(tmp_path: Path) -> None:
    with Emulator(NETRA / "scenario.yaml") as emulator:
        gcloud, client = Gcloud(emulator, tmp_path), Grpc(emulator)
        gcloud("run", "services", "update-traffic", NAME, REGION, f"--to-revisions={OLD}=30,LATEST=70")
        service = client.services.get_service(name=SERVICE)
        assert (service.generation, service.observed_generation, service.reconciling) == (646, 646, False)
        assert {each.revision: each.percent for each in service.traffic_statuses} == {OLD: 30, "": 70}
        described = gcloud("run", "services", "describe", NAME, REGION)
        assert {each["revisionName"]: each["percent"] for each in described["status"]["traffic"]} == {OLD: 30, NEW: 70}
        assert service.latest_created_revision.endswith(NEW)  # no new revision
        audit = gcloud("logging", "read", 'log_id("cloudaudit.googleapis.com/activity")')
        assert audit[0]["protoPayload"]["methodName"] == "google.cloud.run.v1.Services.ReplaceService"
        assert audit[0]["resource"]["labels"]["revision_name"] == ""


def test_deploy_without_traffic_and_with_a_tag_is_read_back(tmp_path: Path) -> None:
    image = "us-central1-docker.pkg.dev/netra-staging/netra/backend:candidate"
    with Emulator(NETRA / "scenario.yaml") as emulator:
        gcloud, client = Gcloud(emulator, tmp_path), Grpc(emulator)
        deployed = gcloud("run", "deploy", NAME, REGION, f"--image={image}", "--no-traffic", "--tag=candidate")
        created = deployed["status"]["latestCreatedRevisionName"]
        assert created not in (NEW, OLD)
        service = client.services.get_service(name=SERVICE)
        assert service.latest_ready_revision.endswith(NEW)  # it stays where the new one gets no traffic
        statuses = {each.revision: (each.percent, each.tag, each.uri) for each in service.traffic_statuses}
        url = f"https://candidate---{NAME}-pnovr5vsba-uc.a.run.app"
        assert statuses == {NEW: (100, "", ""), created: (0, "candidate", url)}
        before = client.revisions.get_revision(name=f"{SERVICE}/revisions/{NEW}")
        after = client.revisions.get_revision(name=service.latest_created_revision)
        assert after.containers[0].image == image
        assert after.containers[0].env == before.containers[0].env
        assert after.vpc_access == before.vpc_access
        assert (after.scaling, after.timeout, after.service_account) == (
            before.scaling,
            before.timeout,
            before.service_account,
        )
        assert {each.type_: each.state.name for each in after.conditions}["Ready"] == "CONDITION_SUCCEEDED"
        listed = gcloud("run", "revisions", "list", f"--service={NAME}", REGION)
        assert [each["metadata"]["name"] for each in listed] == [created, NEW, OLD]
        events = gcloud("logging", "read", f'log_id("cloudaudit.googleapis.com/system_event") "{created}"')
        assert "Ready condition status changed to True" in events[0]["protoPayload"]["status"]["message"]


def test_a_new_service_is_deployed(tmp_path: Path) -> None:
    with Emulator(NETRA / "scenario.yaml") as emulator:
        gcloud, client = Gcloud(emulator, tmp_path), Grpc(emulator)
        gcloud("run", "deploy", "fresh", REGION, "--image=us-docker.pkg.dev/p/r/i:1", "--no-allow-unauthenticated")
        service = client.services.get_service(name=SERVICE.replace(NAME, "fresh"))
        assert service.terminal_condition.state.name == "CONDITION_SUCCEEDED"
        assert service.uri.startswith("https://fresh-")
        assert service.traffic_statuses[0].percent == 100


def test_a_failing_deploy_fails_in_gcloud_too(tmp_path: Path) -> None:
    (tmp_path / "fails.yaml").write_text(
        f"extends: {NETRA / 'scenario.yaml'}\n"
        "rollout: {failure: {reason: HEALTH_CHECK_CONTAINER_ERROR, message: The container failed to start.}}\n"
    )
    with Emulator(tmp_path / "fails.yaml") as emulator:
        ended = Gcloud(emulator, tmp_path).run("run", "deploy", NAME, REGION, "--image=us-docker.pkg.dev/p/r/i:1")
        assert ended.returncode == 1
        assert "The container failed to start." in ended.stderr
        service = Grpc(emulator).services.get_service(name=SERVICE)
        assert service.terminal_condition.state.name == "CONDITION_FAILED"
        assert [each.revision for each in service.traffic_statuses] == [NEW]
