"""Three services in short form: green under a full spec, and broken in five ways each: the first screen has cause and remedy."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from tests.simulated import Finished, case
from validator.emulator.scenario.files import ScenarioError
from validator.emulator.scenario.loading import load
from validator.emulator.world.plot import Scenario
from validator.report.console import Console
from validator.report.door import Door
from validator.report.summary import summarize

START = 1_790_000_000.0
CART = (
    """\
title: cart
service:
  {name: cart, project: acme, region: europe-west4, revision: cart-00007-new, previous: cart-00006-old, commit: 5100627}
answers:
  /health: {json: {status: ok, db: up}, latency: 40ms}
  /v1/orders:
    - {when: {method: POST, json: {sku: ""}}, status: 422}
    - {status: 401}
lines: [migrations are up to date, "listening on 8080"]
previous_lines: ["listening on 8080"]
""",
    """\
version: 1
timeout: 3m
target: {project: "${PROJECT_ID}", region: europe-west4, service: cart}
checks:
  - {name: Build, build: {}}
  - {name: Proven, custody: {}}
  - {name: All traffic, traffic: {percent: 100, pinned: false}}
  - {name: Healthy, within: 20s, for: 10s, http: {path: /health, expect: {json: {status: ok, db: up}}}}
  - {name: Empty order is refused, within: 10s, http: {path: /v1/orders, method: POST, json: {sku: ""}, expect: {status: 422}}}
  - {name: Listening, within: 30s, logs: {in_order: true, expect: [migrations are up, listening on 8080]}}
  - {name: No error, for: 20s, logs: {forbid: [{severity: ERROR}]}}
  - {name: Nothing new, for: 20s, regression: {}}
""",
)
REPORTS = (
    """\
title: reports, a Python service with a warm instance
service:
  name: reports
  project: acme-prod
  env: {WORKERS: 4, STRICT: true}
  secrets: {DB_URL: reports-db}
answers:
  "*": [{when: {headers: {authorization: {match: "^Bearer "}}}, json: {rows: [1, 2]}}, {status: 403, text: no}]
  /ready: {text: ready}
lines:
  - {severity: INFO, message: booted, workers: 4}
  - [2s, "Application startup complete."]
""",
    """\
version: 1
timeout: 3m
target: {project: "${PROJECT_ID}", region: us-central1, service: reports}
checks:
  - {name: Wired, revision: {startup: {max: 10s}, secrets: [DB_URL], env: {WORKERS: "4", STRICT: "true"}}}
  - {name: Proven, custody: {}}
  - {name: Ready, within: 20s, http: {path: /ready}}
  - {name: Rows, within: 10s, http: {path: /rows, headers: {authorization: Bearer t0k3n}, expect: {json: {rows: [1, 2]}}}}
  - {name: Stranger is refused, within: 10s, http: {path: /rows, expect: {status: 403}}}
  - {name: Started, within: 30s, logs: {expect: [booted, startup complete]}}
  - {name: No traceback, for: 20s, logs: {forbid: [Traceback]}}
""",
)
FIRST = (
    """\
title: a first deploy of a service with an own address
service: {name: site, project: acme, previous: null, url: "https://site-a1b2.a.run.app", image: "eu.gcr.io/acme/site:3", age: 90s}
answers: {/: {text: "<h1>Acme</h1>", headers: {content-type: text/html}}}
lines: [ready]
""",
    """\
version: 1
timeout: 2m
target: {project: acme, region: us-central1, service: site}
checks:
  - {name: Traffic, traffic: {percent: 100}}
  - {name: Proven, custody: {}}
  - {name: Page, within: 20s, http: {path: /}, assert: "text.contains('<h1>Acme')"}
  - {name: Ready, within: 20s, logs: {expect: [^ready$]}}
  - {name: Quiet, for: 15s, logs: {forbid: [{severity: WARNING}]}}
""",
)
SERVICES = {"cart": CART, "reports": REPORTS, "first": FIRST}
FAILED = "{type: Ready, state: CONDITION_FAILED, message: The container did not listen on PORT=8080.}"
CART_PINNED = (
    "services: {cart: {trafficStatuses: [{type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: cart-00006-old, percent: 100}], "
    "traffic: [{type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: cart-00006-old, percent: 100}]}}"
)
BROKEN = [
    ("cart", "behaviour: {cart: {/health: {status: 503, text: no database}}}", "Healthy", "status 503"),
    ("cart", "behaviour: {cart: {/health: {json: {status: ok, db: down}}}}", "Healthy", '"down"'),
    ("cart", CART_PINNED, "All traffic", "cart-00006-old"),
    ("cart", f"revisions: {{cart-00007-new: {{conditions: [{FAILED}]}}}}", "", "The container did not listen"),
    ("cart", 'lines: [migrations are up to date, "listening on 8080", [9s, TypeError in cart, ERROR]]', "No error", "TypeError in cart"),
    ("reports", "service: {env: {WORKERS: 2}}", "Wired", "WORKERS"),
    ("reports", "service: {secrets: null}", "Wired", "DB_URL"),
    ("reports", 'behaviour: {reports: {"*": {json: {rows: []}}}}', "Rows", "rows"),
    ("reports", 'lines: [booted, "Application startup complete.", "Traceback (most recent call last):"]', "No traceback", "Traceback"),
    ("reports", "faults: [{method: ListLogEntries, code: PERMISSION_DENIED}]", "", "PERMISSION_DENIED"),
    ("first", "behaviour: {site: {/: {text: <h1>Error</h1>}}}", "Page", "text is"),
    ("first", "lines: [starting]", "Ready", "^ready$"),
    ("first", "lines: [ready, [1s, disk is nearly full, WARNING]]", "Quiet", "disk is nearly full"),
    ("first", "faults: [{api: http, status: 500}]", "Page", "500"),
    ("first", f"env: {{COMMIT_SHA: {'f' * 40}}}", "", "f" * 7),
]  # fmt: skip


def written(folder: Path, name: str, more: str = "") -> Path:
    """A service's scenario and spec, with something laid over it."""
    scenario, spec = SERVICES[name]
    (folder / "green.yaml").write_text(scenario, encoding="utf-8")
    (folder / "scenario.yaml").write_text(f"extends: green.yaml\n{more}\n", encoding="utf-8")
    (folder / "spec.yaml").write_text(spec, encoding="utf-8")
    return folder


