"""Paths that Google's front end keeps for itself: a request to them never reaches a Cloud Run service.

See cloud.google.com/run/docs/known-issues (reserved URL paths), kkdai/linebot-file#5, checkmarble/marble-backend#977.
"""

from __future__ import annotations

_EXACT = ("/healthz", "/eventlog")
_BELOW = "/_ah/"


def reserved(location: str) -> str:
    """Why a path on a service is never answered by it; empty if it may be."""
    path = location.partition("?")[0]
    if path in _EXACT or path.startswith(_BELOW):
        return f"{path} never reaches the service: Google's front end keeps it; serve another path, such as /health"
    return ""


def doubtful(location: str) -> str:
    """Why a path on a service may not be answered by it; empty if nothing is known against it."""
    path = location.partition("?")[0]
    if path.endswith("z") and not reserved(path):
        return f"{path} ends in z: Google's front end keeps some such paths; if it answers 404, serve another"
    return ""
