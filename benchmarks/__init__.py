"""Benchmarks: ratios of two calculations of the same quantity, in one run."""
