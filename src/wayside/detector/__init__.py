"""Detectors: shapes, placement, rays through them."""
