"""Runs made by hand, as the engine would hand them to the reports: the example deployment and its broken siblings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from validator.words.check import Check, Group, KnownIssue, Position, Spec, Target
from validator.words.deployment import Configuration, Origin
from validator.words.ending import Ending
from validator.words.instant import seconds
from validator.words.link import Link, Proof
from validator.words.run import Judged, LogStatistics, Run, TargetReport
from validator.words.verdict import Excerpt, Outcome, Verdict, failed, inconclusive, passed
from validator.words.watermark import Known, Watermark

START = seconds("2026-01-30T12:00:00Z")
REVISION, PREVIOUS = "netra-backend-staging-00645-l8x", "netra-backend-staging-00644-q2c"
URL = "https://netra-backend-staging-pnovr5vsba-uc.a.run.app"
DIGEST = "sha256:6f1b0d8c" + "5a" * 28
IMAGE = f"us-central1-docker.pkg.dev/netra-staging/netra/backend@{DIGEST}"
COMMIT = "9c41e07d5b6a2f1380c4d7e9a1b2c3d4e5f60718"
BUILD = "4f6a2c1e-8f0b-4c3d-9a51-0d2e7b9c6a11"

MAIN = Target("main", "netra-staging", "us-central1", "netra-backend-staging")
AUTH = Target("auth", "netra-staging", "us-central1", "netra-auth-staging")
GROUPS = (
    Group(
        "clickhouse",
        "Phase 1: ClickHouse driver",
        "clickhouse_driver is replaced by clickhouse_connect.",
        "https://tracker.example/issues/1069",
    ),
    Group("websocket", "Phase 3: WebSocket manager", "One manager instead of several."),
    Group("golden", "Golden path"),
    Group("auth", "Auth service", "Not touched by the change."),
)


def target_report(**changes: object) -> TargetReport:
    """The backend as the run left it."""
    report = TargetReport(
        target=MAIN,
        revision=REVISION,
        url=URL,
        created=START - 95,
        image=IMAGE,
        serving={REVISION: 100},
        build=BUILD,
        build_log=f"https://console.cloud.google.com/cloud-build/builds;region=us-central1/{BUILD}?project=netra-staging",
        chain=chain(),
        logs=LogStatistics(
            412,
            (
                Watermark("requests", START + 40.5, Known.ECHOED),
                Watermark("stdout", START + 30.5, Known.INFERRED),
                Watermark("stderr", START + 30.5, Known.INFERRED),
                Watermark("system", START - 20, Known.ASSUMED),
            ),
            9,
            2.14,
        ),
        probes=14,
        identified_by=f"label commit-sha, equal to COMMIT_SHA ({COMMIT[:12]})",
        origin=Origin(
            "deployer@netra-staging.iam.gserviceaccount.com",
            COMMIT,
            f"https://github.com/netra/core/commit/{COMMIT}",
            "push by octocat, workflow deploy",
            "https://github.com/netra/core/actions/runs/4711",
            PREVIOUS,
        ),
        configuration=Configuration("2", "2Gi", 1, 20, 80, "netra-backend@netra-staging.iam.gserviceaccount.com"),
    )
    return replace(report, **changes)  # type: ignore[arg-type]


def auth_report() -> TargetReport:
    """The service that was not touched."""
    watermarks = (Watermark("requests", START + 40.5, Known.ECHOED),)
    return TargetReport(
        AUTH,
        "netra-auth-staging-00112-abc",
        "https://netra-auth-staging-pnovr5vsba-uc.a.run.app",
        START - 7 * 86400,
        "us-central1-docker.pkg.dev/netra-staging/netra/auth@sha256:" + "7b" * 32,
        {"netra-auth-staging-00112-abc": 100},
        "",
        "",
        (),
        LogStatistics(0, watermarks, 9, None),
        4,
    )


def chain() -> tuple[Link, ...]:
    """A chain of custody with every link proven."""

    def proven(name: str, reason: str, *evidence: Excerpt) -> Link:
        return Link(name, Proof.PROVEN, reason, evidence=evidence)

    return (
        proven("commit", f"the build was made from {COMMIT}, which the revision's label commit-sha names"),
        proven(
            "build",
            f"build {BUILD} ended in SUCCESS",
            Excerpt("SUCCESS after 2 min 29 s", START - 130, "Cloud Build"),
        ),
        proven(
            "digest", "the build pushed the very digest that the revision runs", Excerpt(DIGEST, None, "Cloud Build")
        ),
        proven(
            "revision", f"{REVISION} was created by this deploy and is ready", Excerpt("Ready", START - 80, "Cloud Run")
        ),
        proven("traffic", "it has 100 % of the traffic"),
        proven(
            "response",
            "the request log names it for GET /health",
            Excerpt("GET /health 200 latency=0.031s trace=0f3c9d1e22b64a7b90ab4d7d1c2f8e11", START + 1.2, "requests"),
        ),
        proven("logs", "entries of the revision were read up to 12:00:40"),
    )


def check(name: str, kind: str, verdict: Verdict, **more: object) -> Judged:
    """A check of the backend and its verdict; `more` are fields of Check or of Judged."""
    own = {key: more.pop(key) for key in tuple(more) if key in Judged.__dataclass_fields__}
    line = 10 + sum(map(ord, name)) % 60
    rule = Check(name, kind, MAIN, object(), Position("checks.yaml", line, 5))
    rule = replace(rule, **more)  # type: ignore[arg-type]
    skipped = verdict.outcome is Outcome.SKIPPED
    circumstances: dict[str, object] = {
        "started": None if skipped else START + 0.4,
        "decided": START + 1.5,
        "blocks": rule.blocking,
        "chain": kind == "custody",
        "reads_logs": kind in ("logs", "regression", "requests"),
        **own,
    }
    return Judged(rule, verdict, **circumstances)  # type: ignore[arg-type]


def resolved(verdict: Verdict | None = None) -> Judged:
    """The backend's own first check."""
    verdict = verdict or passed(f"{REVISION} is the newest revision, made by this deploy, and ready", rests_on=(1, 2))
    return check("main: resolved and ready", "revision", verdict, implicit=True, started=START)


