"""Codes that people open: openings by day, what is worth a look, the audit of live pages."""
