"""What people paste: byte order marks, JSON's escapes, thousands of entries; and where a mistake in it stands."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from validator.emulator.scenario.files import ScenarioError
from validator.emulator.scenario.loading import load
from validator.emulator.scenario.recognition import is_scenario
from validator.emulator.scenario.text import decoded
from validator.emulator.world.plot import Scenario

START = 1_790_000_000.0
MARK = "\ufeff"


def entry(number: int, **more: Any) -> dict[str, Any]:
    labels = {"project_id": "p", "location": "l", "service_name": "shop", "revision_name": "shop-1"}
    return {
        "insertId": f"i{number:06d}",
        "logName": "projects/p/logs/run.googleapis.com%2Fstdout",
        "resource": {"type": "cloud_run_revision", "labels": labels},
        "timestamp": f"2026-03-01T10:{number // 60 % 60:02d}:{number % 60:02d}Z",
        "textPayload": "ready",
        **more,
    }


def pasted(folder: Path, text: str, *, before: str = "services: {}\n") -> Scenario:
    """A scenario with a text after `logs: entries:`, indented as an editor would."""
    indented = "".join(f"    {line}\n" for line in text.splitlines())
    path = folder / "scenario.yaml"
    path.write_text(f"{before}logs:\n  entries:\n{indented}", encoding="utf-8")
    assert is_scenario(path)
    return load(path, START)


@pytest.mark.parametrize("where", ["file", "json", "both"])
def test_a_byte_order_mark_is_no_text(where: str, tmp_path: Path) -> None:
    mark_of_file, mark_of_json = (MARK if where in (each, "both") else "" for each in ("file", "json"))
    scenario = pasted(tmp_path, mark_of_json + json.dumps([entry(1)]), before=mark_of_file + "services: {}\n")
    assert [each.raw["textPayload"] for each in scenario.entries] == ["ready"]


def test_a_byte_order_mark_inside_a_text_stays(tmp_path: Path) -> None:
    scenario = pasted(tmp_path, json.dumps([entry(1, textPayload=f"{MARK}[x]")], ensure_ascii=False))
    assert scenario.entries[0].raw["textPayload"] == f"{MARK}[x]"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("services: {}".encode("utf-16"), "it is UTF-16 text; save it as UTF-8"),
        (b"services: {}\ntitle: caf\xe9", "it is not UTF-8 text (line 2)"),
    ],
)
def test_another_encoding_is_named(data: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_bytes(data)
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert caught.value.errors == (f"{path}: {told}",)


@pytest.mark.parametrize("text", ["\U0001f680 lift off", "a\U0001d11eb\U0001f680", "\\ud83d\\ude80", "\U0001f680" * 3])
def test_json_escapes_become_their_characters(text: str, tmp_path: Path) -> None:
    written = json.dumps([entry(1, textPayload=text)])
    assert "\\ud8" in written
    assert pasted(tmp_path, written).entries[0].raw["textPayload"] == text


@pytest.mark.parametrize(("text", "read"), [("\ud83d", "\ufffd"), ("a\ude80\ud83d.", "a\ufffd\ufffd.")])
def test_half_a_character_becomes_the_one_that_stands_for_none(text: str, read: str, tmp_path: Path) -> None:
    assert pasted(tmp_path, json.dumps([entry(1, textPayload=text)])).entries[0].raw["textPayload"] == read


def test_places_are_those_of_the_file(tmp_path: Path) -> None:
    line = json.dumps([entry(1, textPayload="\U0001f680\U0001f680 \ud83d"), {**entry(2), "timestamp": 7}])
    with pytest.raises(ScenarioError) as caught:
        pasted(tmp_path, line)
    column = line.index("7,", line.index("i000002")) + len("    ") + 1
    assert caught.value.errors[0].startswith(f"{tmp_path / 'scenario.yaml'}:4:{column}: not a time")


def test_a_text_made_of_escapes_is_read_in_linear_time() -> None:
    started = time.process_time()
    decoded(b'"' + b"\\\\" * 200_000 + b'\\ud83d"' + b"\\ud83d\\ude80" * 200_000)
    assert time.process_time() - started < 2


@pytest.mark.slow
def test_ten_thousand_entries_are_read_in_a_few_seconds(tmp_path: Path) -> None:
    started = time.process_time()
    scenario = pasted(tmp_path, json.dumps([entry(number) for number in range(10_000)], indent=1))
    assert len(scenario.entries) == 10_000
    assert time.process_time() - started < 20  # 3 s on an idle core


def test_two_exports_of_a_thousand_entries_lie_over_each_other(tmp_path: Path) -> None:
    below = {"services": {}, "logs": {"entries": [entry(number) for number in range(1_000)]}}
    (tmp_path / "below.yaml").write_text(json.dumps(below))
    assert is_scenario(tmp_path / "below.yaml")
    entries = json.dumps({"entries": [entry(number) for number in range(1_000, 2_000)]}, indent=2)
    scenario = pasted(tmp_path, entries, before="extends: below.yaml\n")
    assert len(scenario.entries) == 1_000


def test_whatever_cannot_be_used_is_a_mistake_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        pasted(tmp_path, json.dumps([entry(1, timestamp="9" * 40)]))
    assert caught.value.errors[0].startswith(f"{tmp_path / 'scenario.yaml'}:4:244: not a time")
