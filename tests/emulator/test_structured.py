"""A log line that is a map: what Cloud Run makes of JSON on stdout and stderr."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.cloud.logging_v2.types import LogEntry
from google.protobuf import json_format

from validator.emulator.scenario.files import ScenarioError
from validator.emulator.scenario.loading import load

HEAD = "revisions: {r: {name: projects/p/locations/l/services/s/revisions/r}}\n"


def entry(folder: Path, line: str, stream: str = "stdout") -> dict[str, Any]:
    path = folder / "scenario.yaml"
    path.write_text(f"{HEAD}logs: {{groups: {{g: {{revision: r, stream: {stream}, lines: [{line}]}}}}}}\n")
    (stored,) = load(path).entries
    json_format.ParseDict(dict(stored.raw), LogEntry.pb()(), ignore_unknown_fields=True)
    keys = ("severity", "textPayload", "jsonPayload", "httpRequest", "trace", "spanId", "traceSampled")
    return {key: stored.raw[key] for key in keys if key in stored.raw}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[1s, {level: 50, msg: x}]", {"jsonPayload": {"level": 50, "msg": "x"}}),
        ("[1s, {severity: ERROR, message: x, id: 7}]", {"severity": "ERROR", "jsonPayload": {"message": "x", "id": 7}}),
        ("[1s, {severity: warning, message: x}]", {"severity": "WARNING", "textPayload": "x"}),
        ("[1s, {severity: loud, message: x}]", {"jsonPayload": {"severity": "loud", "message": "x"}}),
        ("[1s, {message: x}, NOTICE]", {"severity": "NOTICE", "textPayload": "x"}),
        ("[1s, {message: {a: b}}]", {"jsonPayload": {"message": {"a": "b"}}}),
        (
            "[1s, {message: x, httpRequest: {status: 500}, logging.googleapis.com/trace: t, logging.googleapis.com/trace_sampled: true}]",
            {"textPayload": "x", "httpRequest": {"status": 500}, "trace": "t", "traceSampled": True},
        ),
        ("[1s, {n: 1, logging.googleapis.com/spanId: 5}]", {"jsonPayload": {"n": 1, "logging.googleapis.com/spanId": 5}}),
        ("[1s, {jsonPayload: {severity: ERROR, message: x}}]", {"jsonPayload": {"severity": "ERROR", "message": "x"}}),
        ("[1s, {textPayload: 5, severity: INFO}]", {"severity": "INFO", "textPayload": "5"}),
        ("[1s, '{\"message\": \"x\"}']", {"textPayload": '{"message": "x"}'}),
    ],
)  # fmt: skip
def test_a_printed_object_becomes_an_entry(line: str, expected: dict[str, Any], tmp_path: Path) -> None:
    assert entry(tmp_path, line) == expected
    assert entry(tmp_path, line, "stderr") == expected


def test_what_the_platform_logs_is_no_printed_object(tmp_path: Path) -> None:
    assert entry(tmp_path, "[1s, {httpRequest: {status: 200}}]", "requests") == {"httpRequest": {"status": 200}}


def test_a_list_is_no_line(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r":2:\d+: logs\.groups\.g: a line is \[time, text\]"):
        entry(tmp_path, "[1s, [a, b]]")
