"""What a run asks for, what it saw, and what judges see of that."""
