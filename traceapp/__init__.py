"""Traceapp: proves where food comes from, from a field to a shopper's scan."""

import gc

# What a start makes is there to stay: to look through all of it for litter, again and again as
# Python would, is a sixth of the work of a start.
gc.set_threshold(20_000)
