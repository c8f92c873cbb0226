"""The schema of the kind `revision`: the settings that have a key, in Google's words."""

from __future__ import annotations

from typing import Any, Final

from validator.language.expectation import ABSENT, COUNT, CPU, MEMORY, TEXT
from validator.language.values import DURATION, PATTERN, bound_of

_NAME = {"type": "string", "minLength": 1}
_NAMES = {"type": "array", "items": _NAME, "minItems": 1}
_ABSENT = {"type": "string", "enum": [ABSENT]}
INGRESS: Final = {
    "type": "string",
    "enum": ["all", "internal", "internal-and-cloud-load-balancing"],
    "description": "From where its service takes requests.",
    "examples": ["internal"],
}
SCALING: Final = {
    "type": "object",
    "properties": {"min": bound_of(COUNT), "max": bound_of(COUNT)},
    "additionalProperties": False,
    "minProperties": 1,
    "examples": [{"min": 1, "max": {"max": 20}}],
}
_PROBE = {
    "anyOf": [
        _ABSENT,
        {
            "type": "object",
            "properties": {
                "http": {**TEXT, "description": "The path that it asks for."},
                "tcp": {"type": "integer", "minimum": 1, "description": "The port that it connects to."},
                "grpc": {**TEXT, "description": "The service whose health it asks for; '' for the whole server."},
                "port": {"type": "integer", "minimum": 1, "description": "The port of `http` or `grpc`."},
                "initial_delay": {**bound_of(DURATION), "description": "Before its first try."},
                "timeout": {**bound_of(DURATION), "description": "For one try."},
                "period": {**bound_of(DURATION), "description": "Between two tries."},
                "failure_threshold": {**bound_of(COUNT), "description": "Failed tries in a row that end it."},
            },
            "additionalProperties": False,
            "minProperties": 1,
            "x-empty": "write what the probe has to be, or `absent`",
        },
    ]
}
schema: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "of": {
            "type": "string",
            "enum": ["target", "serving"],
            "default": "target",
            "description": "`serving` for every revision that has traffic: each has to be as written.",
        },
        "startup": {
            **bound_of(DURATION),
            "description": "How long its containers took to become healthy; the image's import is no part of it.",
            "examples": [{"max": "30s"}],
        },
        "container": {
            **_NAME,
            "description": "The container that `image`, `env`, `secrets`, `cpu`, `memory` and `probes` are about, in CEL too, by its"
            " name (default: the one whose image the build pushed, else the one with the port).",
        },
        "image": {
            "anyOf": [
                PATTERN,
                {
                    "type": "object",
                    "properties": {
                        "digest": {
                            "type": "string",
                            "pattern": "^sha256:[0-9a-f]{64}$",
                            "x-form": "is no digest; write sha256: and 64 hex digits",
                            "description": "The digest that the image has to be deployed by.",
                        }
                    },
                    "required": ["digest"],
                    "additionalProperties": False,
                },
            ],
            "description": "An RE2 pattern that the image's reference has to match, or `{digest: ...}`.",
            "examples": ["backend@sha256:"],
        },
        "env": {
            "type": "object",
            "additionalProperties": TEXT,
            "minProperties": 1,
            "description": "Environment variables: exactly this plain value, `{match: pattern}`, or `absent`. Values are never shown.",
            "examples": [{"LOG_LEVEL": "info", "DATABASE_HOST": {"match": "^10\\."}, "DEBUG": ABSENT}],
        },
        "secrets": {
            "anyOf": [
                *bound_of(COUNT)["anyOf"],
                _NAMES,
                {
                    "type": "object",
                    "properties": {
                        "count": {**bound_of(COUNT), "description": "How many there are."},
                        "names": {
                            "anyOf": [
                                _NAMES,
                                {"type": "object", "additionalProperties": TEXT, "minProperties": 1},
                            ],
                            "description": "Those that must be there; of a mapping each as `secret:version`, `{match: pattern}` or `absent`.",
                        },
                        "pinned": {
                            "type": "boolean",
                            "const": True,
                            "description": "Each has a version of its own, none is `latest`.",
                        },
                    },
                    "additionalProperties": False,
                    "minProperties": 1,
                },
            ],
            "description": "How many variables and volumes come from Secret Manager, or the names of some that must.",
            "examples": [{"count": 24, "names": {"DB_PASS": "db-pass:3"}, "pinned": True}],
        },
        "cpu": {**bound_of(CPU), "description": "CPUs of the container: `2`, `500m`.", "examples": [{"min": 1}]},
        "memory": {
            **bound_of(MEMORY),
            "description": "Memory of the container: `512Mi`, `2Gi`.",
            "examples": [{"min": "512Mi"}],
        },
        "concurrency": {
            **bound_of(COUNT),
            "description": "Requests that one instance takes at a time.",
            "examples": [{"max": 80}],
        },
        "timeout": {
            **bound_of(DURATION),
            "description": "How long a request may take.",
            "examples": ["300s"],
        },
        "scaling": {**SCALING, "description": "`min` and `max`: the revision's least and most instances."},
        "service_account": {
            **TEXT,
            "description": "The account it runs as, or `{match: pattern}`.",
            "examples": [{"match": "^my-service@"}],
        },
        "vpc": {
            "anyOf": [
                _ABSENT,
                {
                    "type": "object",
                    "properties": {
                        "connector": {**TEXT, "description": "The connector, by its short or whole name."},
                        "egress": {
                            "type": "string",
                            "enum": ["private-ranges-only", "all-traffic"],
                            "description": "What goes through it.",
                        },
                        "network": {**TEXT, "description": "The network of direct VPC egress."},
                        "subnetwork": {**TEXT, "description": "Its subnetwork."},
                    },
                    "additionalProperties": False,
                    "minProperties": 1,
                },
            ],
            "description": "How it reaches a VPC; `absent` if it must not.",
            "examples": [{"connector": "staging-connector", "egress": "all-traffic"}],
        },
        "execution_environment": {
            "type": "string",
            "enum": ["gen1", "gen2"],
            "description": "Its generation.",
            "examples": ["gen2"],
        },
        "ingress": INGRESS,
        "labels": {
            "type": "object",
            "additionalProperties": TEXT,
            "minProperties": 1,
            "description": "Labels of the revision: exactly this, `{match: pattern}`, or `absent`.",
            "examples": [{"team": "web"}],
        },
        "probes": {
            "type": "object",
            "properties": {
                "startup": {**_PROBE, "description": "What tells that a container is up."},
                "liveness": {**_PROBE, "description": "What tells that it has to be started anew."},
                "readiness": {**_PROBE, "description": "What tells that it takes requests."},
            },
            "additionalProperties": False,
            "minProperties": 1,
            "description": "The container's probes, as far as they are written; `absent` for none.",
            "examples": [{"startup": {"http": "/health", "period": "10s"}, "liveness": ABSENT}],
        },
    },
    "additionalProperties": False,
}
