"""What people said instead of typing: kept apart, heard by their own producer alone, erasable."""
