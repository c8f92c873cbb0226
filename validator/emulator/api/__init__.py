"""What Google's APIs are: their methods, messages and filter language, and what they refuse."""