def told(finished: Finished) -> dict[str, tuple[str, str]]:
    return {each.check.name: (each.verdict.outcome.value, each.verdict.reason) for each in finished.run.judged}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_in_short_form_passes_a_full_spec(name: str, tmp_path: Path) -> None:
    scenario, spec = SERVICES[name]
    assert (len(scenario.splitlines()) <= 25, len(spec.splitlines()) <= 20) == (True, True)
    finished = case(written(tmp_path, name), {})
    assert finished.run.exit_code == 0, told(finished)


def first_screen(text: str) -> str:
    """The first 24 lines from the verdict on, as one."""
    lines = text[re.search(r"^[✓✗?] [A-Z]+  ", text, re.MULTILINE).start() :].splitlines()  # type: ignore[union-attr]
    return " ".join(" ".join(lines[:24]).split())


def test_there_are_three_services_broken_in_five_ways_each() -> None:
    assert {name: sum(each[0] == name for each in BROKEN) for name in SERVICES} == dict.fromkeys(SERVICES, 5)


@pytest.mark.parametrize(("name", "broken", "check", "cause"), BROKEN, ids=[f"{each[0]}-{each[3]}" for each in BROKEN])
def test_the_first_screen_of_a_broken_one_names_cause_and_remedy(
    name: str, broken: str, check: str, cause: str, tmp_path: Path
) -> None:
    finished = case(written(tmp_path, name, broken), {})
    stream = io.StringIO()
    Console(Door(stream, str), live=False, color=False, width=100).finish(summarize(finished.run))
    assert finished.run.exit_code in (1, 3)
    screen = first_screen(stream.getvalue())
    lead, _, rest = screen.partition(" remedy ")
    assert f" cause {check}" in lead
    assert cause in lead, told(finished)
    assert rest


def scenario(folder: Path, text: str) -> Scenario:
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, START)


def test_what_is_not_said_is_made_of_what_is(tmp_path: Path) -> None:
    found = scenario(tmp_path, "service: {name: cart, project: acme}\n")
    service = found.deployment.services["projects/acme/locations/us-central1/services/cart"]
    assert [name.rsplit("/", 1)[-1] for name in found.deployment.revisions] == ["cart-00002-new", "cart-00001-old"]
    assert service["template"]["containers"][0]["image"].startswith("us-central1-docker.pkg.dev/acme/apps/cart@sha256:")
    assert found.env["PROJECT_ID"] == "acme"
    assert found.env["COMMIT_SHA"] == service["labels"]["commit-sha"]
    assert found.deployment.hosts[service["uri"].removeprefix("https://")] == (service["name"], "")
    assert scenario(tmp_path, "service: {name: cart, project: acme}\n").deployment.services == found.deployment.services


def test_the_long_form_lies_over_it(tmp_path: Path) -> None:
    found = scenario(
        tmp_path,
        "service: {name: cart, project: acme}\nservices: {cart: {ingress: INGRESS_TRAFFIC_INTERNAL_ONLY}}\n"
        "revisions: {cart-00001-old: null}\nenv: {COMMIT_SHA: null, REGION: x}\n"
        "behaviour: {cart: {/health: {status: 503}}}\nanswers: {/health: {text: ok}, /x: {text: x}}\n",
    )
    (service,) = found.deployment.services.values()
    assert service["ingress"] == "INGRESS_TRAFFIC_INTERNAL_ONLY"
    assert len(found.deployment.revisions) == 1
    assert dict(found.env) == {"PROJECT_ID": "acme", "REGION": "x"}
    assert [found.deployment.behaviour["cart"][path][0].status for path in ("/health", "/x")] == [503, 200]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("service: {project: acme}\n", "1:10: service: the key 'name' is missing"),
        ("service: {name: cart}\n", "1:10: service: the key 'project' is missing"),
        ("service: {name: cart, project: acme, imag: x}\n", "1:38: unknown key 'imag'; did you mean image?"),
        ("service: {name: cart, project: acme, age: soon}\n", "1:43: not a length of time such as 80ms"),
        ("answers: {/x: {text: x}}\nfaults: []\n", "1:1: service: answers of which service? write service: {name: ..., project: ...}"),
        ("service: {name: cart, project: acme}\nlines: [[1s, x, WARN]]\n", "2:17: no severity: 'WARN'"),
        ("service: {name: cart, project: acme}\nlines: [[soon, x]]\n", "service: {name: cart"),
        ("service: {name: cart, project: acme}\nanswers: {/x: {staus: 200}}\n", "2:16: unknown key 'staus'; did you mean status?"),
    ],
)  # fmt: skip
def test_a_mistake_in_it_has_its_place(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario(tmp_path, text)
    if not message.startswith("service: {"):
        assert caught.value.errors[0].startswith(f"{tmp_path / 'scenario.yaml'}:{message}")
    else:
        assert "not a length of time such as 80ms, 2s or 2m29s: 'soon'" in caught.value.errors[0]
