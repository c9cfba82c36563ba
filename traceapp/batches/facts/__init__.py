"""The facts behind a timeline, read in a constant number of queries whatever the depth."""
