"""Wayside: what a small detector beside an e+e- collider would see of a dark sector."""

__version__ = "0.1.0"
