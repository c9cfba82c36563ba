"""What batches were made from and what was made of them, at any depth."""
