"""Two gates as teams write them, on the same worlds: a naive one that waits and looks once, and a careful one that polls.

Both know the rules of the suite. Neither asks which revision answered, how far the logs are readable, or whose
revision the newest is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.soundness.claims import ERRORS, KNOWN, STARTED, SUITES, TIMEOUT, TRACEBACK
from benchmarks.soundness.gate import Said
from benchmarks.soundness.regime import Regime
from benchmarks.soundness.resources import HOST, SERVICE
from benchmarks.soundness.stored import EPOCH
from benchmarks.soundness.story import Story
from benchmarks.soundness.truth import EDGE, Windows
from benchmarks.soundness.world import Told
from validator.words.call import Answer, Call, Exchange, GetRevision, GetService, Json, ListEntries
from validator.words.instant import rfc3339, seconds

PASSED, FAILED, INCONCLUSIVE = "passed", "failed", "inconclusive"
NAIVE_WAIT = 30.0
ABSENCE_WAIT = 120.0
_AGENT = "deploy-gate"
"""Their own requests are no evidence against the service."""


class _Over(Exception):
    """The script is over."""


@dataclass
class _Script:
    """A script on the gate's clock; `now` is Unix time."""

    story: Story
    told: Told
    now: float

    def call(self, call: Call) -> Json | str:
        """The answer, or the code of the problem."""
        latency, result = self.told(call, self.now)
        self.now += latency
        return result.content if isinstance(result, Answer) else result.code

    def must(self, call: Call) -> Json:
        """The answer, asked for again until the deadline; nothing helps against a refusal."""
        while isinstance(answer := self.call(call), str):
            if answer == "PERMISSION_DENIED" or self.late():
                raise _Over(INCONCLUSIVE)
            self.now += 5.0
        return answer

    def late(self) -> bool:
        return self.now >= EPOCH - self.story.skew + TIMEOUT

    def newest(self, service: Json) -> str:
        """The revision that is judged: the newest, or the tagged one."""
        tag = SUITES[self.story.suite].tag
        tagged = [s["revision"] for s in service["trafficStatuses"] if tag and s.get("tag") == tag]
        return str((tagged or [service["latestCreatedRevision"]])[0]).rsplit("/", 1)[-1]

    def routed(self, service: Json, name: str) -> bool:
        """Whether the control plane says that the revision has its share."""
        ready = str(service["latestReadyRevision"]).rsplit("/", 1)[-1]
        shares = [(s.get("revision") or ready, s.get("percent", 0)) for s in service["trafficStatuses"]]
        own = sum(int(percent) for revision, percent in shares if revision == name)
        return own == SUITES[self.story.suite].percent

    def healthy(self) -> bool:
        """Whether the service answers as it should; whoever that is."""
        suite = SUITES[self.story.suite]
        assert suite.probe is not None
        host = f"candidate---{HOST}" if suite.tag else HOST
        answer = self.call(Exchange("GET", f"https://{host}{suite.probe.path}", (("User-Agent", _AGENT),)))
        low, high = suite.probe.statuses
        return not isinstance(answer, str) and bool(low <= answer["status"] <= high and answer["latency"] < 10)

    def wired(self, name: str) -> bool:
        """Whether the revision has the wanted setting, and became ready in time."""
        suite = SUITES[self.story.suite]
        if suite.startup is None:
            return True
        revision = self.must(GetRevision(f"{SERVICE}/revisions/{name}"))
        settings = {v["name"]: v["value"] for each in revision["containers"] for v in each.get("env", ())}
        ready = seconds(revision["conditions"][0]["lastTransitionTime"]) - seconds(revision["createTime"])
        return settings.get("LOG_LEVEL") == "info" and ready <= suite.startup

    def entries(self, name: str, *, patient: bool) -> list[Json]:
        """The revision's log, all pages of it; to the naive script an error looks like an empty answer."""
        found: list[Json] = []
        token = ""
        while True:
            call = ListEntries(("projects/shop",), f'resource.labels.revision_name="{name}"', page_token=token)
            answer = self.must(call) if patient else self.call(call)
            if isinstance(answer, str):
                return found
            found += [entry for entry in answer.get("entries", ()) if not _own(entry)]
            token = answer.get("nextPageToken", "")
            if not token:
                return found


