"""Are the verdicts right? The real engine on virtual time against generated deployments whose truth is known."""
