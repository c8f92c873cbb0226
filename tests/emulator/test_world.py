from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from validator.emulator.world.simulation import API_LATENCY, Simulation
from validator.emulator.world.world import READS_A_MINUTE, apply
from validator.logs.entry import Entry
from validator.words.call import (
    Answer,
    Call,
    Exchange,
    GetBuild,
    GetRevision,
    GetService,
    ListBuilds,
    ListEntries,
    ListRevisions,
    Problem,
)

START = 1_790_000_000.0
SHOP = "projects/p/locations/l/services/shop"
HOST = "https://shop-x.a.run.app"
MARK = "0123456789abcdef0123456789abcdef"
Simulate = Callable[..., Simulation]


def answered(simulation: Simulation, call: Call, at: float = 0) -> Any:
    _, result = simulation(call, START + at)
    assert isinstance(result, Answer), result
    return result.content


def refused(simulation: Simulation, call: Call, at: float = 0) -> tuple[str, str]:
    _, result = simulation(call, START + at)
    assert isinstance(result, Problem), result
    return result.code, result.message


def entries(simulation: Simulation, at: float, text: str = "", order: str = "timestamp asc") -> list[Any]:
    found: list[Any] = answered(simulation, ListEntries(("projects/p",), text, order), at)["entries"]
    return found


def requests(simulation: Simulation, at: float) -> list[Any]:
    return entries(simulation, at, 'log_id("run.googleapis.com/requests")')


# --- resources


@pytest.mark.parametrize(
    ("call", "key", "expected"),
    [
        (GetService(SHOP), "name", SHOP),
        (GetRevision(f"{SHOP}/revisions/shop-1"), "createTime", "2026-09-19T14:13:20.000Z"),
        (GetBuild("projects/p/locations/l/builds/b1"), "status", "SUCCESS"),
        (GetBuild("projects/p/locations/global/builds/b2"), "status", "FAILURE"),
    ],
)
def test_a_resource_is_found_by_its_full_name(simulate: Simulate, call: Call, key: str, expected: str) -> None:
    assert answered(simulate(), call)[key] == expected


@pytest.mark.parametrize(
    ("call", "code", "message"),
    [
        (
            GetService("projects/p/locations/l/services/x"),
            "NOT_FOUND",
            "Resource 'x' of kind 'SERVICE' in region 'l' in project 'p' does not exist.",
        ),
        (GetService("projects/p/locations/m/services/shop"), "NOT_FOUND", "does not exist"),
        (GetRevision(f"{SHOP}/revisions/x"), "NOT_FOUND", "of kind 'REVISION'"),
        (GetBuild("projects/p/locations/global/builds/b1"), "NOT_FOUND", "Requested entity was not found."),
        (ListRevisions("projects/p/locations/l/services/x"), "NOT_FOUND", "does not exist"),
        (GetService("shop"), "INVALID_ARGUMENT", "invalid name: 'shop'"),
        (GetRevision(SHOP), "INVALID_ARGUMENT", "invalid name"),
        (GetBuild("projects/p/builds/b1"), "INVALID_ARGUMENT", "invalid name"),
        (ListRevisions("projects/p"), "INVALID_ARGUMENT", "invalid parent"),
        (ListRevisions(SHOP, page_token="9"), "INVALID_ARGUMENT", "page_token is invalid"),
        (ListRevisions(SHOP, page_size=-1), "INVALID_ARGUMENT", "page_size must not be negative"),
        (ListBuilds("projects/p/locations/l", "colour=red"), "INVALID_ARGUMENT", "the field 'colour' is not known"),
        (ListBuilds("projects/p/locations/l", 'status="SUCCESS" OR'), "INVALID_ARGUMENT", "Invalid filter"),
        (ListBuilds("projects/p/locations/l", 'status="SUCCESS" AND'), "INVALID_ARGUMENT", "Invalid filter"),
    ],
)
def test_what_is_not_there_or_not_known_is_refused(simulate: Simulate, call: Call, code: str, message: str) -> None:
    found = refused(simulate(), call)
    assert found[0] == code
    assert message in found[1]


