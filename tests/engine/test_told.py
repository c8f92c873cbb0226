"""What a run says first when it is not green, word for word: the cause, and what to do."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.report import runs
from tests.simulated import BACKEND, HEAD, PREVIOUS, START, Finished, overlaid, simulate
from validator.checks import kinds
from validator.engine.outcome import outcome
from validator.engine.run import Engine
from validator.language.load import load
from validator.report.console import Console
from validator.report.door import Door
from validator.report.summary import summarize
from validator.words.ending import Ending
from validator.words.verdict import Outcome, failed

OURS, OTHER, BUILD = "8c0f3a9de1b74c2f95a60d7be3412c58f9ad7e06", "7" * 40, "3f6f2a2e-0c1d-4c57-8d5e-6f1d1b7a9c42"
PINNED = f"[{{type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: {PREVIOUS}, percent: 100}}]"
PLACE = "--region=us-central1 --project=netra-staging"
READY = "netra-backend-staging is resolved and ready: "
TRAFFIC = "  - {name: Traffic, traffic: {percent: 100}}\n"
LISTING = (
    f"see whether the deploy step made a revision: gcloud run revisions list --service=netra-backend-staging {PLACE}; "
)
READ = f'read what {BACKEND} logged: gcloud logging read \'resource.type="cloud_run_revision" AND resource.labels.revision_name="{BACKEND}"\' --project=netra-staging'


def run(folder: Path, checks: str = TRAFFIC, changes: str = "", *, head: str = HEAD, **environment: str) -> Finished:
    return simulate(head + checks, overlaid(folder, changes), variables={"PROJECT_ID": "netra-staging", **environment})


def with_key(key: str) -> str:
    return HEAD.replace("netra-backend-staging}", f"netra-backend-staging, {key}}}")


DENIED = "gcloud projects add-iam-policy-binding netra-staging --member=serviceAccount:GATE_ACCOUNT --role="
ELSEWHERE = "see that the target's project, region and service are right: gcloud run services list --project="
NOT_OURS = f"{READY}the newest revision {BACKEND} is not of this deploy: "
NEVER_BUILT = "11111111-1111-4111-8111-111111111111"
TOLD = [
    ("service", {"head": HEAD.replace("backend-staging", "backend-stagin")}, 3,
     "netra-backend-stagin is resolved and ready: there is no service netra-backend-stagin in region us-central1 of project netra-staging", f"{ELSEWHERE}netra-staging"),
    ("project", {"head": HEAD.replace("project: netra-staging", "project: netra-stagin")}, 3,
     f"{READY}there is no service netra-backend-staging in region us-central1 of project netra-stagin", f"{ELSEWHERE}netra-stagin"),
    ("region", {"head": HEAD.replace("us-central1", "us-east1")}, 3,
     f"{READY}there is no service netra-backend-staging in region us-east1 of project netra-staging", f"{ELSEWHERE}netra-staging"),
    ("revision", {"head": with_key("revision: netra-backend-staging-00646-abc")}, 3,
     f"{READY}netra-backend-staging has no revision netra-backend-staging-00646-abc in region us-central1 of project netra-staging",
     f"name one that is there: gcloud run revisions list --service=netra-backend-staging {PLACE}"),
    ("tag", {"head": with_key("tag: candidate")}, 3,
     f"{READY}no revision of netra-backend-staging carries the tag candidate; its tags: none",
     f"gcloud run services update-traffic netra-backend-staging --update-tags=candidate={BACKEND} {PLACE}"),
    ("build", {"head": with_key(f"build: {NEVER_BUILT}")}, 3,
     f"{NOT_OURS}its label gcb-build-id is {BUILD}, and not {NEVER_BUILT}; did the deploy step make no revision?",
     f"{LISTING}label what is deployed: gcloud run deploy netra-backend-staging --image=IMAGE --labels=gcb-build-id={NEVER_BUILT} {PLACE}"),
    ("commit", {"head": with_key("commit: fffffff")}, 3,
     f"{NOT_OURS}its label commit-sha is {OURS}, and not fffffff; did the deploy step make no revision?",
     f"{LISTING}label what is deployed: gcloud run deploy netra-backend-staging --image=IMAGE --labels=commit-sha=fffffff {PLACE}"),
    ("pipeline", {"COMMIT_SHA": OTHER}, 3,
     f"{NOT_OURS}it is of commit {OURS} (label commit-sha), this pipeline is commit {OTHER} (COMMIT_SHA); did the deploy step make no revision?",
     f"{LISTING}if this one is meant, write `commit` or `revision` in the target, or set COMMIT_SHA to what it was made from"),
    ("age", {"changes": f"revisions: {{{BACKEND}: {{createTime: '@-3h'}}}}\n"}, 3,
     f"{NOT_OURS}it was created 3 h before this run, more than 1 h",
     f"{LISTING}if this one is meant, write `created_within`, `build`, `commit` or `revision` in the target"),
    ("run denied", {"changes": "faults: [{method: GetService, code: PERMISSION_DENIED}]\n"}, 3,
     f"{READY}Cloud Run denied the gate's account: PERMISSION_DENIED by the scenario", f"give it roles/run.viewer: {DENIED}roles/run.viewer"),
    ("logs denied", {"changes": "faults: [{method: ListLogEntries, code: PERMISSION_DENIED}]\n",
     "checks": "  - {name: Quiet, for: 10s, logs: {forbid: [{severity: CRITICAL}]}}\n"}, 5,
     "Quiet: Cloud Logging denied the gate's account: PERMISSION_DENIED by the scenario", f"give it roles/logging.viewer: {DENIED}roles/logging.viewer"),
    ("builds denied", {"changes": "faults: [{api: build, code: PERMISSION_DENIED}]\n", "checks": "  - {name: Built, build: {}}\n"}, 5,
     "Built: Cloud Build denied the gate's account: PERMISSION_DENIED by the scenario",
     f"give it roles/cloudbuild.builds.viewer: {DENIED}roles/cloudbuild.builds.viewer"),
    ("status", {"checks": "  - {name: Page, within: 4s, http: {path: /nope}}\n"}, 5, "Page: status 404 (in 2 of 2 attempts)", READ),
    ("setting", {"checks": "  - {name: Wired, revision: {env: {LOG_LEVEL: DEBUG}}}\n"}, 5,
     "Wired: env LOG_LEVEL has another value in container netra-backend-1 than the spec wants (values are not shown)",
     f"deploy what the spec wants, or mend the spec; what is deployed: gcloud run revisions describe {BACKEND} {PLACE}"),
    ("pinned", {"changes": f"services: {{netra-backend-staging: {{traffic: {PINNED}, trafficStatuses: {PINNED}}}}}\n"}, 5,
     f"Traffic: traffic is pinned to {PREVIOUS} 100 %; {BACKEND} has 0 %",
     f"gcloud run services update-traffic netra-backend-staging --to-latest {PLACE}"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "line", "cause", "remedy"), [each[1:] for each in TOLD], ids=[each[0] for each in TOLD]
)
def test_the_first_words_name_cause_and_remedy_and_point_at_the_spec(
    given: dict[str, str], line: int, cause: str, remedy: str, tmp_path: Path
) -> None:
    summary = summarize(run(tmp_path, **given).run)
    headline = summary["headline"]
    assert (headline["text"], headline["remedy"]) == (cause, remedy)
    lead = next(check for check in summary["checks"] if check["name"] == headline["check"])
    assert lead["position"]["line"] == line
    refused = lead["implicit"]
    assert not (refused and summary["warnings"]), "what is refused was taken for nothing"


def shown(finished: Finished) -> str:
    stream = io.StringIO()
    Console(Door(stream, str), live=False, color=False, width=200).finish(summarize(finished.run))
    return stream.getvalue()


def test_an_expired_known_issue_is_said_on_the_red_line(tmp_path: Path) -> None:
    issue = "known_issue: {reason: known, expires: 2020-01-01}"
    told = shown(run(tmp_path, f"  - {{name: Page, within: 4s, http: {{path: /nope}}, {issue}}}\n"))
    assert "\n✗ Page  " in told
    line = next(line for line in told.splitlines() if line.startswith("✗ Page  "))
    assert line.endswith("status 404 (in 2 of 2 attempts) (its known issue expired on 2020-01-01)")


def test_an_interrupted_run_advises_to_run_again_and_no_longer_timeout() -> None:
    checks = "  - {name: Page, http: {path: /}}\n  - {name: Quiet, for: 60s, logs: {forbid: [a]}}\n  - {name: Proven, custody: {}}\n"
    engine = Engine(load(HEAD + checks, "checks.yaml", kinds(), {}), kinds(), "0123456789abcdef")
    engine.step(START, [])
    engine.interrupt(START + 5)
    summary = summarize(outcome(engine.verdicts))
    open_ = [check for check in summary["checks"] if check["verdict"] == "inconclusive"]
    assert {check["remedy"] for check in open_} <= {"run the gate again", ""}
    assert "timeout" not in " ".join(check["remedy"] + check["reason"] for check in summary["checks"])
    assert "was not asked for" not in str(summary)


def test_the_runs_timeout_is_said_to_have_ended_it_only_if_something_was_left_open(tmp_path: Path) -> None:
    open_ = run(tmp_path, "  - {name: Said, logs: {expect: [never said]}, for: 5m}\n", head=HEAD.replace("6m", "5m10s"))
    assert ("  ended by  the run's timeout" in shown(open_)) is (open_.run.ending is Ending.TIMEOUT)
    judged = [runs.resolved(), runs.check("a", "http", failed("503"))]
    decided = runs.run(judged, Outcome.FAILED, ending=Ending.TIMEOUT)
    stream = io.StringIO()
    Console(Door(stream, str), live=False, color=False, width=200).finish(summarize(decided))
    assert "ended by" not in stream.getvalue()
