"""The run: which evidence to ask for, what became known, what it comes to. Sans-I/O."""
