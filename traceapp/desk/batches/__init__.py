"""Batches: their list and page, their dates and kilograms, counting, stopping their sale."""
