"""Sources: code that answers one call of one outside system. No paging, no retries, no state but a connection."""
