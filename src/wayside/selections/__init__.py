"""Selections of candidates: cuts, vetoes, and what they keep of the signal and of every fake."""
