"""A configuration that is known to work, as `gcloud run services describe --format=export` (or json) prints it, v1 or v2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from validator.resources import knative, settings
from validator.resources.settings import Settings
from validator.words.call import Json

_OTHERS = {"Job": "a job", "Execution": "a job's execution", "Task": "a job's task", "WorkerPool": "a worker pool"}
_NEITHER = (
    "it is neither a service nor a revision of Cloud Run; write what this prints:"
    " gcloud run services describe SERVICE --region=REGION --format=export"
)


class UnreadableError(ValueError):
    """It is nothing whose settings are known here."""


@dataclass(frozen=True)
class Proven:
    """The settings of a file."""

    revision: Settings
    service: Settings | None
    """None where the file has a revision alone."""
    unknown: tuple[str, ...] = ()
    """The paths of what is the platform's and not known here: it can be compared with nothing."""

    @property
    def all(self) -> Settings:
        """Both together."""
        return {**self.revision, **(self.service or {})}


def read(data: object) -> Proven:
    """Read a file's data, in which scalars may be texts.

    Raises:
        UnreadableError: it is neither a service nor a revision.
    """
    single = data[0] if isinstance(data, list) and len(data) == 1 else data
    if not isinstance(single, Mapping):
        raise UnreadableError(_NEITHER)
    kind = str(single.get("kind", ""))
    if kind in _OTHERS:
        raise UnreadableError(f"it is {_OTHERS[kind]}; only services and their revisions are judged")
    try:
        return _read(single, kind)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError(f"a part of it is not shaped as gcloud prints it ({error}); export it anew") from None


def _read(data: Json, kind: str) -> Proven:
    if knative.is_knative(data):
        whole = knative.service(data) if kind == "Service" else {"template": knative.revision(data)}
        service = kind == "Service"
    else:
        service = "template" in data
        whole = data if service else {"template": data}
    template = whole["template"]
    if not template.get("containers"):
        raise UnreadableError(_NEITHER)
    noted = [*(template.get("annotations") or {}), *((whole.get("annotations") or {}) if service else ())]
    unknown = tuple(f"annotations.{name}" for name in noted if settings.of_platform(name) and not _old(name))
    own = settings.of_service(whole) if service else None
    return Proven(settings.of_revision(template), own, unknown if knative.is_knative(data) else ())


def _old(name: str) -> bool:
    """Whether an annotation is one of Knative's own, which Cloud Run copies and does not heed."""
    return name.startswith(("serving.knative.dev/", "client.knative.dev/", "features.knative.dev/"))
