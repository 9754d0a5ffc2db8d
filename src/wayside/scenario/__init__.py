"""Scenarios: the validated description of a study."""
