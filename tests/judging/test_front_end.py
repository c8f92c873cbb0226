"""Which answers no instance of the service gave: told by the request log, and by the page until that is readable."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from validator.evidence.front_end import refused_by_front_end
from validator.evidence.http import Http
from validator.evidence.journal import Observation
from validator.logs.entry import Entry
from validator.report.redaction import Redactor
from validator.resources.service import Service
from validator.words.call import Answer, Exchange, Problem
from validator.words.check import Target

TARGET = Target("main", "acme", "europe-west4", "till")
ELSEWHERE = Target("main", "", "", "", url="https://till.example")
PAGE = "<html><head>\n<title>{0}</title>\n</head>\n<body>\n<h1>Error: {1}</h1>\n<h2>{2}</h2>\n</body></html>\n"
FORBIDDEN = PAGE.format(
    "403 Forbidden",
    "Forbidden",
    "Your client does not have permission to get URL <code>/pay</code> from this server.",
)
UNAUTHORIZED = PAGE.format(
    "401 Unauthorized",
    "Unauthorized",
    "Your client does not have permission to the requested URL <code>/pay</code>.",
)
CLOSED = PAGE.format("404 Page not found", "Page not found", "The requested URL was not found on this server.")
ROBOT = (
    "<title>Error 404 (Not Found)!!1</title><p>The requested URL <code>/healthz</code> was not found on this server."
)
BROKEN = PAGE.format("500 Server Error", "Server Error", "The server encountered an error.")
IAP = [("x-goog-iap-generated-response", "true"), ("location", "https://accounts.google.com/o/oauth2/v2/auth")]


def exchange(status: int, text: str = "", headers: Any = (), *, method: str = "GET", path: str = "/pay") -> Observation:
    call = Exchange(method, f"https://till-1.run.app{path}")
    content = {"status": status, "text": text, "headers": [list(each) for each in headers], "latency": 0.1}
    return Observation(1.0, 1, Http("main", path, method=method), call, 0.0, 1.0, Answer(content))


def entry(status: int, *, instance: str = "", text: str = "") -> Entry:
    raw: dict[str, Any] = {"httpRequest": {"status": status}, "labels": {"instanceId": instance} if instance else {}}
    return Entry.read(raw | ({"textPayload": text} if text else {}))


@pytest.mark.parametrize(
    ("observation", "reason"),
    [
        (exchange(403, FORBIDDEN), "the gate's account may not call it"),
        (exchange(401, UNAUTHORIZED), "the request's token is not an ID token for it"),
        (
            exchange(
                401, "", [("www-authenticate", 'Bearer error_description="The access token could not be verified"')]
            ),
            "the request's token is not an ID token for it",
        ),
        (exchange(302, "Invalid IAP credentials: empty token", IAP), "Identity-Aware Proxy guards till"),
        (exchange(401, "Invalid IAP credentials: Unable to parse JWT", IAP[:1]), "Identity-Aware Proxy guards till"),
        (exchange(404, ROBOT, path="/healthz"), "Cloud Run reserves /healthz"),
        (exchange(404, CLOSED), "the gate can reach no service at till-1.run.app"),
        (exchange(429, "Rate exceeded."), "no instance was there to take it"),
        (exchange(500, BROKEN), "no instance was there to take it"),
        (exchange(502, BROKEN), "no instance took it"),
    ],
)
def test_a_page_of_the_front_end_is_known_by_its_own_words(observation: Observation, reason: str) -> None:
    found = refused_by_front_end(observation, None, TARGET)
    assert found is not None
    assert found.reason.endswith(f", not the service: {reason}")
    assert found.remedy
    status = observation.result.content["status"]  # type: ignore[union-attr]
    named = entry(status, instance="00c527f6d4")
    assert refused_by_front_end(observation, named, TARGET) is None, "an instance gave it, whatever it looks like"


@pytest.mark.parametrize(
    ("settings", "reason", "remedy"),
    [
        ({"ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY"}, "takes internal traffic only", "private pool"),
        ({"ingress": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"}, "takes internal traffic only", "load balancer"),
        ({"defaultUriDisabled": True}, "the default URL of till is disabled", "`domain`"),
    ],
)
def test_the_services_settings_say_what_a_404_is_for(settings: Any, reason: str, remedy: str) -> None:
    found = refused_by_front_end(exchange(404, CLOSED), None, TARGET, Service.read(settings))
    assert found is not None
    assert found.sure
    assert reason in found.reason
    assert remedy in found.remedy


@pytest.mark.parametrize(
    "observation",
    [
        exchange(200, "ok"),
        exchange(403, '{"error": "admins only"}', [("content-type", "application/json")]),
        exchange(403, "admins only"),
        exchange(401, "", [("www-authenticate", 'Basic realm="till"')]),
        exchange(404, "<title>404 Page not found</title><h1>404</h1>"),  # a site generator's default page
        exchange(404, "<title>404 Not Found</title><p>The requested URL was not found on this server.</p>"),  # Apache
        exchange(500, "<h1>Internal Server Error</h1>"),
        exchange(403, FORBIDDEN, [("content-type", "application/json")]),
        exchange(302, "", [("location", "https://accounts.google.com/")]),
    ],
)
def test_a_page_of_the_application_is_the_services_answer(observation: Observation) -> None:
    assert refused_by_front_end(observation, None, TARGET) is None


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_entry_without_an_instance_tells_whatever_the_body_says(method: str) -> None:
    logged = entry(
        403,
        text="The request was not authenticated. Either allow unauthenticated invocations or set the proper"
        " Authorization header. Read more at https://cloud.google.com/run/docs/securing/authenticating",
    )
    found = refused_by_front_end(exchange(403, method=method), logged, TARGET)
    assert found is not None
    assert "The request was not authenticated" in found.reason
    assert "Read more" not in found.reason
    assert "--role=roles/run.invoker --region=europe-west4 --project=acme" in found.remedy


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (500, "The request failed because the instance could not start successfully."),
        (
            503,
            "The request failed because either the HTTP response was malformed or connection to the instance had an error.",
        ),
        (504, "The request has been terminated because it has reached the maximum request timeout."),
    ],
)
def test_a_failure_of_the_container_is_held_against_the_service(status: int, text: str) -> None:
    assert refused_by_front_end(exchange(status, BROKEN), entry(status, text=text), TARGET) is None


def test_an_entry_of_a_good_answer_needs_no_instance() -> None:
    assert refused_by_front_end(exchange(200, "ok"), entry(200), TARGET) is None
    assert refused_by_front_end(exchange(301), entry(301), TARGET) is None


def test_a_head_at_a_url_alone_is_told_by_who_serves_it() -> None:
    google, own = [("server", "Google Frontend")], [("server", "nginx")]
    assert refused_by_front_end(exchange(403, headers=google, method="HEAD"), None, ELSEWHERE)
    assert refused_by_front_end(exchange(403, headers=own, method="HEAD"), None, ELSEWHERE) is None
    assert refused_by_front_end(exchange(500, headers=google, method="HEAD"), None, ELSEWHERE) is None
    assert refused_by_front_end(exchange(403, headers=google, method="HEAD"), None, TARGET) is None, (
        "its entry will tell"
    )


def test_no_answer_is_no_refusal() -> None:
    seen = exchange(200)
    broken = Observation(1.0, 1, seen.query, seen.call, 0.0, 1.0, Problem("TIMEOUT", "late"))
    assert refused_by_front_end(broken, None, TARGET) is None


NONE_HAD = {"audience": "https://till.run.app", "reason": "nobody is here", "remedy": "be somebody"}
SENT = {"audience": "https://till.run.app", "account": "gate@acme.iam.gserviceaccount.com"}
BY_PERSON = SENT | {"account": "me@acme.example"}
GRANT = "gcloud run services add-iam-policy-binding till --member={0} --role=roles/run.invoker --region=europe-west4 --project=acme"


@pytest.mark.parametrize(
    ("status", "told", "reason", "remedy"),
    [
        (403, None, "the gate's account may not call it", "have `auth: id_token`"),
        (403, NONE_HAD, "may not call it, for the request had no ID token: nobody is here", "be somebody; and let that account"),
        (403, NONE_HAD, "", GRANT.format("serviceAccount:GATE_ACCOUNT")),
        (403, SENT, "gate@acme.iam.gserviceaccount.com may not call it", GRANT.format(f"serviceAccount:{SENT['account']}")),
        (403, BY_PERSON, "me@acme.example may not call it", GRANT.format("user:me@acme.example")),
        (401, None, "the request's token is not an ID token for it", "`auth: id_token` on the target"),
        (401, NONE_HAD, "the gate had none to send beside it: nobody is here", "be somebody; its ID token then goes in X-Serverless"),
        (401, SENT, "is not an ID token for it, but for https://till.run.app", "write `audience` on the target: https://till-1.run.app or https://till.example"),
    ],
)  # fmt: skip
def test_a_refused_caller_is_told_by_the_token_that_was_sent(status: int, told: Any, reason: str, remedy: str) -> None:
    seen = exchange(status, FORBIDDEN if status == 403 else UNAUTHORIZED)
    assert isinstance(seen.result, Answer)
    seen = replace(seen, result=Answer({**seen.result.content, **({"invoker": told} if told else {})}))
    service = Service.read({"uri": "https://till-1.run.app", "customAudiences": ["https://till.example"]})
    found = refused_by_front_end(seen, None, TARGET, service)
    assert found is not None
    assert reason in found.reason
    assert remedy in found.remedy
    for text in (found.reason, found.remedy):
        assert Redactor()(text) == text, "a report would tear it"
