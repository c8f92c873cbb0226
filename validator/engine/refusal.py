"""Which problems are final, and what to do about each."""

from __future__ import annotations

from validator.model import query
from validator.model.call import Problem
from validator.model.check import Target
from validator.model.evidence import Refusal

TRANSIENT = frozenset(
    {"UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "ABORTED", "RESOURCE_EXHAUSTED", "UNKNOWN", "CANCELLED", "TIMEOUT", "BROKEN", "CONNECT"}
)  # fmt: skip
"""Codes after which asking again may help; all others are final (PERMISSION_DENIED is never retried)."""

APIS = {
    query.Service: ("Cloud Run", "roles/run.viewer"),
    query.Revision: ("Cloud Run", "roles/run.viewer"),
    query.Revisions: ("Cloud Run", "roles/run.viewer"),
    query.Build: ("Cloud Build", "roles/cloudbuild.builds.viewer"),
    query.Logs: ("Cloud Logging", "roles/logging.viewer"),
    query.Baseline: ("Cloud Logging", "roles/logging.viewer"),
}
"""The API that answers a query, and the least role that lets the gate ask it."""


def refusal(asked: query.Query, target: Target, problem: Problem, seq: int) -> Refusal | None:
    """Why a query will never be answered after this problem; None if it is worth another try."""
    if problem.code in TRANSIENT or type(asked) not in APIS:
        return None
    api, role = APIS[type(asked)]
    if problem.code == "PERMISSION_DENIED":
        reason = f"{api} said no to the gate's account: {problem.message}"
        remedy = (
            f"give it {role}: gcloud projects add-iam-policy-binding {target.project}"
            f" --member=serviceAccount:GATE_ACCOUNT --role={role}"
        )
    elif problem.code == "UNAUTHENTICATED":
        reason = f"{api} does not know who asks: {problem.message}"
        remedy = "give the gate credentials: run it as a service account, or `gcloud auth application-default login`"
    elif problem.code == "NOT_FOUND":
        reason = f"{api} does not know it: {problem.message}"
        remedy = f"see that project {target.project}, region {target.region} and service {target.service} are right"
    else:
        reason = f"{api} refused: {problem.code}: {problem.message}"
        remedy = ""
    return Refusal(reason, remedy, (seq,))
