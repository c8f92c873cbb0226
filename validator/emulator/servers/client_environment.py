"""The variables that lead clients here: the gate, gcloud, google-auth. None leads anything of the machine's to them.

gcloud puts a region before the host of Cloud Run, so it gets a name that is nowhere and reaches it through the proxy,
which is the emulator; the other APIs it is told by address. Its configuration is an empty folder, its credentials are
off, so that it neither reads the machine's nor looks for a metadata server.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

API_HOST = "emulator.test"
"""A name that is nowhere (RFC 6761): the APIs are at it and below it, for clients that come through the proxy."""
UNSET = (
    *("GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", "CLOUDSDK_CORE_ACCOUNT"),
    *("GITHUB_SHA", "CI_COMMIT_SHA"),
)
"""Variables of the machine that would lead clients to its credentials, and what a pipeline that tries a scenario says of itself."""
OWN = ("COMMIT_SHA", "BUILD_ID")
"""Whose deploy it is, as the user says: that comes before what the scenario says."""
_APIS = (
    *("LOGGING", "CLOUDBUILD", "SERVICEUSAGE", "CLOUDRESOURCEMANAGER", "IAM", "ARTIFACTREGISTRY", "COMPUTE"),
    *("SERVICEMANAGEMENT", "STORAGE", "SECRETMANAGER"),
)
"""APIs that gcloud may ask: those that are not served here refuse it here."""


def gcloud(http_port: int, folder: Path, projects: set[str]) -> Mapping[str, str]:
    """Variables for gcloud, with an empty folder for its configuration."""
    address = f"http://127.0.0.1:{http_port}"
    project = {"CLOUDSDK_CORE_PROJECT": next(iter(projects))} if len(projects) == 1 else {}
    return {
        **project,
        "CLOUDSDK_CONFIG": str(folder),
        "CLOUDSDK_AUTH_DISABLE_CREDENTIALS": "true",
        "CLOUDSDK_CORE_CHECK_GCE_METADATA": "false",
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "true",
        "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "true",
        "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "true",
        "CLOUDSDK_SURVEY_DISABLE_PROMPTS": "true",
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN": f"http://run.{API_HOST}/",
        **{f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{api}": f"{address}/" for api in _APIS},
        "GCE_METADATA_ROOT": f"127.0.0.1:{http_port}",  # `run deploy` looks for a metadata server in spite of the above
        "http_proxy": address,
    }
