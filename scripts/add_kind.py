"""Show that a kind is one file in checks/, one example and one test: add `noop` to a copy of the tree, check it all.

python scripts/add_kind.py      exit code 0 if everything is green and nothing but those three files was touched
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent

KIND = '''\
"""Nothing is asked and nothing is wrong: the smallest kind there can be."""

from __future__ import annotations

from typing import Any

from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query
from validator.evidence.known import Evidence
from validator.words.check import Check
from validator.words.verdict import Verdict, passed

lasting = False
within: float | None = None
present = False
variables: dict[str, str] = {}
schema = {"type": "object", "additionalProperties": False, "examples": [{}]}


def options(value: Any) -> None:
    """It has none."""


def queries(check: Check) -> frozenset[Query[Any]]:
    """The service, so that the kind rests on something."""
    return frozenset({ServiceOf(check.target.name)})


def judge(check: Check, evidence: Evidence, now: float) -> Verdict:  # noqa: ARG001 - the shape of a judge
    """Pass."""
    return passed(f"{check.target.service} was asked for nothing")
'''

EXAMPLE = """\
# Nothing is asked.
version: 1
target: {project: my-project, region: us-central1, service: my-service}
checks:
  - {name: Nothing, noop: {}}
"""

TEST = '''\
"""Kind noop: nothing."""

from __future__ import annotations

from tests.simulated import HEAD, NETRA, simulate
from validator.words.verdict import Outcome

INVALID = (("{something: 1}", "unknown key 'something'"),)


def test_it_passes() -> None:
    run = simulate(HEAD + "  - {name: Nothing, noop: {}}\\n", NETRA / "scenario.yaml")
    assert run.verdict("Nothing").outcome is Outcome.PASSED
'''

ADDED = {"validator/checks/noop.py": KIND, "examples/kinds/noop.yaml": EXAMPLE, "tests/checks/test_noop.py": TEST}
STEPS = (
    ("ruff", "check"),
    ("ruff", "format", "--check"),
    ("mypy",),
    ("lint-imports",),
    ("pytest", "-q", "-p", "no:cacheprovider", "tests/test_kinds.py", "tests/checks", "tests/language", "tests/engine"),
)


def main() -> int:
    """Copy, add, check."""
    tools = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        files = subprocess.run(
            ["git", "ls-files", "-z"],  # noqa: S607 - git is where the user has it
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in filter(None, files.stdout.split("\0")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name, follow_symlinks=False)
        for name, text in ADDED.items():
            (copy / name).write_text(text, encoding="utf-8")
        environment = {"PATH": f"{tools}:/usr/bin:/bin", "PYTHONPATH": str(copy)}
        for step in STEPS:
            print("$", *step, flush=True)
            done = subprocess.run([tools / step[0], *step[1:]], cwd=copy, env=environment, check=False)  # noqa: S603
            if done.returncode:
                return 1
    print(f"a kind is {len(ADDED)} files: {', '.join(ADDED)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
