"""How a grpc check is written: the method and its request, and what its answer has to be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from validator.language.auth import AUTH, HEADERS, auth_mistakes
from validator.language.mistake import Mistake, sound
from validator.language.values import DURATION, LENGTH, LOCATION, PATTERN, Bound, bound, bound_of, duration
from validator.words.attachment import Attachment
from validator.words.grpc_call import CODES, HEALTH, OK
from validator.words.reach import never_probed_url

__all__ = ["ABSENT", "Options", "options", "schema"]

_TIMEOUT = "10s"
SERVING = "SERVING"
_CODE = {"enum": list(CODES)}
schema = {
    "type": "object",
    "properties": {
        "url": {
            **LOCATION,
            "pattern": "^(https?|grpcs?)://[^/]+/?$",
            "x-form": "is not the URL of a gRPC server; write https://host, or http://host:port for one without TLS",
            "description": "Where the server is, if that is not the target: with https or grpcs over TLS, else in plain.",
        },
        "method": {
            "type": "string",
            "pattern": r"^[A-Za-z_][\w.]*/[A-Za-z_]\w*$",
            "x-form": "is not a method; write package.Service/Method",
            "description": "A unary method, `package.Service/Method` (default: the standard health check). It is called once, unless `within` is written.",
        },
        "service": {
            "type": "string",
            "description": "Whose health is asked for (default: the whole server's).",
        },
        "json": {"type": "object", "description": "The request as JSON."},
        "descriptors": {
            "type": "string",
            "minLength": 1,
            "format": "content",
            "description": "A file of the spec's folder that `protoc --include_imports --descriptor_set_out` wrote (default: the server's reflection).",
        },
        "metadata": {**HEADERS, "description": "Metadata that is sent with the call."},
        "auth": AUTH,
        "timeout": {**LENGTH, "default": _TIMEOUT, "description": "For one whole attempt."},
        "expect": {
            "type": "object",
            "properties": {
                "health": {
                    "enum": ["SERVING", "NOT_SERVING", "SERVICE_UNKNOWN", "UNKNOWN"],
                    "description": "The health (default: SERVING).",
                },
                "code": {
                    "anyOf": [_CODE, {"type": "array", "items": _CODE, "minItems": 1}],
                    "description": "gRPC's status code, or several of which it is one (default: OK).",
                },
                "json": {
                    "description": "What the answer has to contain: objects match partially, arrays whole. Names as in proto JSON (`lowerCamel`)."
                },
                "text": {**PATTERN, "description": "An RE2 pattern that the message beside the status has to match."},
                "metadata": {
                    "type": "object",
                    "additionalProperties": PATTERN,
                    "description": "RE2 patterns that the metadata before or after the answer have to match.",
                },
                "latency": {**bound_of(DURATION), "description": "From sending to the status."},
            },
            "additionalProperties": False,
            "minProperties": 1,
            "description": "What the answer has to be.",
        },
    },
    "additionalProperties": False,
    "examples": [
        {"expect": {"health": "SERVING"}},
        {"service": "acme.Orders", "expect": {"health": "SERVING", "latency": {"max": "1s"}}},
        {"method": "acme.Orders/Get", "json": {"id": "nobody"}, "expect": {"code": "NOT_FOUND"}},
    ],
    "x-failures": [
        "code ...",
        "HTTP status ..., and no gRPC",
        "health ...",
        "the JSON differs at ...",
        "the message beside the status ...",
        "there is no header ...",
        "it took ...",
        "no answer: ...",
        "... answered, not ...",
    ],
    "x-unknown": [
        "nothing was asked: ...",
        "the answer cannot be read: ...",
        "the answer is larger than the ... KiB that are kept",
        "... answered and not ...; the request may not be sent again",
        "Google's front end answered ..., not the service: ...",
    ],
    "x-commands": [
        "grpcurl HOST:443 grpc.health.v1.Health/Check",
        "gcloud run deploy SERVICE --use-http2 --region=REGION --project=PROJECT  # gRPC needs HTTP/2",
    ],
}
ABSENT = object()


@dataclass(frozen=True)
class Options:
    """A call and what its answer has to be."""

    location: str
    method: str
    request: str
    """JSON."""
    descriptors: bytes
    """Only what the method needs; empty for the server's reflection."""
    metadata: tuple[tuple[str, str], ...]
    auth: str
    timeout: float
    health: str
    """Empty where no health is wanted."""
    codes: tuple[str, ...]
    json: Any
    text: str
    answered: tuple[tuple[str, str], ...]
    """Patterns of metadata."""
    latency: Bound | None

    @property
    def title(self) -> str:
        """The check's name when it has none."""
        return "gRPC health" if self.safe else f"gRPC {self.method}"

    @property
    def safe(self) -> bool:
        """Whether calling it again changes nothing."""
        return self.method == HEALTH


