"""Google's front end is not the service: how its own answers are told from those of an instance.

The request log decides: the entry of a request that an instance answered names the instance (`labels.instanceId`); the
entry of one that was refused before has none, and its text says why. Some refusals are not logged at all (internal
ingress, a disabled URL, reserved paths, IAP): cloud.google.com/run/docs/troubleshooting. Those are told by their page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from validator.evidence.journal import Observation
from validator.logs.entry import Entry
from validator.resources.service import Service
from validator.words.call import Answer, Json, MarkedCall
from validator.words.check import Target
from validator.words.id_token import TOLD
from validator.words.pattern import Pattern

_RESERVED = Pattern(r"/(?:healthz|eventlog|_ah/.*)")
"""Paths that never reach a container: cloud.google.com/run/docs/known-issues#ah."""
_NOT_FOUND = Pattern(
    r"(?s)<title>Error 404 \(Not Found\)!!1</title>"
    r"|<h1>Error: Page not found</h1>.*The requested URL .*was not found on this server"
)
"""The two pages that Google's front end has for a 404."""
_CONTAINERS_FAULT = Pattern(
    r"instance could not start|response was malformed|connection to the instance had an error"
    r"|too much memory|maximum request timeout"
)
"""What the platform logs, without an instance too, when it is the container that failed."""


@dataclass(frozen=True)
class Refused:
    """An answer that no instance of the service gave."""

    reason: str
    remedy: str
    sure: bool = False
    """Whether no entry of the request log is needed to tell: the service's own settings say that none can come."""
    lasting: bool = True
    """Whether asking again changes nothing."""


def untaken(entry: Entry) -> bool:
    """Whether the request log says of a request that no instance took it, and not for a fault of the container."""
    told = str(entry.raw.get("textPayload", ""))
    if "no available instance" in told:
        return True
    limited = entry.raw.get("httpRequest", {}).get("status") == 429
    return not entry.instance and bool(told or limited) and not _CONTAINERS_FAULT.search(told)


def refused_by_front_end(
    observation: Observation, entry: Entry | None, target: Target, service: Service | None = None
) -> Refused | None:
    """Why it was not the service that answered; None if an instance did, or if nothing shows that none did.

    Args:
        observation: a marked call.
        entry: its entry in the request log, once that is readable.
        target: what was probed.
        service: its settings, as far as they are known; they tell apart what a 404 is for.
    """
    if not isinstance(observation.result, Answer) or (entry is not None and entry.instance):
        return None
    call = observation.call
    assert isinstance(call, MarkedCall)
    page = _Page.read(observation.result, call)
    logged = entry.text if entry is not None and "textPayload" in entry.raw else ""
    if _CONTAINERS_FAULT.search(logged):
        return None
    found = _iap(page, target) or _told(page, target, service)
    if found is None and call.bodiless and target.url and page.headers.get("server") == "Google Frontend":
        found = _caller(page, target, service)
    if found is None and entry is not None and page.status >= 400:
        found = _caller(page, target, service) or _unserved(page.status)
    if found is None:
        return None
    reason = f"Google's front end answered {page.status}, not the service: {found.reason}"
    said = logged.partition(" Read more at ")[0].partition(" Additional troubleshooting ")[0]
    return replace(found, reason=f"{reason} ({said.rstrip('.')})" if said else reason)


@dataclass(frozen=True)
class _Page:
    """What an answer shows of who gave it."""

    status: int
    headers: Mapping[str, str]
    text: str
    url: str
    token: Json
    """What is told of the request's ID token; empty if it asked for none."""

    @classmethod
    def read(cls, answer: Answer, call: MarkedCall) -> _Page:
        content = answer.content
        headers = {str(name): str(value) for name, value in content.get("headers", ())}
        text, url = str(content.get("text", "")), str(content.get("url", call.url))
        return cls(int(content["status"]), headers, text, url, content.get(TOLD, {}))


def _iap(page: _Page, target: Target) -> Refused | None:
    if "x-goog-iap-generated-response" not in page.headers:
        return None
    remedy = (
        "probe a URL that Identity-Aware Proxy does not guard, or let the gate's account through it"
        " (roles/iap.httpsResourceAccessor), with `auth: id_token` and IAP's own `audience` on the target"
    )
    return Refused(f"Identity-Aware Proxy guards {_name(target)}", remedy, sure=True)


