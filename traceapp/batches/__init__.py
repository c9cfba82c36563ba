"""The heart: products, batches, what happened to them, and their kilograms."""
