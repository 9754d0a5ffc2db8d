"""Cosmology: how much of the ground state is left over from the early universe."""
