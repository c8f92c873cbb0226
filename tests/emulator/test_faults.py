"""Faults by script: of calls, of entries on their way, of connections."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type
from google.cloud.logging_v2.types import TailLogEntriesRequest

from tests.emulator.clients import Grpc
from validator.emulator.api.calls import CallMethod, CloseTail, OpenSocket, OpenTail, Question
from validator.emulator.scenario.loading import load
from validator.emulator.servers.emulator import Emulator
from validator.emulator.world import tail
from validator.emulator.world.running import Running
from validator.emulator.world.simulation import Simulation
from validator.emulator.world.world import apply
from validator.words.call import Answer, Exchange, GetService, ListBuilds, ListEntries, ListRevisions, Problem, Result

pytestmark = pytest.mark.slow

START = 1_790_000_000.0
SHOP = "projects/p/locations/l/services/shop"
NETRA = Path(__file__).parent.parent.parent / "examples" / "netra"
SERVICE = "projects/netra-staging/locations/us-central1/services/netra-backend-staging"
HOST = "netra-backend-staging-pnovr5vsba-uc.a.run.app"
Simulate = Callable[..., Simulation]


def scenario(folder: Path, more: str) -> Path:
    path = folder / "scenario.yaml"
    path.write_text(f"extends: {NETRA / 'scenario.yaml'}\n{more}")
    return path


def get(emulator: Emulator, timeout: float = 10) -> requests.Response:
    url = f"http://127.0.0.1:{emulator.http_port}/health"
    return requests.get(url, headers={"Host": HOST, "Connection": "close"}, timeout=timeout)


# --- calls


def test_a_whole_api_fails_with_a_probability_that_the_seed_repeats(simulate: Simulate) -> None:
    more = "faults: [{api: run, code: UNAVAILABLE, probability: 0.5}]\n"
    runs = []
    for _ in range(2):
        world = simulate(more)
        runs.append([isinstance(world(GetService(SHOP), START)[1], Problem) for _ in range(40)])
    assert runs[0] == runs[1]
    assert 10 < sum(runs[0]) < 30
    assert not isinstance(world(ListBuilds("projects/p/locations/l", ""), START)[1], Problem)


def test_latency_and_stall(simulate: Simulate) -> None:
    world = simulate("faults: [{method: GetService, latency: 3s, first: 1}, {method: GetService, stall: true}]\n")
    latency, result = world(GetService(SHOP), START)
    assert (round(latency, 2), isinstance(result, Answer)) == (3.05, True)
    assert world(GetService(SHOP), START)[0] == float("inf")


def test_a_status_of_one_service_alone(simulate: Simulate) -> None:
    world = simulate("faults: [{api: http, service: shop, status: 502, first: 1}]\n")
    content = [world(Exchange("GET", "https://shop-x.a.run.app/health"), START)[1] for _ in range(2)]
    assert [each.content["status"] for each in content if isinstance(each, Answer)] == [502, 200]
    other = simulate("faults: [{api: http, service: other, status: 502}]\n")
    result = other(Exchange("GET", "https://shop-x.a.run.app/health"), START)[1]
    assert isinstance(result, Answer)
    assert result.content["status"] == 200


@pytest.mark.parametrize(
    ("call", "key", "method"),
    [
        (ListEntries(("projects/p",), ""), "entries", "ListLogEntries"),
        (ListRevisions(SHOP), "revisions", "ListRevisions"),
    ],
)
def test_an_empty_page_that_says_go_on_and_short_pages(simulate: Simulate, call: Any, key: str, method: str) -> None:
    for page, lengths in ((0, [0, None]), (1, [1, 1])):
        world = simulate(f"faults: [{{method: {method}, page: {page}}}]\n")
        asked, found, sizes = call, [], []
        for _ in range(9):
            result = world(asked, START)[1]
            assert isinstance(result, Answer)
            part = result.content.get(key, [])
            sizes.append(len(part))
            found += part
            if not result.content.get("nextPageToken"):
                break
            asked = type(call)(**{**vars(call), "page_token": result.content["nextPageToken"]})
        whole = simulate()(call, START)[1]
        assert isinstance(whole, Answer)
        assert found == whole.content[key]
        assert sizes[0] == lengths[0]


# --- entries


@pytest.mark.parametrize(
    ("mishap", "count", "stamp", "readable"),
    [
        ("{effect: lost, stream: requests}", 0, None, None),
        ("{effect: twice, stream: requests}", 2, 0, 2.08),
        ("{effect: late, stream: requests, by: 30s}", 1, 0, 32.08),
        ("{effect: skewed, stream: requests, by: -5s}", 1, -5, 2.08),
        ("{effect: lost, stream: stderr}", 1, 0, 2.08),
        ("{effect: lost, revision: shop-1}", 1, 0, 2.08),
        ('{effect: lost, until: "@-1s"}', 1, 0, 2.08),
    ],
)
def test_what_befalls_an_entry(simulate: Simulate, mishap: str, count: int, stamp: float, readable: float) -> None:
    world = simulate(f"logs: {{mishaps: [{mishap}]}}\n")
    world(Exchange("GET", "https://shop-x.a.run.app/health"), START)
    found = [entry for entry in world.world.entries if entry.raw["logName"].endswith("requests")]
    assert len(found) == count
    for entry in found:
        assert entry.order[0] / 1e9 - START == pytest.approx(stamp)
        assert entry.readable - START == pytest.approx(readable)


def test_pages_may_come_shuffled(simulate: Simulate) -> None:
    groups = ", ".join(f'[{n}s, "{n}"]' for n in range(20))
    more = f'logs: {{order: shuffled, groups: {{lines: {{at: "@-1m", lines: [{groups}]}}}}}}\n'
    result = simulate(more)(ListEntries(("projects/p",), ""), START)[1]
    assert isinstance(result, Answer)
    texts = [int(entry["textPayload"]) for entry in result.content["entries"]]
    assert texts != sorted(texts)
    assert sorted(texts) == list(range(20))


# --- under servers


def test_a_cut_answer_a_reset_and_a_drip(tmp_path: Path) -> None:
    with Emulator(scenario(tmp_path, "faults: [{api: http, cut: true, first: 1}]\n")) as emulator:
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            get(emulator)
        assert get(emulator).status_code == 200
    with Emulator(scenario(tmp_path, "connections: [{port: http, effect: reset, after: 20, first: 1}]\n")) as emulator:
        with pytest.raises(requests.exceptions.ConnectionError, match="reset"):
            get(emulator)
        assert get(emulator).json()["status"] == "healthy"
    with Emulator(scenario(tmp_path, "speed: 1\nconnections: [{port: http, effect: drip, rate: 400}]\n")) as emulator:
        started = time.monotonic()
        assert get(emulator).json()["status"] == "healthy"
        assert time.monotonic() - started > 0.4


def test_grpc_outlives_a_reset(tmp_path: Path) -> None:
    with Emulator(scenario(tmp_path, "connections: [{port: grpc, effect: reset, first: 1}]\n")) as emulator:
        client = Grpc(emulator)
        with pytest.raises(exceptions.ServiceUnavailable):
            client.services.get_service(name=SERVICE, retry=None)
        again = Retry(predicate=if_exception_type(exceptions.ServiceUnavailable), initial=0.05, timeout=10)
        assert client.services.get_service(name=SERVICE, retry=again).generation == 645


def test_a_stalled_call_ends_with_the_clients_patience(tmp_path: Path) -> None:
    with Emulator(scenario(tmp_path, "faults: [{api: run, stall: true}, {api: http, stall: true}]\n")) as emulator:
        with pytest.raises(exceptions.DeadlineExceeded):
            Grpc(emulator).services.get_service(name=SERVICE, retry=None, timeout=0.3)
        with pytest.raises(requests.exceptions.ReadTimeout):
            get(emulator, timeout=0.3)


# --- tail


def _tail(emulator: Emulator, found: list[Any], **more: Any) -> threading.Thread:
    request = TailLogEntriesRequest(resource_names=["projects/netra-staging"], **more)

    def read() -> None:
        try:
            for response in Grpc(emulator).logging.tail_log_entries(requests=iter([request]), timeout=10):
                found.extend(response.entries)
                if len(found) >= 3:
                    return
        except exceptions.GoogleAPICallError as error:
            found.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    return thread


def test_a_tail_streams_what_becomes_readable_in_order(tmp_path: Path) -> None:
    with Emulator(scenario(tmp_path, "speed: 50\n")) as emulator:
        found: list[Any] = []
        thread = _tail(emulator, found, filter='log_id("run.googleapis.com/requests")', buffer_window="5s")
        while "TailLogEntries" not in emulator.world.calls and thread.is_alive():
            time.sleep(0.01)  # between looks at another thread
        for _ in range(3):
            get(emulator)
        thread.join(15)
        assert [entry.http_request.status for entry in found] == [200, 200, 200]
        stamps = [entry.timestamp for entry in found]
        assert stamps == sorted(stamps)


@pytest.mark.parametrize(
    ("more", "arguments", "error"),
    [
        ("faults: [{method: TailLogEntries, code: PERMISSION_DENIED}]\n", {}, exceptions.PermissionDenied),
        ("", {"filter": "thud=1"}, exceptions.InvalidArgument),
        ("", {"buffer_window": "61s"}, exceptions.InvalidArgument),
    ],
)
def test_a_tail_is_refused(tmp_path: Path, more: str, arguments: dict[str, Any], error: type[Exception]) -> None:
    with Emulator(scenario(tmp_path, more)) as emulator:
        found: list[Any] = []
        _tail(emulator, found, **arguments).join(15)
        assert isinstance(found[0], error)


def test_a_cut_tail_ends_after_its_first_message(tmp_path: Path) -> None:
    more = "speed: 50\nfaults: [{method: TailLogEntries, cut: true}]\n"
    with Emulator(scenario(tmp_path, more)) as emulator:
        found: list[Any] = []
        thread = _tail(emulator, found)
        while "TailLogEntries" not in emulator.world.calls and thread.is_alive():
            time.sleep(0.01)  # between looks at another thread
        get(emulator)
        thread.join(15)
        assert isinstance(found[-1], exceptions.ServiceUnavailable)
        assert len(found) == 2


def test_a_tail_says_how_many_entries_it_suppressed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "RATE", 2)
    running = Running(load(scenario(tmp_path, "speed: 50\n")))
    visit = Exchange("GET", f"https://{HOST}/health")
    looks = iter(range(200))

    def pause(seconds: float) -> bool:
        if next(looks) == 0:
            for _ in range(5):
                running(visit)
        time.sleep(seconds)  # the world runs with the machine's clock here
        return True

    call = OpenTail(("projects/netra-staging",), 'log_id("run.googleapis.com/requests")', 2.0)
    responses = tail.follow(running, call, pause)
    assert len(next(responses)["entries"]) == 2
    assert next(responses) == {"suppressionInfo": [{"reason": "RATE_LIMIT", "suppressedCount": 3}]}
    responses.close()
    assert running.world.sessions.tails == {}


def test_a_project_has_ten_tails(simulate: Simulate) -> None:
    world = simulate()
    for _ in range(10):
        assert isinstance(ask(world, OpenTail(("projects/p",), "", 2.0)), Answer)
    refused = ask(world, OpenTail(("projects/p",), "", 2.0))
    assert isinstance(refused, Problem)
    assert refused.code == "RESOURCE_EXHAUSTED"
    ask(world, CloseTail(1))
    assert isinstance(ask(world, OpenTail(("projects/p",), "", 2.0)), Answer)


def ask(simulation: Simulation, call: Question) -> Result:
    simulation.world, came = apply(simulation.world, call, START)
    return came.result


def test_a_status_strikes_sockets_and_health_checks_too(simulate: Simulate) -> None:
    world = simulate("faults: [{api: http, status: 503}]\n")
    answer = ask(world, OpenSocket("https://shop-x.a.run.app/ws"))
    assert isinstance(answer, Answer)
    assert answer.content["status"] == 503
    answer = ask(world, CallMethod("https://shop-x.a.run.app/grpc.health.v1.Health/Check"))
    assert isinstance(answer, Answer)
    assert (answer.content["status"], answer.content["code"]) == (503, "")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("{method: GetService}", "what happens?"),
        ("{code: UNAVAILABLE}", "either an api or a method"),
        ("{api: http, code: UNAVAILABLE}", "has a status, not a code"),
        ("{api: run, status: 500}", "are for HTTP"),
        ("{api: run, page: 1}", "for the methods that list"),
        ("{api: run, cut: true}", "only HTTP and TailLogEntries can be cut"),
    ],
)
def test_a_fault_that_cannot_be(simulate: Simulate, fault: str, message: str) -> None:
    with pytest.raises(Exception, match=message.replace("?", r"\?")):
        simulate(f"faults: [{fault}]\n")
