"""What a problem of an API means: final or worth another try, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from validator.evidence import query
from validator.evidence.journal import Observation
from validator.evidence.known import Refusal
from validator.words.call import Call, ListEntries, Problem
from validator.words.check import Target
from validator.words.instant import rfc3339

TRANSIENT = frozenset(
    {"UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "ABORTED", "RESOURCE_EXHAUSTED", "UNKNOWN", "CANCELLED", "TIMEOUT", "BROKEN", "CONNECT", "UNREADABLE"}
)  # fmt: skip
"""Codes after which asking again may help; all others are final (PERMISSION_DENIED is never retried)."""

APIS = {
    query.Service: ("Cloud Run", "roles/run.viewer"),
    query.Revision: ("Cloud Run", "roles/run.viewer"),
    query.Revisions: ("Cloud Run", "roles/run.viewer"),
    query.Build: ("Cloud Build", "roles/cloudbuild.builds.viewer"),
    query.Origin: ("Cloud Build", "roles/cloudbuild.builds.viewer"),
    query.Logs: ("Cloud Logging", "roles/logging.viewer"),
    query.Baseline: ("Cloud Logging", "roles/logging.viewer"),
}
"""The API that answers a query, and the least role that lets the gate ask it."""


@dataclass(frozen=True)
class Trouble:
    """An API that does not answer a query, as far as the newest try tells."""

    newest: Observation
    problem: Problem
    tries: int = 1
    """Calls without an answer, one after another."""
    answered: bool = False
    """Whether it answered before."""

    @property
    def reason(self) -> str:
        """Which API, which call, which code and message, how often."""
        api, _ = APIS[type(self.newest.query)]
        times = f", {self.tries} times in a row, last at {rfc3339(self.newest.received)}" if self.tries > 1 else ""
        again = "does not answer any more" if self.answered else "does not answer"
        problem = f"{self.problem.code}: {self.problem.message}".strip(": ")
        return f"{api} {again}: {_method(self.newest.call)} ended with {problem}{times}"

    @property
    def remedy(self) -> str:
        """What to do about a problem that lasts."""
        api, _ = APIS[type(self.newest.query)]
        if self.problem.code == "RESOURCE_EXHAUSTED":
            return f"the project's quota of {api} reads is used up: see who else reads (other gates, dashboards, scripts), and run the gate again"
        if self.problem.code in ("DEADLINE_EXCEEDED", "CONNECT", "TIMEOUT"):
            return f"see that {api} can be reached from where the gate runs (firewall, proxy, VPC Service Controls), and run the gate again"
        return f"see whether {api} has an incident (https://status.cloud.google.com), and run the gate again"


def _method(call: Call) -> str:
    """The API's own name of a call."""
    return "ListLogEntries" if isinstance(call, ListEntries) else type(call).__name__


def refusal(asked: query.Query, target: Target, problem: Problem, seq: int) -> Refusal | None:
    """Why a query will never be answered after this problem; None if it is worth another try."""
    if problem.code in TRANSIENT or type(asked) not in APIS:
        return None
    api, role = APIS[type(asked)]
    if problem.code == "PERMISSION_DENIED":
        reason = f"{api} denied the gate's account: {problem.message}"
        remedy = (
            f"give it {role}: gcloud projects add-iam-policy-binding {target.project}"
            f" --member=serviceAccount:GATE_ACCOUNT --role={role}"
        )
    elif problem.code == "UNAUTHENTICATED":
        reason = f"{api} got no valid credentials: {problem.message}"
        remedy = "give the gate credentials: run it as a service account, or `gcloud auth application-default login`"
    elif problem.code == "NOT_FOUND":
        reason, remedy = _missing(asked, target, f"{api} does not know it: {problem.message}")
    else:
        reason = f"{api} refused: {problem.code}: {problem.message}"
        remedy = ""
    return Refusal(reason, remedy, (seq,))


def _missing(asked: query.Query, target: Target, otherwise: str) -> tuple[str, str]:
    """What is not there, and how to see what is."""
    where = f"region {target.region} of project {target.project}"
    if isinstance(asked, query.Revision) and target.revision:
        listing = f"gcloud run revisions list --service={target.service} {target.flags}"
        return f"{target.service} has no revision {target.revision} in {where}", f"name one that is there: {listing}"
    if isinstance(asked, (query.Service, query.Revisions)):
        listing = f"gcloud run services list --project={target.project}"
        remedy = f"see that the target's project, region and service are right: {listing}"
        return f"there is no service {target.service} in {where}", remedy
    remedy = f"see that project {target.project}, region {target.region} and service {target.service} are right"
    return otherwise, remedy
