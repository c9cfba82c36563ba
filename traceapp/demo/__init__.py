"""The demo: an invented Hanoi of seventeen producers, told as if it happened up to today.

`clock` puts days on the calendar, `reading` checks the whole data set, `operations` loads it
through the same operations that everybody uses. Nothing here runs in production.
"""
