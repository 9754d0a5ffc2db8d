"""Colliders: beams, and the boost from the centre of mass to the laboratory."""
