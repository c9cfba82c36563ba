"""The desk: the pages on which the people of a producer, and officers, do their work."""
