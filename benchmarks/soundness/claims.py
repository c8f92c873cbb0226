"""What the gate is asked to judge: the specs of the benchmark, and the same claims as numbers for the truth."""

from __future__ import annotations

from dataclasses import dataclass

TIMEOUT = 480.0
"""Seconds for a run."""
COMMIT = "8c0f3a9de1b74c2f95a60d7be3412c58f9ad7e06"
STARTED = "Application startup complete"
TRACEBACK = "Traceback (most recent call last)"
KNOWN = "the ledger is closed"
"""An error that the older revision logged when it was as young."""
ERRORS = ("ERROR", "CRITICAL", "ALERT", "EMERGENCY")


@dataclass(frozen=True)
class Probe:
    """What is asked of the service and what it has to answer. Lengths in seconds."""

    path: str = "/health"
    statuses: tuple[int, int] = (200, 200)
    """From the first up to the second."""
    expect: str = "{status: 200, json: {status: healthy}}"
    within: float = 90.0
    hold: float = 20.0


_GUARDED = Probe("/admin", (400, 404), "{status: {min: 400, max: 404}}", hold=0.0)
"""A path that the application itself keeps closed: an answer that the front end's own pages look like."""


@dataclass(frozen=True)
class Suite:
    """A spec and what it claims. Lengths in seconds; None and False: it does not claim that."""

    name: str
    target: str
    """More keys of `target`."""
    percent: int = 100
    """The share of the traffic that the target must have at the end."""
    pinned: bool | None = False
    tag: str = ""
    probe: Probe | None = Probe()
    started_within: float = 30.0
    quiet_for: float = 60.0
    fresh: bool = False
    """Whether no *new* error is wanted, in place of none at all."""
    startup: float | None = None
    """How long the container may take to start."""
    pipeline: bool = False
    """Whether the gate's environment names the commit of this deploy."""
    chain: bool = False
    split: bool = False
    watermark: str = "inferred"

    @property
    def environment(self) -> dict[str, str]:
        """Of the gate."""
        return {"COMMIT_SHA": COMMIT} if self.pipeline else {}

    @property
    def text(self) -> str:
        """The spec."""
        checks = [f"{{name: Traffic, traffic: {self._traffic()}}}"]
        if self.probe is not None:
            hold = f", for: {self.probe.hold:g}s" if self.probe.hold else ""
            asked = f"{{path: {self.probe.path}, expect: {self.probe.expect}}}"
            checks.append(f"{{name: Healthy, within: {self.probe.within:g}s{hold}, http: {asked}}}")
        known = f"watermark: {self.watermark}"
        checks.append(f"{{name: Started, within: {self.started_within:g}s, logs: {{expect: ['{STARTED}'], {known}}}}}")
        if self.fresh:
            checks.append(f"{{name: Fresh, for: {self.quiet_for:g}s, regression: {{{known}}}}}")
        else:
            forbid = r"['Traceback \(most recent call last\)', {severity: ERROR}]"
            checks.append(f"{{name: Quiet, for: {self.quiet_for:g}s, logs: {{forbid: {forbid}, {known}}}}}")
        if self.startup is not None:
            checks.append(
                f"{{name: Wired, revision: {{startup: {{max: {self.startup:g}s}}, env: {{LOG_LEVEL: info}}}}}}"
            )
        if self.chain:
            checks.append("{name: Proven, custody: {}}")
        target = f"{{project: shop, region: europe-west1, service: front{self.target}}}"
        listed = "".join(f"  - {check}\n" for check in checks)
        return f"version: 1\ntimeout: {TIMEOUT:g}s\ntarget: {target}\nchecks:\n{listed}"

    def _traffic(self) -> str:
        if self.split:
            return f"{{split: {{target: {self.percent}, previous: {100 - self.percent}}}}}"
        tag = f", tag: {self.tag}" if self.tag else ""
        pinned = "" if self.pinned is None else f", pinned: {str(self.pinned).lower()}"
        return f"{{percent: {self.percent}{tag}{pinned}}}"


SUITES = {
    suite.name: suite
    for suite in (
        Suite("serving", "", pipeline=True),
        Suite("proven", f", commit: {COMMIT}", chain=True),
        Suite("wired", "", pipeline=True, probe=_GUARDED, fresh=True, startup=30.0),
        Suite("candidate", ", tag: candidate", percent=0, pinned=None, tag="candidate"),
        Suite("canary", "", percent=20, pinned=None, probe=Probe(hold=0.0), split=True),
        Suite("internal", ", echo: off", probe=None, watermark="assumed"),
    )
}
