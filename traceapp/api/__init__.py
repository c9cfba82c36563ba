"""The interface for programs: /api/v1, its description and its readable reference."""
