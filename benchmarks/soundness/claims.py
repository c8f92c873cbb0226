"""What the gate is asked to judge: the specs of the benchmark, and the same claims as numbers for the truth."""

from __future__ import annotations

from dataclasses import dataclass

TIMEOUT = 480.0
"""Seconds for a run."""
COMMIT = "8c0f3a9de1b74c2f95a60d7be3412c58f9ad7e06"
STARTED = "Application startup complete"
TRACEBACK = "Traceback (most recent call last)"
ERRORS = ("ERROR", "CRITICAL", "ALERT", "EMERGENCY")


@dataclass(frozen=True)
class Suite:
    """A spec and what it claims. Lengths in seconds; a length of None: it does not claim that."""

    name: str
    target: str
    """More keys of `target`."""
    percent: int = 100
    """The share of the traffic that the target must have at the end."""
    pinned: bool | None = False
    tag: str = ""
    health_within: float | None = 90.0
    health_for: float = 20.0
    started_within: float = 30.0
    quiet_for: float = 60.0
    chain: bool = False
    split: bool = False
    watermark: str = "inferred"

    @property
    def text(self) -> str:
        """The spec."""
        checks = [f"  - {{name: Traffic, traffic: {self._traffic()}}}"]
        if self.health_within is not None:
            hold = f", for: {self.health_for:g}s" if self.health_for else ""
            expect = "{status: 200, json: {status: healthy}}"
            checks.append(
                f"  - {{name: Healthy, within: {self.health_within:g}s{hold}, http: {{path: /health, expect: {expect}}}}}"
            )
        known = f"watermark: {self.watermark}"
        checks.append(
            f"  - {{name: Started, within: {self.started_within:g}s, logs: {{expect: ['{STARTED}'], {known}}}}}"
        )
        forbid = r"['Traceback \(most recent call last\)', {severity: ERROR}]"
        checks.append(f"  - {{name: Quiet, for: {self.quiet_for:g}s, logs: {{forbid: {forbid}, {known}}}}}")
        if self.chain:
            checks.append("  - {name: Proven, custody: {}}")
        target = f"{{project: shop, region: europe-west1, service: front{self.target}}}"
        return f"version: 1\ntimeout: {TIMEOUT:g}s\ntarget: {target}\nchecks:\n" + "\n".join(checks) + "\n"

    def _traffic(self) -> str:
        if self.split:
            return f"{{split: {{target: {self.percent}, previous: {100 - self.percent}}}}}"
        tag = f", tag: {self.tag}" if self.tag else ""
        pinned = "" if self.pinned is None else f", pinned: {str(self.pinned).lower()}"
        return f"{{percent: {self.percent}{tag}{pinned}}}"


SUITES = {
    suite.name: suite
    for suite in (
        Suite("serving", ""),
        Suite("proven", f", commit: {COMMIT}", chain=True),
        Suite("candidate", ", tag: candidate", percent=0, pinned=None, tag="candidate"),
        Suite("canary", "", percent=20, pinned=None, health_for=0.0, split=True),
        Suite("internal", ", echo: off", health_within=None, watermark="assumed"),
    )
}
