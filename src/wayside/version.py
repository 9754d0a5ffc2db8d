"""The version of Wayside, stated once."""

__version__ = "0.1.0"
