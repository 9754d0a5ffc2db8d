"""Tracks and vertices out of what emulsion and gas recorded."""
