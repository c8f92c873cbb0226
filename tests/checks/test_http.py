"""Kind http: what a response has to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import HEAD, NETRA, overlaid, simulate
from validator.words.verdict import Outcome

INVALID = (
    ("{}", "write either `path` or `url`"),
    ("{path: /a, url: 'https://x'}", "write either `path` or `url`"),
    ("{path: health}", "'health' must begin with /"),
    ("{path: /a, method: get}", "known: GET, HEAD"),
    ("{path: /a, timeout: 10}", "found the number 10"),
    ("{path: /a, body: x, json: {}}", "write either `body` or `json`"),
    ("{path: /a, expect: {status: 99}}", "99 is less than 100"),
    ("{path: /a, expect: {text: '(?<!a)b'}}", "RE2 refuses the pattern"),
    ("{path: /a, expect: {jsn: {}}}", "did you mean json"),
    ("{path: /a, form: {a: b}}", "a GET request sends no form; write `method: POST`"),
    ("{path: /a, method: POST, form: {a: b}, multipart: {c: d}}", "write either `form` or `multipart`"),
    ("{path: /a, method: POST, body: {file: ../a}}", "files cannot be read here"),
    ("{path: /a, method: POST, body: {file: /etc/passwd}}", "/etc/passwd is a whole path"),
    ("{path: /a, method: HEAD, expect: {size: {max: 1kB}}}", "an answer to HEAD has no body"),
    ("{path: /a, expect: {size: {max: 1 kilobyte}}}", "is not a size; write one such as 400MB or 120MiB"),
    ("{path: /a, expect: {status: []}}", "may not be empty"),
    ("{path: /a, expect: {status: some}}", "found 'some'"),
    ("{path: /a, forbid: {status: 500}}", "this forbids nothing; write `status: any`"),
    ("{path: /a, expect: {redirect: /b, status: 200}}", "status 200 redirects nowhere"),
    ("{path: /a, expect: {redirect: /b}, follow_redirects: true}", "judge where that ended with `url`"),
    ("{path: /a, expect: {url: /b}}", "no redirect is followed; write `follow_redirects: true`, or `redirect`"),
    ("{url: 'http://x', expect: {certificate: {days: {min: 14}}}}", "there is no certificate over plain http"),
    ("{path: /a, expect: {json_schema: {type: objec}}}", "the schema is none: 'objec' is not valid"),
    ("{path: /a, expect: {json_schema: {$ref: 'https://x/y'}}}", "https://x/y is not fetched"),
    (
        "{path: /a, preflight: {origin: 'https://a.example/', method: PUT}}",
        "is no origin; write https://shop.example.com",
    ),
    ("{path: /a, method: PUT, preflight: {origin: 'https://a.example', method: PUT}}", "leave `method` out"),
    ("{path: /a, expect: {error_rate: {max: 1%}}}", "one answer has no rate; write `samples: 20`"),
    ("{path: /a, expect: {latency: {p95: {max: 1s}}}}", "one answer has no percentiles; write `samples: 20`"),
    ("{path: /a, samples: 10, expect: {latency: {p95: {max: 1s}}}}", "p95 of 10 answers is the slowest of them"),
    ("{path: /a, samples: 20, expect: {error_rate: {max: 100%}}}", "this demands nothing"),
    ("{path: /a, samples: 1}", "1 is less than 2"),
    ("{path: /a, samples: 20, method: POST}", "write `within` in the check if it may be repeated"),
    ("{path: /a, load: {rate: 5, for: 30s}}", "found the number 5"),
    ("{path: /a, load: {rate: 50/s, for: 30s}}", "50/s is more than 20/s; use a load test for that"),
    ("{path: /a, load: {rate: 5/s, for: 3m}}", "it lasts longer than 2 min"),
    ("{path: /a, load: {rate: 1/s, for: 1s}}", "that is one request"),
    ("{path: /a, load: {rate: 5/s, for: 30s}, samples: 20}", "keep one of them"),
)


def http(options: str, more: str = "within: 6s, ") -> str:
    return f"{HEAD}  - {{name: Probe, {more}http: {options}}}\n"


BEHAVIOUR = """\
behaviour:
  netra-backend-staging-00645-l8x:
    /json: {json: {a: {b: 1, c: [1, 2]}}, headers: {x-version: "7"}}
    /text: {text: "version 7 is up"}
    /moved: {status: 302, headers: {location: /text}}
    /bad: {status: 503, text: no}
    /slow: {latency: 3s, text: late}
    /denied: {status: 403, text: "Your client does not have permission to get URL /denied from this server."}
