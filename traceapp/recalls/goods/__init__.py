"""The goods of a recall: which lots, who has them, what may be as bad."""
