"""Sensitivity: yields over planes of couplings and masses, and their contours."""