def test_revisions_are_listed_newest_first_page_by_page(simulate: Simulate) -> None:
    simulation = simulate()
    first = answered(simulation, ListRevisions(SHOP, page_size=1))
    second = answered(simulation, ListRevisions(SHOP, page_size=1, page_token=first["nextPageToken"]))
    names = [revision["name"].rsplit("/", 1)[-1] for page in (first, second) for revision in page["revisions"]]
    assert names == ["shop-2", "shop-1"]
    assert "nextPageToken" not in second


@pytest.mark.parametrize(
    ("location", "text", "expected"),
    [
        ("l", 'results.images.digest="sha256:aa"', ["b1"]),
        ("l", 'results.images.digest="sha256:bb"', []),
        ("l", 'results.images.digest = "sha256:aa" AND status="SUCCESS"', ["b1"]),
        ("l", 'results.images.digest="sha256:aa" AND status=FAILURE', []),
        ("l", "", ["b1"]),
        ("global", 'tags="red"', ["b2"]),
        ("global", 'results.images.digest="sha256:aa"', []),
    ],
)
def test_builds_are_found_by_a_filter(simulate: Simulate, location: str, text: str, expected: list[str]) -> None:
    found = answered(simulate(), ListBuilds(f"projects/p/locations/{location}", text))
    assert [build["id"] for build in found["builds"]] == expected


# --- requests


def test_a_request_is_answered_by_the_behaviour_of_the_revision_that_serves(simulate: Simulate) -> None:
    latency, result = simulate()(Exchange("GET", f"{HOST}/health?deep=1"), START)
    assert latency == 0.08
    assert result == Answer(
        {
            "status": 200,
            "headers": [["content-type", "application/json"], ["server", "Google Frontend"]],
            "text": '{"ok": true}',
            "latency": 0.08,
            "size": 12,
        }
    )


@pytest.mark.parametrize(
    ("url", "revision"),
    [
        (f"{HOST}/health", "shop-2"),
        ("https://shop-1.l.run.app/health", "shop-2"),
        ("http://SHOP-x.a.run.app/health", "shop-2"),
        ("https://old---shop-x.a.run.app/health", "shop-1"),
    ],
)
def test_the_host_says_which_revision_answers_and_the_request_log_names_it(
    simulate: Simulate, url: str, revision: str
) -> None:
    simulation = simulate()
    answered(simulation, Exchange("GET", url))
    (logged,) = requests(simulation, 5)
    assert logged["resource"]["labels"]["revision_name"] == revision


def test_a_revision_has_a_behaviour_of_its_own_before_its_service(simulate: Simulate) -> None:
    assert answered(simulate(), Exchange("GET", "https://old---shop-x.a.run.app/health"))["text"] == "old"


def test_the_request_log_entry_is_the_platforms_own(simulate: Simulate) -> None:
    simulation = simulate()
    headers = (("traceparent", f"00-{MARK}-0123456789abcdef-01"), ("User-Agent", "validator/1"))
    answered(simulation, Exchange("GET", f"{HOST}/health", headers), 1.5)
    (logged,) = requests(simulation, 5)
    instance, span = logged["labels"].pop("instanceId"), logged.pop("spanId")
    assert (len(instance), len(span)) == (64, 16)
    assert int(logged["httpRequest"].pop("requestSize")) > 0
    assert int(logged["httpRequest"].pop("responseSize")) > 0
    assert len(logged.pop("insertId")) == 12
    assert logged == {
        "logName": "projects/p/logs/run.googleapis.com%2Frequests",
        "timestamp": "2026-09-21T14:13:21.500Z",
        "receiveTimestamp": "2026-09-21T14:13:23.580Z",
        "severity": "INFO",
        "trace": f"projects/p/traces/{MARK}",
        "traceSampled": True,
        "labels": {},
        "resource": {
            "type": "cloud_run_revision",
            "labels": {
                "configuration_name": "shop",
                "location": "l",
                "project_id": "p",
                "revision_name": "shop-2",
                "service_name": "shop",
            },
        },
        "httpRequest": {
            "requestMethod": "GET",
            "requestUrl": f"{HOST}/health",
            "status": 200,
            "userAgent": "validator/1",
            "remoteIp": "203.0.113.7",
            "latency": "0.080s",
            "protocol": "HTTP/1.1",
        },
    }
    assert Entry.read(logged).ended == START + 1.58


