"""Reach: yields over coupling planes and their contours."""
