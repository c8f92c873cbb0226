from __future__ import annotations

import time
from threading import Event
from typing import Any

import grpc
import pytest
from google.auth.compute_engine import _metadata
from google.cloud import run_v2
from google.cloud.audit import audit_log_pb2
from google.cloud.devtools import cloudbuild_v1
from google.cloud.logging_v2 import types as logging_v2
from google.protobuf import any_pb2

from tests.sources.google_server import GoogleServer
from validator.sources import Direct, Emulated, Sources, connect
from validator.words.call import (
    Answer,
    Call,
    GetBuild,
    GetRevision,
    GetService,
    ListBuilds,
    ListEntries,
    ListRevisions,
    Problem,
)

PARENT = "projects/p/locations/us-central1"
SERVICE = f"{PARENT}/services/s"
REVISION = f"{SERVICE}/revisions/s-00002-abc"
BUILD = f"{PARENT}/builds/11111111-2222-3333-4444-555555555555"


def test_a_service_is_answered_as_its_official_json(google: GoogleServer, sources: Sources) -> None:
    condition = run_v2.Condition(type_="Ready", state=run_v2.Condition.State.CONDITION_SUCCEEDED)
    google.answer(
        "GetService", run_v2.Service(name=SERVICE, generation=7, terminal_condition=condition, reconciling=False)
    )
    assert sources(GetService(SERVICE), 5) == Answer(
        {
            "name": SERVICE,
            "generation": "7",
            "terminalCondition": {"type": "Ready", "state": "CONDITION_SUCCEEDED"},
        }
    )
    assert google.requests == [run_v2.GetServiceRequest(name=SERVICE)]


def test_a_revision_is_answered(google: GoogleServer, sources: Sources) -> None:
    google.answer("GetRevision", run_v2.Revision(name=REVISION, create_time={"seconds": 1700000000, "nanos": 5000}))
    assert sources(GetRevision(REVISION), 5) == Answer({"name": REVISION, "createTime": "2023-11-14T22:13:20.000005Z"})


def test_one_page_of_revisions_is_asked_for_and_no_more(google: GoogleServer, sources: Sources) -> None:
    page = run_v2.ListRevisionsResponse(revisions=[run_v2.Revision(name=REVISION)], next_page_token="two")
    google.answer("ListRevisions", page)
    assert sources(ListRevisions(SERVICE, 2, "one"), 5) == Answer(
        {"revisions": [{"name": REVISION}], "nextPageToken": "two"}
    )
    assert google.requests == [run_v2.ListRevisionsRequest(parent=SERVICE, page_size=2, page_token="one")]


def test_an_empty_page_is_an_answer_without_a_list(google: GoogleServer, sources: Sources) -> None:
    google.answer("ListRevisions", run_v2.ListRevisionsResponse())
    assert sources(ListRevisions(SERVICE), 5) == Answer({})


@pytest.mark.parametrize("name", [BUILD, "projects/p/locations/global/builds/1"])
def test_a_build_is_asked_for_by_its_full_name(google: GoogleServer, sources: Sources, name: str) -> None:
    google.answer("GetBuild", cloudbuild_v1.Build(name=name, status=cloudbuild_v1.Build.Status.SUCCESS))
    assert sources(GetBuild(name), 5) == Answer({"name": name, "status": "SUCCESS"})
    assert google.requests == [cloudbuild_v1.GetBuildRequest(name=name)]


def test_one_page_of_builds(google: GoogleServer, sources: Sources) -> None:
    google.answer("ListBuilds", cloudbuild_v1.ListBuildsResponse(builds=[cloudbuild_v1.Build(id="1")]))
    found = sources(ListBuilds(PARENT, 'results.images.digest="sha256:0"'), 5)
    assert found == Answer({"builds": [{"id": "1"}]})
    assert google.requests == [
        cloudbuild_v1.ListBuildsRequest(parent=PARENT, filter='results.images.digest="sha256:0"', page_size=10)
    ]


def test_one_page_of_entries(google: GoogleServer, sources: Sources) -> None:
    entry = logging_v2.LogEntry(
        text_payload="up", insert_id="a", severity="WARNING", http_request={"response_size": 12}
    )
    google.answer("ListLogEntries", logging_v2.ListLogEntriesResponse(entries=[entry], next_page_token="more"))
    found = sources(ListEntries(("projects/p",), "severity>=ERROR", page_token="t"), 5)
    assert found == Answer(
        {
            "entries": [
                {"textPayload": "up", "insertId": "a", "severity": "WARNING", "httpRequest": {"responseSize": "12"}}
            ],
            "nextPageToken": "more",
        }
    )
    assert google.requests == [
        logging_v2.ListLogEntriesRequest(
            resource_names=["projects/p"],
            filter="severity>=ERROR",
            order_by="timestamp asc",
            page_size=1000,
            page_token="t",
        )
    ]


