"""What is no recording is told as that, with exit code 2 and what to do."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.recorded import Recorded, record
from tests.simulated import HEAD, NETRA, simulate
from validator.cli import main
from validator.recording import ndjson
from validator.recording.ndjson import Writer

CHECKS = HEAD + "  - {name: Up, http: {path: /health}}\n"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    run = simulate(CHECKS, NETRA / "scenario.yaml")
    path = tmp_path_factory.mktemp("good") / "run.gz"
    return record(path, run.engine.spec, CHECKS, {"PROJECT_ID": "p"}, run.engine.journal)


def refused(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What is said of a file."""
    assert main(["replay", str(path)]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert "Traceback" not in err
    assert "defect" not in err
    return err


def test_a_good_one_is_replayed(good: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(good.path)]) == 0
    assert "PASSED" in capsys.readouterr().out


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot be read: No such file" in refused(tmp_path / "none.gz", capsys)


def test_an_empty_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run.gz").touch()
    assert "is empty: the run was killed before its first line" in refused(tmp_path / "run.gz", capsys)


def test_a_file_that_is_cut_off(good: Recorded, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = good.path.read_bytes()
    for length in range(1, len(data), len(data) // 40):
        (tmp_path / "run.gz").write_bytes(data[:length])
        if not data[:length].endswith(b"\0\0\xff\xff"):
            assert "is cut off" in refused(tmp_path / "run.gz", capsys)


def test_a_file_with_other_bytes(good: Recorded, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = bytearray(good.path.read_bytes())
    for place in range(12, len(data), len(data) // 40):
        changed = data.copy()
        changed[place] ^= 0xA5
        (tmp_path / "run.gz").write_bytes(bytes(changed))
        assert "run.gz" in refused(tmp_path / "run.gz", capsys)


@pytest.mark.parametrize(
    "content",
    [
        b"hello",
        b"\x7fELF" * 100,
        gzip.compress(b"hello\n", mtime=0),
        gzip.compress(b"{}\n", mtime=0),
        gzip.compress(b"[1]\n" * 9, mtime=0),
        b"{}\n",
    ],
    ids=["text", "program", "compressed text", "no header", "lists", "not compressed"],
)
def test_a_foreign_file(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run.gz").write_bytes(content)
    assert "no recording" in refused(tmp_path / "run.gz", capsys)


def lines(good: Recorded) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(good.path.read_bytes()).splitlines()]


def rewritten(path: Path, content: list[Any]) -> Path:
    writer = Writer([path])
    writer.write(content)
    writer.close()
    return path


def test_a_recording_of_a_newer_version(good: Recorded, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header, *rest = lines(good)
    path = rewritten(tmp_path / "run.gz", [{**header, "version": 2}, *rest])
    assert "is a recording of version 2, and this validator" in refused(path, capsys)


def test_a_record_of_a_newer_version(good: Recorded, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = lines(good)
    content[2] = {**content[2], "is": "Tide"}
    assert "Tide is not known to this version; install validator" in refused(
        rewritten(tmp_path / "run.gz", content), capsys
    )


def test_a_header_that_lacks_something(good: Recorded, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header, *rest = lines(good)
    del header["spec"]
    assert "its first line lacks 'spec'" in refused(rewritten(tmp_path / "run.gz", [header, *rest]), capsys)


def test_a_spec_that_is_none_any_more(good: Recorded, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header, *rest = lines(good)
    header["spec"]["texts"] = {"checks.yaml": "version: 1\nchecks: [{name: a, tide: {}}]\n"}
    said = refused(rewritten(tmp_path / "run.gz", [header, *rest]), capsys)
    assert "the spec in" in said
    assert "cannot be read by this version" in said


@pytest.mark.parametrize(
    "line",
    [
        None,
        7,
        [],
        {},
        {"is": "Observation"},
        {"is": "Observation", "at": "x", "query": 1},
        {"is": "Ended", "at": 1, "ending": "tide"},
    ],
)
def test_a_line_that_is_no_record(
    line: Any, good: Recorded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content: list[Any] = lines(good)
    content.insert(3, line)
    assert "is damaged: line 4 is no record" in refused(rewritten(tmp_path / "run.gz", content), capsys)


def test_something_after_its_end(good: Recorded, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run.gz").write_bytes(good.path.read_bytes() + b"more")
    assert "something follows its end" in refused(tmp_path / "run.gz", capsys)


def test_a_bomb_of_one_line_ends(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ndjson, "LONGEST", 1 << 22)
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b" " * (1 << 20)
    with (tmp_path / "run.gz").open("wb") as file:
        for _ in range(30):
            file.write(squeeze.compress(block))
        file.write(squeeze.flush())
    assert "has no end" in refused(tmp_path / "run.gz", capsys)
