from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.cloud.devtools.cloudbuild_v1.types import Build as BuildMessage
from google.cloud.logging_v2.types import LogEntry
from google.cloud.run_v2.types import Revision as RevisionMessage
from google.cloud.run_v2.types import Service as ServiceMessage
from google.protobuf import json_format

from tests import simulated
from validator.emulator.scenario.loading import load
from validator.emulator.world.simulation import Simulation
from validator.emulator.world.world import World
from validator.logs.entry import Entry
from validator.resources.build import Build
from validator.resources.revision import Revision
from validator.resources.service import Service
from validator.words.call import Answer, Exchange, GetRevision, GetService, ListEntries, Problem, Result

NETRA = Path(__file__).parent.parent.parent / "examples" / "netra"
SCENARIOS = sorted(path.stem for path in NETRA.glob("*.yaml") if path.stem != "checks")
START = 1_790_000_000.0
SERVICE = "projects/netra-staging/locations/us-central1/services/netra-backend-staging"
NEW, OLD = "netra-backend-staging-00645-l8x", "netra-backend-staging-00644-q2c"
URL = "https://netra-backend-staging-pnovr5vsba-uc.a.run.app"
AUTH = "https://netra-auth-staging-pnovr5vsba-uc.a.run.app"


def simulation(name: str) -> Simulation:
    return Simulation(World.of(load(NETRA / f"{name}.yaml", START)))


def content(result: Result) -> Any:
    assert isinstance(result, Answer), result
    return result.content


def entries(world: Simulation, at: float, text: str = "") -> list[Entry]:
    _, result = world(ListEntries(("projects/netra-staging",), text), START + at)
    return [Entry.read(entry) for entry in content(result)["entries"]]


def service(world: Simulation, at: float = 0) -> Service:
    return Service.read(content(world(GetService(SERVICE), START + at)[1]))


def revision(world: Simulation, name: str = NEW) -> Revision:
    return Revision.read(content(world(GetRevision(f"{SERVICE}/revisions/{name}"), START)[1]))


def test_the_scenarios_are_all_there() -> None:
    assert set(SCENARIOS) >= {
        *("scenario", "traffic-pinned", "never-ready", "import-error", "logs-late", "logging-denied", "flapping"),
        *("wrong-revision-answers", "stale-deploy", "superseded", "tag-only-image", "no-entries", "text-traceback"),
    }


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_resource_and_entry_has_only_fields_and_values_that_the_apis_know(name: str) -> None:
    scenario = load(NETRA / f"{name}.yaml", START)
    deployments = [scenario.deployment]
    for change in scenario.changes:
        deployments.append(deployments[-1].changed(change.sections))
    for deployment in deployments:
        for resources, message in (
            (deployment.services, ServiceMessage),
            (deployment.revisions, RevisionMessage),
            (deployment.builds, BuildMessage),
        ):
            for resource in resources.values():
                json_format.ParseDict(dict(resource), message.pb()())
    for entry in scenario.entries:
        json_format.ParseDict(dict(entry.raw), LogEntry.pb()())


def test_the_deployment_is_finished_minutes_before_the_start() -> None:
    world = simulation("scenario")
    now, new, old = service(world), revision(world), revision(world, OLD)
    assert (now.settled, now.serving(), now.latest_ready) == (True, {NEW: 100}, NEW)
    assert (START - new.created, new.ready.since) == (240, new.created + 8)
    assert (len(new.ingress.secrets), new.ingress.env["CLICKHOUSE_SECURE"]) == (24, "true")
    assert new.raw["vpcAccess"]["connector"]
    assert old.created < new.created
    build = Build.read(next(iter(world.world.deployment.builds.values())))
    assert (build.status, build.id, build.commit) == ("SUCCESS", new.labels["gcb-build-id"], new.labels["commit-sha"])
    assert build.finished is not None
    assert build.started is not None
    assert round(build.finished - build.started) == 149
    assert build.digests == {new.ingress.digest}


def test_its_log_lines_are_readable_at_the_start_and_have_no_severity() -> None:
    lines = [entry for entry in entries(simulation("scenario"), 0) if entry.log.endswith("stdout")]
    new = [entry.text for entry in lines if entry.revision == NEW]
    wanted = [
        "[ClickHouse] REAL connection established in staging environment",
        "[ClickHouse] Client params: host=xedvrr4c3r.us-central1.gcp.clickhouse.cloud, port=8443, secure=True",
        "✅ Step 26: ClickHouse initialized",
        "clickhouse: healthy",
        "Race condition pattern detected: RaceConditionPattern(cloud_environment_successful_validation, info, staging)",
        "🔗 GOLDEN PATH MESSAGE: Received ping from user demo-use... connection main_9bfec124",
        "Processing MessageType.AGENT_PROGRESS from demo-user-001",
    ]
    assert [text for text in new if text in wanted] == wanted
    assert {entry.severity for entry in lines if entry.revision == NEW} == {"DEFAULT"}
    assert [entry.text for entry in lines if entry.revision == OLD]
    assert not any(entry.trace for entry in lines)


