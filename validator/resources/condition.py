"""A condition of a Cloud Run resource (google.cloud.run.v2.Condition)."""

from __future__ import annotations

from dataclasses import dataclass

from validator.words.call import Json
from validator.words.instant import moment


@dataclass(frozen=True)
class Condition:
    """A named state of a resource, with the platform's own reason."""

    type: str
    state: str
    reason: str
    message: str
    since: float | None

    @classmethod
    def read(cls, data: Json) -> Condition:
        """From run.v2 Condition; the reason is whichever of its three is set."""
        reasons = (data.get(key, "") for key in ("reason", "revisionReason", "executionReason"))
        reason = next((r for r in reasons if r and not r.endswith("_UNDEFINED")), "")
        return cls(
            data.get("type", ""),
            data.get("state", "STATE_UNSPECIFIED"),
            reason,
            data.get("message", ""),
            moment(data, "lastTransitionTime"),
        )

    @property
    def succeeded(self) -> bool:
        """Whether the condition holds."""
        return self.state == "CONDITION_SUCCEEDED"

    @property
    def failed(self) -> bool:
        """Whether the platform has given up on it."""
        return self.state == "CONDITION_FAILED"


NO_CONDITION = Condition("", "STATE_UNSPECIFIED", "", "", None)
"""What a resource that does not tell of one has."""
