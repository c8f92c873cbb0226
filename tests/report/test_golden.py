"""The reports as people see them. After a change on purpose: UPDATE_GOLDEN=1 pytest tests/report/test_golden.py, then read the diff."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from tests.report import runs
from validator.report import summary as summaries
from validator.report.compare import FORMS, compared
from validator.report.console import Console
from validator.report.door import Door
from validator.report.formats import FORMATS
from validator.report.markdown import markdown
from validator.report.summary import summarize

MADE_OF = ("green", "traffic-pinned", "logging-denied")
MADE = ("junit", "sarif", "in-toto")
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(autouse=True)
def _one_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summaries, "__version__", "1.2.3")


def compare(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", runs.RUNS)
def test_markdown(name: str) -> None:
    compare(f"{name}.md", markdown(summarize(runs.RUNS[name]())))


@pytest.mark.parametrize("form", MADE)
@pytest.mark.parametrize("name", MADE_OF)
def test_formats_for_programs(name: str, form: str) -> None:
    compare(f"{name}.{FORMATS[form].file}", FORMATS[form].write(summarize(runs.RUNS[name]())))


@pytest.mark.parametrize("form", FORMS)
def test_two_runs_compared(form: str) -> None:
    before, after = summarize(runs.mended()), summarize(runs.traffic_pinned())
    compare(f"compared.{form}", compared(before, after, form))


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", runs.RUNS)
def test_console(name: str, width: int) -> None:
    stream = io.StringIO()
    console = Console(Door(stream, str), live=False, color=False, width=width)
    console.finish(summarize(runs.RUNS[name]()), ["out/summary.json", "out/report.md"])
    compare(f"{name}.{width}.txt", stream.getvalue())


def test_no_golden_file_is_left_over() -> None:
    expected = {f"{name}.{end}" for name in runs.RUNS for end in ("md", "80.txt", "120.txt")}
    expected |= {f"{name}.{FORMATS[form].file}" for name in MADE_OF for form in MADE}
    expected |= {f"compared.{form}" for form in FORMS}
    assert {path.name for path in GOLDEN.iterdir()} == expected
