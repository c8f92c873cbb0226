"""The run as reports see it, made of the verdicts and the evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from validator.engine import resolution
from validator.engine.verdicts import Standing, Verdicts, blocks, checks_in_order, excused, overall
from validator.evidence.build import BuildOf
from validator.evidence.identity import identify
from validator.evidence.journal import Ended, Observation
from validator.evidence.known import Evidence
from validator.evidence.log_of import LogOf
from validator.evidence.logs import EntriesOf, LogsOf
from validator.evidence.marked import CallsOf
from validator.evidence.reachability import tag_url
from validator.evidence.revision import RevisionOf
from validator.evidence.service import ServiceOf
from validator.judging import custody
from validator.judging.deploy import described, doubtful
from validator.judging.origin import origin
from validator.judging.outputs import outputs
from validator.logs.entry import REQUESTS, STDERR, STDOUT
from validator.resources.configuration import configuration
from validator.words.call import Answer, MarkedCall
from validator.words.check import MAIN, Target
from validator.words.deployment import Configuration
from validator.words.ending import Ending
from validator.words.log_command import read_log
from validator.words.run import Judged, LogStatistics, Probed, Run, TargetReport
from validator.words.secret import of_request, within
from validator.words.verdict import Outcome, Verdict


def outcome(
    verdicts: Verdicts,
    *,
    not_selected: tuple[str, ...] = (),
    emulated: bool = False,
    secrets: frozenset[str] = frozenset(),
) -> Run:
    """What is known at the end of a run; `secrets` are known besides those that the verdicts tell."""
    spec, evidence = verdicts.spec, verdicts.evidence
    ended = verdicts.ended or Ended(evidence.started, Ending.INTERRUPTED)
    told, left_out = outputs(spec, evidence)
    return Run(
        spec,
        evidence.run_id,
        overall(verdicts),
        evidence.started,
        ended.at,
        ended.ending,
        tuple(_judged(standing, verdicts) for standing in checks_in_order(spec, verdicts.standings)),
        tuple(_report(spec.targets[name], verdicts) for name in verdicts.implicit),
        not_selected,
        (*_expired(verdicts), *_weakly_identified(verdicts), *left_out),
        emulated,
        known_secrets(verdicts) | secrets,
        told,
    )


def _judged(standing: Standing, verdicts: Verdicts) -> Judged:
    ended, asked = verdicts.ended, verdicts.queries(standing.check)
    reads_logs = any(isinstance(each, EntriesOf) for each in asked)
    return Judged(
        standing.check,
        _with_remedy(standing, verdicts),
        standing.started,
        standing.decided or (ended.at if ended else verdicts.evidence.started),
        excused(standing.check, standing.verdict, verdicts.evidence.started),
        standing.cause,
        blocks(standing, verdicts),
        standing.check.kind == resolution.KIND,
        asked >= custody.queries(standing.check.target) and not reads_logs,
        reads_logs,
    )


def _with_remedy(standing: Standing, verdicts: Verdicts) -> Verdict:
    """Its verdict; the next step after a failure without a remedy of its own is to read what the revision logged."""
    verdict, target = standing.verdict, standing.check.target
    revision = "" if target.url else verdicts.evidence.of(ServiceOf(target.name)).frozen
    if verdict.outcome is not Outcome.FAILED or verdict.remedy or not revision:
        return verdict
    return replace(verdict, remedy=f"read what {revision} logged: {read_log(target.project, revision)}")


def _expired(verdicts: Verdicts) -> list[str]:
    return [
        f"{s.check.position}: the known issue of {s.check.name!r} expired on {s.check.known_issue.expires}"
        for s in verdicts.standings.values()
        if s.check.known_issue
        and s.verdict.outcome == "failed"
        and not excused(s.check, s.verdict, verdicts.evidence.started)
    ]


def _weakly_identified(verdicts: Verdicts) -> list[str]:
    """What to know of a revision that only its age, or nothing, ties to this deploy; one that was refused was taken for nothing."""
    own = verdicts.implicit.get(MAIN)
    refused = own is None or verdicts.standings[own.name].verdict.outcome is Outcome.INCONCLUSIVE
    told = "" if refused else doubtful(verdicts.spec.targets[MAIN], verdicts.evidence)
    return [told] if told else []


def _report(target: Target, verdicts: Verdicts) -> TargetReport:
    evidence = verdicts.evidence
    service, revision = evidence.of(ServiceOf(target.name)).newest, evidence.of(RevisionOf(target.name)).newest
    build = evidence.of(BuildOf(target.name)).newest
    logs = evidence.of(LogsOf(target.project))
    read = evidence.of(LogOf(target.name)).read_at is not None
    marks = (
        tuple(evidence.of(LogOf(target.name)).watermark(stream) for stream in (REQUESTS, STDOUT, STDERR))
        if read
        else ()
    )
    return TargetReport(
        target,
        evidence.of(ServiceOf(target.name)).frozen,
        service.uri if service else "",
        revision.created if revision else None,
        revision.made_by(build).image if revision else "",
        service.serving() if service else {},
        build.id if build else "",
        build.log_url if build else "",
        custody.chain(target, evidence),
        LogStatistics(
            len(evidence.of(LogOf(target.name)).entries),
            marks,
            logs.reads,
            logs.worst_delay,
            evidence.of(LogOf(target.name)).volume,
        ),
        len(evidence.of(CallsOf(target.name)).calls),
        tag_url(target, evidence),
        described(target, evidence),
        origin(target, evidence),
        configuration(revision, build) if revision else Configuration(),
        tuple(_probed(seen, target, evidence) for seen in evidence.of(CallsOf(target.name)).calls),
    )


def _probed(seen: Observation, target: Target, evidence: Evidence) -> Probed:
    assert isinstance(seen.call, MarkedCall)
    identity, result = identify(seen, target, evidence), seen.result
    answered = isinstance(result, Answer)
    answer = str(result.content["status"]) if isinstance(result, Answer) else result.code
    who = identity.who.value if answered or identity.entry else "nobody"
    return Probed(seen.sent, seen.received - seen.sent, seen.call.shown, answer, who, identity.revision)


def known_secrets(verdicts: Verdicts) -> frozenset[str]:
    """Values that a run sent, captured or read and that no report may show: told by their names and by their shapes."""
    evidence, checks = verdicts.evidence, verdicts.spec.checks
    asked = {query for standing in verdicts.standings.values() for query in standing.queries}
    pairs: list[tuple[str, Any]] = [pair for query in asked for pair in query.sensitive()]
    pairs += [pair for each in verdicts.spec.targets.values() for pair in of_request(each.headers, each.auth)]
    pairs += [pair for check in checks for pair in getattr(check.options, "sensitive", ())]
    origins = {name: expression.text for check in checks for name, expression in check.captures}
    pairs += [(f"{name} {origins.get(name, '')}", value) for name, value in evidence.captured.items()]
    revisions = (evidence.of(RevisionOf(name)).newest for name in verdicts.implicit)
    containers = [each for revision in revisions if revision for each in revision.containers]
    pairs += [pair for container in containers for pair in container.env.items()]
    return frozenset(text for name, value in pairs for text in within(name, value))
