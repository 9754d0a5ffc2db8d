"""Scans over any numeric keys of a scenario, in partitions that any process may compute."""
