"""Webhooks: what happens to a producer's goods, told to a program of its own, signed."""
