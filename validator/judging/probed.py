"""What the answers to a probe come to: each counts only for the revision that the request log names for it.

The kinds whose check asks the target itself (`http`, `websocket`, `grpc`) share this, and say only what an answer says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from validator.evidence.identity import Identity, Who, identify
from validator.evidence.journal import Observation
from validator.evidence.known import Evidence, Resources
from validator.evidence.logs import LogsOf
from validator.evidence.marked import CallsOf
from validator.evidence.probe import Probe, probed_enough
from validator.evidence.reachability import whole_traffic
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query
from validator.judging.attempts import eventually, timing
from validator.judging.variables import queries as asked
from validator.words.call import Json, MarkedCall, Problem
from validator.words.check import Check
from validator.words.finding import Attempt, Finding, State
from validator.words.id_token import UNOBTAINED
from validator.words.instant import span
from validator.words.verdict import Excerpt, Verdict

WITHIN = 60.0
"""Seconds that a target is probed where the check does not say."""
_GRANT = 20.0
"""Seconds in which a grant that was made with the deploy takes effect; after them a refusal of the caller stays."""
_CUT = 0.05
"""Seconds by which a time-out may come early by rounding."""

Says = Callable[[Check[Any], Resources, Observation, Json], Finding]
"""(check, the resources as they were then, the observation, the answer's content) -> what the answer says, whoever gave it."""


def queries(check: Check[Any], probe: Probe) -> frozenset[Query[Any]]:
    """The probe, and the request log that tells who answered it."""
    identified: set[Query[Any]] = set() if check.target.url else {LogsOf(check.target.project)}
    return asked(check) | {probe} | identified


def judge(check: Check[Any], probe: Probe, says: Says, evidence: Evidence, now: float) -> Verdict:
    """Judge every answer; one that another revision gave is held against the target or not counted."""
    attempts = Attempts(check, probe, says, evidence)
    made = [attempt for each in evidence.answers(probe) if (attempt := attempts.of(each))]
    under_way = evidence.under_way(probe)
    if under_way is not None:
        made.append(Attempt(under_way, Finding(State.UNKNOWN, "no answer yet"), pending=True))
    enough = probed_enough(probe, check.target, evidence)
    if enough:
        remedy = "give the target a tag, so that its own URL is used"
        made.append(Attempt(now, Finding(State.UNKNOWN, enough, remedy=remedy)))
    refusal = evidence.refusal(probe)
    if refusal:
        finding = Finding(State.UNKNOWN, refusal.reason, remedy=refusal.remedy)
        made.append(Attempt(now, finding, refusal.rests_on, conclusive=True))
    return eventually(made, timing(check, evidence, WITHIN), now)


def asked_of(observation: Observation) -> MarkedCall:
    """The call that a probe's observation is of."""
    assert isinstance(observation.call, MarkedCall)
    return observation.call


@dataclass(frozen=True)
class Attempts:
    """The attempts of a check at its probe."""

    check: Check[Any]
    probe: Probe
    says: Says
    evidence: Evidence

    def of(self, observation: Observation) -> Attempt | None:
        """What an answer says once it is known who gave it; None if that says nothing of the target."""
        key = (self.check.name, self.check.part, observation.seq)

        def settled(attempt: Attempt | None) -> bool:
            """Where it may be led elsewhere each hop has an entry, and the last one tells."""
            return not self.probe.hops and (attempt is None or attempt.finding.state is not State.UNKNOWN)

        return self.evidence.derive((*key, "settled"), partial(self._as_known, key, observation), lasting=settled)

    def _as_known(self, key: tuple[str, int, int], observation: Observation) -> Attempt | None:
        """The same as of now."""
        evidence, target = self.evidence, self.check.target
        said = evidence.derive(key, partial(self._said, observation), lasting=_decided)
        if isinstance(observation.result, Problem):
            if observation.result.code == UNOBTAINED:
                return replace(said, conclusive=self._granted(said) or not self.probe.repeat)
            whole = target.url or whole_traffic(target, evidence, observation.sent)
            if whole or not _decided(said):
                return replace(said, conclusive=not self.probe.repeat)
        identity = identify(observation, target, evidence)
        if not _decided(said):
            return self._told(said, identity)
        by = (*key, identity.revision or identity.reason)
        return evidence.derive(by, partial(self._told, said, identity))

    def _told(self, said: Attempt, identity: Identity) -> Attempt | None:
        """What an answer says by who gave it."""
        repeat = self.probe.repeat
        if identity.who is Who.TARGET:
            conclusive = said.finding.state is not State.HOLDS and not repeat
            return replace(said, finding=_by(said.finding, identity), conclusive=conclusive)
        if identity.who is Who.OTHER:
            return self._by_another(said, identity)
        pending = identity.who is Who.PENDING
        finding = Finding(State.UNKNOWN, identity.reason, remedy=identity.remedy, evidence=said.finding.evidence)
        if identity.who is not Who.FRONT_END and not _decided(said):
            finding = said.finding  # whoever answered
        refused = self.evidence.refusal(LogsOf(self.check.target.project)) is not None
        hopeless = identity.who is Who.FRONT_END and identity.lasting and self._granted(said)
        conclusive = refused or hopeless or not (pending or repeat)
        return replace(said, finding=finding, conclusive=conclusive, pending=pending)

    def _granted(self, said: Attempt) -> bool:
        """Whether a grant that was made with the deploy would have taken effect by then."""
        began = self.evidence.start_of(self.check.name)
        return began is not None and said.at - began >= _GRANT

    def _by_another(self, said: Attempt, identity: Identity) -> Attempt | None:
        """Another revision's answer: a violation where none but the target should answer, else of no account."""
        frozen, repeat = self.evidence.of(ServiceOf(self.check.target.name)).frozen, self.probe.repeat
        shown = _by(said.finding, identity).evidence
        if whole_traffic(self.check.target, self.evidence, said.at):
            reason = f"{identity.revision} answered, not {frozen}"
            finding = Finding(State.VIOLATED, reason, f"an answer of {frozen}", identity.revision, evidence=shown)
            return replace(said, finding=finding, conclusive=not repeat)
        if repeat:
            return None
        reason = f"{identity.revision} answered and not {frozen}; the request may not be sent again"
        remedy = "give the target a tag, so that its own URL is used"
        return replace(said, finding=Finding(State.UNKNOWN, reason, remedy=remedy, evidence=shown), conclusive=True)

    def _said(self, observation: Observation) -> Attempt:
        """What an answer says, whoever gave it."""
        result = observation.result
        if isinstance(result, Problem):
            finding = self._unanswered(observation, result)
        else:
            finding = self.says(self.check, self.evidence.as_of(observation), observation, result.content)
        return Attempt(observation.sent, finding, (observation.seq,), took=observation.received - observation.sent)

    def _unanswered(self, observation: Observation, problem: Problem) -> Finding:
        """No answer: held against the service once the connection stood, or if its host was ever reached."""
        call = asked_of(observation)
        host = urlsplit(call.url).hostname
        reached = any(
            not (isinstance(other.result, Problem) and other.result.code in ("CONNECT", UNOBTAINED))
            and urlsplit(asked_of(other).url).hostname == host
            for other in self.evidence.of(CallsOf(self.check.target.name)).calls
        )
        took = observation.received - observation.sent
        if problem.code == UNOBTAINED:
            reason = f"the request was not sent: no ID token for it could be had: {problem.message}"
            return Finding(State.UNKNOWN, reason, "an answer", problem.code, problem.remedy)
        refused = problem.code == "REFUSED"
        cut = problem.code == "TIMEOUT" and took < self.probe.timeout - _CUT  # by the run's end, not its own time-out
        unknown = cut or refused or (problem.code == "CONNECT" and not reached)
        state = State.UNKNOWN if unknown else State.VIOLATED
        line = f"{call.shown} -> {problem.code} after {span(took)}: {problem.message}"
        shown = Excerpt(line, observation.received, self.check.kind)
        remedy = f"see that {host} can be reached from where the gate runs (ingress, DNS)" if unknown else ""
        if cut:
            remedy = "give the run a longer `timeout`"
        if refused:
            remedy = "see what the service redirects to; to judge the redirect itself, leave `follow_redirects` out"
        return Finding(state, f"no answer: {problem.message}", "an answer", problem.code, remedy, (shown,))


def _decided(said: Attempt) -> bool:
    return said.finding.state is not State.UNKNOWN


def _by(finding: Finding, identity: Identity) -> Finding:
    """The same finding, its evidence saying who answered."""
    if not identity.revision:
        return finding
    shown = tuple(replace(excerpt, text=f"{identity.revision} answered {excerpt.text}") for excerpt in finding.evidence)
    return replace(finding, evidence=shown)