def _told(page: _Page, target: Target, service: Service | None) -> Refused | None:
    """A refusal that is told by the page's own words."""
    html = "text/html" in page.headers.get("content-type", "text/html")
    unverified = "The access token could not be verified" in page.headers.get("www-authenticate", "")
    if unverified or (html and "client does not have permission to" in page.text):
        return _caller(page, target, service)
    if page.status == 404 and html and _NOT_FOUND.search(page.text):
        return _absent(page.url, target, service)
    busy = page.text.strip() == "Rate exceeded." or (html and "<h1>Error: Server Error</h1>" in page.text)
    return _unserved(page.status) if busy and (page.status == 429 or page.status >= 500) else None


def _caller(page: _Page, target: Target, service: Service | None) -> Refused | None:
    """It is the caller that is refused, by the token that the request had or had not."""
    if page.status not in (401, 403):
        return None
    account, missing, mend = (str(page.token.get(key, "")) for key in ("account", "reason", "remedy"))
    sort = "user" if account and not account.endswith("gserviceaccount.com") else "serviceAccount"
    grant = (
        f"gcloud run services add-iam-policy-binding {target.service or 'SERVICE'}"
        f" --member={sort}:{account or 'GATE_ACCOUNT'} --role=roles/run.invoker"
        f"{f' {target.flags}' if target.service else ''}"
    )
    if page.status == 401:
        return _misaddressed(page, target, service)
    if missing:
        reason = f"the gate's account may not call it, for the request had no ID token: {missing}"
        return Refused(reason, f"{mend}; and let that account call it: {grant}")
    if page.token:
        return Refused(f"{account or 'the account of the ID token'} may not call it", f"let it: {grant}")
    send = "let the target or the check have `auth: id_token`"
    return Refused("the gate's account may not call it", f"let the gate's account call it: {grant}; and {send}")


def _misaddressed(page: _Page, target: Target, service: Service | None) -> Refused:
    """The front end took a token for none of an invoker's."""
    named = (service.uri, *service.raw.get("customAudiences", ())) if service else (target.url,)
    known = " or ".join(filter(None, named)) or "the service's URL"
    if page.token and not page.token.get("reason"):
        reason = f"the request's token is not an ID token for it, but for {page.token['audience']}"
        return Refused(reason, f"write `audience` on the target: {known}")
    reason = "the request's token is not an ID token for it"
    if page.token:  # the application's own was looked at, for want of one
        reason = f"{reason}, and the gate had none to send beside it: {page.token['reason']}"
        return Refused(reason, f"{page.token['remedy']}; its ID token then goes in X-Serverless-Authorization")
    return Refused(
        reason, f"send one whose audience is {known}: `auth: id_token` on the target, beside a header of your own"
    )


def _absent(url: str, target: Target, service: Service | None) -> Refused:
    """Nothing is found at the URL: a reserved path, a URL that is not open, or none of the service's."""
    path = urlsplit(url).path
    raw = service.raw if service else {}
    ingress = str(raw.get("ingress", ""))
    if _RESERVED.fullmatch(path):
        return Refused(f"Cloud Run reserves {path}", "serve the check at another path: /health", sure=True)
    if raw.get("defaultUriDisabled"):
        remedy = "write the domain of its load balancer as the target's `domain`"
        return Refused(f"the default URL of {_name(target)} is disabled", remedy, sure=True)
    if ingress.startswith("INGRESS_TRAFFIC_INTERNAL"):
        remedy = "run the gate inside its VPC network (a Cloud Build private pool), or write its load balancer's domain as the target's `domain`"
        return Refused(f"{_name(target)} takes internal traffic only ({ingress})", remedy, sure=True)
    remedy = "see that the URL is right and that `ingress` lets the gate in"
    return Refused(f"the gate can reach no service at {urlsplit(url).netloc}", remedy, lasting=False)


def _unserved(status: int) -> Refused:
    """No instance took the request."""
    if status in (429, 500, 503):
        remedy = "give the revision more instances (--max-instances, --min-instances) or a faster start"
        return Refused("no instance was there to take it", remedy, lasting=False)
    return Refused("no instance took it", "see what its entry in the request log says", lasting=False)


def _name(target: Target) -> str:
    return target.service or target.url
