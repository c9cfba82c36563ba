"""Logging what happened: the form of a step, its saving, and the lists of steps and photos."""
