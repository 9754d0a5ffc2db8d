"""Decays of a particle at rest, drawn from what its model says of its final states."""
