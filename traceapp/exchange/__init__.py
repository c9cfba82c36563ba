"""Bringing records in from tables and taking everything out again."""
