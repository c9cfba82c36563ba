"""The purchasing board: what buyers need each week, which live lots would do, and their letters."""
