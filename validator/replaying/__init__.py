"""Replaying: recordings judged again, offline, by their own spec or by an edited one."""