def test_a_request_is_readable_once_it_ended_and_the_ingestion_delay_is_over(simulate: Simulate) -> None:
    simulation = simulate()
    answered(simulation, Exchange("GET", f"{HOST}/health"))
    assert requests(simulation, 2.079) == []
    assert len(requests(simulation, 2.08)) == 1


@pytest.mark.parametrize(
    ("headers", "trace"),
    [
        ((("X-Cloud-Trace-Context", f"{MARK}/123;o=1"),), MARK),
        ((("traceparent", f"00-{MARK}-0123456789abcdef-01"), ("x-cloud-trace-context", "f" * 32)), MARK),
    ],
)
def test_the_trace_comes_from_the_request(simulate: Simulate, headers: tuple[tuple[str, str], ...], trace: str) -> None:
    simulation = simulate()
    answered(simulation, Exchange("GET", HOST, headers))
    assert requests(simulation, 5)[0]["trace"] == f"projects/p/traces/{trace}"


def test_a_request_without_trace_gets_a_fresh_one(simulate: Simulate) -> None:
    simulation = simulate()
    for _ in range(2):
        answered(simulation, Exchange("GET", HOST, (("traceparent", "nonsense"),)))
    traces = {entry["trace"] for entry in requests(simulation, 5)}
    assert len(traces) == 2
    assert all(len(trace.rsplit("/", 1)[-1]) == 32 for trace in traces)


@pytest.mark.parametrize(("path", "severity"), [("/health", "INFO"), ("/none", "WARNING"), ("/broken", "ERROR")])
def test_the_severity_of_a_request_is_by_its_status(simulate: Simulate, path: str, severity: str) -> None:
    simulation = simulate()
    answered(simulation, Exchange("GET", HOST + path))
    assert requests(simulation, 5)[0]["severity"] == severity


@pytest.mark.parametrize("url", ["https://nobody.a.run.app/", f"{HOST}/healthz", f"{HOST}/_ah/health"])
def test_googles_front_end_answers_unknown_hosts_and_reserved_paths_unlogged(simulate: Simulate, url: str) -> None:
    simulation = simulate()
    found = answered(simulation, Exchange("GET", url))
    assert found["status"] == 404
    assert "The requested URL was not found on this server" in found["text"]
    assert requests(simulation, 60) == []


def test_head_is_answered_like_get_without_a_body(simulate: Simulate) -> None:
    found = answered(simulate(), Exchange("HEAD", f"{HOST}/health"))
    assert (found["status"], found["text"]) == (200, "")


def test_replies_come_in_turn(simulate: Simulate) -> None:
    simulation = simulate()
    found = [answered(simulation, Exchange("GET", f"{HOST}/flaps"))["status"] for _ in range(4)]
    assert found == [200, 503, 200, 503]


def test_redirects_are_followed_only_if_asked_for_and_each_hop_is_logged(simulate: Simulate) -> None:
    simulation = simulate()
    assert answered(simulation, Exchange("GET", f"{HOST}/moved"))["status"] == 302
    found = answered(simulation, Exchange("GET", f"{HOST}/moved", redirects=True))
    assert (found["status"], round(found["latency"], 6)) == (200, 0.09)
    assert [entry["httpRequest"]["status"] for entry in requests(simulation, 5)] == [302, 302, 200]


def test_lines_that_a_request_writes_carry_its_trace_where_the_scenario_says(simulate: Simulate) -> None:
    simulation = simulate()
    answered(simulation, Exchange("GET", f"{HOST}/talks", (("traceparent", f"00-{MARK}-0123456789abcdef-01"),)))
    trace = f"projects/p/traces/{MARK}"
    plain, traced = entries(simulation, 9, f'log_id("run.googleapis.com/stdout") timestamp>="{"2026-09-21T14:13:20Z"}"')
    (data,) = entries(simulation, 9, 'log_id("run.googleapis.com/stderr")')
    assert (plain["textPayload"], plain.get("trace"), plain.get("severity")) == ("plain", None, None)
    assert (traced["textPayload"], traced["trace"], traced["severity"]) == ("with trace", trace, "WARNING")
    assert data["jsonPayload"] == {"message": "data"}