def test_it_is_healthy_and_auth_hangs() -> None:
    world = simulation("scenario")
    latency, result = world(Exchange("GET", f"{URL}/health"), START)
    assert latency == 0.08
    assert content(result)["text"] == '{"status": "healthy", "service": "netra-ai-platform", "version": "1.0.0"}'
    assert content(world(Exchange("HEAD", f"{URL}/"), START)[1])["status"] == 200
    assert world(Exchange("GET", f"{AUTH}/auth/health"), START)[0] == 30


def test_traffic_pinned() -> None:
    now = service(simulation("traffic-pinned"))
    assert (now.settled, now.latest_ready, now.serving()) == (True, NEW, {OLD: 100})
    assert not any(share.latest for share in now.traffic)


def test_never_ready() -> None:
    world = simulation("never-ready")
    assert (revision(world).ready.failed, revision(world).ready.reason) == (True, "HEALTH_CHECK_CONTAINER_ERROR")
    now = service(world)
    assert (now.terminal.failed, now.latest_created, now.serving()) == (True, NEW, {OLD: 100})
    stderr = [entry.text for entry in entries(world, 0) if entry.log.endswith("stderr")]
    assert stderr[-1] == "ModuleNotFoundError: No module named 'clickhouse_connect'"


def test_import_error() -> None:
    world = simulation("import-error")
    assert not entries(world, 15, 'textPayload:"ImportError"')
    assert [entry.at for entry in entries(world, 18, 'textPayload:"ImportError"')] == [START + 15]


def test_logs_late() -> None:
    world = simulation("logs-late")
    lines = f'resource.labels.revision_name="{NEW}" log_id("run.googleapis.com/stdout")'
    assert entries(world, 16, lines) == []
    found = entries(world, 20.1, lines)
    assert len(found) == 13
    assert all(START - 5 < entry.at < START + 0.2 for entry in found)
    world(Exchange("GET", f"{URL}/health"), START + 30)
    assert not entries(world, 50, 'log_id("run.googleapis.com/requests")')
    assert entries(world, 51, 'log_id("run.googleapis.com/requests")')


def test_logging_denied() -> None:
    _, result = simulation("logging-denied")(ListEntries(("projects/netra-staging",), ""), START)
    assert result == Problem("PERMISSION_DENIED", "Permission denied for all log views")


def test_wrong_revision_answers() -> None:
    world = simulation("wrong-revision-answers")
    assert service(world).serving() == {NEW: 100}
    world(Exchange("GET", f"{URL}/health"), START)
    assert [entry.revision for entry in entries(world, 5, 'log_id("run.googleapis.com/requests")')] == [OLD]


def test_flapping() -> None:
    world = simulation("flapping")
    found = [content(world(Exchange("GET", f"{URL}/health"), START + n)[1])["status"] for n in range(4)]
    assert found == [200, 503, 200, 503]


def test_stale_deploy() -> None:
    world = simulation("stale-deploy")
    new, old = revision(world), revision(world, OLD)
    assert round((START - new.created) / 86400) == 7
    assert old.created < new.created
    assert min(entry.at for entry in entries(world, 0, f'resource.labels.revision_name="{NEW}"')) > new.created


def test_superseded() -> None:
    world = simulation("superseded")
    assert service(world, 59).latest_created == NEW
    assert (service(world, 60).latest_created, service(world, 60).settled) == ("netra-backend-staging-00646-v7n", False)
    assert service(world, 68).serving() == {"netra-backend-staging-00646-v7n": 100}


def test_tag_only_image() -> None:
    assert revision(simulation("tag-only-image")).ingress.digest == ""


def test_no_entries() -> None:
    world = simulation("no-entries")
    world(Exchange("GET", f"{URL}/health"), START)
    found = entries(world, 60, f'resource.labels.revision_name="{NEW}"')
    assert [entry.log for entry in found] == ["run.googleapis.com/requests"]


def test_text_traceback() -> None:
    found = entries(simulation("text-traceback"), 13, 'log_id("run.googleapis.com/stderr")')
    assert [entry.text for entry in (found[0], found[-1])] == [
        "AttributeError: 'NoneType' object has no attribute 'dump'",
        "Traceback (most recent call last):",
    ]
    assert found[0].nanos - found[-1].nanos == 2
    assert {entry.severity for entry in found} == {"DEFAULT"}
    assert sorted(found, key=lambda entry: entry.order) == found[::-1]


@pytest.mark.parametrize("years", [0, 5, 60, 200])
def test_the_example_never_expires(years: int, monkeypatch: pytest.MonkeyPatch) -> None:
    start = START + years * 365.25 * 86400
    monkeypatch.setattr(simulated, "START", start)
    scenario = NETRA / "scenario.yaml"
    checks = (simulated.ROOT / "checks.yaml").read_text(encoding="utf-8")
    run = simulated.simulate(checks, scenario, variables=load(scenario, start).env).run
    assert run.exit_code == 0
    assert [judged.check.name for judged in run.judged if judged.verdict.outcome.value != "passed"] == [
        "Auth reachable"
    ]
