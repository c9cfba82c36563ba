"""Benchmarks: what is measured stands beside a limit of the same run. Nothing fails by a figure."""
