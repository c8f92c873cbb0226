"""The log entries of all targets in one project, read by one filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from validator.evidence.journal import Observation
from validator.evidence.known import Refusal
from validator.evidence.limits import Limit, reads
from validator.evidence.log_calls import look, looks
from validator.evidence.refusal import refusal
from validator.evidence.revision import RevisionOf
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Api, Query, Told
from validator.logs.entry import SYSTEM, Entry
from validator.logs.push_down import PushDown
from validator.logs.selector import ALL, Selector
from validator.resources.revision import Revision
from validator.words.asked import Asked
from validator.words.call import Call, Json, ListEntries, Problem
from validator.words.check import Target
from validator.words.instant import rfc3339
from validator.words.pace import READ

if TYPE_CHECKING:
    from validator.evidence.fold import Folded
    from validator.evidence.log_fold import LogEvidence
    from validator.evidence.narrowing import Demand, Narrowing

_FIRST = 0.2
"""Seconds, doubled, from the first read to the second: what a probe wrote is seldom there with its answer."""
_FIRST_READS = 5
_MOST_SKEW = 600.0
"""Seconds that the platform's clock may be behind the gate's, for the bound on what is read at all."""


@dataclass(frozen=True)
class LogsOf(Query["LogEvidence"]):
    """The log entries of all targets in one project."""

    project: str

    api = Api("Cloud Logging", "roles/logging.viewer")
    place = 5

    def concerns(self, target: Target) -> bool:
        """Whether it is of this project."""
        return target.project == self.project

    def fresh(self, known: Folded) -> LogEvidence:
        """Nothing is read."""
        from validator.evidence.log_fold import LogEvidence

        return LogEvidence(known.run_id)

    def kept(self, content: Json, call: Call, known: Folded) -> Json:
        """What earlier pages did not hold already; of a look at the newest all."""
        if looks(call):
            list(map(Entry.read, content.get("entries", ())))
            return content
        return known.state(self).lean(content)

    def take(self, seen: Observation, known: Folded) -> None:
        """Take in a page; then ask less of logs that are too much for the budget of reads."""
        from validator.evidence.narrowing import narrowed

        logs = known.state(self)
        logs.page(seen)
        if logs.reading:
            found = narrowed(logs, self.demanded(known), seen.at, known.deadline)
            if found:
                logs.narrow(found)

    def demanded(self, known: Folded) -> dict[tuple[str, str, str], Demand]:
        """What the checks ask of each revision's log."""
        from validator.evidence.narrowing import Demand

        found: dict[tuple[str, str, str], Demand] = {}
        for asked in sorted(known.demands(), key=repr):
            revision = known.of(RevisionOf(asked.target)).newest
            if revision is not None and self.concerns(known.targets[asked.target]):
                key = own(known.targets[asked.target], known)
                before = found[key].selectors if key in found else ()
                found[key] = Demand(revision.created, (*dict.fromkeys((*before, asked.selector)),))
        return found

    def final(self, problem: Problem, target: Target, seen: Observation) -> Refusal | None:
        """As Cloud Logging says."""
        return refusal(self.api, target, problem, seen)

    def stage(self, known: Folded) -> Call | None:
        """One filter for all targets: their revisions' entries, and whatever carries this run's mark.

        An entry's own time may be wrong (an application may write it), so its receive time counts too.
        """
        targets = [target for target in known.targets.values() if self.concerns(target) and not target.url]
        if not any(known.of(RevisionOf(target.name)).newest for target in targets):
            return None
        logs = known.of(self)
        listened = [(target, found) for target in targets if (found := _listened(target, known))]
        parts = [
            _of_revision(found, logs.narrowed.get((target.region, target.service, found.name)))
            for target, found in listened
        ]
        parts += [f'trace:"{known.run_id}"', f'httpRequest.userAgent:"{known.run_id}"']
        services = " OR ".join(f'"{target.service}"' for target in targets)
        lines = [
            'resource.type="cloud_run_revision"',
            f"resource.labels.service_name=({services})",
            f"({' OR '.join(parts)})",
            _since(min([known.started - _MOST_SKEW, *(found.created for _, found in listened)])),
        ]
        scope = "\n".join(lines)
        under_way = logs.reading.next if logs.reading else None
        if logs.reading and under_way and under_way.filter.startswith(scope):
            return look(under_way) if logs.reading.looking else under_way
        if logs.newest is not None and logs.read_filter.startswith(scope):  # else it is read from the beginning
            lines.append(_since(logs.newest - logs.overlap))
        return ListEntries((f"projects/{self.project}",), "\n".join(lines))

    def pause(self, known: Folded, *, waited: bool) -> float:
        """As often as the budget of reads carries; at first, of what it has saved, at once and then at twice the time each."""
        return min(READ, _FIRST * 2.0 ** min(known.of(self).reads, _FIRST_READS))

    def goes_on(self, known: Folded) -> bool:
        """Unless the read was given up."""
        reading = known.of(self).reading
        return reading is not None and not reading.looking and not looks(known.answers(self)[-1].call)

    def limit(self, call: Call) -> Limit:
        """The reads of the project's log."""
        return reads(self.project)

    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """As often as the budget of reads carries."""
        return Asked("the logs", "logging.v2 ListLogEntries", READ, ("the revision",), checks)


@dataclass(frozen=True)
class EntriesOf(Told[None]):
    """Those of the target's log entries that a rule is about."""

    selector: Selector = ALL

    def fresh(self, known: Folded) -> None:
        """They are kept with the logs."""

    def refused(self, known: Folded) -> Refusal | None:
        """Why not all of them are read."""
        target = known.targets[self.target]
        narrowing = known.of(LogsOf(target.project)).narrowed.get(own(target, known))
        return narrowing.refusal(self.selector) if narrowing else None


@dataclass(frozen=True)
class Wanted:
    """What a check asks for."""

    target: str
    queries: frozenset[Query[Any]]
    bound: bool = True
    """Whether it is bound to the captured values that it uses: before, any entry may be asked for."""

    @property
    def entries(self) -> frozenset[EntriesOf]:
        """The log entries that its rules are about."""
        found = frozenset(asked for asked in self.queries if isinstance(asked, EntriesOf))
        return frozenset({EntriesOf(self.target)}) if found and not self.bound else found


def own(target: Target, known: Folded) -> tuple[str, str, str]:
    """What a target's revision is called by in the logs: location, service, revision."""
    return target.region, target.service, known.of(ServiceOf(target.name)).frozen


def _listened(target: Target, known: Folded) -> Revision | None:
    """The target's revision, if its own entries are asked for: by a check, or because it cannot become ready."""
    revision = known.of(RevisionOf(target.name)).newest
    if revision is None or not (target.name in known.listened or revision.ready.failed):
        return None
    return revision


def _of_revision(revision: Revision, narrowing: Narrowing | None) -> str:
    """A revision's entries: all, or what its checks are about besides its first one and what the platform tells of it."""
    parts = [f'resource.labels.revision_name="{revision.name}"', _since(revision.created)]
    if narrowing:
        created, first = rfc3339(revision.created), rfc3339(narrowing.first + 0.001)
        own = [PushDown(narrowing.kept).filter] if narrowing.kept else []
        told = (f'log_id("{SYSTEM}")', f'(timestamp>="{created}" AND timestamp<="{first}")', *own)
        parts.append(f"({' OR '.join(told)})")
    return f"({' AND '.join(parts)})"


def _since(at: float) -> str:
    return f'(timestamp>="{rfc3339(at)}" OR receiveTimestamp>="{rfc3339(at)}")'
