"""Traceapp: proves where food comes from, from a field to a shopper's scan."""
