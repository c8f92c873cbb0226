"""The gate beside the script that people write, and beside the least that any gate has to do."""