def general() -> list[Judged]:
    """The ungrouped checks, green."""
    body = '{"status":"healthy","service":"netra-ai-platform","version":"1.0.0"}'
    return [
        check(
            "Build succeeded",
            "build",
            passed(
                "SUCCESS in 2 min 29 s", evidence=(Excerpt("SUCCESS after 2 min 29 s", START - 130, "Cloud Build"),)
            ),
        ),
        check("Commit to response proven", "custody", passed("all 7 links are proven"), decided=START + 4),
        check("All traffic", "traffic", passed(f"{REVISION} has 100 %, as the latest revision", rests_on=(1, 9))),
        check("Ready and wired", "revision", passed("started in 3.1 s; 24 secrets; VPC connector netra-vpc")),
        check(
            "Healthy",
            "http",
            passed(
                "GET /health answered 200 in 31 ms, 6 times in 10 s",
                expected="status 200, json status healthy",
                actual="status 200, json status healthy",
                evidence=(Excerpt(body, START + 1.2, "GET /health"),),
                rests_on=(12, 14, 19, 22, 25, 28),
                attempts=6,
            ),
            decided=START + 11.6,
        ),
        check(
            "Nothing critical",
            "logs",
            passed("none of 412 entries matches, watermark inferred"),
            decided=START + 41,
        ),
        check(
            "Image smaller",
            "image",
            passed("78 % smaller: 1.2 GB before, 264 MB now"),
            blocking=False,
        ),
    ]


def grouped() -> list[Judged]:
    """The checks of the groups, green."""
    steps = (
        "[ClickHouse] REAL connection established in staging environment",
        "[ClickHouse] Client params: host=xedvrr4c3r.us-central1.gcp.clickhouse.cloud, port=8443, secure=True",
        "✅ Step 26: ClickHouse initialized",
        "clickhouse: healthy",
    )
    return [
        check(
            "ClickHouse connects",
            "logs",
            passed(
                "4 of 4 patterns in order, on instance 00a7f3",
                evidence=tuple(Excerpt(text, START - 88 + i, "stdout") for i, text in enumerate(steps)),
            ),
            group="clickhouse",
        ),
        check("Race detection active", "logs", passed("1 entry matches"), group="websocket"),
        check(
            "Ping answered",
            "websocket",
            passed("pong after 42 ms", evidence=(Excerpt('{"type": "pong"}', START + 2, "/ws"),)),
            group="golden",
        ),
        check(
            "Auth untouched",
            "revision",
            passed("the service was last updated 7 d before the deploy"),
            group="auth",
            target=AUTH,
        ),
    ]