def test_a_split_draws_the_revision_by_seeded_chance(simulate: Simulate) -> None:
    split = """
services:
  shop:
    trafficStatuses:
      - {revision: shop-1, percent: 25}
      - {type: TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST, percent: 75}
"""

    def drawn() -> list[str]:
        simulation = simulate(split)
        for number in range(200):
            answered(simulation, Exchange("GET", f"{HOST}/"), number)
        return [entry["resource"]["labels"]["revision_name"] for entry in requests(simulation, 500)]

    first = drawn()
    assert 30 < first.count("shop-1") < 70
    assert drawn() == first


def test_a_service_without_traffic_is_not_there(simulate: Simulate) -> None:
    assert answered(simulate("services: {shop: {trafficStatuses: null}}"), Exchange("GET", HOST))["status"] == 404


def test_routing_may_lag_behind_the_status_for_a_while(simulate: Simulate) -> None:
    simulation = simulate("routing: [{service: shop, split: {shop-1: 100}, tags: {old: shop-2}, until: '@+10s'}]")
    for at in (0, 10):
        answered(simulation, Exchange("GET", HOST), at)
        answered(simulation, Exchange("GET", "https://old---shop-x.a.run.app"), at + 1)
    found = [entry["resource"]["labels"]["revision_name"] for entry in requests(simulation, 60)]
    assert found == ["shop-1", "shop-2", "shop-2", "shop-1"]


# --- logs


def test_entries_come_in_the_order_of_time_and_insert_id(simulate: Simulate) -> None:
    texts = [entry["textPayload"] for entry in entries(simulate(), 0)]
    assert texts == ["first", "second", "third"]
    assert [entry["textPayload"] for entry in entries(simulate(), 0, order="timestamp desc")] == texts[::-1]


def test_an_entry_is_readable_after_its_streams_delay(simulate: Simulate) -> None:
    group = "{revision: shop-2, stream: stdout, at: '@+1s', lines: [[0s, late]]}"
    simulation = simulate(f"logs: {{groups: {{lines: null, new: {group}}}}}")
    assert entries(simulation, 3.9) == []
    assert entries(simulation, 4)[0]["receiveTimestamp"] == "2026-09-21T14:13:24Z"


def test_the_answer_may_come_in_the_wrong_order(simulate: Simulate) -> None:
    texts = [entry["textPayload"] for entry in entries(simulate("logs: {order: newest first}"), 0)]
    assert texts == ["third", "second", "first"]


def test_pages_go_on_where_the_one_before_ended_though_entries_have_come_meanwhile(simulate: Simulate) -> None:
    early = "{revision: shop-2, stream: stderr, at: '@-2h', lines: [{receiveTimestamp: '@+1s', textPayload: before}]}"
    after = "{revision: shop-2, stream: stderr, at: '@-1s', lines: [{receiveTimestamp: '@+1s', textPayload: after}]}"
    simulation = simulate(f"logs: {{groups: {{early: {early}, after: {after}}}}}")
    call = ListEntries(("projects/p",), "", page_size=2)
    first = answered(simulation, call, 0)
    second = answered(simulation, replace(call, page_token=first["nextPageToken"]), 2)
    texts = [[entry["textPayload"] for entry in page["entries"]] for page in (first, second)]
    assert texts == [["first", "second"], ["third", "after"]]
    assert "nextPageToken" not in second


@pytest.mark.parametrize(
    ("call", "code", "message"),
    [
        (ListEntries((), ""), "INVALID_ARGUMENT", "resource_names is required."),
        (ListEntries(("folders/1",), ""), "INVALID_ARGUMENT", "Only projects/PROJECT is known here"),
        (ListEntries(("projects/q",), ""), "NOT_FOUND", "Project does not exist: q"),
        (ListEntries(("projects/p",), "", "severity"), "INVALID_ARGUMENT", "Unsupported order_by: 'severity'"),
        (ListEntries(("projects/p",), "", page_size=-1), "INVALID_ARGUMENT", "page_size must not be negative."),
        (ListEntries(("projects/p",), "", page_token="x"), "INVALID_ARGUMENT", "page_token is invalid."),
        (ListEntries(("projects/p",), "thud=1"), "INVALID_ARGUMENT", "field not found: thud (at character 0)"),
    ],
)
def test_a_bad_read_is_refused(simulate: Simulate, call: Call, code: str, message: str) -> None:
    found = refused(simulate(), call)
    assert found[0] == code
    assert message in found[1]


