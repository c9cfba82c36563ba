"""What is kept beside the events: stock, counts, circles, contents of containers, hand-offs.

All of it follows from the events alone, whatever order they came in, and may be rebuilt from them.
"""
