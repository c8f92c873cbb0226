"""Reports: pure writers of one object, the summary; nothing here judges."""
