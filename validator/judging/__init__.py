"""The rules that kinds share: pure functions of the evidence."""
