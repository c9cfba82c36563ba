"""Tracing: from a batch back to where it came from and forward to where it went; from anything."""
