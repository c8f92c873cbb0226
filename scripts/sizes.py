"""Print the longest and the most complex function of the package; both are bounded.

python scripts/sizes.py      exit code 1 if a function has more than 40 lines
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "validator"
MOST_LINES = 40
_COMPLEX = re.compile(r"`(.+)` is too complex \((\d+) > 0\)")


def lengths() -> Iterator[tuple[int, str]]:
    """Lines of each function, and where it stands."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                yield lines, f"{path.relative_to(PACKAGE.parent)}:{node.lineno} {node.name}"


def complexities() -> Iterator[tuple[int, str]]:
    """Cyclomatic complexity of each function, as ruff counts it, and where it stands."""
    ruff = Path(sys.executable).parent / "ruff"
    asked = ["check", "--isolated", "--exit-zero", "--select=C901", "--output-format=json"]
    bound = "--config=lint.mccabe.max-complexity=0"
    done = subprocess.run([ruff, *asked, bound, PACKAGE], capture_output=True, text=True, check=True)  # noqa: S603
    for found in json.loads(done.stdout):
        told = _COMPLEX.match(found["message"])
        if told:
            path = Path(found["filename"]).relative_to(PACKAGE.parent)
            yield int(told[2]), f"{path}:{found['location']['row']} {told[1]}"


def main() -> int:
    """Print both; the bound of complexity is ruff's to hold."""
    longest, hardest = max(lengths()), max(complexities())
    print(f"longest function: {longest[0]} lines ({longest[1]}); most complex: {hardest[0]} ({hardest[1]})")
    return int(longest[0] > MOST_LINES)


if __name__ == "__main__":
    sys.exit(main())
