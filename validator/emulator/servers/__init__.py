"""Thin servers over one world, and the emulator around a command."""
