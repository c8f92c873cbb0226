"""The HTML report: one file that needs no network, made from the summary alone."""
