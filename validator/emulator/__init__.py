"""A stand-in for the Google APIs and for the deployed service: one world of pure data, and thin servers over it."""
