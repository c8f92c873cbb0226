"""What an emulator tells the gate of what its plain connections do not have."""

from __future__ import annotations

CERTIFICATE_ENDS = "x-emulator-certificate-ends"
"""The header with the end (RFC 3339) of the TLS certificate that a scenario gives an answer; no real server is asked for it."""
