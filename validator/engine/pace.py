"""How often each sort of query is asked."""

from __future__ import annotations

WATCH = 10.0
"""Seconds between readings of the service that only watch for a newer revision."""
READ = 3.0
"""Seconds between reads of the logs."""
ECHO = 5.0
"""Seconds between echo probes."""
