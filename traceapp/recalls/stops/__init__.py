"""Sale of a lot stopped alone and at once, and allowed again by two."""
