"""The names that every assert sees."""

from __future__ import annotations

from collections.abc import Mapping

_REVISION = "google.cloud.run.v2.Revision"

TYPES: Mapping[str, str] = {
    "revision": _REVISION,
    "previous": _REVISION,
    "serving": f"list({_REVISION})",
    "service": "google.cloud.run.v2.Service",
    "build": "google.devtools.cloudbuild.v1.Build",
    "deployed": "timestamp",
    "env": "map(string, string)",
    "secrets": "map(string, string)",
    "vars": "map(string, string)",
    "capture": "map(string, dyn)",
}
"""Name -> CEL type."""
AT_START = frozenset({"revision", "service", "env", "secrets", "deployed", "vars", "capture"})
"""What is known when a check starts, and so what `if` sees."""
OF_SERVICE = frozenset({"revision", "previous", "serving", "service", "build", "env", "secrets"})
"""What a target that is no Cloud Run service does not have."""
