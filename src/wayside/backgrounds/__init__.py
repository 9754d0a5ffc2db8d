"""What else enters the detector and looks like signal: one module a source, rates and counts.

Sources are computed from formulas and from shipped tables; scripts write the tables.
"""

from wayside.backgrounds.registry import sources

__all__ = ["sources"]