"""


@pytest.mark.parametrize(
    "options",
    [
        "{path: /json}",
        "{path: /json, expect: {json: {a: {b: 1}}}}",
        "{path: /json, expect: {json: {a: {c: [1, 2]}}}}",
        "{path: /json, expect: {headers: {X-Version: '^7$'}}}",
        "{path: /text, expect: {text: 'version \\d+'}}",
        "{path: /text, method: HEAD}",
        "{path: /bad, expect: {status: 503}}",
        "{path: /bad, expect: {status: {min: 500, max: 599}}}",
        "{path: /moved, expect: {status: 302}}",
        "{path: /moved, follow_redirects: true, expect: {text: up}}",
        "{path: /slow, expect: {latency: {min: 2s, max: 4s}}}",
    ],
)
def test_it_holds(tmp_path: Path, options: str) -> None:
    run = simulate(http(options), overlaid(tmp_path, BEHAVIOUR))
    assert run.verdict("Probe").outcome is Outcome.PASSED, run.verdict("Probe").reason
    assert run.verdict("Probe").evidence[0].text.startswith("netra-backend-staging-00645-l8x answered ")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("{path: /bad}", "status 503"),
        ("{path: /moved}", "status 302"),
        ("{path: /json, expect: {json: {a: {b: 2}}}}", "the JSON differs at json.a.b: 1 and not 2"),
        ("{path: /json, expect: {json: {a: {c: [1]}}}}", "the JSON differs at json.a.c: [1, 2] and not [1]"),
        ("{path: /json, expect: {json: {e: 1}}}", "the JSON differs at json.e: missing"),
        ("{path: /text, expect: {json: {}}}", "the body is not JSON"),
        ("{path: /text, expect: {text: 'version 8'}}", "the body does not match version 8"),
        ("{path: /json, expect: {headers: {x-version: '8'}}}", "header x-version is '7'"),
        ("{path: /slow, expect: {latency: {max: 2s}}}", "it took 3 s"),
        ("{path: /slow, timeout: 1s}", "no answer: "),
    ],
)
def test_it_is_violated(tmp_path: Path, options: str, reason: str) -> None:
    run = simulate(http(options), overlaid(tmp_path, BEHAVIOUR))
    assert run.verdict("Probe").outcome is Outcome.FAILED
    assert reason in run.verdict("Probe").reason
    assert run.verdict("Probe").evidence


def test_the_front_ends_403_is_unknown_and_names_the_role(tmp_path: Path) -> None:
    private = BEHAVIOUR + "invokers: {netra-backend-staging: [somebody@else.iam.gserviceaccount.com]}\n"
    for wanted in ("{path: /json}", "{path: /json, expect: {status: 403}}", "{path: /json, method: HEAD}"):
        run = simulate(http(wanted), overlaid(tmp_path, private))
        assert run.verdict("Probe").outcome is Outcome.INCONCLUSIVE
        assert "roles/run.invoker" in run.verdict("Probe").remedy


def test_a_403_of_the_application_is_judged_like_any_other(tmp_path: Path) -> None:
    run = simulate(http("{path: /denied, expect: {status: 403}}"), overlaid(tmp_path, BEHAVIOUR))
    assert run.verdict("Probe").outcome is Outcome.PASSED
    run = simulate(http("{path: /denied}"), overlaid(tmp_path, BEHAVIOUR))
    assert run.verdict("Probe").outcome is Outcome.FAILED


def test_a_host_that_was_never_reached_is_inconclusive() -> None:
    run = simulate(http("{url: 'https://nowhere.invalid/'}"), NETRA / "scenario.yaml")
    assert run.verdict("Probe").outcome in (Outcome.INCONCLUSIVE, Outcome.FAILED)


def test_a_check_without_a_name_is_called_by_its_request() -> None:
    run = simulate(HEAD + "  - {http: {path: /health}}\n", NETRA / "scenario.yaml")
    assert run.verdict("GET /health").outcome is Outcome.PASSED


def test_an_assert_sees_the_response(tmp_path: Path) -> None:
    told = http(
        "{path: /json}, assert: ['status == 200', 'json.a.b == 1', \"headers['x-version'] == '7'\", \"latency < duration('2s')\"]"
    )
    assert simulate(told, overlaid(tmp_path, BEHAVIOUR)).verdict("Probe").outcome is Outcome.PASSED
    wrong = simulate(http("{path: /json}, assert: 'json.a.b == 2'"), overlaid(tmp_path, BEHAVIOUR)).verdict("Probe")
    assert (wrong.outcome, wrong.expected) == (Outcome.FAILED, "json.a.b == 2")
    missing = simulate(http("{path: /json}, assert: 'json.nope == 2'"), overlaid(tmp_path, BEHAVIOUR)).verdict("Probe")
    assert missing.outcome is Outcome.FAILED
    assert "nope" in missing.reason
