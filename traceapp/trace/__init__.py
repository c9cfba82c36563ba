"""What happened to the food: vocabulary, units, lineage and the honest timeline.

Pure: no Flask, no SQL, no clock, no disk beyond the package data read at import.
"""
