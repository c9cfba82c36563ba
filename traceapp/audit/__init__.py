"""The book of administrative acts: append-only, and its producer can read it."""
