"""The JSON Schema of `checks.yaml` and of the files it includes, made from the kinds' fragments."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from validator.language.auth import AUTH, HEADERS
from validator.language.kind import Kind
from validator.language.values import LENGTH

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NAME = {"type": "string", "minLength": 1}
_IDENTIFIER = {
    "type": "string",
    "pattern": "^[a-z][a-z0-9_-]*$",
    "x-form": "may have lower-case letters, digits, - and _ only",
}
_RESOURCE = "^[a-z]([a-z0-9-]*[a-z0-9])?$"
_VARIABLE = {
    "type": "string",
    "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
    "x-form": "may have letters, digits and _ only",
}
_CEL = {"type": "string", "minLength": 1, "format": "cel"}


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "description": description, **more}


def _object(
    properties: Mapping[str, Any], required: list[str] | None = None, refused: Mapping[str, str] | None = None
) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": required or [],
        "additionalProperties": False,
        **({"x-refused": refused} if refused else {}),
    }


_SEVERAL_REGIONS = (
    "multi-region services are not supported: each region has revisions, traffic and logs of its own, and what one"
    " shows proves nothing of the others; "
)
_UNSUPPORTED = {
    **dict.fromkeys(
        ("job", "jobs"),
        "Cloud Run jobs are not supported: a job has no revision that serves, no traffic and no URL to judge; let a step of"
        " its own end with its exit code: gcloud run jobs execute JOB --wait",
    ),
    **dict.fromkeys(
        ("worker_pool", "worker_pools", "workerpool"),
        "Cloud Run worker pools are not supported: they serve no requests, by which alone is proven what runs; look at one with:"
        " gcloud run worker-pools describe POOL",
    ),
    **dict.fromkeys(
        ("regions", "multi_region", "multi_region_settings"),
        f"{_SEVERAL_REGIONS}of services that were deployed to each region alone, write a target for each"
        " (`targets: {europe: {region: europe-west1, service: ...}}`)",
    ),
}
"""Keys that somebody may look for, and why there are none."""


_SERVICE = {
    "project": _text(
        "The Google Cloud project's id.",
        pattern="^([a-z0-9.-]+:)?[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
        examples=["${PROJECT_ID}"],
        **{"x-form": "is not a project id, which has lower-case letters, digits and - only"},
    ),
    "region": _text(
        "The service's region.",
        pattern="^[a-z]+(-[a-z]+[0-9]+)?$",
        examples=["us-central1"],
        allOf=[
            {
                "not": {"const": "global"},
                "description": f"{_SEVERAL_REGIONS}deploy to each region alone, and write that region: us-central1",
            }
        ],
        **{"x-form": "is not a region; write one such as us-central1 (us-central1-a is a zone)"},
    ),
    "service": _text(
        "The Cloud Run service.",
        pattern=_RESOURCE,
        **{
            "x-form": "is not a service name, which has lower-case letters, digits and - only, without project and region"
        },
    ),
    "revision": _text(
        "This revision, by its short name, and not the newest created one.",
        pattern=_RESOURCE,
        **{"x-form": "is not a revision's short name, which has lower-case letters, digits and - only"},
    ),
    "tag": _text("The revision that carries this traffic tag; probes go to the tag's URL.", examples=["candidate"]),
    "build": _text("The newest revision must carry this id in its label `gcb-build-id`.", examples=["${BUILD_ID}"]),
    "commit": _text(
        "The newest revision must carry this commit in its label `commit-sha`.", examples=["${COMMIT_SHA}"]
    ),
    "created_within": {
        **LENGTH,
        "description": "The revision must be younger than this at the start of the run (default 1h for `target`).",
    },
    "domain": _text(
        "Where its probes go in place of the service's own URL and its tags': a load balancer, a custom domain. Who answered is"
        " still told by the service's request log.",
        pattern="^https?://[^/]+$",
        examples=["https://shop.example.com"],
        **{"x-form": "is not a domain; write https://shop.example.com, without a path"},
    ),
    "echo": _text("The path of the echo probes (default `/`), or `off`.", default="/"),
}
_URL = {
    "type": "string",
    "pattern": "^https?://[^/]",
    "x-form": "is not a URL; write https://host/path",
    "description": "Where it answers, of something that is no Cloud Run service, in place of its project, region and service.",
}
_SENT = {
    "auth": {**AUTH, "description": f"{AUTH['description']} Default: an ID token if one can be had; of a `url` none."},
    "audience": _text(
        "Whom ID tokens are for (default: the service's URL, even at a tag's; of a `url` its origin).",
        examples=["https://shop.example.com"],
    ),
    "headers": {
        **HEADERS,
        "description": "Request headers of all its probes, to its own URLs alone; a check's come first.",
    },
}


def _target(required: list[str]) -> dict[str, Any]:
    alone = {
        "not": {"anyOf": [{"required": [key]} for key in _SERVICE]},
        "description": "`url` stands alone: it is for something that is no Cloud Run service",
    }
    return {
        **_object({**_SERVICE, "url": _URL, **_SENT}, refused=_UNSUPPORTED),
        "if": {"type": "object", "required": ["url"]},
        "then": alone,
        "else": {"required": required},
    }


_GROUPS = {
    "type": "object",
    "propertyNames": _IDENTIFIER,
    "additionalProperties": _object(
        {"title": _text("The chapter's title."), "description": _text("Below it."), "link": _text("A URL.")}
    ),
    "description": "The report's chapters, in order.",
}
_KNOWN_ISSUE = {
    **_object(
        {
            "reason": _text("Why it fails."),
            "link": _text("Where it is worked on."),
            "expires": {
                "type": "string",
                "pattern": r"^\d{4}-\d\d-\d\d$",
                "x-form": "is not a date; write YYYY-MM-DD",
                "description": "The last day on which a failure is excused (UTC), `YYYY-MM-DD`.",
                "examples": ["2027-01-31"],
            },
        },
        ["reason", "expires"],
    ),
    "description": "Excuses a failure, until a day.",
}
_ONE_OR_MORE_CEL = {"anyOf": [_CEL, {"type": "array", "items": _CEL, "minItems": 1}]}
COMMON: Mapping[str, Any] = {
    "name": {**_NAME, "description": "What the rule says, in a few words; unique."},
    "group": {**_IDENTIFIER, "description": "The chapter of the report it belongs to."},
    "target": {
        "anyOf": [_IDENTIFIER, {"type": "array", "items": _IDENTIFIER, "minItems": 1, "uniqueItems": True}],
        "default": "main",
        "description": "One or more names of `targets`; `main` is `target`. Of a list, each has a check of its own.",
    },
    "blocking": {"type": "boolean", "default": True, "description": "Whether it decides the run."},
    "within": {
        **LENGTH,
        "description": "It is polled until it holds, this long at most. Each kind has its own default.",
        "examples": ["2m"],
    },
    "for": {
        **LENGTH,
        "description": "It then has to go on holding, without a break, this long.",
        "examples": ["60s"],
    },
    "attempts": {
        "type": "integer",
        "minimum": 1,
        "description": "So many answers decide: with `attempts: 1` the first one does.",
        "examples": [1],
    },
    "times": {
        "type": "integer",
        "minimum": 2,
        "description": "So many attempts in a row have to hold.",
        "examples": [5],
    },
    "until": {
        **_CEL,
        "description": "CEL: the first attempt of which it is true is judged, and no other. Needs `within`.",
        "examples": ["json.state != 'PENDING'"],
    },
    "if": {
        **_CEL,
        "description": "CEL on what is known when the check starts; false skips it, and the skip blocks nothing.",
        "examples": ["has(vars.ORDER_TOKEN)"],
    },
    "needs": {
        "type": "array",
        "items": _NAME,
        "description": "Names of checks that have to pass before this one starts.",
    },
    "assert": {
        **_ONE_OR_MORE_CEL,
        "description": "CEL that has to be true.",
        "examples": ["revision.vpc_access.connector != ''"],
    },
    "capture": {
        "type": "object",
        "propertyNames": _VARIABLE,
        "additionalProperties": _CEL,
        "minProperties": 1,
        "description": "CEL values for later checks: `capture.name` in CEL, `${capture.name}` in a kind's texts.",
        "examples": [{"version": "json.version"}],
    },
    "known_issue": _KNOWN_ISSUE,
    "description": _text("For the report."),
}
"""The keys that every check has."""
_INCLUDE = {
    "type": "array",
    "minItems": 1,
    "items": {
        "anyOf": [
            _NAME,
            _object(
                {
                    "file": _text("Its path, from this file's folder."),
                    "with": {
                        "type": "object",
                        "propertyNames": _VARIABLE,
                        "additionalProperties": {"type": ["string", "number", "boolean"]},
                        "description": "Values of its parameters.",
                    },
                },
                ["file"],
            ),
        ]
    },
    "description": "Files with shared groups and checks; they come after this file's own.",
    "examples": [["shared/health.yaml", {"file": "shared/api.yaml", "with": {"PATH": "/v1"}}]],
}
_PARAMETERS = {
    "type": "object",
    "propertyNames": _VARIABLE,
    "additionalProperties": _object(
        {
            "description": _text("What it is for."),
            "default": {"type": "string", "description": "Its value where none is given; without one it must be."},
        }
    ),
    "description": "What `with` gives it: `${NAME}` in texts, `vars.NAME` in CEL.",
}


def _checks(kinds: Mapping[str, Kind[Any]], written: Collection[str] | None) -> dict[str, Any]:
    fragments = {name: _fragment(kinds[name]) if written is None or name in written else {} for name in kinds}
    return {
        "type": "array",
        "items": {
            **_object({**COMMON, **fragments}, refused=_UNSUPPORTED),
            "x-kinds": kinds.keys(),
        },
        "minItems": 1,
        "x-empty": "zero checks prove nothing; write at least one",
        "description": "The rules.",
    }


def _fragment(kind: Kind[Any]) -> dict[str, Any]:
    return {**kind.schema, "description": (kind.__doc__ or "").strip()}


def schema_of(kinds: Mapping[str, Kind[Any]], written: Collection[str] | None = None) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of version 1 of the spec.

    Of the kinds only those that are `written` come with their own part: all if it is None.
    """
    return {
        "$schema": DIALECT,
        "title": "validator checks, version 1",
        **_object(
            {
                "version": {"const": 1, "description": "The version of this language."},
                "title": _text("The report's title."),
                "timeout": {**LENGTH, "default": "10m", "description": "For the whole run."},
                "target": {**_target(["project", "region", "service"]), "description": "What was deployed."},
                "targets": {
                    "type": "object",
                    "propertyNames": _IDENTIFIER,
                    "additionalProperties": _target(["service"]),
                    "description": "Further services, by name; project and region as in `target`.",
                },
                "groups": _GROUPS,
                "outputs": {
                    "type": "object",
                    "propertyNames": _VARIABLE,
                    "additionalProperties": _CEL,
                    "minProperties": 1,
                    "description": "CEL values for the steps after the gate, beside its own: on what is known of `target` at the end.",
                    "examples": [{"version": "capture.version"}],
                },
                "include": _INCLUDE,
                "checks": _checks(kinds, written),
            },
            ["version", "target"],
            _UNSUPPORTED,
        ),
        "anyOf": [{"required": ["checks"]}, {"required": ["include"]}],
    }


def schema_of_included(kinds: Mapping[str, Kind[Any]], written: Collection[str] | None = None) -> dict[str, Any]:
    """The JSON Schema of a file that a spec includes; `written` as of the spec."""
    return {
        "$schema": DIALECT,
        "title": "validator checks to include, version 1",
        **_object({"parameters": _PARAMETERS, "groups": _GROUPS, "checks": _checks(kinds, written)}, ["checks"]),
    }
