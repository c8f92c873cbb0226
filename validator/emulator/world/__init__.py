"""One deployment, its logs and its visitors as pure data, and how it moves on."""