def known_issue(*, now_passes: bool = False) -> Judged:
    """The check that a known issue excuses."""
    if now_passes:
        verdict = passed("GET /auth/health answered 200 in 40 ms", attempts=1)
    else:
        verdict = failed(
            "GET /auth/health answered 503, 10 times in 20 s",
            expected="status 2xx",
            actual="status 503",
            evidence=(Excerpt("503 auth is not configured", START + 19, "GET /auth/health"),),
            attempts=10,
        )
    issue = KnownIssue("auth is not configured on staging", "https://tracker.example/issues/990", "2027-01-31")
    return check(
        "Auth reachable",
        "http",
        verdict,
        group="auth",
        known_issue=issue,
        excused=not now_passes,
        blocks=now_passes,
        decided=START + 20.4,
    )


def run(judged: Sequence[Judged], outcome: Outcome, **changes: object) -> Run:
    """A run of these checks."""
    variables: Mapping[str, str] = {"PROJECT_ID": "netra-staging", "ORDER_TOKEN": "s3cr3t-order-token"}
    spec = Spec(
        "checks.yaml",
        "sha256:" + "c0ffee" * 10 + "beef",
        "Issue 1069, staging",
        360.0,
        {"main": MAIN, "auth": AUTH},
        GROUPS,
        tuple(one.check for one in judged),
        variables,
    )
    made = Run(
        spec,
        "5eed5eed5eed5eed",
        outcome,
        START,
        START + 41.25,
        Ending.COMPLETE,
        tuple(judged),
        (target_report(), auth_report()),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def green() -> Run:
    """All is well."""
    return run([resolved(), *general(), *grouped()], Outcome.PASSED)


def excused() -> Run:
    """Green with a known issue, and with checks left out."""
    judged = [resolved(), *general(), *grouped(), known_issue()]
    return run(
        judged,
        Outcome.PASSED,
        not_selected=("Order",),
        warnings=("no `timeout` is written: the run may take 6 min",),
        emulated=True,
    )


def mended() -> Run:
    """Green, and the known issue is gone."""
    return run([resolved(), *general(), *grouped(), known_issue(now_passes=True)], Outcome.PASSED)


def traffic_pinned() -> Run:
    """Red: the new revision has no traffic."""
    remedy = (
        "send the traffic to the latest revision: gcloud run services update-traffic netra-backend-staging"
        " --to-latest --region us-central1 --project netra-staging"
    )
    broken = check(
        "All traffic",
        "traffic",
        failed(
            f"{PREVIOUS} has 100 % of the traffic, pinned by name; {REVISION} has none",
            expected=f"100 % to {REVISION}, not pinned",
            actual=f"100 % to {PREVIOUS}, pinned",
            remedy=remedy,
            evidence=(
                Excerpt(
                    f"traffic: 100 % -> {PREVIOUS} (TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION)", START + 0.6, "Cloud Run"
                ),
                Excerpt(f"latestReadyRevision: {REVISION}", START + 0.6, "Cloud Run"),
            ),
            rests_on=(1, 4),
            attempts=1,
        ),
    )
    imports = check(
        "No import errors",
        "logs",
        failed(
            "2 entries match ImportError|ModuleNotFoundError",
            expected="no entry matches",
            actual="2 entries match",
            remedy="",
            evidence=(
                Excerpt(
                    "Traceback (most recent call last):\n"
                    '  File "/app/netra/engine/__init__.py", line 3, in <module>\n'
                    "    from netra.engine.user import UserExecutionEngine\n"
                    "ImportError: cannot import name 'UserExecutionEngine' from 'netra.engine.user' (/app/netra/engine/user.py)",
                    START - 60.5,
                    "stderr",
                ),
                Excerpt("ModuleNotFoundError: No module named 'clickhouse_driver'", START - 42.125, "stderr"),
            ),
        ),
        group="clickhouse",
    )
    waits = Verdict(Outcome.SKIPPED, "needs All traffic, which failed")
    skipped = check("Healthy", "http", waits, needs=("All traffic",), skipped_for="All traffic")
    image = check(
        "Image smaller",
        "image",
        failed("12 % smaller only", expected="growth at most -70 %", actual="growth -12 %"),
        blocking=False,
    )
    others = [judged for judged in general() if judged.check.name not in ("All traffic", "Healthy", "Image smaller")]
    links = tuple(
        replace(link, proof=Proof.BROKEN, reason=f"{PREVIOUS} has 100 % of the traffic", remedy=remedy, evidence=())
        if link.name == "traffic"
        else link
        for link in chain()
    )
    judged = [resolved(), *others[:2], broken, *others[2:], skipped, image, *grouped(), imports, known_issue()]
    report = target_report(serving={PREVIOUS: 100}, chain=links)
    return run(judged, Outcome.FAILED, targets=(report, auth_report()))


def logging_denied() -> Run:
    """Inconclusive: the logs may not be read."""
    denied = inconclusive(
        "the logs of netra-staging cannot be read: PERMISSION_DENIED",
        remedy="grant roles/logging.viewer: gcloud projects add-iam-policy-binding netra-staging"
        " --member serviceAccount:gate@netra-staging.iam.gserviceaccount.com --role roles/logging.viewer",
        evidence=(
            Excerpt("PERMISSION_DENIED: Permission 'logging.logEntries.list' denied", START + 0.5, "Cloud Logging"),
        ),
    )
    judged = [
        resolved(),
        *general()[:5],
        check("Nothing critical", "logs", denied),
        check("ClickHouse connects", "logs", denied, group="clickhouse"),
    ]
    links = tuple(
        replace(link, proof=Proof.UNPROVEN, reason="the logs cannot be read", evidence=())
        if link.name in ("response", "logs")
        else link
        for link in chain()
    )
    unread = LogStatistics(0, (Watermark("stdout", 0.0, Known.ASSUMED),), 1, None)
    return run(judged, Outcome.INCONCLUSIVE, targets=(target_report(chain=links, logs=unread),))


def never_ready() -> Run:
    """Red: the container never listened; all that hangs on it is skipped."""
    cause = failed(
        f"{REVISION} cannot become ready: HealthCheckContainerError: the user-provided container failed to start and"
        " listen on the port defined by PORT=8080 within the allocated timeout",
        expected="Ready",
        actual="Ready is CONDITION_FAILED",
        remedy="mend what the last lines of its log say, then deploy again",
        evidence=(
            Excerpt("Ready: CONDITION_FAILED HealthCheckContainerError", START - 30, "Cloud Run"),
            Excerpt("KeyError: 'CLICKHOUSE_URL'", START - 33.5, "stderr"),
            Excerpt("Application startup failed. Exiting.", START - 33.25, "stderr"),
        ),
    )
    skip = Verdict(Outcome.SKIPPED, "main: resolved and ready failed")
    rest = [
        replace(judged, verdict=skip, skipped_for="main: resolved and ready", started=None, decided=START + 2)
        for judged in [*general(), *grouped()]
    ]
    report = target_report(
        serving={PREVIOUS: 100},
        url="",
        chain=(Link("revision", Proof.BROKEN, "HealthCheckContainerError", conclusive=True),),
        logs=LogStatistics(23, (), 1, None),
        probes=0,
    )
    return run([resolved(cause), *rest], Outcome.FAILED, targets=(report,), ended=START + 2.5)


HOSTILE = (
    "::error file=x::owned\n##[error]owned\n\x1b[2J\x1b]0;title\x07 \u202eevil\u2066 <img src=x onerror=alert(1)>"
    " ![x](https://evil.example/p.png) [click](javascript:alert(1)) | cell | cell\n# heading\n```\n~~~~\n@octocat #1"
    " `code` ``two`` </details><script>alert(1)</script> https://evil.example www.evil.example a@evil.example $x$"
    " &lt; Authorization: Bearer abcdefghijklmnop\npassword=hunter2hunter2"
)


def hostile() -> Run:
    """Red, and every text that can come from outside tries to break out."""
    bad = failed(
        HOSTILE, expected=HOSTILE, actual=HOSTILE, remedy=HOSTILE, evidence=(Excerpt(HOSTILE, START, HOSTILE),)
    )
    judged = [
        resolved(),
        check("Quoted ::error:: <b>name</b> | @octocat", "http", bad, group="evil", description=HOSTILE),
        check("Long", "logs", failed("x", evidence=(Excerpt("A" * 20000, START, "stdout"),) * 60)),
        known_issue(),
    ]
    links = (Link("commit", Proof.BROKEN, HOSTILE, HOSTILE, (Excerpt(HOSTILE, None, HOSTILE),)),)
    made = run(
        judged,
        Outcome.FAILED,
        warnings=(HOSTILE,),
        not_selected=(HOSTILE,),
        targets=(
            target_report(
                chain=links,
                url=HOSTILE,
                image=HOSTILE,
                serving={HOSTILE: 100},
                origin=Origin(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE),
                configuration=Configuration(HOSTILE, HOSTILE, 0, 1, 1, HOSTILE),
            ),
        ),
    )
    return replace(made, spec=replace(made.spec, title=HOSTILE, groups=(Group("evil", HOSTILE, HOSTILE, HOSTILE),)))


RUNS = {
    "green": green,
    "excused": excused,
    "mended": mended,
    "traffic-pinned": traffic_pinned,
    "logging-denied": logging_denied,
    "never-ready": never_ready,
    "hostile": hostile,
}
