"""The version of Wayside, stated once."""

__version__ = "0.2.0"
