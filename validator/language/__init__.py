"""From the text of `checks.yaml` to a Spec, or to every mistake in it at once."""
