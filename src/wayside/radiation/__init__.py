"""Photons off the beams: how much energy they take, where they go, and the totals that follow."""
