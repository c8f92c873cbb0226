"""What a log entry is and says: pure functions of its JSON and text."""
