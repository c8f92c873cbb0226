"""Take the pictures of the HTML report that README.md shows: an example deployment that keeps answering by its old revision.

make test-browser && .venv/bin/python -m scripts.picture      writes docs/report-light.png and docs/report-dark.png
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tests.simulated import NETRA, ROOT, simulate
from validator.report.html.page import html
from validator.report.summary import summarize

SCENARIO = NETRA / "wrong-revision-answers.yaml"
WIDTH, HEIGHT = 1100, 1560


def main() -> None:
    """Judge the example, and picture its report."""
    spec = (ROOT / "validator/demo/checks.yaml").read_text("utf-8")
    run = simulate(spec, SCENARIO, folder=ROOT / "validator/demo").run
    chromium = subprocess.run([str(ROOT / "scripts/chromium.sh")], capture_output=True, text=True, check=True)  # noqa: S603
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        page.write_text(html(summarize(run)), encoding="utf-8")
        for scheme in ("light", "dark"):
            picture = ROOT / f"docs/report-{scheme}.png"
            words = [chromium.stdout.strip(), str(page), str(picture), scheme, str(WIDTH), str(HEIGHT)]
            subprocess.run(["node", str(ROOT / "tests/browser/picture.mjs"), *words], check=True)  # noqa: S603, S607


if __name__ == "__main__":
    main()