def test_a_page_token_belongs_to_its_filter(simulate: Simulate) -> None:
    simulation = simulate()
    first = answered(simulation, ListEntries(("projects/p",), "", page_size=1))
    other = ListEntries(("projects/p",), "severity=ERROR", page_size=1, page_token=first["nextPageToken"])
    assert refused(simulation, other) == ("INVALID_ARGUMENT", "page_token does not belong to these arguments.")


def test_reads_have_a_quota_of_a_minute_and_a_refused_one_is_not_counted(simulate: Simulate) -> None:
    simulation = simulate()
    call = ListEntries(("projects/p",), "")
    for number in range(READS_A_MINUTE):
        answered(simulation, call, number / 2)
    code, message = refused(simulation, call, 40)
    assert code == "RESOURCE_EXHAUSTED"
    assert "Read requests per minute" in message
    answered(simulation, call, 60)


# --- changes, faults, counts


def test_a_change_is_laid_over_the_deployment_at_its_time(simulate: Simulate) -> None:
    simulation = simulate(
        """
changes:
  - at: "@+20s"
    services: {shop: {latestReadyRevision: projects/p/locations/l/services/shop/revisions/shop-3}}
    revisions: {shop-3: {name: projects/p/locations/l/services/shop/revisions/shop-3, createTime: "@+20s"}}
  - at: "@+10s"
    behaviour: {shop: {/health: {status: 503}}}
"""
    )
    assert answered(simulation, Exchange("GET", f"{HOST}/health"), 9.9)["status"] == 200
    assert answered(simulation, Exchange("GET", f"{HOST}/health"), 10)["status"] == 503
    assert refused(simulation, GetRevision(f"{SHOP}/revisions/shop-3"), 19.9)[0] == "NOT_FOUND"
    assert answered(simulation, ListRevisions(SHOP), 20)["revisions"][0]["name"].endswith("/shop-3")
    answered(simulation, Exchange("GET", HOST), 21)
    assert requests(simulation, 60)[-1]["resource"]["labels"]["revision_name"] == "shop-3"


def test_a_fault_strikes_its_method_within_its_time(simulate: Simulate) -> None:
    simulation = simulate("faults: [{method: GetService, code: UNAVAILABLE, message: m, from: '@+1s', until: '@+2s'}]")
    assert answered(simulation, GetService(SHOP), 0.9)
    assert refused(simulation, GetService(SHOP), 1) == ("UNAVAILABLE", "m")
    assert answered(simulation, ListRevisions(SHOP), 1)
    assert answered(simulation, GetService(SHOP), 2)


def test_a_fault_may_strike_the_first_calls_only(simulate: Simulate) -> None:
    simulation = simulate("faults: [{method: GetService, code: RESOURCE_EXHAUSTED, first: 2}]")
    for _ in range(2):
        assert refused(simulation, GetService(SHOP))[0] == "RESOURCE_EXHAUSTED"
    assert answered(simulation, GetService(SHOP))


def test_calls_are_counted_by_method_refused_ones_too(simulate: Simulate) -> None:
    simulation = simulate("faults: [{method: ListLogEntries, code: PERMISSION_DENIED}]")
    assert simulation.world.calls == {}
    assert simulation(GetService("x"), START)[0] == API_LATENCY
    refused(simulation, ListEntries(("projects/p",), ""))
    answered(simulation, Exchange("GET", HOST))
    assert simulation.world.calls == {"GetService": 1, "ListLogEntries": 1, "HTTP": 1}


def test_a_world_never_changes_inside(simulate: Simulate) -> None:
    world = simulate().world
    after, _ = apply(world, Exchange("GET", HOST), START)
    assert (world.calls, len(world.entries)) == ({}, 3)
    assert (after.calls, len(after.entries)) == ({"HTTP": 1}, 4)
