"""Stalls of loose goods: one code for the stall, and the lots that are on it now."""