def options(value: Any) -> Options:
    """Read the kind's own part of a check, and the descriptors if it names them."""
    expect = value.get("expect", {})
    method, wrong = value.get("method", HEALTH), list(_mistakes(value))
    codes = expect.get("code", OK)
    request = value.get("json", {"service": value["service"]} if value.get("service") else {})
    descriptors = b""
    try:
        descriptors = _described(value.get("descriptors"), method, request)
    except Mistake as mistake:
        wrong.append(mistake)
    made = Options(
        value.get("url", "/"),
        method,
        json.dumps(request, ensure_ascii=False),
        descriptors,
        tuple(value.get("metadata", {}).items()),
        value.get("auth", ""),
        duration(value.get("timeout", _TIMEOUT)),
        expect.get("health", SERVING if method == HEALTH and codes == OK else ""),
        (codes,) if isinstance(codes, str) else tuple(codes),
        expect.get("json", ABSENT),
        expect.get("text", ""),
        tuple((name.lower(), pattern) for name, pattern in expect.get("metadata", {}).items()),
        bound(expect["latency"]) if "latency" in expect else None,
    )
    return sound(made, wrong)


def _described(attached: Attachment | None, method: str, request: Any) -> bytes:
    """What of a file of descriptors a method needs.

    Raises:
        Mistake: it does not tell the method, or the request is none of its.
    """
    if attached is None or attached.content is None:
        return b""
    from validator.language.methods import MethodError, files_of, method_of, pruned

    try:
        files = files_of(attached.content)
        found = method_of(method, files)
    except MethodError as error:
        raise Mistake(f"{attached.name}: {error}", "descriptors") from None
    try:
        found.encoded(json.dumps(request))
    except MethodError as error:
        raise Mistake(str(error), "json") from None
    return pruned(method, files)


def _mistakes(value: Any) -> Iterator[Mistake]:
    """What cannot be asked, and what no answer can have."""
    expect = value.get("expect", {})
    if reason := never_probed_url(value.get("url", "")):
        yield Mistake(reason, "url")
    yield from auth_mistakes({**value, "headers": value.get("metadata", {})})
    for name in value.get("metadata", {}):
        if name.lower().endswith("-bin") or name.startswith((":", "grpc-")):
            yield Mistake("only metadata of text can be sent, and no gRPC's own", "metadata", name)
    if "method" in value and value["method"] != HEALTH:
        for key, path in (("service", ("service",)), ("health", ("expect", "health"))):
            if key in (value if len(path) == 1 else expect):
                yield Mistake(f"`{key}` is the health check's; leave `method` out, or judge `json`", *path)
    else:
        for key in ("json", "descriptors"):
            if key in value:
                yield Mistake(
                    f"the health check has no `{key}`; write `method`, or `service` for whose health it is", key
                )
    if "code" in expect and OK not in expect["code"]:
        for key in ("health", "json"):
            if key in expect:
                yield Mistake(f"an answer with another code than OK has no {key}", "expect", key)
