"""Makes the recordings and summaries of this version that later ones have to read.

python -m tests.recording.golden_files
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.recorded import record
from tests.recording import test_secrets
from tests.simulated import NETRA, ROOT, Finished, simulate

FOLDER = Path(__file__).parent / "golden"
SCENARIOS = ("scenario", "traffic-pinned", "logging-denied", "superseded", "never-ready")


def write(name: str, run: Finished, checks: str, variables: Mapping[str, str]) -> None:
    """A run's recording and its summary."""
    path = FOLDER / f"v1-{name}.ndjson.gz"
    recorded = record(path, run.engine.spec, checks, variables, run.engine.journal, batch=5)
    path.with_name(f"v1-{name}.summary.json").write_text(recorded.live, encoding="utf-8")


def main() -> None:
    checks = (ROOT / "checks.yaml").read_text(encoding="utf-8")
    for name in SCENARIOS:
        write(name, simulate(checks, NETRA / f"{name}.yaml"), checks, {"PROJECT_ID": "netra-staging"})
    secret = {**test_secrets.VARIABLES, "ENV_TOKEN": test_secrets.ENV}
    leaky = simulate(test_secrets.CHECKS, NETRA / "scenario.yaml", variables=secret, wrap=test_secrets.Leaky())
    write("secrets", leaky, test_secrets.CHECKS, secret)


if __name__ == "__main__":
    main()
