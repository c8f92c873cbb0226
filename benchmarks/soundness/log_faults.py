"""What a revision, its users or the platform may write into the log."""

from __future__ import annotations

from benchmarks.soundness import loggers
from benchmarks.soundness.claims import KNOWN
from benchmarks.soundness.draft import Draft


def traceback(draft: Draft) -> None:
    """A stack trace as plain text, in the window."""
    draft.traceback(draft.in_window(60))


def error_line(draft: Draft) -> None:
    """An error with the platform's severity."""
    stream, severity = draft.chance.choice(("stdout", "stderr")), draft.chance.choice(("ERROR", "CRITICAL"))
    draft.write(draft.in_window(60), "payment failed", stream, severity=severity, instance=draft.chance.randrange(3))


def last_moment(draft: Draft) -> None:
    """A traceback just before the window ends: whoever does not wait for it misses it."""
    draft.traceback(draft.story.nominal_start + 60 - draft.chance.uniform(0.3, 1.5))


def early_error(draft: Draft) -> None:
    """An error before the gate begins."""
    draft.write(
        draft.story.created + draft.chance.uniform(1.5, 15), "cannot reach the database", "stderr", severity="ERROR"
    )


def late_error(draft: Draft) -> None:
    """A stack trace after the window."""
    draft.traceback(draft.story.nominal_start + draft.chance.uniform(66, 120))


def never_started(draft: Draft) -> None:
    """The application does not say that it started."""
    draft.started = False


def level_in_text(draft: Draft) -> None:
    """An error of which the platform does not know that it is one."""
    text, payload = loggers.error("order cannot be stored", draft.chance)
    stream, instance = draft.chance.choice(("stdout", "stderr")), draft.chance.randrange(3)
    draft.write(draft.in_window(60), text, stream, payload=payload, means="ERROR", instance=instance)


def trace_in_payload(draft: Draft) -> None:
    """A stack trace in a payload's key."""
    payload, means = loggers.traced(draft.chance)
    draft.write(draft.in_window(60), "", payload=payload, means=means, instance=draft.chance.randrange(3))


def platform_error(draft: Draft) -> None:
    """The platform ends a container, and says so where it logs what it does."""
    text = "Memory limit of 512 MiB exceeded with 527 MiB used. Consider increasing the memory limit."
    draft.write(draft.in_window(60), text, "system", severity="ERROR", instance=draft.chance.randrange(3))


def old_error(draft: Draft) -> None:
    """An error that the older revision had as well when it was as young."""
    said, severity = f"cart 102 of customer 7: {KNOWN}", draft.chance.choice(("ERROR", ""))
    draft.write(draft.in_window(60), said if severity else f"ERROR: {said}", "stderr", severity=severity, means="ERROR")
