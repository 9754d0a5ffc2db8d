"""Colliders: beams, cross-sections, where the excited state goes."""
