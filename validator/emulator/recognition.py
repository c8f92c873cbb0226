"""Which YAML files are scenarios and which are specs: `validator lint` takes both."""

from __future__ import annotations

from pathlib import Path

from validator.spec import yaml

_OF_SPECS = frozenset({"version", "checks", "target"})
_OF_SCENARIOS = frozenset(
    {"extends", "services", "revisions", "builds", "behaviour", "logs", "routing", "changes", "faults", "speed"}
)


def is_scenario(path: Path) -> bool:
    """Whether a file speaks of a deployment and not of checks; one that cannot be read is no scenario."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8")).data
    except (OSError, UnicodeDecodeError, yaml.BadYaml):
        return False
    return isinstance(data, dict) and not _OF_SPECS & data.keys() and bool(_OF_SCENARIOS & data.keys())
