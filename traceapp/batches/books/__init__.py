"""What capturing keeps beside the events: stock, counts, circles, contents of containers.

All of it follows from the events alone, whatever order they came in, and may be rebuilt from them.
"""
