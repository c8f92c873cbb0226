"""The corpus: every file of tests/specs, found by itself, and what is said of it.

Beside each file of `invalid/` (and of `valid/` where there are warnings) stands a `.txt` with the exact messages. What
YAML, the schema and the whole of a spec tell apart are folders: `yaml`, `structure`, `meaning`.
After a change of words: python tests/language/test_corpus.py, and read the difference.
"""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from validator.checks import kinds
from validator.language.include import decoded
from validator.language.load import Examined, examine
from validator.language.mistake import BadSpec

ROOT = Path(__file__).parent.parent.parent
SPECS = ROOT / "tests" / "specs"
INVALID = sorted(SPECS.glob("invalid/*/*.yaml"))
VALID = [*sorted(SPECS.glob("valid/*.yaml")), *sorted(ROOT.glob("examples/kinds/*.yaml"))]
KINDS = {name: kinds()[name] for name in ("any", "build", "custody", "http", "logs", "revision", "traffic")}
"""Messages list the kinds there are; these stay the same when one is added."""
TODAY = date(2026, 6, 1)
NAMES = {"PROJECT": "my-project"}


def examined(path: Path) -> Examined:
    """What is found in a file, as a run would find it."""
    try:
        text = decoded(path.read_bytes(), path.name)
    except BadSpec as error:
        return Examined(None, error.errors)

    def read(file: str) -> bytes:
        return (path.parent / file).read_bytes()

    known = KINDS if path.is_relative_to(SPECS) else kinds()
    return examine(text, path.name, known, NAMES, read=read, today=TODAY)


def told(path: Path) -> str:
    return "".join(f"{each}\n" for each in examined(path).found)


def expected(path: Path) -> str:
    beside = path.with_suffix(".txt")
    return beside.read_text(encoding="utf-8") if beside.exists() else ""


@pytest.mark.parametrize("path", INVALID, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_invalid_spec_is_refused_with_exactly_these_messages(path: Path) -> None:
    assert examined(path).spec is None
    assert told(path) == expected(path)
    assert expected(path)


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_spec_is_accepted_and_warned_of_exactly_this(path: Path) -> None:
    assert told(path) == expected(path)
    assert examined(path).spec is not None


def test_the_corpus_is_large_and_has_every_built_in_kind() -> None:
    assert len(INVALID) >= 80
    assert len(VALID) >= 40
    for kind in (path.stem for path in ROOT.glob("examples/kinds/*.yaml")):
        assert any(f"{kind}:" in path.read_text(encoding="utf-8") for path in VALID)


def test_every_message_begins_with_its_place_and_stands_on_one_line() -> None:
    for path in INVALID:
        for line in expected(path).splitlines():
            place, _, message = line.partition(": ")
            file, number, column = place.rsplit(":", 2)
            assert file.endswith((".yaml", ".txt"))
            assert int(number) > 0
            assert int(column) > 0
            assert message


def _record() -> None:
    for path in [*INVALID, *VALID]:
        path.with_suffix(".txt").unlink(missing_ok=True)
        if text := told(path):
            path.with_suffix(".txt").write_text(text, encoding="utf-8")
    subprocess.run(["git", "diff", "--stat", str(SPECS)], check=False)


if __name__ == "__main__":
    _record()
