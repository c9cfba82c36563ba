"""Open statistics: what everybody may count here, as tables, drawings and CSV."""
