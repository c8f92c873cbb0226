"""What a problem of an API means: final or worth another try, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from validator.evidence.journal import Observation
from validator.evidence.known import Refusal
from validator.evidence.sort import Api
from validator.words.call import Call, ListEntries, Problem
from validator.words.check import Target
from validator.words.instant import rfc3339

TRANSIENT = frozenset(
    {"UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "ABORTED", "RESOURCE_EXHAUSTED", "UNKNOWN", "CANCELLED", "TIMEOUT", "BROKEN", "CONNECT", "UNREADABLE"}
)  # fmt: skip
"""Codes after which asking again may help; all others are final (PERMISSION_DENIED is never retried)."""


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
        api = _name(self.newest)
        times = f", {self.tries} times in a row, last at {rfc3339(self.newest.received)}" if self.tries > 1 else ""
        again = "does not answer any more" if self.answered else "does not answer"
        problem = f"{self.problem.code}: {self.problem.message}".strip(": ")
        return f"{api} {again}: {_method(self.newest.call)} ended with {problem}{times}"

    @property
    def remedy(self) -> str:
        """What to do about a problem that lasts."""
        api = _name(self.newest)
        if self.problem.code == "RESOURCE_EXHAUSTED":
            return f"the project's quota of {api} reads is used up: see who else reads (other gates, dashboards, scripts), and run the gate again"
        if self.problem.code in ("DEADLINE_EXCEEDED", "CONNECT", "TIMEOUT"):
            return f"see that {api} can be reached from where the gate runs (firewall, proxy, VPC Service Controls), and run the gate again"
        return f"see whether {api} has an incident (https://status.cloud.google.com), and run the gate again"


def _method(call: Call) -> str:
    """The API's own name of a call."""
    return "ListLogEntries" if isinstance(call, ListEntries) else type(call).__name__


def _name(seen: Observation) -> str:
    assert seen.query.api, "only what an API answers can be in trouble"
    return seen.query.api.name


def refusal(
    api: Api, target: Target, problem: Problem, seen: Observation, *, missing: tuple[str, str] | None = None
) -> Refusal | None:
    """Why a query will never be answered after this problem; None if it is worth another try.

    Args:
        api: what answers it.
        target: the target it is about.
        problem: what the API said.
        seen: the observation of that.
        missing: what it means that something is not there, and how to see what is.
    """
    if problem.code in TRANSIENT:
        return None
    if problem.code == "PERMISSION_DENIED":
        reason = f"{api.name} denied the gate's account: {problem.message}"
        remedy = (
            f"give it {api.role}: gcloud projects add-iam-policy-binding {target.project}"
            f" --member=serviceAccount:GATE_ACCOUNT --role={api.role}"
        )
    elif problem.code == "UNAUTHENTICATED":
        reason = f"{api.name} got no valid credentials: {problem.message}"
        remedy = "give the gate credentials: run it as a service account, or `gcloud auth application-default login`"
    elif problem.code == "NOT_FOUND":
        reason, remedy = missing or (
            f"{api.name} does not know it: {problem.message}",
            f"see that project {target.project}, region {target.region} and service {target.service} are right",
        )
    else:
        reason, remedy = f"{api.name} refused: {problem.code}: {problem.message}", ""
    return Refusal(reason, remedy, (seen.seq,))
