"""How often things are asked, seconds."""

from __future__ import annotations

INTERVAL = 2.0
"""Between attempts, and between readings that a check waits for."""
WATCH = 10.0
"""Between readings that only watch for a change."""
READ = 3.0
"""Between reads of the logs."""
MARGIN = 10.0
"""That one stream of a log may at least lag behind another."""
ECHO = 5.0
"""Between echo probes."""
