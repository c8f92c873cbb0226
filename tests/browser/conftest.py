"""The browser's tests need Chromium, node and java: `make test-browser` sets all of them up and says so."""

from __future__ import annotations

import os

collect_ignore_glob = [] if "CHROMIUM" in os.environ else ["test_*.py"]
