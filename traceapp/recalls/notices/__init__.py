"""Whoever is concerned is told: by letter, message and push, until he has answered."""
