"""Plotting: figures from results."""
