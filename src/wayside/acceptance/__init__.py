"""Acceptance: integrals of the production density over a detector."""
