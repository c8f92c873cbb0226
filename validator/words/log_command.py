"""The commands with which a person reads logs."""

from __future__ import annotations

import shlex


def read_log(project: str, revision: str, *more: str) -> str:
    """Newest first; `more` are further terms of Cloud Logging's filter."""
    query = " AND ".join(('resource.type="cloud_run_revision"', f'resource.labels.revision_name="{revision}"', *more))
    return read_filter(project, query)


def read_filter(project: str, query: str) -> str:
    """What a filter of one's own selects, newest first."""
    return f"gcloud logging read {shlex.quote(query)} --project={project}"
