"""Limits: statistics of a count, and existing searches recast."""
