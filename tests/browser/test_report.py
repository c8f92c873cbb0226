"""The HTML report in a real browser: quiet, without a network, for everyone, and proof against hostile evidence."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.report import runs
from tests.report.test_door import PAYLOADS
from tests.simulated import NETRA, ROOT, simulate
from validator.report.html.page import html
from validator.report.summary import summarize
from validator.words.run import Run
from validator.words.verdict import Excerpt, Outcome, failed

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
EXAMPLES = {"green": "scenario", "red": "import-error", "unknown": "logging-denied", "astray": "wrong-revision-answers"}
ATTACKS = (
    "<script>window.owned = 1</script>", "<img src=x onerror='window.owned = 1'>", "<svg onload='window.owned = 1'>",
    "</style><script>window.owned = 1</script>", "' onfocus='window.owned = 1' autofocus x='", '" onmouseover="window.owned = 1',
    "<meta http-equiv=refresh content='0;url=https://127.0.0.1:9/'>", "<base href=https://127.0.0.1:9/>", "<iframe srcdoc='<script>parent.owned = 1</script>'>",
    "<link rel=stylesheet href=https://127.0.0.1:9/x.css>", "javascript:window.owned=1",
)  # fmt: skip


def example(scenario: str) -> Run:
    spec = (ROOT / "validator/demo/checks.yaml").read_text("utf-8")
    return simulate(spec, NETRA / f"{scenario}.yaml", folder=ROOT / "validator/demo").run


def hostile() -> Run:
    texts = (*ATTACKS, *(payload[:2000] for payload in PAYLOADS))
    judged = [
        runs.check(f"{number} {text}", "http", failed(text, expected=text, remedy=text, evidence=(Excerpt(text, runs.START, text, matched=text),)))
        for number, text in enumerate(texts)
    ]  # fmt: skip
    target = runs.target_report(url=ATTACKS[-1], build_log=ATTACKS[-1])
    return replace(runs.run(judged, Outcome.FAILED, warnings=texts), targets=(target,))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages; their pictures stand beside them."""
    made = Path(os.environ.get("BROWSER_OUT") or tmp_path_factory.mktemp("pages"))
    made.mkdir(parents=True, exist_ok=True)
    pages = {name: example(scenario) for name, scenario in EXAMPLES.items()} | {"hostile": hostile()}
    for name, run in pages.items():
        (made / f"{name}.html").write_text(html(summarize(run)), encoding="utf-8")
    return made


@pytest.fixture(scope="session")
def seen(folder: Path) -> Mapping[str, Any]:
    """What a browser saw of each page."""
    command = ["node", str(HERE / "look.mjs"), os.environ["CHROMIUM"], str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    told: Mapping[str, Any] = json.loads(done.stdout)
    assert set(told) == {*EXAMPLES, "hostile"}
    return told


PAGES = pytest.mark.parametrize("page", [*EXAMPLES, "hostile"])
LOOKS = pytest.mark.parametrize("look", ["light 390", "light 1280", "dark 390", "dark 1280"])


@PAGES
@LOOKS
def test_it_opens_without_a_word_on_the_console_and_without_a_network(
    seen: Mapping[str, Any], page: str, look: str
) -> None:
    told = seen[page]["looks"][look]
    assert (told["console"], told["requests"], told["dialogs"], told["owned"]) == ([], [], [], None)


@PAGES
@LOOKS
def test_axe_finds_nothing(seen: Mapping[str, Any], page: str, look: str) -> None:
    assert seen[page]["looks"][look]["axe"] == []


@PAGES
@LOOKS
def test_nothing_is_wider_than_the_window(seen: Mapping[str, Any], page: str, look: str) -> None:
    assert seen[page]["looks"][look]["wide"] <= 0


def test_checks_and_evidence_are_found_by_the_keyboard_alone(seen: Mapping[str, Any]) -> None:
    told = seen["red"]["typed"]
    assert told["first"] == "Skip to the verdict"
    assert told["focus"] == "find"
    assert 0 < told["found"] < told["all"] == told["cleared"]
    assert 0 < told["foundLines"] < told["lines"]
    assert (
        told["status"]
        == f"{told['found']} of {told['all']} checks, {told['foundLines']} of {told['lines']} lines of evidence"
    )
    assert (told["state"], told["others"]) == ("failed", 0)
    assert 0 < told["ofState"] < told["all"]
    assert 0 < told["ofSource"] < told["lines"]
    assert told["toggled"]
    assert told["console"] == []


def test_it_prints_with_everything_open_and_closes_it_again(seen: Mapping[str, Any]) -> None:
    told = seen["red"]["typed"]
    before, printing, after = told["closed"]
    assert before == after > 0 == printing
    assert told["pdf"] == "%PDF-"


@PAGES
def test_without_scripts_all_is_there_but_the_filter(seen: Mapping[str, Any], page: str) -> None:
    told = seen[page]["plain"]
    assert not told["filter"]
    assert told["checks"] == seen[page]["typed"]["all"]
    assert told["lead"] in ("Passed", "Failed", "Inconclusive")


@PAGES
def test_even_what_got_into_the_page_executes_loads_and_styles_nothing(seen: Mapping[str, Any], page: str) -> None:
    told = seen[page]["attacked"]
    assert told["ran"] == {"owned": None, "fetched": "refused", "styled": ""}
    assert (told["requests"], told["dialogs"]) == ([], [])


def test_the_nu_validator_finds_nothing(folder: Path) -> None:
    jar = HERE / "node_modules/vnu-jar/build/dist/vnu.jar"
    as_it_was = ("--filterpattern", ".*not in Unicode Normalization Form C.*")  # evidence is not rewritten
    words = (
        "java",
        "-jar",
        str(jar),
        "--stdout",
        "--format",
        "gnu",
        *as_it_was,
        *map(str, sorted(folder.glob("*.html"))),
    )
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0), done.stdout[:4000] + done.stderr[:1000]
