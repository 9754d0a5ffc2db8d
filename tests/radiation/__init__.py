"""Photons off the beams."""
