"""Links into Google's console: the Logs Explorer on one revision and one window."""

from __future__ import annotations

from urllib.parse import quote

from validator.words.instant import rfc3339


def logs_url(project: str, region: str, service: str, revision: str, *, start: float, end: float) -> str:
    """A Logs Explorer link with query and window; empty while the revision is unknown."""
    if not (project and service and revision):
        return ""
    query = "\n".join(
        (
            'resource.type="cloud_run_revision"',
            f"resource.labels.service_name={_literal(service)}",
            f"resource.labels.revision_name={_literal(revision)}",
            f"resource.labels.location={_literal(region)}",
        )
    )
    window = f";startTime={quote(rfc3339(start), safe=':')};endTime={quote(rfc3339(end), safe=':')}"
    return (
        f"https://console.cloud.google.com/logs/query;query={quote(query, safe='')}{window}"
        f"?project={quote(project, safe='')}"
    )


def _literal(text: str) -> str:
    """A string of the Logging query language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