def test_an_audit_entry_keeps_its_payload(google: GoogleServer, sources: Sources) -> None:
    payload = any_pb2.Any()
    payload.Pack(audit_log_pb2.AuditLog(method_name="ReplaceService"))
    google.answer("ListLogEntries", logging_v2.ListLogEntriesResponse(entries=[{"proto_payload": payload}]))
    answer = sources(ListEntries(("projects/p",), ""), 5)
    assert _entries(answer) == [
        {
            "protoPayload": {
                "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
                "methodName": "ReplaceService",
            }
        }
    ]


def test_a_payload_of_an_unknown_type_spoils_neither_its_entry_nor_the_page(
    google: GoogleServer, sources: Sources
) -> None:
    strange = any_pb2.Any(type_url="type.googleapis.com/future.Log", value=b"\x0a\x01x")
    entries = [{"proto_payload": strange, "insert_id": "a"}, {"text_payload": "b"}]
    google.answer("ListLogEntries", logging_v2.ListLogEntriesResponse(entries=entries, next_page_token="t"))
    answer = sources(ListEntries(("projects/p",), ""), 5)
    assert _entries(answer) == [
        {"insertId": "a", "protoPayload": {"@type": "type.googleapis.com/future.Log"}},
        {"textPayload": "b"},
    ]
    assert isinstance(answer, Answer)
    assert answer.content["nextPageToken"] == "t"


CALLS: list[tuple[str, Call]] = [
    ("GetService", GetService(SERVICE)),
    ("GetRevision", GetRevision(REVISION)),
    ("ListRevisions", ListRevisions(SERVICE)),
    ("GetBuild", GetBuild(BUILD)),
    ("ListBuilds", ListBuilds(PARENT, "")),
    ("ListLogEntries", ListEntries(("projects/p",), "")),
]


@pytest.mark.parametrize(("method", "call"), CALLS)
@pytest.mark.parametrize("code", ["PERMISSION_DENIED", "UNAVAILABLE", "RESOURCE_EXHAUSTED", "NOT_FOUND"])
def test_a_refusal_is_a_problem_with_its_status_and_is_not_tried_again(
    google: GoogleServer, sources: Sources, method: str, call: Call, code: str
) -> None:
    google.refuse(method, grpc.StatusCode[code], "because")
    assert sources(call, 5) == Problem(code, "because")
    assert len(google.requests) == 1


@pytest.mark.parametrize(("method", "call"), CALLS)
def test_a_server_that_never_answers_is_left_at_the_deadline(
    google: GoogleServer, sources: Sources, method: str, call: Call
) -> None:
    over = Event()
    google.behaviour[method] = lambda _request, _context: over.wait(10)
    began = time.monotonic()
    result = sources(call, 0.5)
    over.set()
    assert isinstance(result, Problem)
    assert result.code == "DEADLINE_EXCEEDED"
    assert time.monotonic() - began < 2


def test_timeouts_are_in_the_gates_time(google: GoogleServer) -> None:
    over = Event()
    google.behaviour["GetService"] = lambda _request, _context: over.wait(10)
    sources = connect(Emulated("127.0.0.1", 1, google.port, time.time(), 20))
    began = time.monotonic()
    result = sources(GetService(SERVICE), 10)
    over.set()
    sources.close()
    assert isinstance(result, Problem)
    assert result.code == "DEADLINE_EXCEEDED"
    assert time.monotonic() - began < 3


def test_nobody_at_the_address_is_unavailable() -> None:
    sources = connect(Emulated("127.0.0.1", 1, 1))
    result = sources(GetService(SERVICE), 5)
    sources.close()
    assert isinstance(result, Problem)
    assert result.code == "UNAVAILABLE"


def test_a_proxy_of_the_environment_is_not_used(
    google: GoogleServer, sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    google.answer("GetService", run_v2.Service(name=SERVICE))
    assert sources(GetService(SERVICE), 5) == Answer({"name": SERVICE})


def test_without_credentials_the_problem_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setattr(_metadata, "_NO_GCE_CHECK", True)  # read from the environment when it is imported first
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    for call in (GetService(SERVICE), GetBuild(BUILD), ListEntries(("projects/p",), "")):
        result = connect(Direct())(call, 5)
        assert isinstance(result, Problem)
        assert result.code == "UNAUTHENTICATED"
        assert "gcloud auth application-default login" in result.message


def _entries(answer: object) -> Any:
    assert isinstance(answer, Answer)
    return answer.content["entries"]