def naive(story: Story, regime: Regime) -> Said:
    """Wait 30 s, look once."""
    script = _Script(story, Told(story, regime), EPOCH - story.skew + NAIVE_WAIT)
    try:
        return _said(story, script, PASSED if _looks_well(script) else FAILED)
    except _Over:
        return _said(story, script, FAILED)


def _looks_well(script: _Script) -> bool:
    service = script.call(GetService(SERVICE))
    if isinstance(service, str) or service["terminalCondition"]["state"] != "CONDITION_SUCCEEDED":
        return False
    name = script.newest(service)
    if not script.routed(service, name):
        return False
    if SUITES[script.story.suite].probe is not None and not script.healthy():
        return False
    entries = script.entries(name, patient=False)
    return _started(entries, script.now) and not any(_wrong(entries, script.now)) and script.wired(name)


def careful(story: Story, regime: Regime) -> Said:
    """Poll to a deadline for what must come true, then wait 120 s for what must not be in the logs."""
    script = _Script(story, Told(story, regime), EPOCH - story.skew)
    try:
        _poll(script)
    except _Over as over:
        return _said(story, script, str(over))
    return _said(story, script, PASSED)


def _poll(script: _Script) -> None:
    suite = SUITES[script.story.suite]
    name = script.newest(script.must(GetService(SERVICE)))
    _await_ready(script, name)
    start = script.now
    while not script.routed(script.must(GetService(SERVICE)), name):
        if script.late():
            raise _Over(FAILED)
        script.now += 5.0
    if suite.probe is not None:
        _await_health(script, start + suite.probe.within, suite.probe.hold)
    script.now = max(script.now, start + suite.quiet_for + ABSENCE_WAIT)
    entries = script.entries(name, patient=True)
    if not entries:
        raise _Over(INCONCLUSIVE)
    wrong = any(_wrong(entries, start + suite.quiet_for)) or not script.wired(name)
    if wrong or not _started(entries, start + suite.started_within):
        raise _Over(FAILED)
    service = script.must(GetService(SERVICE))
    if script.newest(service) != name:
        raise _Over(INCONCLUSIVE)
    if not script.routed(service, name):
        raise _Over(FAILED)


def _await_ready(script: _Script, name: str) -> None:
    while True:
        revision = script.must(GetRevision(f"{SERVICE}/revisions/{name}"))
        state = revision["conditions"][0]["state"]
        if state == "CONDITION_SUCCEEDED":
            return
        if state == "CONDITION_FAILED":
            raise _Over(FAILED)
        if script.late():
            raise _Over(INCONCLUSIVE)
        script.now += 5.0


def _await_health(script: _Script, deadline: float, hold: float) -> None:
    began: float | None = None
    while True:
        sent = script.now
        if not script.healthy():
            began = None
        elif began is None and sent <= deadline:
            began = sent
        if began is not None and sent - began >= hold:
            return
        if began is None and sent > deadline:
            raise _Over(FAILED)
        script.now = max(script.now, sent + 2.0)


def _started(entries: list[Json], until: float) -> bool:
    return any(STARTED in _text(entry) and seconds(entry["timestamp"]) <= until for entry in entries)


def _wrong(entries: list[Json], until: float) -> Iterator[bool]:
    for entry in entries:
        wrong = TRACEBACK in _text(entry) or (entry.get("severity") in ERRORS and KNOWN not in _text(entry))
        yield wrong and entry["timestamp"] <= rfc3339(until)


def _own(entry: Json) -> bool:
    return bool(entry.get("httpRequest", {}).get("userAgent") == _AGENT)


def _text(entry: dict[str, Any] | Json) -> str:
    return str(entry.get("textPayload", ""))


def _said(story: Story, script: _Script, outcome: str) -> Said:
    return Said(outcome, Windows({}, script.now + story.skew - EPOCH, TIMEOUT, EDGE + abs(story.skew)))
