"""Recall cases from opening to release, what their holders answer, drills, suppliers' notices."""
